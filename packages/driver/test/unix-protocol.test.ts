import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineDecoder, encodeFrame, maxLineLength, parseRequest, parseResponse } from '../src/index.js';

const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const place = { id, address: fc.integer({ min: 3, max: 0x77 }), register: fc.nat(255) };
const request = fc.oneof(
  fc.record({ id, op: fc.constantFrom('lock' as const, 'unlock' as const) }),
  fc.record({ ...place, op: fc.constantFrom('readByte' as const, 'readWord' as const) }),
  fc.record({ ...place, op: fc.constant('writeByte' as const), value: fc.nat(255) }),
  fc.record({ ...place, op: fc.constant('writeWord' as const), value: fc.nat(65535) }),
);
const response = fc.oneof(
  fc.record({ id }),
  fc.record({ id, value: fc.nat(65535) }),
  fc.record({ id, error: fc.record({ errno: fc.string(), message: fc.string({ unit: 'binary' }) }) }),
);

function decodeAll(chunks: readonly string[]): string[] {
  const lines: string[] = [];
  const decode = createLineDecoder((line) => lines.push(line));
  for (const chunk of chunks) decode(chunk);
  return lines;
}

describe('the protocol of the unix: bus', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(request, (frame) => {
        expect(parseRequest(encodeFrame(frame).trimEnd())).toEqual(frame);
      }),
    );
    fc.assert(
      fc.property(response, (frame) => {
        expect(parseResponse(encodeFrame(frame).slice(0, -1))).toEqual(frame);
      }),
    );
  });

  it('finds the lines however the stream was cut', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 5 }), fc.array(fc.nat(400)), (frames, cuts) => {
        const text = frames.map(encodeFrame).join('');
        const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const chunks = at.slice(1).map((end, i) => text.slice(at[i], end));
        expect(decodeAll(chunks).map(parseRequest)).toEqual(frames);
      }),
    );
  });

  it('makes nothing of a line cut short', () => {
    fc.assert(
      fc.property(request, fc.nat(), (frame, cut) => {
        const line = encodeFrame(frame).slice(0, -1);
        expect(() => parseRequest(line.slice(0, cut % line.length))).toThrow(
          expect.objectContaining({ errno: 'EPROTO' }),
        );
      }),
    );
  });

  it.each([
    'null',
    '[]',
    '5',
    '',
    'x',
    '{}',
    '{"id":0,"op":"lock"}',
    '{"id":1.5,"op":"lock"}',
    '{"id":"1","op":"lock"}',
    '{"id":1}',
    '{"id":1,"op":"format"}',
    '{"id":1,"op":"readByte"}',
    '{"id":1,"op":"readByte","address":110}',
    '{"id":1,"op":"readByte","address":2,"register":0}',
    '{"id":1,"op":"readByte","address":120,"register":0}',
    '{"id":1,"op":"readByte","address":110,"register":256}',
    '{"id":1,"op":"writeByte","address":110,"register":0}',
    '{"id":1,"op":"writeByte","address":110,"register":0,"value":256}',
    '{"id":1,"op":"writeWord","address":110,"register":0,"value":65536}',
    '{"id":1,"op":"writeWord","address":110,"register":0,"value":-1}',
  ])('takes %s for no request', (line) => {
    expect(() => parseRequest(line)).toThrow(expect.objectContaining({ name: 'BusError', errno: 'EPROTO' }));
  });

  it.each([
    'null',
    '{}',
    '{"id":-1}',
    '{"id":1,"value":"1"}',
    '{"id":1,"value":65536}',
    '{"id":1,"error":"EIO"}',
    '{"id":1,"error":null}',
    '{"id":1,"error":{"errno":"EIO"}}',
    '{"id":1,"error":{"errno":5,"message":"x"}}',
    `{"id":1,"value":"${'x'.repeat(200)}"}`,
  ])('takes %s for no answer', (line) => {
    expect(() => parseResponse(line)).toThrow(expect.objectContaining({ name: 'BusError', errno: 'EPROTO' }));
  });

  it('does not keep an endless line', () => {
    const long = 'x'.repeat(maxLineLength);
    expect(decodeAll([long, '\n'])).toEqual([long]);
    expect(() => decodeAll([long, 'x'])).toThrow(expect.objectContaining({ errno: 'EPROTO' }));
    expect(() => decodeAll([`${long}x\n`])).toThrow(expect.objectContaining({ errno: 'EPROTO' }));
  });
});

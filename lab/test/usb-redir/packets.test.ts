import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ControlPacket,
  decodeControl,
  encodeControl,
  encodeHello,
  encodePacket,
  type Packet,
  PacketReader,
} from '../../src/usb-redir/packets.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

const packet: fc.Arbitrary<Packet> = fc.record({
  type: fc.integer({ min: 1, max: 0xffffffff }),
  id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  body: bytes(300),
});

const control: fc.Arbitrary<ControlPacket> = fc.record({
  endpoint: fc.integer({ min: 0, max: 255 }),
  request: fc.integer({ min: 0, max: 255 }),
  requestType: fc.integer({ min: 0, max: 255 }),
  status: fc.integer({ min: 0, max: 255 }),
  value: fc.integer({ min: 0, max: 65535 }),
  index: fc.integer({ min: 0, max: 65535 }),
  length: fc.integer({ min: 0, max: 65535 }),
  data: bytes(300),
});

/** Cuts a buffer at the given places. */
function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return sorted.slice(1).map((end, index) => stream.subarray(sorted[index], end));
}

describe('usbredir packets', () => {
  it('reads what was written, in whatever pieces it arrives', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (packets, places) => {
        const reader = new PacketReader();
        const stream = Buffer.concat([encodeHello('someone'), ...packets.map(encodePacket)]);
        const [hello, ...read] = cut(stream, places).flatMap((piece) => reader.push(piece));
        expect(hello?.type).toBe(0);
        expect(read).toEqual(packets);
        expect(reader.pending).toBe(0);
      }),
    );
  });

  it('gives nothing for a stream that was cut off inside a packet, at any byte', () => {
    const hello = encodeHello('someone');
    const stream = Buffer.concat([hello, encodePacket({ type: 100, id: 7n, body: Buffer.from('0123456789ab') })]);
    for (let length = 0; length < stream.length; length += 1) {
      const read = new PacketReader().push(stream.subarray(0, length));
      expect(read).toHaveLength(length < hello.length ? 0 : 1);
    }
  });

  it('reads and writes control transfers alike', () => {
    fc.assert(
      fc.property(control, (transfer) => {
        expect(decodeControl(encodeControl(transfer))).toEqual(transfer);
      }),
    );
  });

  it('refuses a control transfer that is shorter than its header, at any byte', () => {
    for (let length = 0; length < 10; length += 1) {
      expect(() => decodeControl(Buffer.alloc(length))).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
    }
  });

  it('refuses a length beyond any transfer before it stores a byte of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10 + 0xffff + 1, max: 0xffffffff }), packet, (length, { type, id }) => {
        const reader = new PacketReader();
        reader.push(encodeHello('someone'));
        const header = encodePacket({ type, id, body: Buffer.alloc(0) });
        header.writeUInt32LE(length, 4);
        expect(() => reader.push(header)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
      }),
    );
  });

  it('refuses a stream that does not begin with HELLO', () => {
    fc.assert(
      fc.property(packet, ({ type, body }) => {
        const stream = encodePacket({ type, id: 0n, body });
        expect(() => new PacketReader().push(stream)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
      }),
    );
  });

  it('never holds more than one packet, and never throws anything but a protocol error, whatever arrives', () => {
    fc.assert(
      fc.property(fc.array(bytes(200), { maxLength: 30 }), fc.boolean(), (pieces, greeted) => {
        const reader = new PacketReader();
        if (greeted) reader.push(encodeHello('someone'));
        try {
          for (const piece of pieces) {
            reader.push(piece);
            expect(reader.pending).toBeLessThan(16 + 10 + 0xffff);
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'PROTOCOL' });
        }
      }),
    );
  });
});

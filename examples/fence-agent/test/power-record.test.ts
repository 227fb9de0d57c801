import { describe, expect, it } from 'vitest';
import { PowerRecord } from '../src/line/power-record.js';

function recordIn(memory: { text?: string | undefined }, bootId = 'this-boot'): PowerRecord {
  return new PowerRecord(
    {
      read: async () => memory.text,
      replace: async (text) => {
        memory.text = text;
      },
      remove: async () => {
        memory.text = undefined;
      },
    },
    bootId,
  );
}

const proof = { target: 'raspberrypi-2', held: 12_000, samples: 61, at: '2026-01-01T00:00:00.000Z' };

describe('the power record', () => {
  it('proves a power-off of the target it names', async () => {
    const memory = {};
    await recordIn(memory).rememberOff(proof);
    expect(await recordIn(memory).offProof('raspberrypi-2')).toEqual({ ...proof, bootId: 'this-boot' });
  });

  it('proves nothing about another node', async () => {
    const memory = {};
    await recordIn(memory).rememberOff(proof);
    expect(await recordIn(memory).offProof('raspberrypi-1')).toBeUndefined();
  });

  it('proves nothing in another boot', async () => {
    const memory = {};
    await recordIn(memory).rememberOff(proof);
    expect(await recordIn(memory, 'next-boot').offProof('raspberrypi-2')).toBeUndefined();
  });

  it('proves nothing once it is forgotten', async () => {
    const memory = {};
    await recordIn(memory).rememberOff(proof);
    await recordIn(memory).forget();
    expect(await recordIn(memory).offProof('raspberrypi-2')).toBeUndefined();
  });

  it('is forgotten although it is still being written when it is to be forgotten', async () => {
    const memory: { text?: string | undefined } = {};
    let finish: () => void = () => {};
    const record = new PowerRecord(
      {
        read: async () => memory.text,
        replace: async (text) => {
          await new Promise<void>((resolve) => (finish = resolve));
          memory.text = text;
        },
        remove: async () => {
          memory.text = undefined;
        },
      },
      'this-boot',
    );
    const remembered = record.rememberOff(proof);
    await Promise.resolve();
    const forgotten = record.forget();
    finish();
    await Promise.all([remembered, forgotten]);
    expect(await record.offProof('raspberrypi-2')).toBeUndefined();
  });

  it('claims nothing, and believes nothing, where nobody can tell one boot from the next', async () => {
    const memory: { text?: string | undefined } = {};
    const file = { read: async () => memory.text, replace: async (text: string) => void (memory.text = text) };
    const record = new PowerRecord({ ...file, remove: async () => void (memory.text = undefined) }, undefined);
    await record.rememberOff(proof);
    expect(memory.text).toBeUndefined();
    memory.text = `${JSON.stringify({ state: 'off', ...proof, bootId: undefined })}\n`;
    expect(await record.offProof('raspberrypi-2')).toBeUndefined();
    memory.text = `${JSON.stringify({ state: 'off', ...proof })}\n`;
    expect(await record.offProof('raspberrypi-2')).toBeUndefined();
  });

  it('resolves as settled when the last change is made, and not before', async () => {
    let finish: () => void = () => {};
    const removed = new Promise<void>((resolve) => (finish = resolve));
    const file = { read: async () => undefined, replace: async () => {}, remove: () => removed };
    const record = new PowerRecord(file, 'this-boot');
    void record.forget();
    let settled = false;
    const waiting = record.settled().then(() => (settled = true));
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    finish();
    await waiting;
    expect(settled).toBe(true);
  });

  it.each([
    ['state', 'on'],
    ['target', undefined],
    ['held', '12000'],
    ['samples', null],
    ['at', 0],
    ['bootId', undefined],
  ])('proves nothing with %s as %j', async (key, value) => {
    const text = `${JSON.stringify({ state: 'off', ...proof, bootId: 'this-boot', [key]: value })}\n`;
    expect(await recordIn({ text }).offProof('raspberrypi-2')).toBeUndefined();
  });

  it('proves nothing when it is cut off at any byte', async () => {
    const memory: { text?: string } = {};
    await recordIn(memory).rememberOff(proof);
    const whole = memory.text!;
    for (let end = 0; end < whole.length; end++) {
      expect(await recordIn({ text: whole.slice(0, end) }).offProof('raspberrypi-2')).toBeUndefined();
    }
  });

  it.each([
    'off',
    'off\n',
    'null\n',
    '[]\n',
    '"off"\n',
    '{"state":"off"}\n',
    '{"state":"on","target":"raspberrypi-2"}\n',
  ])('proves nothing from the foreign text %j', async (text) => {
    expect(await recordIn({ text }).offProof('raspberrypi-2')).toBeUndefined();
  });
});

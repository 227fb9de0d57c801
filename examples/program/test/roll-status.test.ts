import { describe, expect, it } from 'vitest';
import { parseRollStatus } from '../src/index.js';

describe('the answer of rolling-reboot status', () => {
  it.each([
    [{}],
    [{ roll: null }],
    [{ roll: { roll: 'r', done: [] } }],
    [{ roll: { roll: 'r', holder: { node: 'a', expires: 1 }, done: ['b'], failed: 'c' } }],
  ])('is read whole: %j', (answer) => {
    expect(parseRollStatus(JSON.stringify(answer))).toEqual(answer);
  });

  it('is none where something else was said', () => {
    const wrong = [
      { roll: 1 },
      { roll: 'r', done: 1 },
      { roll: 'r', done: [], holder: 'a' },
      { roll: 'r', done: [], failed: 1 },
    ];
    const others = ['', 'usage', 'null', '1', ...wrong.map((roll) => JSON.stringify({ roll })), '{"roll":1}'];
    for (const other of others) expect(parseRollStatus(other), other).toBeUndefined();
  });
});

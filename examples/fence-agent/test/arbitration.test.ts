// The rules by which two nodes settle who shoots, each as what it decides in every case there is.
import { describe, expect, it } from 'vitest';
import { goesOn, isPreferred, reasonNotToFire, reasonToYield } from '../src/line/arbitration.js';

const states = [false, true].flatMap((extin) => [false, true].map((extout) => ({ extin, extout })));

describe('the preferred node', () => {
  it.each([
    ['a', 'b'],
    ['PI-A', 'pi-b'],
    ['pi', 'pi-a.example'],
    ['n1.a.example', 'n1.b.example'],
  ])('is the same on both nodes without a choice, however they spell the names: %s before %s', (first, second) => {
    for (const [one, other] of [
      [first, second],
      [first.toUpperCase(), second],
      [first, second.toUpperCase()],
    ] as const) {
      expect([isPreferred(one, other), isPreferred(other, one)]).toEqual([true, false]);
    }
  });

  it('is the configured one, whichever node asks', () => {
    expect([isPreferred('a', 'b', 'B'), isPreferred('b', 'a', 'B')]).toEqual([false, true]);
  });
});

describe('in a ring of more than two nodes', () => {
  it('who is shot always lets go, whatever is configured', () => {
    for (const preferred of [undefined, 'a', 'b']) {
      expect(goesOn({ self: 'a', peer: 'b', before: 'c' }, preferred)).toBe(false);
      expect(goesOn({ self: 'a', peer: 'b' }, preferred)).toBe(preferred !== 'b');
    }
  });
});

describe('a node', () => {
  it.each(states)('that sees %j begins to shoot only while EXTIN is idle, preferred or not', (state) => {
    if (state.extin) expect(reasonNotToFire(state)).toContain('EXTIN is asserted: this node is being fenced');
    else expect(reasonNotToFire(state)).toBeUndefined();
  });

  it.each(states)('that sees %j while it holds lets go only of what the preferred one holds, too', (state) => {
    expect(reasonToYield(state, true)).toBeUndefined();
    if (state.extin) expect(reasonToYield(state, false)).toContain('this node is being fenced at the same time');
    else expect(reasonToYield(state, false)).toBeUndefined();
  });
});

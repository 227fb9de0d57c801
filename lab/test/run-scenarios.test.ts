import { describe, expect, it } from 'vitest';
import { canFollow } from '../src/run-scenarios.js';
import type { Scenario } from '../src/scenarios/scenario.js';

const scenario = (parts: Partial<Scenario> = {}): Scenario => ({
  name: 'any',
  mustSee: 'nothing',
  run: () => Promise.resolve(),
  ...parts,
});

describe('the machines of a scenario', () => {
  it('do for the next one that asks for the same', () => {
    expect(canFollow(scenario(), scenario())).toBe(true);
    const held = scenario({ boards: { extoutOnPowerCut: 'held' } });
    expect(canFollow(held, held)).toBe(true);
  });

  it('do not for one that asks for another cluster or other boards', () => {
    expect(canFollow(scenario({ boards: { extoutOnPowerCut: 'held' } }), scenario())).toBe(false);
    expect(canFollow(scenario(), scenario({ cluster: 'none' }))).toBe(false);
  });

  it('are not bare any more after one that began with bare ones', () => {
    for (const cluster of ['none', 'bare'] as const) {
      expect(canFollow(scenario({ cluster }), scenario({ cluster }))).toBe(false);
    }
  });
});

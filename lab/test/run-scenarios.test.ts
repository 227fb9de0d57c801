import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canFollow, runScenarios } from '../src/run-scenarios.js';
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
    // As a board does by default.
    expect(canFollow(held, scenario())).toBe(true);
  });

  it('do not for one that asks for another cluster or other boards', () => {
    expect(canFollow(scenario({ boards: { extoutOnPowerCut: 'released' } }), scenario())).toBe(false);
    expect(canFollow(scenario(), scenario({ cluster: 'none' }))).toBe(false);
  });

  it('are not bare any more after one that began with bare ones', () => {
    for (const cluster of ['none', 'bare'] as const) {
      expect(canFollow(scenario({ cluster }), scenario({ cluster }))).toBe(false);
    }
  });
});

describe('a run whose time is over', () => {
  it('begins no further scenario, and names those that it leaves out', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lab-run-'));
    const log: string[] = [];
    const outcomes = await runScenarios([scenario({ name: 'first' }), scenario({ name: 'second' })], {
      startLab: () => Promise.reject(new Error('no machine is to be started')),
      directory,
      log: (line) => log.push(line),
      within: -1,
    });
    expect(outcomes).toEqual([]);
    expect(log).toEqual(['=== first: left out, its time is over', '=== second: left out, its time is over']);
    await rm(directory, { recursive: true });
  });
});

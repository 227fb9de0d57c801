import { describe, expect, it } from 'vitest';
import { drawRace, runRace } from './race.js';

/** All of them where there is time for it, a sample elsewhere. */
const races = process.env['CI'] === 'true' ? 100_000 : 1_500;

describe('mutual shooting', () => {
  it(`leaves exactly one node with power, in each of ${races} races`, { timeout: 1_800_000 }, async () => {
    for (let seed = 0; seed < races; seed++) {
      const race = drawRace(seed);
      const powered = await runRace(race);
      if (powered.filter(Boolean).length !== 1)
        expect.fail(`powered: ${powered.join(', ')} after ${JSON.stringify(race)}`);
    }
  });

  it('kills both nodes in many races when arbitration is switched off, so the check can fail', async () => {
    let bothDead = 0;
    for (let seed = 0; seed < 300; seed++) {
      const [first, second] = await runRace(drawRace(seed, false));
      if (!first && !second) bothDead++;
    }
    expect(bothDead).toBeGreaterThan(60);
  });
});

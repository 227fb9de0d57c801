// The timelines in the guides: drawn from runs of the agent's own code on virtual boards, so that they show what happens.
// When something about the course has changed on purpose: npx vitest run examples/fence-agent/test/pictures.test.ts -u
import { type Harness, record, type Recording } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { type Race, runRace } from './race.js';

const pictures = '../../../docs/pictures';
/** Both shoot at the same moment, on a machine whose bus is now and then slow (what the seed draws); EXTOUT stays asserted over a power cut, which is the worse case. */
const both: Race = {
  seed: 408,
  skew: 0,
  extoutOnPowerCut: 'held',
  extinPhases: [0, 0],
  preferred: 1,
  arbitration: true,
};
/** ms of the course that are drawn. */
const drawn = 16_000;

async function draw(race: Race, title: string): Promise<{ powered: [boolean, boolean]; svg: string }> {
  let recording: Recording | undefined;
  const powered = await runRace(race, (harness: Harness) => {
    const running = (recording = record(harness.boards, title));
    harness.clock.after(drawn, () => {
      running.stop();
    });
  });
  return { powered, svg: recording?.toSvg() ?? '' };
}

describe('the timelines of the guides', () => {
  it('show two nodes that shoot at once, of which the preferred one goes on', async () => {
    const { powered, svg } = await draw(both, 'Both shoot: raspberrypi-2 is preferred, raspberrypi-1 yields');
    expect(powered).toEqual([false, true]);
    await expect(svg).toMatchFileSnapshot(`${pictures}/both-shoot.svg`);
  });

  it('show how both lose their power without arbitration', async () => {
    const { powered, svg } = await draw({ ...both, arbitration: false }, 'Both shoot, and nobody looks at EXTIN');
    expect(powered).toEqual([false, false]);
    await expect(svg).toMatchFileSnapshot(`${pictures}/both-blind.svg`);
  });
});

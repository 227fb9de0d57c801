import type { Scenario } from '../scenario.js';
import { expectRejoin } from '../steps.js';

/** ms in which a node that may shoot does; an emulated one takes some 20 s from its decision to the shot. */
const longEnough = 40_000;

/** The link is cut: both nodes live, each thinks that the other one does not, and both shoot. */
function split(name: string, extout: 'held' | 'released'): Scenario {
  return {
    name,
    mustSee:
      `the link between the nodes cut, with an EXTOUT that is ${extout} when its own Pi loses power: exactly one survives ` +
      'and serves, the other comes back and does not shoot',
    told: { incidents: [{ causes: ['cut-link'], fenced: 'by wire', wokenBy: 'extin' }] },
    boards: { extoutOnPowerCut: extout },
    async run(lab, verdict) {
      const boots = lab.machines.map((machine) => machine.boots);
      const start = lab.clock.now();
      await lab.cutLink(true);

      const loser = await lab.until(
        'one of them is fenced and woken',
        () => lab.machines.find((machine, index) => machine.boots > (boots[index] ?? 0)),
        { interval: 50 },
      );
      const survivor = lab.peerOf(loser);
      verdict.seconds('until one was fenced', lab.clock.now() - start);
      await lab.until('the survivor serves', async () => (await lab.serving(survivor)) === survivor);
      await lab.until('the service answers', () => lab.http.answers, { interval: 50 });
      verdict.see('one survives and serves', true, survivor.name);
      verdict.seconds('HTTP silent in all', lab.http.silence(start));

      // It comes back to a link that is still cut: now it must neither serve nor shoot.
      const shots = lab.recording.pulses(loser.name, 'EXTOUT').length;
      const alone = await lab.until('the one that lost runs its cluster again, alone', async () => {
        const status = await lab.status(loser);
        return status.dc === loser.name && status;
      });
      // It does not know what has become of the other one. If it shot, it would have by now.
      await lab.clock.sleep(longEnough);
      verdict.see('the one that lost comes back without quorum', !alone.quorate);
      verdict.see('it does not shoot', lab.recording.pulses(loser.name, 'EXTOUT').length === shots);
      verdict.see('it does not serve', (await lab.status(loser)).resource('VIP')?.startedOn.length === 0);

      await lab.cutLink(false);
      await expectRejoin(lab, verdict, start);
      verdict.see('the survivor kept its power throughout', lab.recording.pulses(survivor.name, 'power').length === 1);
      verdict.see('the other one was cut once', lab.recording.pulses(loser.name, 'power').length === 2);
    },
  };
}

export const splitHeld = split('split-held', 'held');
export const splitReleased = split('split-released', 'released');

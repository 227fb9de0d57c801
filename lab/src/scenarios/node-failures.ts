import { panic as panicKernel } from '../commands.js';
import { LabError } from '../errors.js';
import type { CauseKind } from '../judge/compare.js';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import type { Scenario } from './scenario.js';
import { expectAddon, expectRejoin, servingMachine, wakeupFlagIn } from './steps.js';

/** A scenario in which the node that serves is struck, in one of several ways. */
function nodeFailure(
  name: string,
  blow: string,
  causes: readonly CauseKind[],
  strike: (lab: Lab, machine: Machine) => Promise<void> | void,
): Scenario {
  return {
    name,
    mustSee: `${blow} on the node that serves: the other one serves, the struck one is fenced, woken by wire and rejoins`,
    told: { incidents: [{ causes, fenced: 'by wire', wokenBy: 'extin' }] },
    async run(lab, verdict) {
      const struck = await servingMachine(lab);
      const other = lab.peerOf(struck);
      const { boots } = struck;
      const start = lab.clock.now();
      await strike(lab, struck);

      await lab.until(`${struck.name} is woken`, () => struck.boots > boots, { interval: 50 });
      const [hold] = lab.recording.pulses(other.name, 'EXTOUT');
      const [powered] = lab.recording.pulses(struck.name, 'power');
      verdict.see('its power was cut by the EXTOUT of the other', hold !== undefined && powered?.open === false);
      if (hold) verdict.seconds(`from ${name} to EXTOUT`, hold.start - start);
      if (powered) verdict.seconds(`from ${name} to the power cut`, powered.end - start);

      await lab.until('the other one serves', async () => (await lab.serving(other)) === other);
      await lab.until('the service answers', () => lab.http.answers, { interval: 50 });
      const [outage] = lab.http.outages(start);
      verdict.see('the service answers from the other node', true);
      if (outage) verdict.seconds(`HTTP silent after ${name}`, outage.end - start);

      const flag = await wakeupFlagIn(lab, struck);
      verdict.see('the guest reads wakeup-flag extin from its board', flag === 'extin', flag);
      await expectRejoin(lab, verdict, start);
      verdict.see('the other node kept its power', lab.recording.pulses(other.name, 'power').length === 1);
      await expectAddon(verdict, other);
      verdict.see('it was fenced once', lab.recording.pulses(struck.name, 'power').length === 2);
    },
  };
}

/** A kernel without pstore, or one that loses its power with it, keeps nothing of its end. */
export const panic = nodeFailure('panic', 'a kernel panic', ['panic', 'unknown'], panicKernel);

/** Nothing of it is on the disk: that the cause is not known is what a history can say. */
export const hang = nodeFailure('hang', 'a hard hang', ['unknown'], (lab, machine) => {
  lab.note(`${machine.name} hangs`);
  machine.hang();
});

/** Takes all memory with a process that the kernel may not kill, so that it has to kill all others, and then gives up. */
const devourMemory = 'blocks = []\nwhile True:\n    blocks.append(bytearray(8 << 20))\n';

export const outOfMemory = nodeFailure(
  'out-of-memory',
  'running out of memory',
  ['out-of-memory', 'unknown'],
  async (lab, machine) => {
    lab.note(`${machine.name} runs out of memory`);
    const words = ['choom', '-n', '-1000', '--', 'python3', '-c', devourMemory];
    await machine.exec(words, { timeout: 1000 }).catch((error: unknown) => {
      if (!(error instanceof LabError)) throw error;
    });
  },
);

import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import type { Verdict } from '../verdict.js';
import type { Scenario } from './scenario.js';
import { expectRejoin } from './steps.js';

const service = 'fence-sleepi3.service';

/** s of the watchdog, and what an emulated machine may take to start a Node.js for the release. */
const releaseBound = 5 + 25;
/** s into a hold at which the line keeper is disturbed. */
const moments = [0, 3, 6];

interface Disturbance {
  readonly what: string;
  readonly words: readonly string[];
  readonly undo?: readonly string[];
}

const signal = (name: string) => ['systemctl', 'kill', `--signal=${name}`, '--kill-who=main', service];
const memory = (limit: string) => ['systemctl', 'set-property', '--runtime', service, `MemoryMax=${limit}`];

const disturbances: readonly Disturbance[] = [
  { what: 'killed', words: signal('KILL') },
  { what: 'stopped', words: signal('STOP') },
  { what: 'out of memory in its cgroup', words: memory('8M'), undo: memory('infinity') },
];

/** The service that owns the line, disturbed in every way in the middle of a hold. */
export const keeper: Scenario = {
  name: 'keeper',
  mustSee:
    'the line keeper killed, stopped and out of memory at several moments of a hold: the line is released within the ' +
    'bound, and the next request fences; Pacemaker killed and the service restarted in mid-hold: the hold is ended first',
  async run(lab, verdict) {
    const [target, shooter] = lab.machines;
    const start = lab.clock.now();
    for (const disturbance of disturbances) {
      for (const moment of moments) await disturb(lab, verdict, disturbance, moment);
    }
    await holdGoesOn(lab, verdict, 'Pacemaker is killed', ['systemctl', 'kill', '--signal=KILL', 'pacemaker.service']);
    // As an upgrade of the package does it.
    await holdGoesOn(lab, verdict, 'the service is restarted', ['systemctl', '--no-block', 'restart', service]);
    await lab.until(`${shooter.name}'s line keeper is back`, () => isReady(shooter));
    await shooter.mustExec(['systemctl', 'start', 'pacemaker.service']);
    await lab.settled();

    const { boots } = target;
    lab.note(`${shooter.name}: pcs stonith fence ${target.name}`);
    const { status, stderr } = await shooter.exec(['pcs', 'stonith', 'fence', target.name], { timeout: 240_000 });
    verdict.see('the next request of the cluster fences', status === 0, stderr.trim());
    await lab.until(`${target.name} is powered on again`, () => target.boots > boots);
    await expectRejoin(lab, verdict, start);
  },
};

/** The agent by hand: `on` would do no harm to a target that is awake, but only a hold can be disturbed. */
function off(lab: Lab): ReturnType<Machine['exec']> {
  const [target, shooter] = lab.machines;
  return shooter.exec(['fence_sleepi3', '--action', 'off', '--plug', target.name], { timeout: 180_000 });
}

async function disturb(lab: Lab, verdict: Verdict, { what, words, undo }: Disturbance, moment: number): Promise<void> {
  const [, shooter] = lab.machines;
  const title = `${what}, ${moment} s into a hold`;
  lab.note(`${shooter.name}: the line keeper ${title}`);
  const result = off(lab);
  await lab.until('EXTOUT is asserted', () => shooter.board.extout, { timeout: 60_000, interval: 50 });
  await lab.clock.sleep(moment * 1000);
  await shooter.exec(words);
  const disturbed = lab.clock.now();
  await lab.until('EXTOUT is released', () => !shooter.board.extout, { timeout: 60_000, interval: 50 });
  const seconds = (lab.clock.now() - disturbed) / 1000;
  verdict.see(`${title}: the line is released`, seconds <= releaseBound, `${seconds.toFixed(1)} s`);
  const { status } = await result;
  verdict.see(`${title}: no success is reported`, status !== 0);
  if (undo) await shooter.exec(undo);
  await lab.until('the line keeper is back', () => isReady(shooter));
}

async function holdGoesOn(lab: Lab, verdict: Verdict, what: string, words: readonly string[]): Promise<void> {
  const [target, shooter] = lab.machines;
  lab.note(`${shooter.name}: ${what} in mid-hold`);
  const { boots } = target;
  const before = lab.recording.pulses(shooter.name, 'EXTOUT').length;
  const result = off(lab);
  await lab.until('EXTOUT is asserted', () => shooter.board.extout, { timeout: 60_000, interval: 50 });
  await shooter.exec(words);
  const { status, stderr } = await result;
  verdict.see(`${what} in mid-hold: the hold is a success`, status === 0, stderr.trim());
  await lab.until('EXTOUT is released', () => !shooter.board.extout, { timeout: 60_000, interval: 50 });
  const pulse = lab.recording.pulses(shooter.name, 'EXTOUT')[before];
  verdict.see(`${what} in mid-hold: it was a whole one`, pulse !== undefined && pulse.end - pulse.start >= 11_900);
  await lab.until('the line keeper is back', () => isReady(shooter));
  await shooter.mustExec(['fence_sleepi3', '--action', 'on', '--plug', target.name], { timeout: 120_000 });
  await lab.until(`${target.name} is powered on again`, () => target.boots > boots);
}

async function isReady(machine: Machine): Promise<boolean> {
  const { stdout } = await machine.exec(['systemctl', 'is-active', service]);
  return stdout.trim() === 'active';
}

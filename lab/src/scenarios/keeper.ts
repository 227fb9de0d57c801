import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import type { Verdict } from '../verdict.js';
import type { Scenario } from './scenario.js';
import { expectRejoin, inBackground } from './steps.js';

const service = 'fence-sleepi3.service';

/** s of the watchdog, and what an emulated machine may take to start a Node.js for the release. */
const releaseBound = 5 + 25;
/** s into a hold at which the line keeper is disturbed. */
const moments = [0, 3, 6];

interface Disturbance {
  readonly what: string;
  readonly words: readonly string[];
}

const signal = (name: string) => ['systemctl', 'kill', `--signal=${name}`, '--kill-who=main', service];

/**
 * As if it had leaked: its control group is full until it is dead, and empty then. The limit is gone when systemd has what it
 * runs for a dead keeper to start.
 */
const leak = `set -e
main=$(systemctl show --property=MainPID --value ${service})
limit=/sys/fs/cgroup/system.slice/${service}/memory.max
echo 8M >$limit
while [ -e /proc/$main ]; do sleep 0.1; done
echo max >$limit`;

const disturbances: readonly Disturbance[] = [
  { what: 'killed', words: signal('KILL') },
  { what: 'stopped', words: signal('STOP') },
  { what: 'out of memory in its cgroup', words: ['sh', '-c', leak] },
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
    const { status: killed } = await holdGoesOn(lab, verdict, 'Pacemaker is killed', [
      ...['systemctl', 'kill', '--signal=KILL', 'pacemaker.service'],
    ]);
    verdict.see('Pacemaker is killed in mid-hold: pcs reports no success', killed !== 0);
    await shooter.mustExec(['systemctl', 'start', 'pacemaker.service'], { timeout: 240_000 });
    await lab.settled();
    // As an upgrade of the package does it.
    const { status, stderr } = await holdGoesOn(lab, verdict, 'the service is restarted', [
      ...['systemctl', '--no-block', 'restart', service],
    ]);
    verdict.see('the service is restarted in mid-hold: pcs reports a success', status === 0, stderr.trim());
    await lab.settled();

    await withoutCluster(lab, async () => {
      for (const disturbance of disturbances) {
        for (const moment of moments) await disturb(lab, verdict, disturbance, moment);
      }
    });

    const { boots } = target;
    const fenced = await requestFencing(lab);
    verdict.see('the next request of the cluster fences', fenced.status === 0, fenced.stderr.trim());
    await lab.until(`${target.name} is powered on again`, () => target.boots > boots);
    await expectRejoin(lab, verdict, start);
  },
};

function requestFencing(lab: Lab): ReturnType<Machine['exec']> {
  const [target, shooter] = lab.machines;
  lab.note(`${shooter.name}: pcs stonith fence ${target.name}`);
  return shooter.exec(['pcs', 'stonith', 'fence', target.name], { timeout: 300_000 });
}

/** Something happens in the middle of a hold that the cluster has asked for. */
async function holdGoesOn(
  lab: Lab,
  verdict: Verdict,
  what: string,
  words: readonly string[],
): ReturnType<Machine['exec']> {
  const [target, shooter] = lab.machines;
  const { boots } = target;
  const before = lab.recording.pulses(shooter.name, 'EXTOUT').length;
  const result = inBackground(requestFencing(lab));
  await lab.until('EXTOUT is asserted', () => shooter.board.extout, { timeout: 60_000, interval: 50 });
  lab.note(`${shooter.name}: ${what} in mid-hold`);
  await shooter.mustExec(words);
  await lab.until('EXTOUT is released', () => !shooter.board.extout, { timeout: 60_000, interval: 50 });
  const pulse = lab.recording.pulses(shooter.name, 'EXTOUT')[before];
  const seconds = pulse ? (pulse.end - pulse.start) / 1000 : 0;
  verdict.see(`${what} in mid-hold: the hold is a whole one`, seconds >= 11.9, `${seconds.toFixed(1)} s`);
  await lab.until(`${target.name} is powered on again`, () => target.boots > boots);
  const ended = await result;
  await lab.until('the line keeper is back', () => isReady(shooter));
  return ended;
}

/** Nobody but the scenario has a node fenced meanwhile. */
async function withoutCluster(lab: Lab, act: () => Promise<void>): Promise<void> {
  const units = ['corosync.service', 'pacemaker.service'];
  const all = (...words: readonly string[]) =>
    Promise.all(
      lab.machines.map((machine) => machine.mustExec(['systemctl', ...words, ...units], { timeout: 300_000 })),
    );
  await all('disable', '--now');
  await act();
  await all('enable', '--now');
  await lab.settled();
}

async function disturb(lab: Lab, verdict: Verdict, { what, words }: Disturbance, moment: number): Promise<void> {
  const [target, shooter] = lab.machines;
  const title = `${what}, ${moment} s into a hold`;
  lab.note(`${shooter.name}: the line keeper ${title}`);
  const off = ['fence_sleepi3', '--action', 'off', '--plug', target.name];
  const result = inBackground(shooter.exec(off, { timeout: 180_000 }));
  await lab.until('EXTOUT is asserted', () => shooter.board.extout, { timeout: 60_000, interval: 50 });
  await lab.clock.sleep(moment * 1000);
  const begun = lab.clock.now();
  const disturbed = inBackground(shooter.mustExec(words));
  await lab.until('EXTOUT is released', () => !shooter.board.extout, { timeout: 60_000, interval: 50 });
  const seconds = (lab.clock.now() - begun) / 1000;
  verdict.see(`${title}: the line is released`, seconds <= releaseBound, `${seconds.toFixed(1)} s`);
  await disturbed;
  const { status, stderr } = await result;
  verdict.see(`${title}: no success is reported`, status !== 0, stderr.trim().split('\n').at(-1));
  await lab.until('the line keeper is back', () => isReady(shooter));
  // A slow machine may have held it long enough.
  if (target.powered) return;
  await shooter.mustExec(['fence_sleepi3', '--action', 'on', '--plug', target.name], { timeout: 120_000 });
  await lab.until(`${target.name} is powered on again`, () => target.powered);
  await lab.until(`${target.name} answers`, () => target.answers());
}

async function isReady(machine: Machine): Promise<boolean> {
  const { stdout } = await machine.exec(['systemctl', 'is-active', service]);
  return stdout.trim() === 'active';
}

import { resources } from '../cluster/configuration.js';
import { pressSwitch } from '../commands.js';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import type { Verdict } from '../verdict.js';
import type { Scenario } from './scenario.js';
import { longestGap, servingMachine } from './steps.js';

/** How long EXTOUT is held until a board cuts, ms: a pulse that wakes is shorter. */
const shortestCut = 10_000;

/** A cluster goes to the next release of Debian by the steps of the runbook, one node after the other. */
export const upgrade: Scenario = {
  name: 'upgrade',
  mustSee:
    'each node of a cluster of Debian 12 is drained and gets a new card with Debian 13 while the other one serves: HTTP is never ' +
    'silent, and a fencing works at every stage, from the old release to the new one and back, too',
  releases: ['bookworm', 'trixie'],
  async run(lab, verdict) {
    const start = lab.clock.now();
    const stays = await servingMachine(lab);
    const first = lab.peerOf(stays);
    await fence(lab, verdict, stays, first, 'Debian 12 by Debian 12');

    await drain(lab, first);
    await changeCard(lab, verdict, first);
    await fence(lab, verdict, stays, first, 'Debian 13 by Debian 12');

    await moveService(lab, stays, first);
    // The one of Debian 13 is the DC from now on, and an older Pacemaker may not join a newer DC: it stays off, and gets its card.
    await shoot(lab, verdict, first, stays, 'Debian 12 by Debian 13', ['--off']);
    await changeCard(lab, verdict, stays);
    await fence(lab, verdict, first, stays, 'Debian 13 by Debian 13');

    const silence = lab.http.silence(start);
    verdict.see('HTTP was never silent', silence < longestGap, `${Math.round(silence)} ms`);
    verdict.seconds('for both nodes', lab.clock.now() - start);
  },
};

/** A fencing, after which the node comes back. */
async function fence(lab: Lab, verdict: Verdict, shooter: Machine, target: Machine, what: string): Promise<void> {
  const { boots } = target;
  await shoot(lab, verdict, shooter, target, what);
  await lab.until(`${target.name} is woken`, () => target.boots > boots);
  await lab.settled();
}

async function shoot(
  lab: Lab,
  verdict: Verdict,
  shooter: Machine,
  target: Machine,
  what: string,
  options: readonly string[] = [],
): Promise<void> {
  const holds = () =>
    lab.recording.pulses(shooter.name, 'EXTOUT').filter(({ start, end }) => end - start >= shortestCut);
  const before = holds().length;
  const words = ['pcs', 'stonith', 'fence', target.name, ...options];
  lab.note(`${shooter.name}: ${words.join(' ')} (${what})`);
  const { status, stdout, stderr } = await shooter.exec(words, { timeout: 300_000 });
  verdict.see(`${what}: pcs says that it was fenced`, status === 0, (stdout + stderr).trim());
  verdict.see(`${what}: by one hold`, holds().length === before + 1, `${holds().length - before}`);
}

async function moveService(lab: Lab, from: Machine, to: Machine): Promise<void> {
  await from.mustExec(['pcs', 'resource', 'move', resources.vip, to.name], { timeout: 300_000 });
  await lab.until('the service has moved', async () => (await lab.serving(to)) === to);
  await lab.settled();
}

/** Takes everything from a node and stops its cluster. */
async function drain(lab: Lab, machine: Machine): Promise<void> {
  lab.note(`${machine.name} is drained`);
  await machine.mustExec(['pcs', 'node', 'standby', machine.name, '--wait=300'], { timeout: 400_000 });
  await machine.mustExec(['pcs', 'cluster', 'stop'], { timeout: 400_000 });
}

/** Shuts a node down that is not off already, gives it the next system with the cluster's configuration, and lets it serve again. */
async function changeCard(lab: Lab, verdict: Verdict, machine: Machine): Promise<void> {
  if (machine.powered) {
    lab.note(`${machine.name} shuts down`);
    await machine.mustExec(['systemctl', 'poweroff', '--no-block']);
  }
  await lab.until(`${machine.name} has no power`, () => !machine.powered);
  await lab.changeSystem(machine);
  await pressSwitch(lab, machine);
  const other = lab.peerOf(machine);
  await lab.until(`${machine.name} is online`, async () =>
    (await lab.status(other)).members.some(({ name, online }) => name === machine.name && online),
  );
  await other.mustExec(['pcs', 'node', 'unstandby', machine.name], { timeout: 300_000 });
  await lab.settled();
  const release = await machine.mustExec(['cat', '/etc/debian_version']);
  verdict.see(`${machine.name} serves with Debian 13`, release.startsWith('13'), release.trim());
}

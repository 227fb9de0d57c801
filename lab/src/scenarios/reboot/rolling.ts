// What the scenarios of a rolling reboot share: nodes made ready for it, and how to see where their turns are.
import { LabError } from '../../errors.js';
import type { Lab } from '../../lab.js';
import type { Machine } from '../../machine/machine.js';

const records = '/var/lib/rolling-reboot';

/** Has the units begin on both nodes at once, as their timers do; what is remembered of earlier turns is forgotten. */
export async function startOnBoth(lab: Lab): Promise<void> {
  for (const machine of lab.machines) {
    await machine.mustExec(['rm', '-f', `${records}/history.json`]);
    lab.note(`${machine.name}: systemctl start rolling-reboot`);
    await machine.mustExec(['systemctl', 'start', '--no-block', 'rolling-reboot.service']);
  }
}

/** How many nodes take no resources, as the first one sees it that knows. */
export class NodesOut {
  most = 0;
  looks = 0;

  async look(lab: Pick<Lab, 'machines' | 'status'>): Promise<void> {
    let ignorant = 0;
    for (const machine of lab.machines) {
      const status = await lab.status(machine).catch((error: unknown) => {
        if (error instanceof LabError) return undefined; // it is just rebooting: the other one is asked
        throw error;
      });
      if (!status) continue;
      // One that has just booted, and has not joined yet, knows nothing of the others.
      if (!status.quorate || status.dc === undefined) {
        ignorant += 1;
        continue;
      }
      const out = status.members.filter(({ online, standby, unclean }) => !online || standby || unclean).length;
      this.#saw(out);
      return;
    }
    if (ignorant === lab.machines.length) this.#saw(ignorant);
  }

  #saw(out: number): void {
    this.most = Math.max(this.most, out);
    this.looks += 1;
  }
}

/** How a node's last turn ended, by its own record. */
interface Turn {
  readonly result: string;
  readonly reason?: string;
}

/** Undefined while its turn has not ended; rejects while it does not answer. */
export async function turnOf(machine: Machine): Promise<Turn | undefined> {
  const script = `[ ! -e ${records}/journal.json ] && cat ${records}/history.json 2>/dev/null || echo '[]'`;
  const history = JSON.parse(await machine.mustExec(['sh', '-c', script])) as Turn[];
  const turn = history.at(-1);
  // A run that was refused leaves no record of a turn, only words in the journal.
  if (turn === undefined && !(await isRunning(machine))) {
    const journal = await machine.mustExec(['journalctl', '-u', 'rolling-reboot*', '-o', 'cat', '-n', '5']);
    return { result: 'refused', reason: journal.trim().replaceAll('\n', '; ') };
  }
  return turn;
}

export async function isRunning(machine: Machine): Promise<boolean> {
  const units = ['rolling-reboot.service', 'rolling-reboot-resume.service'];
  const script = `systemctl is-active --quiet ${units.join(' ')} || [ -e ${records}/journal.json ]`;
  return (await machine.exec(['sh', '-c', script])).status === 0;
}

/** Has the board watch this node, as rolling-reboot demands it; 0: no more. */
export async function setHeartbeat(machine: Machine, seconds: number): Promise<void> {
  await machine.mustExec([
    'sed',
    '-i',
    `s/^HEARTBEAT_TIMEOUT=.*/HEARTBEAT_TIMEOUT=${seconds}/`,
    '/etc/default/sleepi3',
  ]);
  await machine.mustExec(['i2cset', '-y', '1', '0x6e', '0x09', String(seconds)]);
}

export const wakeAlarmOf = async (machine: Machine): Promise<string> =>
  (await machine.mustExec(['cat', '/sys/class/rtc/rtc0/wakealarm'])).trim();

/** The step that a node's turn is at; undefined when it has none. */
export async function stepOf(machine: Machine): Promise<string | undefined> {
  const text = await machine.mustExec(['sh', '-c', `cat ${records}/journal.json 2>/dev/null || echo '{}'`]);
  return (JSON.parse(text) as { step?: string }).step;
}

import { virtualAddress } from '../cluster/configuration.js';
import { LabError } from '../errors.js';
import { HttpLoad } from '../http-load.js';
import { askOverHttp } from '../http-probe.js';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import type { Scenario } from './scenario.js';
import { bootIdOf, expectRejoin } from './steps.js';

/** Requests a second, and ms that each may take. */
const rate = 50;
const patience = 2000;
/** The longest time that the service of a hot standby may be away, ms. */
const longestGap = 500;
/** ms for one node's turn on an emulated machine; bounds a defect. */
const turnTimeout = 1_200_000;

/** Both nodes rebooted, as every night: rolling-reboot's units do it, the lab only looks. */
export const reboot: Scenario = {
  name: 'reboot',
  mustSee:
    'rolling-reboot started on both nodes at once, under 50 requests a second: one after the other reboots, nobody is ' +
    'fenced, nothing is left behind, and the service is never away for half a second',
  async run(lab, verdict) {
    const before = await Promise.all(lab.machines.map(bootIdOf));
    for (const machine of lab.machines) await setHeartbeat(machine, 60);
    const start = lab.clock.now();
    const load = new HttpLoad(lab.clock, askOverHttp(virtualAddress, patience), rate);
    for (const machine of lab.machines) {
      lab.note(`${machine.name}: systemctl start rolling-reboot`);
      await machine.mustExec(['systemctl', 'start', '--no-block', 'rolling-reboot.service']);
    }
    const out = new NodesOut();
    for (const count of [1, 2]) {
      const ended = async () => {
        await out.look(lab);
        const turns = (await Promise.all(lab.machines.map(turnOf))).filter((turn) => turn !== undefined);
        return turns.length >= count || turns.some(({ result }) => result !== 'done');
      };
      await lab.until(`turn ${count} of 2 has ended`, ended, { timeout: turnTimeout, interval: 5000 });
      lab.note(`turn ${count} of 2 has ended`);
    }
    verdict.seconds('for both turns', lab.clock.now() - start);
    const { requests, failed, longestGap: gap } = await load.end();

    for (const [index, machine] of lab.machines.entries()) {
      const turn = await turnOf(machine);
      verdict.see(`the turn of ${machine.name} went well`, turn?.result === 'done', turn?.reason);
      verdict.see(`${machine.name} was rebooted`, (await bootIdOf(machine)) !== before[index]);
    }
    verdict.see('never both nodes were out of service', out.most < 2, `${out.most} at most, of ${out.looks} looks`);
    verdict.see(
      'nobody was fenced, and no board cut the power',
      lab.machines.every(
        ({ name }) =>
          lab.recording.pulses(name, 'EXTOUT').length === 0 && lab.recording.pulses(name, 'power').length === 1,
      ),
    );
    verdict.figure('HTTP requests', requests);
    verdict.figure('HTTP requests failed', failed);
    verdict.figure('longest time without an answer', Math.round(gap) / 1000, 's');
    verdict.see('the service was never away for half a second', gap < longestGap, `${Math.round(gap)} ms`);

    const [machine] = lab.machines;
    const cib = await machine.mustExec(['cibadmin', '--query']);
    verdict.see(
      'no lock, no standby and no constraint is left',
      !/rolling-reboot|name="standby" value="on"|cli-/.test(cib),
    );
    const alarms = await Promise.all(lab.machines.map(wakeAlarmOf));
    verdict.see(
      'no wake alarm is left',
      alarms.every((alarm) => alarm === ''),
      alarms.join(' '),
    );
    for (const each of lab.machines) await setHeartbeat(each, 0);
    await expectRejoin(lab, verdict, start);
  },
};

/** How many nodes take no resources, as whoever is asked sees it. */
class NodesOut {
  most = 0;
  looks = 0;

  async look(lab: Lab): Promise<void> {
    for (const machine of lab.machines) {
      const status = await lab.status(machine).catch((error: unknown) => {
        if (error instanceof LabError) return undefined; // it is just rebooting: the other one is asked
        throw error;
      });
      if (!status) continue;
      const out = status.members.filter(({ online, standby, unclean }) => !online || standby || unclean).length;
      this.most = Math.max(this.most, out);
      this.looks += 1;
      return;
    }
  }
}

/** How a node's last turn ended, by its own record. */
interface Turn {
  readonly result: string;
  readonly reason?: string;
}

/** Undefined while its turn has not ended; rejects while it does not answer. */
async function turnOf(machine: Machine): Promise<Turn | undefined> {
  const records = '/var/lib/rolling-reboot';
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

async function isRunning(machine: Machine): Promise<boolean> {
  const units = ['rolling-reboot.service', 'rolling-reboot-resume.service'];
  const script = `systemctl is-active --quiet ${units.join(' ')} || [ -e /var/lib/rolling-reboot/journal.json ]`;
  return (await machine.exec(['sh', '-c', script])).status === 0;
}

/** Has the board watch this node, as rolling-reboot demands it; 0: no more. */
async function setHeartbeat(machine: Machine, seconds: number): Promise<void> {
  await machine.mustExec([
    'sed',
    '-i',
    `s/^HEARTBEAT_TIMEOUT=.*/HEARTBEAT_TIMEOUT=${seconds}/`,
    '/etc/default/sleepi3',
  ]);
  await machine.mustExec(['i2cset', '-y', '1', '0x6e', '0x09', String(seconds)]);
}

const wakeAlarmOf = async (machine: Machine): Promise<string> =>
  (await machine.mustExec(['cat', '/sys/class/rtc/rtc0/wakealarm'])).trim();

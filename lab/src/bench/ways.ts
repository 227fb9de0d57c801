// The ways to keep a service up on two machines that are measured: Pacemaker's, with whichever agent, and keepalived's.
import { resources, virtualAddress } from '../cluster/configuration.js';
import { pressSwitch, takeSupply } from '../commands.js';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import { servingMachine } from '../scenarios/steps.js';
import type { Step } from './parts.js';

/** What a bench does with a way to run the service. */
export interface Way {
  /** Waits until all is well for the first time. */
  begin(lab: Lab): Promise<void>;
  /** Waits until both machines are whole and the service answers, after a machine has been lost. */
  whole(lab: Lab, lost?: Machine): Promise<void>;
  /** The machine that serves. */
  serving(lab: Lab): Promise<Machine>;
  /** Has the service go from one machine to the other, as an operator would. */
  move(lab: Lab, from: Machine, to: Machine): Promise<void>;
  /** What the journal of the machine that fences, or takes over, says on the way. */
  readonly steps: readonly Step[];
}

/** ms for machines that are emulated; bounds a defect. */
const timeout = { boot: 900_000, settle: 600_000 };

export const pacemaker: Way = {
  begin: (lab) => lab.begin({ timeout: timeout.boot }),
  whole: (lab) => lab.settled({ timeout: timeout.settle }),
  serving: servingMachine,
  async move(lab, from, to) {
    await from.mustExec(['pcs', 'resource', 'move', resources.vip, to.name], { timeout: 300_000 });
    await lab.until('the service has moved', async () => (await lab.serving(to)) === to && lab.http.answers);
  },
  steps: [
    { name: 'detection', pattern: /corosync.*A processor failed, forming new configuration/ },
    { name: 'membership', pattern: /corosync.*A new membership/ },
    { name: 'election', pattern: /pacemaker-controld.*(?:S_ELECTION|S_INTEGRATION) -> S_/ },
    {
      name: 'fencing request',
      pattern: /pacemaker-\w+.*(?:Requesting (?:peer )?fencing|wants to fence|requests fencing)/,
    },
    {
      name: 'fenced',
      pattern: /pacemaker-\w+.*(?:terminated|was fenced|fenced) .*OK|Operation 'reboot'.*OK/,
    },
    {
      name: 'start',
      pattern: new RegExp(
        `pacemaker-controld.*Result of (?:start|migrate_from) operation for ${resources.vip} .*: (?:ok|OK)`,
      ),
    },
  ],
};

export const keepalived: Way = {
  begin: (lab) => keepalivedWhole(lab),
  async whole(lab, lost) {
    // Nothing here fences: whoever hangs stays so until somebody takes its power.
    if (lost) {
      await takeSupply(lab, lost);
      if (!lost.powered) await pressSwitch(lab, lost);
      await lab.until(`${lost.name} has power`, () => lost.powered);
    }
    await keepalivedWhole(lab);
  },
  serving: (lab) => lab.until('a machine has the address', () => holderOfAddress(lab)),
  async move(lab, from, to) {
    await from.mustExec(['systemctl', 'stop', 'keepalived'], { timeout: 120_000 });
    await lab.until('the service has moved', async () => (await holderOfAddress(lab)) === to && lab.http.answers);
    await from.mustExec(['systemctl', 'start', 'keepalived'], { timeout: 120_000 });
  },
  steps: [
    { name: 'detection', pattern: /Keepalived_vrrp.*(?:Backup received priority 0|advertisement timeout)/ },
    { name: 'election', pattern: /Keepalived_vrrp.*Entering MASTER STATE/ },
  ],
};

async function keepalivedWhole(lab: Lab): Promise<void> {
  for (const machine of lab.machines) {
    await lab.until(
      `${machine.name} runs keepalived and the container`,
      async () =>
        (await machine.answers()) &&
        (await machine.exec(['systemctl', 'is-active', 'keepalived', 'sleepi3-lab-httpd'])).status === 0,
      { timeout: timeout.boot },
    );
  }
  await lab.until('one machine has the address', () => holderOfAddress(lab), { timeout: timeout.settle });
  await lab.until('the service answers', () => lab.http.answers, { timeout: timeout.settle });
}

/** The machine that has the service's address; undefined while none has, or both. */
async function holderOfAddress(lab: Lab): Promise<Machine | undefined> {
  const holders: Machine[] = [];
  for (const machine of lab.machines) {
    if (!(await machine.answers())) continue;
    const addresses = await machine.mustExec(['ip', '-brief', 'address', 'show', 'dev', 'eth0']);
    if (addresses.includes(` ${virtualAddress}/`)) holders.push(machine);
  }
  return holders.length === 1 ? holders[0] : undefined;
}

import { virtualAddress } from '../../cluster/configuration.js';
import { HttpLoad } from '../../network/http-load.js';
import { askOverHttp } from '../../network/http-probe.js';
import type { Lab } from '../../lab.js';
import type { Machine } from '../../machine/machine.js';
import { isRunning, setHeartbeat, startOnBoth, stepOf } from './rolling.js';
import type { Scenario } from '../scenario.js';
import { bootIdOf, expectRejoin, longestGap } from '../steps.js';

/** The settings, which are put back in the end. */
const file = '/etc/default/rolling-reboot';
/** Where the hook writes what it is called with. */
const alarms = '/run/alarms';
/** Short, so that the one that waits gives the lost one up soon; long enough for an emulated turn up to the reboot. */
const settings = [
  ...['MOVE_TIMEOUT=120', 'DRAIN_TIMEOUT=120', 'REBOOT_TIMEOUT=120', 'HEALTHY_TIMEOUT=60', 'SOAK=0', 'WAKE_AFTER=60'],
  'HOOK=/usr/local/sbin/alarm',
];

/** A node whose power supply dies in its reboot. */
export const rebootLost: Scenario = {
  name: 'reboot-lost',
  mustSee:
    'a node that does not come back from its reboot: the roll stops, the other node is not rebooted and serves, the alarm ' +
    'is raised; and when the lost one is back, abort ends it',
  told: {
    incidents: [{ causes: ['rolling-reboot'], wokenBy: 'poweron' }],
    alerts: [/^the rolling reboot of .* failed$/],
  },
  async run(lab, verdict) {
    const before = await Promise.all(lab.machines.map(bootIdOf));
    for (const machine of lab.machines) {
      await setHeartbeat(machine, 60);
      await configure(machine);
    }
    const start = lab.clock.now();
    const load = new HttpLoad(lab.clock, askOverHttp(virtualAddress, 2000), 20);
    await startOnBoth(lab);
    const lost = await lab.until('a node is about to reboot', () => whoReboots(lab), { interval: 1000 });
    const other = lab.peerOf(lost);
    await lab.until(`${other.name} sees ${lost.name} leave`, async () =>
      (await lab.status(other)).members.some(({ name, online }) => name === lost.name && !online),
    );
    lab.note(`${lost.name}: its power supply dies`);
    lost.board.setSupply({ voltage1: 0, voltage2: 0 });

    await lab.until(`${other.name} gives up`, async () => !(await isRunning(other)));
    verdict.seconds('until the roll was stopped', lab.clock.now() - start);
    const cib = await other.mustExec(['cibadmin', '--query']);
    verdict.see('the lock says which node failed', cib.includes(`failed=${lost.name}`));
    verdict.see('the lost node is not left in standby', !cib.includes('name="standby" value="on"'));
    const called = await other.mustExec(['cat', alarms]);
    verdict.see('the alarm was raised', called.includes('failure'), called.trim());
    verdict.see('the other node was not rebooted', (await bootIdOf(other)) === before[lab.machines.indexOf(other)]);
    const { requests, failed, longestGap: gap } = await load.end();
    verdict.figure('HTTP requests', requests);
    verdict.figure('HTTP requests failed', failed);
    verdict.see(`the service was never away for ${longestGap} ms`, gap < longestGap, `${Math.round(gap)} ms`);

    lab.note(`${lost.name}: its power supply is back`);
    lost.board.setSupply({ voltage1: 12_000 });
    await lab.until(`${lost.name} has ended its turn`, async () => (await stepOf(lost)) === undefined);
    await other.mustExec(['rolling-reboot', 'abort'], { timeout: 300_000 });
    const after = await other.mustExec(['cibadmin', '--query']);
    verdict.see('abort leaves nothing of the roll', !after.includes('rolling-reboot'));
    for (const machine of lab.machines) {
      await setHeartbeat(machine, 0);
      await machine.mustExec(['mv', `${file}.before`, file]);
    }
    await expectRejoin(lab, verdict, start);
  },
};

async function whoReboots(lab: Lab): Promise<Machine | undefined> {
  for (const machine of lab.machines) if ((await stepOf(machine)) === 'reboot') return machine;
  return undefined;
}

async function configure(machine: Machine): Promise<void> {
  const keys = settings.map((line) => line.split('=')[0] ?? '').join('|');
  const script = [
    `cp -p ${file} ${file}.before`,
    `sed -i -E '/^(${keys})=/d' ${file}`,
    `printf '%s\\n' ${settings.join(' ')} >> ${file}`,
    `printf '#!/bin/sh\\necho "$@" >> ${alarms}\\n' > /usr/local/sbin/alarm`,
    'chmod 755 /usr/local/sbin/alarm',
  ];
  await machine.mustExec(['sh', '-c', script.join('\n')]);
}

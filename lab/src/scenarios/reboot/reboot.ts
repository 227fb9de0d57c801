import { virtualAddress } from '../../cluster/configuration.js';
import { HttpLoad } from '../../network/http-load.js';
import { askOverHttp } from '../../network/http-probe.js';
import { NodesOut, setHeartbeat, startOnBoth, turnOf, wakeAlarmOf } from './rolling.js';
import type { Scenario } from '../scenario.js';
import { bootIdOf, expectRejoin, longestGap } from '../steps.js';

/** Requests a second, and ms that each may take. */
const rate = 50;
const timeout = 2000;
/** ms for one node's turn on an emulated machine; bounds a defect. */
const turnTimeout = 1_200_000;

/** Both nodes rebooted, as every night: rolling-reboot's units do it, the lab only looks. */
export const reboot: Scenario = {
  name: 'reboot',
  mustSee:
    'rolling-reboot started on both nodes at once, under 50 requests a second: one after the other reboots, nobody is ' +
    'fenced, nothing is left behind, and the service is never away for half a second',
  told: { incidents: [{ causes: ['rolling-reboot'] }, { causes: ['rolling-reboot'] }] },
  async run(lab, verdict) {
    const before = await Promise.all(lab.machines.map(bootIdOf));
    for (const machine of lab.machines) await setHeartbeat(machine, 60);
    const start = lab.clock.now();
    const load = new HttpLoad(lab.clock, askOverHttp(virtualAddress, timeout), rate);
    await startOnBoth(lab);
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
    verdict.see(`the service was never away for ${longestGap} ms`, gap < longestGap, `${Math.round(gap)} ms`);

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

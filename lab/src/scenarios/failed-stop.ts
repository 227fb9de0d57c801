import { resources } from '../cluster/configuration.js';
import type { Scenario } from './scenario.js';
import { expectRejoin, servingMachine, wakeupFlagIn } from './steps.js';

/** An address that cannot be taken off: the kernel refuses, so the agent's stop fails. */
export const failedStop: Scenario = {
  name: 'failed-stop',
  mustSee: 'a resource that cannot be stopped: its node is fenced, and the service goes on at the other',
  told: {
    incidents: [{ causes: ['failed-stop'], fenced: 'by wire', wokenBy: 'extin' }],
    alerts: [/^stop of VIP failed on /],
  },
  async run(lab, verdict) {
    const stuck = await servingMachine(lab);
    const other = lab.peerOf(stuck);
    const { boots } = stuck;
    // The resource agent is made to fail its stop, on this node and until its next boot.
    const agent = '/usr/lib/ocf/resource.d/heartbeat/IPaddr2';
    const wrapper = `#!/bin/sh\n[ "$1" = stop ] && [ -e /run/cannot-stop ] && exit 1\nexec ${agent}.real "$@"\n`;
    await stuck.mustExec(
      ['sh', '-c', `touch /run/cannot-stop; mv ${agent} ${agent}.real; cat > ${agent}; chmod 755 ${agent}`],
      {
        input: wrapper,
      },
    );
    const start = lab.clock.now();
    lab.note(`${resources.vip} is to leave ${stuck.name}, and cannot be stopped there`);
    const move = ['crm_resource', '--resource', resources.vip, '--ban', '--node', stuck.name, '--lifetime', 'PT10M'];
    await stuck.mustExec(move);

    await lab.until(`${stuck.name} is fenced and woken`, () => stuck.boots > boots, { interval: 50 });
    verdict.seconds('until its power was cut', (lab.recording.pulses(stuck.name, 'power')[0]?.end ?? start) - start);
    await lab.until('the other one serves', async () => (await lab.serving(other)) === other);
    await lab.until('the service answers', () => lab.http.answers, { interval: 50 });
    verdict.see('the service goes on at the other', true, other.name);
    const flag = await wakeupFlagIn(lab, stuck);
    verdict.see('the node was fenced', flag === 'extin', flag);

    await stuck.mustExec(['mv', `${agent}.real`, agent]);
    await other.mustExec(['crm_resource', '--resource', resources.vip, '--clear']);
    await expectRejoin(lab, verdict, start);
  },
};

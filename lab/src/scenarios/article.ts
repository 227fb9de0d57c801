import { Pcs } from '@sleepi3/pcs';
import { clusterName, fenceDevice, resources, virtualAddress } from '../cluster/configuration.js';
import { containerImage } from '../image/container.js';
import type { Lab } from '../lab.js';
import { guestRunner } from '../machine/guest-runner.js';
import type { Scenario } from './scenario.js';
import { booted } from './steps.js';

const password = 'hacluster of the lab';

/** Of a fence device and the VIP; Pacemaker's 20 s are over while an emulated processor starts a second program beside theirs. */
const op = { start: { timeout: '120s' }, monitor: { interval: '60s', timeout: '120s' } };

/** The article from two bare nodes on, by typed pcs calls, its traps left out. */
export const article: Scenario = {
  name: 'article',
  mustSee:
    "the article's cluster made by pcs on two bare nodes: container and VIP answer over HTTP, through standby, unstandby " +
    'and a move',
  cluster: 'none',
  async run(lab, verdict) {
    const [first, second] = lab.machines;
    const names = lab.machines.map(({ name }) => name);
    const pcs = new Pcs({ runner: guestRunner(first), timeoutMs: 600_000 });
    for (const machine of lab.machines) {
      await booted(lab, machine);
      await machine.mustExec(['chpasswd'], { input: `hacluster:${password}\n` });
      await machine.mustExec(['systemctl', 'start', 'docker', 'sleepi3-lab-container', 'pcsd'], { timeout: 600_000 });
    }
    const start = lab.clock.now();
    lab.note('pcs host auth');
    await pcs.host.auth(names, { password });
    lab.note('pcs cluster setup');
    await pcs.cluster.setup(clusterName, names);
    await pcs.cluster.start({ all: true });
    await lab.until(
      'both nodes are online',
      async () => (await pcs.status()).members.filter(({ online }) => online).length === 2,
    );
    verdict.seconds('until both nodes were online', lab.clock.now() - start);

    lab.note('fencing, then resources');
    await pcs.property.set({ 'stonith-enabled': true });
    for (const name of names) {
      await pcs.stonith.create(fenceDevice(name), 'fence_sleepi3', { plug: name, pcmk_host_list: name }, { op });
      await pcs.constraint.location.avoids(fenceDevice(name), { [name]: 'INFINITY' });
    }
    const parameters = { image: containerImage, name: 'httpd-test', run_opts: '--init -p 80:80' };
    const service = { op: { ...op, start: { timeout: '300s' } } };
    await pcs.resource.create(resources.container, 'ocf:heartbeat:docker', parameters, service);
    const address = { ip: virtualAddress, cidr_netmask: '24' };
    await pcs.resource.create(resources.vip, 'ocf:heartbeat:IPaddr2', address, { op });
    await pcs.constraint.colocation.add(resources.vip, resources.container);
    await pcs.constraint.order.add(resources.container, resources.vip);
    await lab.settled();
    verdict.see('container and VIP answer over HTTP', lab.http.answers);
    verdict.seconds('until the service answered', lab.clock.now() - start);

    const from = await lab.until('a node serves', () => lab.serving(first));
    const to = lab.peerOf(from);
    lab.note(`pcs node standby ${from.name}`);
    await pcs.node.standby(from.name);
    await serves(lab, to.name);
    verdict.see('the service answers from the other node in standby', lab.http.answers);
    lab.note(`pcs node unstandby ${from.name}`);
    await pcs.node.unstandby(from.name);
    await lab.settled();
    verdict.see('both nodes are in service again', true);

    const holder = await lab.until('a node serves', () => lab.serving(first));
    const goal = lab.peerOf(holder);
    lab.note(`pcs resource move ${resources.vip} ${goal.name}`);
    const moved = lab.clock.now();
    await pcs.resource.move(resources.vip, { node: goal.name, wait: 300 });
    await serves(lab, goal.name);
    await lab.settled();
    verdict.see('the service has moved', (await lab.serving(second)) === goal);
    verdict.seconds('HTTP silent in the move', lab.http.silence(moved));
    const shots = names.flatMap((name) => lab.recording.pulses(name, 'EXTOUT'));
    verdict.see('nobody was fenced', shots.length === 0);
  },
};

async function serves(lab: Lab, node: string): Promise<void> {
  const machine = lab.machine(node);
  await lab.until(`${node} serves`, async () => (await lab.serving(machine)) === machine);
  await lab.until('the service answers', () => lab.http.answers, { interval: 50 });
}

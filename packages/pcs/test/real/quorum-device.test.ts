// A third vote for real: corosync, Pacemaker, corosync-qdevice and corosync-qnetd of Debian. Who goes on, who stops, who shoots.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseClusterStatus, Pcs } from '../../src/index.js';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { againWhereStarved } from '../../../../tools/test/support/starved.js';
import { type MachineName, mayHaveMachines, ThreeMachines } from './three-machines.js';

const possible =
  haveRealParts(
    ...['pacemaker-fenced', 'crm_mon', 'cibadmin', 'corosync', 'corosync-qdevice', 'corosync-qnetd'],
    ...['ip', 'unshare', 'nsenter'],
  ) && mayHaveMachines();

/** Element by element, as cibadmin takes them. Fencing is on by default. */
const configuration = [
  ...['n1', 'n2'].map(
    (node) =>
      `<primitive id="fence_${node}" class="stonith" type="fence_noting"><instance_attributes id="a-${node}"><nvpair id="h-${node}" name="pcmk_host_list" value="${node}"/></instance_attributes></primitive>`,
  ),
  '<primitive id="service" class="ocf" provider="pacemaker" type="Dummy"/>',
  // It begins where the vote does not go in a tie.
  '<rsc_location id="l" rsc="service" node="n2" score="1"/>',
];

// A starved corosync loses its token, and then who shoots is right to.
describe.runIf(possible)('two nodes with a quorum device', { retry: againWhereStarved }, () => {
  let machines: ThreeMachines;

  beforeEach(async () => {
    machines = await ThreeMachines.start();
    for (const xml of configuration) {
      const scope = xml.startsWith('<primitive') ? 'resources' : 'constraints';
      const { status, stderr } = await machines.run('n1', 'cibadmin', [
        '--create',
        `--scope=${scope}`,
        `--xml-text=${xml}`,
      ]);
      expect(`${status}${stderr}`).toBe('0');
    }
    await machines.until('the service runs on n2', async () => (await servedBy('n1')).includes('n2'));
  });
  afterEach(() => machines.close(), 60_000);

  /** Where the service runs, as a node has it. */
  const servedBy = async (node: MachineName) =>
    parseClusterStatus(await machines.crmMon(node)).resource('service')?.startedOn ?? [];
  const quorum = (node: MachineName) => new Pcs({ runner: machines.runner(node) }).quorum.status();

  it('go on by the side that gets the vote when the link is cut: it alone has quorum and shoots, the other one stops', async () => {
    /** Both at once would be the end of it. */
    const bothQuorate: string[] = [];
    await machines.cutBetweenNodes();
    await machines.until('n1 serves', async () => {
      const [one, other] = await Promise.all([quorum('n1'), quorum('n2')]);
      const apart = one.members.length === 1 && other.members.length === 1;
      if (apart && one.quorate && other.quorate) bothQuorate.push(`${one.ringId} ${other.ringId}`);
      return (await servedBy('n1')).join() === 'n1';
    });
    await machines.until('n2 has stopped what it ran', async () => (await servedBy('n2')).length === 0);
    expect(bothQuorate).toEqual([]);
    expect(await quorum('n1')).toMatchObject({ quorate: true, device: { votes: 1 }, votes: { total: 2, needed: 2 } });
    expect(await quorum('n2')).toMatchObject({ quorate: false, device: { votes: 0 }, votes: { total: 1 } });
    expect(new Set(await machines.shots())).toEqual(new Set(['n1 shot n2']));
  });

  it('go on by the node that is left when the other one falls silent, and that one is shot', async () => {
    await machines.silence('n2');
    await machines.until('n1 serves', async () => (await servedBy('n1')).join() === 'n1');
    expect(new Set(await machines.shots())).toEqual(new Set(['n1 shot n2']));
  });

  it('go on as they are without the device, and then alone no more: nobody shoots, nothing runs twice', async () => {
    await machines.silence('q');
    await machines.until('the device is lost', async () => (await quorum('n1')).device?.votes === 0);
    expect(await quorum('n1')).toMatchObject({ quorate: true, votes: { total: 2, needed: 2 } });
    expect(await servedBy('n1')).toEqual(['n2']);
    expect(await machines.shots()).toEqual([]);
    await machines.cutBetweenNodes();
    for (const node of ['n1', 'n2'] as const) {
      await machines.until(`${node} has no quorum`, async () => !(await quorum(node)).quorate);
      await machines.until(`${node} serves no more`, async () => {
        const { members } = parseClusterStatus(await machines.crmMon(node));
        const here = members.find(({ name }) => name === node);
        return here?.online === true && !(await servedBy(node)).includes(node);
      });
    }
    expect(await machines.shots()).toEqual([]);
  });
});

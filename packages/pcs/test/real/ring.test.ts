// Three nodes in a ring for real: corosync and Pacemaker of Debian. Each node is shot by the one before it, which alone may run the
// device, by whoever has a majority, and by nobody else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseClusterStatus, Pcs } from '../../src/index.js';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { againWhereStarved } from '../../../../tools/test/support/starved.js';
import { mayHaveMachines, ThreeMachines } from './three-machines.js';

const possible =
  haveRealParts('pacemaker-fenced', 'crm_mon', 'cibadmin', 'corosync', 'ip', 'unshare', 'nsenter') && mayHaveMachines();

const names = ['n1', 'n2', 'n3'] as const;
/** Each costs half a minute. */
const places = process.env['CI'] === 'true' ? [0, 1, 2] : [1];
const shooterOf = (place: number) => names.at(place - 1)!;

/** Element by element, as cibadmin takes them. */
const configuration = [
  ...names.map(
    (node) =>
      `<primitive id="fence_${node}" class="stonith" type="fence_noting"><instance_attributes id="a-${node}"><nvpair id="h-${node}" name="pcmk_host_list" value="${node}"/></instance_attributes></primitive>`,
  ),
  ...names.flatMap((node, place) =>
    names
      .filter((other) => other !== shooterOf(place))
      .map(
        (other) => `<rsc_location id="ban-${node}-${other}" rsc="fence_${node}" node="${other}" score="-INFINITY"/>`,
      ),
  ),
  '<primitive id="service" class="ocf" provider="pacemaker" type="Dummy"/>',
];

// A starved corosync loses its token, and then who shoots is right to.
describe.runIf(possible)('three nodes in a ring', { retry: againWhereStarved }, () => {
  let machines: ThreeMachines;

  beforeEach(async () => {
    machines = await ThreeMachines.start('ring');
    for (const xml of configuration) {
      const scope = xml.startsWith('<primitive') ? 'resources' : 'constraints';
      const words = ['--create', `--scope=${scope}`, `--xml-text=${xml}`];
      const { status, stderr } = await machines.run('n1', 'cibadmin', words);
      expect(`${status}${stderr}`).toBe('0');
    }
    await machines.until('everything runs', async () => {
      const status = parseClusterStatus(await machines.crmMon('n1'));
      const devices = names.map((node) => status.resource(`fence_${node}`)?.startedOn.join());
      return devices.join() === 'n3,n1,n2' && (await servedBy('n1')).length === 1;
    });
  });
  afterEach(() => machines.close(), 60_000);

  const servedBy = async (node: (typeof names)[number]) =>
    parseClusterStatus(await machines.crmMon(node)).resource('service')?.startedOn ?? [];
  const quorum = (node: (typeof names)[number]) => new Pcs({ runner: machines.runner(node) }).quorum.status();

  it.each(places)('lose one of them, at place %d, which the one before it shoots, and go on', async (place) => {
    const [lost, shooter] = [names[place]!, shooterOf(place)];
    await machines.silence(lost);
    await machines.until(`${shooter} has shot ${lost}, and another one serves`, async () => {
      const [serves, ...more] = await servedBy(shooter);
      return (await machines.shots()).length > 0 && serves !== undefined && serves !== lost && more.length === 0;
    });
    expect(new Set(await machines.shots())).toEqual(new Set([`${shooter} shot ${lost}`]));
    // It lives, cut off: without quorum it serves nobody and shoots nobody.
    expect(await quorum(lost)).toMatchObject({ quorate: false, votes: { total: 1, needed: 2 } });
    await machines.until(`${lost} serves no more`, async () => !(await servedBy(lost)).includes(lost));
    expect(new Set(await machines.shots())).toEqual(new Set([`${shooter} shot ${lost}`]));
  });

  it('shoot nobody when all of them are apart: none has a majority', async () => {
    await Promise.all([machines.silence('n2'), machines.silence('n3')]);
    for (const node of names) {
      await machines.until(`${node} has no quorum`, async () => !(await quorum(node)).quorate);
      await machines.until(`${node} serves no more`, async () => !(await servedBy(node)).includes(node));
    }
    expect(await machines.shots()).toEqual([]);
  });
});

// The cluster file of two machines, with what a person needs to know beside it.
import { secondId } from '../cluster/second-ids.js';
import { type Candidate, choose, remarksOn } from './choice.js';
import type { MachineFacts } from './look.js';
import { type CommonNetwork, links } from './networks.js';
import { comment, oneLine, quoted } from './yaml-text.js';

type Machines = readonly [MachineFacts, MachineFacts];

/** The virtual address, and the network that it is in. */
export interface Vip {
  readonly address: string;
  readonly network: CommonNetwork;
}

/** The text of the file. */
export function clusterFileText(machines: Machines, networks: readonly CommonNetwork[], vip: Vip): string {
  const [first, second] = machines;
  const [ours, theirs] = links(networks);
  const { network } = vip;
  const sameInterface = network.first.interface === network.second.interface;
  const node = (facts: MachineFacts, addresses: typeof ours, own: string) => [
    `  - name: ${quoted(facts.hostname)} # ${oneLine(facts.system)}${boardNote(facts)}`,
    ...dynamicNotes(addresses).flatMap((note) => comment('    ', note)),
    `    addresses: [${addresses.map(({ address }) => quoted(address)).join(', ')}]`,
    ...(sameInterface ? [] : [`    interface: ${quoted(own)}`]),
  ];
  return `${[
    '# Written by cluster-setup init from what the two machines are. Read it, then: cluster-setup plan cluster.yaml',
    'cluster: sleepi3',
    '',
    'nodes:',
    ...node(first, ours, network.first.interface),
    ...node(second, theirs, network.second.interface),
    `preferred: ${quoted(first.hostname)} # survives when both shoot at once`,
    '',
    'vip: # by which clients reach the service',
    `  address: ${quoted(vip.address)}`,
    `  prefix: ${String(network.first.prefix)}`,
    ...(sameInterface ? [`  interface: ${quoted(network.first.interface)}`] : []),
    '',
    ...containerLines(machines),
    '',
    'mode: hot-standby # or active-passive, when two of it must never run',
    'takeover: after-fencing',
    '',
    '# alerts: # who gets alerts of fencings and failures; needs the package alert-sleepi3',
    '#   - ntfy: https://ntfy.sh/TOPIC',
    '',
    '# reboot: # restarts each node in its turn, while the other one serves; needs the package rolling-reboot',
    '#   window: 03:00-05:00',
  ].join('\n')}\n`;
}

/** What a person looks at before the file is used, one line each. */
export function thingsToCheck(machines: Machines, networks: readonly CommonNetwork[]): readonly string[] {
  const { listed, others, impossible } = choose(machines);
  const addresses = links(networks);
  return [
    ...machines.flatMap(({ hostname }, index) =>
      dynamicNotes(addresses[index] ?? []).map((note) => `${hostname}: ${note}`),
    ),
    ...(listed === undefined
      ? []
      : remarksOn(listed, machines[0].hostname).map((remark) => `${listed.name}: ${remark}`)),
    ...(others.length > 0 ? [`also running, and in the file as comments: ${namesOf(others)}`] : []),
    ...impossible.map(impossibleNote),
  ].map(oneLine);
}

function dynamicNotes(addresses: readonly MachineFacts['addresses'][number][]): readonly string[] {
  const dynamic = addresses.filter((one) => one.dynamic).map(({ address }) => address);
  if (dynamic.length === 0) return [];
  const from = dynamic.some((address) => address.includes(':')) ? 'DHCP or the router' : 'DHCP';
  return [
    `from ${from}: ${dynamic.join(', ')}. corosync binds to it, and a node whose address changes leaves the cluster: ` +
      'reserve it at the router, or set it by hand.',
  ];
}

function containerLines(machines: Machines): readonly string[] {
  const { listed, others, impossible } = choose(machines);
  const first = machines[0].hostname;
  const resources = resourceNames(machines);
  const entry = (one: Candidate) => containerEntry(one, resources.get(one.name) ?? one.name, first);
  const impossibleNotes = impossible.flatMap((one) => comment('  ', impossibleNote(one)));
  if (listed === undefined) {
    return [
      impossible.length > 0
        ? '# No container that runs can be in the file: this one is an example. What is here is the service.'
        : '# No container runs on either machine: this one is an example. What is here is the service.',
      'containers:',
      '  - resource: Apache_container',
      '    name: httpd-test',
      '    image: httpd',
      "    ports: ['80:80']",
      ...impossibleNotes,
    ];
  }
  return [
    'containers: # what runs now; it is put aside, and the cluster creates it again',
    ...entry(listed),
    ...(others.length > 0
      ? comment(
          '  ',
          'These run as well. Take the # away from what belongs to the service; the rest stays as it is, outside the cluster.',
        )
      : []),
    ...others.flatMap((one) => entry(one).map((line) => line.replace(/^ {2}/, '  # '))),
    ...impossibleNotes,
  ];
}

function containerEntry(one: Candidate, resource: string, first: string): readonly string[] {
  const { name, image, ports, runOptions, command } = one;
  return [
    `  - resource: ${quoted(resource)}`,
    `    name: ${quoted(name)}`,
    `    image: ${quoted(image)}`,
    `    ports: [${ports.map((port) => `'${port}'`).join(', ')}]`,
    ...(runOptions.length > 0 ? [`    run_options: ${quoted(runOptions.join(' '))}`] : []),
    ...(command === undefined ? [] : [`    command: ${quoted(command)}`]),
    ...remarksOn(one, first).flatMap((remark) => comment('    ', remark)),
  ];
}

const impossibleNote = ({ name, image, hosts }: Candidate) =>
  `${name} (${image}) runs on ${hosts.join(' and ')} too, and cannot be in the file under this name and image.`;

const namesOf = (containers: readonly Candidate[]) => containers.map(({ name }) => name).join(', ');

function boardNote({ board }: MachineFacts): string {
  return board === false ? '; no board answers at 0x6e on bus 1' : '';
}

/** Ids that Pacemaker takes, by the names of the containers: each one once, and none that the cluster uses itself. */
function resourceNames(machines: Machines): ReadonlyMap<string, string> {
  const taken = new Set(['VIP', ...machines.flatMap(({ hostname }) => [`fence_${hostname}`, secondId(hostname)])]);
  const { listed, others } = choose(machines);
  const names = new Map<string, string>();
  for (const { name } of [...(listed ? [listed] : []), ...others]) {
    const id = resourceName(name);
    let free = id;
    for (let number = 2; taken.has(free); number++) free = `${id.slice(0, 59)}_${String(number)}`;
    taken.add(free);
    names.set(name, free);
  }
  return names;
}

function resourceName(container: string): string {
  const name = container.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 63);
  return /^[A-Za-z_]/.test(name) ? name : `c_${name}`.slice(0, 63);
}

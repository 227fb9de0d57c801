// The cluster file of two machines, with what a person wants to know beside it.
import { sameNetwork } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import type { MachineFacts } from './look.js';

/** The network that both machines are in, on the interface of the default route if possible. */
export interface CommonNetwork {
  readonly first: MachineFacts['addresses'][number];
  readonly second: MachineFacts['addresses'][number];
}

/** @throws SetupError `NOT_READY` when there is none. */
export function commonNetwork(first: MachineFacts, second: MachineFacts): CommonNetwork {
  for (const one of first.addresses) {
    const other = second.addresses.find((address) => sameNetwork(one.address, address.address, one.prefix));
    if (other !== undefined) return { first: one, second: other };
  }
  const list = ({ hostname, addresses }: MachineFacts) =>
    `${hostname} has ${addresses.map(({ address, prefix }) => `${address}/${String(prefix)}`).join(', ') || 'none'}`;
  throw new SetupError(
    'NOT_READY',
    `the two machines have no network in common: ${list(first)}; ${list(second)}. The VIP needs one that both are in`,
  );
}

/** The links between the nodes: the common network first, then every other one that both are in. */
function links(first: MachineFacts, second: MachineFacts, { first: own }: CommonNetwork): [string[], string[]] {
  const pairs = first.addresses
    .flatMap((one) => {
      const other = second.addresses.find((address) => sameNetwork(one.address, address.address, one.prefix));
      return other === undefined ? [] : [{ one, other }];
    })
    // corosync wants one family, and one address for each link.
    .filter(({ one }) => one.address.includes(':') === own.address.includes(':'))
    .filter(({ one }, index, all) => all.findIndex((pair) => pair.one.interface === one.interface) === index)
    .sort((a, b) => Number(b.one === own) - Number(a.one === own));
  return [pairs.map(({ one }) => one.address), pairs.map(({ other }) => other.address)];
}

/** The text of the file. */
export function clusterFileText(
  [first, second]: readonly [MachineFacts, MachineFacts],
  network: CommonNetwork,
  vip: string,
): string {
  const [ours, theirs] = links(first, second, network);
  const sameInterface = network.first.interface === network.second.interface;
  const node = (facts: MachineFacts, addresses: readonly string[], own: string) => [
    `  - name: ${facts.hostname} # ${facts.system}${boardNote(facts)}`,
    `    addresses: [${addresses.map(quoted).join(', ')}]`,
    ...(sameInterface ? [] : [`    interface: ${own}`]),
  ];
  const [container] = first.containers.length > 0 ? first.containers : second.containers;
  return `${[
    '# Written by cluster-setup init from what the two machines are. Read it, then: cluster-setup plan cluster.yaml',
    'cluster: sleepi3',
    '',
    'nodes:',
    ...node(first, ours, network.first.interface),
    ...node(second, theirs, network.second.interface),
    `preferred: ${first.hostname} # survives when both shoot at once`,
    '',
    'vip: # by which clients reach the service',
    `  address: ${quoted(vip)}`,
    `  prefix: ${String(network.first.prefix)}`,
    ...(sameInterface ? [`  interface: ${network.first.interface}`] : []),
    '',
    ...(container === undefined
      ? [
          '# No container runs on either machine: this one is an example. What is here is the service.',
          'containers:',
          '  - resource: Apache_container',
          '    name: httpd-test',
          '    image: httpd',
          "    ports: ['80:80']",
        ]
      : [
          'containers: # what runs now; it is put aside, and the cluster creates it again',
          `  - resource: ${resourceName(container.name)}`,
          `    name: ${container.name}`,
          `    image: ${quoted(container.image)}`,
          `    ports: [${container.ports.map((port) => `'${port}'`).join(', ')}]`,
        ]),
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

function boardNote({ board }: MachineFacts): string {
  return board === false ? '; no board answers at 0x6e on bus 1' : '';
}

/** Quotes for what YAML would take for something else. */
const quoted = (text: string) => (/[:#@]/.test(text) ? `"${text}"` : text);

/** An id that Pacemaker takes. */
function resourceName(container: string): string {
  const name = container.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 63);
  return /^[A-Za-z_]/.test(name) ? name : `c_${name}`.slice(0, 63);
}

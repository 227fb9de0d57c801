// What one key demands of another. Each mistake is told at the key that is to be changed.
import {
  isLinkLocal,
  isLoopback,
  isMulticast,
  parseAddress,
  sameAddress,
  sameName,
  sameNetwork,
  virtualAddressProblem,
  type VirtualAddressProblem,
} from '@sleepi3/pcs';
import type { ClusterFile } from './cluster-file.js';
import { secondId } from '../cluster/second-ids.js';
import { portInBoth, portProblem, type PublishedPort, readPublishedPort } from './published-ports.js';
import { quoteIn, readRunOptions } from './run-options.js';

export interface CrossProblem {
  readonly key: string;
  readonly message: string;
}

/** The mistakes in a file whose keys are right one by one. */
export function* crossChecks(file: ClusterFile): Generator<CrossProblem> {
  yield* nodeProblems(file);
  const problem = addressProblem(file);
  if (problem !== undefined) yield problem;
  yield* nameProblems(file);
  for (const [index, container] of file.containers.entries())
    yield* containerProblems(container, `containers[${index}]`);
  yield* portsTakenTwice(file);
  yield* receiverProblems(file);
  yield* rebootProblems(file);
  yield* deviceProblems(file);
  yield* secondProblems(file);
  const { hold, timeout } = file.fencing;
  const needed = 2 * hold + 8;
  if (timeout < needed) {
    yield {
      key: 'fencing.timeout',
      message: `must be at least ${needed} (twice the hold of ${hold} s, and 8 s), not ${timeout}`,
    };
  }
}

function* rebootProblems({ reboot, containers }: ClusterFile): Generator<CrossProblem> {
  if (reboot === undefined) return;
  const ports = containers.flatMap((one) => one.ports).map(readPublishedPort);
  if (reboot.url === undefined && !ports.some((port) => port?.protocol === 'tcp')) {
    yield { key: 'reboot.url', message: 'must be given, as no container publishes a TCP port' };
  }
  if (reboot.health_url?.includes('{node}') === false) {
    yield { key: 'reboot.health_url', message: 'must contain {node}, which stands for the name of each node' };
  }
}

/** A vote that falls with a node is none. */
function* deviceProblems({ nodes, vip, quorum }: ClusterFile): Generator<CrossProblem> {
  const host = quorum.device?.host;
  if (host === undefined) return;
  const key = 'quorum.device.host';
  const same = (one: string) => sameName(one, host) || (parseAddress(host) !== undefined && sameAddress(one, host));
  const node = nodes.find(({ name, addresses }) => [name, ...addresses].some(same));
  if (node !== undefined) yield { key, message: `must be a machine outside the cluster: ${host} is ${node.name}` };
  else if (same(vip.address)) yield { key, message: `must be a machine outside the cluster: ${host} is the VIP` };
}

/** Options that cluster-setup gives the second means itself. */
const ownOptions = /^(?:pcmk_host_(?:list|map|check|argument)|port|plug|nodename|action|option)$/;
/** Options whose value is a secret; what ends otherwise names where the secret is. */
const secretOptions = /pass(?:wd|word|phrase)$|secret$|token$|api_?key$/i;

function* secondProblems({ nodes, fencing: { second } }: ClusterFile): Generator<CrossProblem> {
  if (second === undefined) return;
  const key = 'fencing.second';
  if (second.agent === 'fence_sleepi3') yield { key: `${key}.agent`, message: 'must be another means than the wire' };
  for (const name of Object.keys(second.options)) {
    const at = `${key}.options.${name}`;
    if (ownOptions.test(name)) {
      yield { key: at, message: 'is set by this program: name the outlets in fencing.second.plugs' };
    } else if (secretOptions.test(name.replaceAll('-', '_'))) {
      yield {
        key: at,
        message:
          'would be seen on command lines and in the configuration of the cluster: give the password in fencing.second.password, ' +
          'and other secrets by what the agent reads them from, such as snmp_priv_passwd_script or identity_file',
      };
    } else if (/^pass(?:wd|word)_script$/.test(name) && second.password !== undefined) {
      yield { key: at, message: 'contradicts fencing.second.password' };
    }
  }
  const names = nodes.map(({ name }) => name);
  const plugged = Object.keys(second.plugs);
  for (const name of plugged.filter((one) => !names.includes(one))) {
    yield { key: `${key}.plugs.${name}`, message: `must be ${names.join(' or ')}` };
  }
  const missing = names.filter((name) => !plugged.includes(name));
  if (plugged.length > 0 && missing.length > 0) {
    yield { key: `${key}.plugs`, message: `must name all nodes or none: ${missing.join(' and ')} is missing` };
  }
  const outlets = Object.values(second.plugs);
  const twice = outlets.find((one, index) => outlets.indexOf(one) < index);
  // It would cut off both.
  if (twice !== undefined) {
    yield { key: `${key}.plugs`, message: `must be an outlet of its own for each node: ${twice} is given twice` };
  }
}

/** What belongs to a receiver is told without its value: it may be a secret. */
function* receiverProblems({ alerts }: ClusterFile): Generator<CrossProblem> {
  for (const [index, { mail, from, webhook, ntfy, token }] of alerts.entries()) {
    const key = `alerts[${index}]`;
    const kinds = [mail, webhook, ntfy].filter((one) => one !== undefined).length;
    if (kinds !== 1) yield { key, message: 'must have one of mail, webhook and ntfy' };
    if (from !== undefined && mail === undefined) yield { key: `${key}.from`, message: 'belongs to mail' };
    if (token !== undefined && ntfy === undefined) yield { key: `${key}.token`, message: 'belongs to ntfy' };
  }
}

function* nodeProblems({ nodes, preferred }: ClusterFile): Generator<CrossProblem> {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  for (const [index, node] of nodes.entries()) {
    for (const [link, address] of node.addresses.entries()) {
      const key = `nodes[${index}].addresses[${link}]`;
      const parsed = parseAddress(address);
      if (parsed === undefined) yield { key, message: `must be an IPv4 or IPv6 address, not '${address}'` };
      else if (
        isLoopback(parsed) ||
        isMulticast(parsed) ||
        parsed.bits === 0n ||
        (parsed.family === 6 && isLinkLocal(parsed))
      ) {
        yield { key, message: `must be an address that the other node can reach, not ${address}` };
      }
    }
  }
  for (const [index, { name }] of others.entries()) {
    const earlier = nodes.findIndex((node) => sameName(node.name, name));
    if (earlier > index) continue;
    const whose = earlier === 0 ? "the first node's" : `that of nodes[${earlier}]`;
    yield { key: `nodes[${index + 1}].name`, message: `must be another name than ${whose}, not '${name}' again` };
  }
  for (const [index, { addresses }] of others.entries()) {
    const key = `nodes[${index + 1}].addresses`;
    if (first.addresses.length !== addresses.length) {
      yield {
        key,
        message: `must be as many as the first node has: ${first.addresses.length}, not ${addresses.length}`,
      };
    }
    for (const [link, address] of addresses.entries()) {
      const other = first.addresses[link];
      const family = other === undefined ? undefined : parseAddress(other)?.family;
      if (other === undefined || family === parseAddress(address)?.family) continue;
      // pcs refuses it, but in the middle of apply, when the nodes are prepared and the cluster is not.
      yield {
        key: `${key}[${link}]`,
        message: `must be an IPv${family ?? 4} address, as ${first.name} has on the same link (${other}), not ${address}`,
      };
    }
  }
  const all = nodes.flatMap(({ addresses }, index) => addresses.map((address) => ({ address, index })));
  const twice = all.find(({ address }, place) => all.findIndex((one) => sameAddress(one.address, address)) < place);
  if (twice !== undefined) {
    const key = `nodes[${Math.max(twice.index, 1)}].addresses`;
    yield { key, message: `must be addresses of their own: ${twice.address} is given twice` };
  }
  const names = nodes.map(({ name }) => name);
  if (preferred !== undefined && !names.includes(preferred)) {
    yield { key: 'preferred', message: `must be ${names.join(' or ')}, not '${preferred}'` };
  }
}

/** The VIP is an address that clients can reach, that no node has, and that each node can find an interface for. */
function addressProblem({ nodes, vip }: ClusterFile): CrossProblem | undefined {
  const key = 'vip.address';
  const { address, prefix } = vip;
  const longest = address.includes(':') ? 128 : 32;
  if (parseAddress(address) !== undefined && prefix > longest) {
    return { key: 'vip.prefix', message: `must be a whole number from 1 to ${longest}, not ${prefix}` };
  }
  const without = nodes.filter((node) => (node.interface ?? vip.interface) === undefined);
  const problem = virtualAddressProblem(address, {
    prefix,
    interface: without.length === 0 ? 'named' : undefined,
    nodeAddresses: nodes.flatMap(({ addresses }) => addresses),
  });
  if (problem === 'node') {
    const owner = nodes.find(({ addresses }) => addresses.some((one) => sameAddress(one, address)));
    return { key, message: `must be an address of its own: ${address} is a node's, ${owner?.name ?? ''}'s` };
  }
  if (problem !== undefined) return { key, message: vipProblems[problem](`${address}/${prefix}`, address) };
  if (without.length === 0) return undefined;
  const outside = without.find(({ addresses }) => !addresses.some((one) => sameNetwork(one, address, prefix)));
  if (outside !== undefined) {
    return {
      key,
      message:
        `must be in a network of ${nodes.length === 2 ? 'both' : 'all'} nodes: ${address}/${prefix} is in none of ${outside.name} ` +
        `(${outside.addresses.join(', ')}); correct it, or name the interface in vip.interface`,
    };
  }
  return undefined;
}

/** What is said of a VIP that can be none. */
const vipProblems: Readonly<
  Record<Exclude<VirtualAddressProblem, 'node'>, (withPrefix: string, address: string) => string>
> = {
  'not-an-address': (_, address) => `must be an IPv4 or IPv6 address, not '${address}'`,
  unspecified: (_, address) => `must be an address of a machine, not the unspecified address, ${address}`,
  loopback: (_, address) => `must be an address of a machine, not the loopback address, ${address}`,
  multicast: (_, address) => `must be an address of a machine, not the multicast address, ${address}`,
  reserved: (_, address) => `must be an address of a machine, not the reserved address, ${address}`,
  network: (withPrefix) => `must be an address of a machine, not the network address of its network, ${withPrefix}`,
  broadcast: (withPrefix) => `must be an address of a machine, not the broadcast address of its network, ${withPrefix}`,
  'link-local-without-interface': (_, address) =>
    `must be given with vip.interface, or with nodes[…].interface for each node: ${address} is a link-local address, and ` +
    'every interface has a network of those',
};

function* nameProblems({ nodes, vip, containers }: ClusterFile): Generator<CrossProblem> {
  const taken = new Map<string, string>([
    [vip.resource, 'vip.resource'],
    ...nodes.flatMap(({ name }) => [`fence_${name}`, secondId(name)].map((id) => [id, 'a fence device'] as const)),
  ]);
  const containerNames = new Set<string>();
  for (const [index, { resource, name }] of containers.entries()) {
    const owner = taken.get(resource);
    if (owner !== undefined) {
      yield {
        key: `containers[${index}].resource`,
        message: `must be a name of its own: '${resource}' is taken by ${owner}`,
      };
    }
    taken.set(resource, `containers[${index}].resource`);
    if (containerNames.has(name)) {
      yield { key: `containers[${index}].name`, message: `must be a name of its own: '${name}' is given twice` };
    }
    containerNames.add(name);
  }
}

type Container = ClusterFile['containers'][number];

/** What the cluster does with a container, and no option may take out of its hands. */
const forbiddenOptions = ['--name', '--restart', '--detach', '--rm', '--help'];

function* containerProblems({ run_options, command, health }: Container, at: string): Generator<CrossProblem> {
  const texts = [
    [
      'run_options',
      run_options,
      'write values with spaces into a file on both nodes and name it: --env-file=/etc/web.env',
    ],
    ['command', command, 'put what needs them into a script in the image, and name that'],
    ['health.command', health?.command, 'put what needs them into a script in the image, and name that'],
  ] as const;
  for (const [name, text, instead] of texts) {
    const quote = quoteIn(text ?? '');
    if (quote === undefined) continue;
    yield {
      key: `${at}.${name}`,
      message: `must be without ${quote}: ocf:heartbeat:docker cuts it at every space and hands quotes on to docker as they are; ${instead}`,
    };
  }
  const key = `${at}.run_options`;
  if (quoteIn(run_options ?? '') !== undefined) return;
  const { options, stray, unfinished } = readRunOptions(run_options ?? '');
  const forbidden = options.find(({ name }) => forbiddenOptions.includes(name));
  if (forbidden !== undefined) {
    yield {
      key,
      message: `must be without ${forbidden.name}: the cluster alone names, starts, restarts and removes the container`,
    };
  }
  if (stray !== undefined) {
    yield {
      key,
      message: `must be options alone: docker would take '${stray}' for the image; is it part of a value with a space?`,
    };
  }
  if (unfinished !== undefined) yield { key, message: `must have a value for ${unfinished}, its last option` };
}

/** All containers are on one node, in either mode: each host port can be had once. */
function* portsTakenTwice({ containers }: ClusterFile): Generator<CrossProblem> {
  const taken: { readonly port: PublishedPort; readonly key: string }[] = [];
  for (const [index, { ports, run_options }] of containers.entries()) {
    const published = [
      ...ports.map((text, number) => ({ text, key: `containers[${index}].ports[${number}]` })),
      ...readRunOptions(run_options ?? '').options.flatMap(({ name, value }) =>
        name === '--publish' && value !== undefined ? [{ text: value, key: `containers[${index}].run_options` }] : [],
      ),
    ];
    for (const { text, key } of published) {
      const port = readPublishedPort(text);
      if (port === undefined) continue;
      const problem = portProblem(port);
      if (problem !== undefined) yield { key, message: `${problem}, in '${text}'` };
      const earlier = taken.find((other) => portInBoth(other.port, port) !== undefined);
      if (earlier !== undefined) {
        yield {
          key,
          message: `must be a port of its own: ${String(portInBoth(earlier.port, port))} is taken by ${earlier.key}`,
        };
      }
      taken.push({ port, key });
    }
  }
}

// The commands that need daemons, as data: what each does to the fake cluster. What is missing here and does not work
// on a CIB file is refused by the real pcs itself.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { parseClusterConfiguration } from '../cib/cluster-configuration.js';
import { parseFeatures } from '../command/features.js';
import { execute } from '../run/execute.js';
import type { RawResult, Runner, RunRequest } from '../run/runner.js';
import type { PlacedDevice } from '../semantics/fence-devices.js';
import { Scheduler } from '../semantics/simulation/scheduler.js';
import { sameName } from '../semantics/values.js';
import { nodeNameOf, parseCorosyncConf } from '../corosync-conf.js';
import { answer, freshCib, refused, withNode } from './fake-answers.js';
import { deviceStatus } from './fake-quorum.js';

/** One of the machines of a fake cluster. */
export interface FakeNode {
  /** Whether its cluster daemons run. */
  running: boolean;
  /** Whether they start at boot. */
  enabled: boolean;
}

/** One fencing that the fake carried out. */
export interface FakeFencing {
  readonly node: string;
  readonly action: 'reboot' | 'off';
}

/** What the commands need of the cluster that they act on. */
export interface LiveCluster {
  readonly nodes: ReadonlyMap<string, FakeNode>;
  readonly knownHosts: Set<string>;
  /** Machines besides the nodes that pcs can be made known to. */
  readonly otherHosts: ReadonlySet<string>;
  readonly fencings: FakeFencing[];
  readonly password: string;
  readonly cibFile: string;
  readonly corosyncConf: string;
  readonly settlesByItself: boolean;
  /** Whether the quorum device answers, where one is configured. */
  readonly deviceAnswers: boolean;
  running(): string[];
  node(name: string): FakeNode;
  nodeUp(name: string): Promise<void>;
  nodeDown(name: string): Promise<void>;
  settle(): Promise<void>;
  cib(): Promise<string>;
  /** Runs the real tools, on whatever they are told. */
  readonly tools: Runner;
  /** Runs a real tool on the cluster's CIB. */
  tool(program: string, argv: readonly string[]): Promise<RawResult>;
}

/** One call of pcs, taken apart. */
export interface LiveCall {
  /** The node it runs on. */
  readonly local: string;
  readonly options: readonly string[];
  readonly words: readonly string[];
  readonly request: RunRequest;
}

interface LiveCommand {
  /** The words it begins with. */
  readonly names: readonly string[];
  readonly perform: (cluster: LiveCluster, call: LiveCall) => Promise<RawResult> | RawResult;
}

/** Found by their first words, in this order. */
export const liveCommands: readonly LiveCommand[] = [
  { names: ['host', 'auth'], perform: hostAuth },
  { names: ['cluster', 'auth'], perform: hostAuth },
  { names: ['host', 'deauth'], perform: hostDeauth },
  { names: ['cluster', 'setup'], perform: setup },
  { names: ['cluster', 'start'], perform: (cluster, call) => onNodes(cluster, call, start) },
  { names: ['cluster', 'stop'], perform: (cluster, call) => onNodes(cluster, call, stop) },
  { names: ['cluster', 'enable'], perform: (cluster, call) => onNodes(cluster, call, enable(true)) },
  { names: ['cluster', 'disable'], perform: (cluster, call) => onNodes(cluster, call, enable(false)) },
  { names: ['cluster', 'kill'], perform: (cluster, call) => onNodes(cluster, { ...call, words: [] }, stop) },
  { names: ['cluster', 'destroy'], perform: destroy },
  { names: ['cluster', 'node', 'add'], perform: addNode },
  { names: ['cluster', 'corosync'], perform: corosyncConf },
  { names: ['cluster', 'config', 'update'], perform: configUpdate },
  { names: ['quorum', 'device', 'add'], perform: addDevice },
  { names: ['quorum', 'device', 'update'], perform: quorumConf },
  { names: ['quorum', 'device', 'delete'], perform: quorumConf },
  { names: ['quorum', 'device', 'status'], perform: (cluster) => deviceStatus(cluster) },
  { names: ['quorum', 'config'], perform: quorumConf },
  { names: ['cluster', 'sync'], perform: () => answer() },
  { names: ['cluster', 'reload'], perform: () => answer({ stdout: 'Corosync reloaded\n' }) },
  { names: ['cluster', 'cib-push'], perform: cibPush },
  { names: ['resource', 'move'], perform: move },
  {
    names: ['resource', 'restart'],
    perform: ifRunning((_cluster, { words }) => answer({ stdout: `${words[2] ?? ''} successfully restarted\n` })),
  },
  { names: ['resource', 'cleanup'], perform: ifRunning(cleanUp) },
  {
    names: ['resource', 'refresh'],
    perform: ifRunning(() => answer({ stdout: 'Waiting for 1 reply from the controller... got reply (done)\n' })),
  },
  { names: ['stonith', 'cleanup'], perform: ifRunning(cleanUp) },
  { names: ['stonith', 'refresh'], perform: ifRunning(() => answer()) },
  { names: ['stonith', 'fence'], perform: ifRunning(fence) },
  { names: ['stonith', 'confirm'], perform: ifRunning(confirm) },
];

function hostAuth(cluster: LiveCluster, { words, request }: LiveCall): RawResult {
  const named = words.slice(2).filter((word) => !word.startsWith('addr='));
  const hosts = words[0] === 'cluster' ? [...cluster.nodes.keys()] : named;
  const unknown = hosts.filter((host) => !cluster.nodes.has(host) && !cluster.otherHosts.has(host));
  if (unknown.length > 0) return refused(...unknown.map((host) => `Unable to communicate with ${host}`));
  if (Buffer.from(request.stdin ?? '').toString() !== `${cluster.password}\n`) {
    return refused(...hosts.map((host) => `${host}: Username and/or password is incorrect`));
  }
  for (const host of hosts) cluster.knownHosts.add(host);
  return answer({ stderr: hosts.map((host) => `${host}: Authorized\n`).join('') });
}

function hostDeauth(cluster: LiveCluster, { words }: LiveCall): RawResult {
  const named = words.slice(2);
  for (const host of named.length > 0 ? named : [...cluster.knownHosts]) cluster.knownHosts.delete(host);
  return answer();
}

async function setup(cluster: LiveCluster, { options, words }: LiveCall): Promise<RawResult> {
  const [, , name = '', ...rest] = words;
  const keyword = rest.findIndex((word) => ['transport', 'totem', 'quorum'].includes(word));
  const nodes = rest.slice(0, keyword < 0 ? undefined : keyword).filter((word) => !word.startsWith('addr='));
  const strangers = nodes.filter((node) => !cluster.knownHosts.has(node));
  if (strangers.length > 0) {
    const list = strangers.map((node) => `'${node}'`).join(', ');
    return refused(
      `Hosts ${list} are not known to pcs, try to authenticate the hosts using 'pcs host auth ${strangers.join(' ')}' command`,
      'Errors have occurred, therefore pcs is unable to continue',
    );
  }
  const busy = cluster.running();
  if (busy.length > 0 && !options.includes('--force')) {
    return refused(
      ...busy.map(
        (node) =>
          `${node}: Running cluster services: 'corosync', 'pacemaker', the host seems to be in a cluster already`,
      ),
      'Some nodes are already in a cluster. Enforcing this will destroy existing cluster on those nodes. You should remove the nodes from their clusters instead to keep the clusters working properly, use --force to override',
      'Errors have occurred, therefore pcs is unable to continue',
    );
  }
  // pcs itself checks the words and writes the file.
  const local = options.filter((option) => !/^--(?:start|enable|wait|no-keys-sync|force)/.test(option));
  const addressed = rest.flatMap((word, index) =>
    nodes.includes(word) && index < nodes.length * 9 && !(rest[index + 1] ?? '').startsWith('addr=')
      ? [word, `addr=127.0.0.${nodes.indexOf(word) + 1}`]
      : [word],
  );
  const written = await cluster.tool('pcs', [
    ...[...local, `--corosync_conf=${cluster.corosyncConf}`, '--overwrite'],
    ...['--', 'cluster', 'setup', name, ...addressed],
  ]);
  if (written.exitCode !== 0) return written;
  for (const node of cluster.nodes.values())
    Object.assign(node, { running: false, enabled: options.includes('--enable') });
  const empty = (await cluster.tool('cibadmin', ['--empty'])).stdout.toString();
  const features = {
    set: /crm_feature_set="([^"]+)"/.exec(empty)?.[1] ?? '',
    schema: /validate-with="([^"]+)"/.exec(empty)?.[1] ?? '',
  };
  await writeFile(cluster.cibFile, freshCib(name, nodes, features));
  if (options.includes('--start')) for (const node of nodes) await cluster.nodeUp(node);
  return answer({ stderr: 'Cluster has been successfully set up.\n' });
}

/** pcs puts it into the corosync.conf of the others too, and tells the running corosync; Pacemaker hears of it from there. */
async function addNode(cluster: LiveCluster, { options, words }: LiveCall): Promise<RawResult> {
  const [, , , name = '', ...rest] = words;
  const addresses = rest.flatMap((word) => /^addr=(.*)$/.exec(word)?.[1] ?? []);
  if (!cluster.knownHosts.has(name)) {
    return refused(
      `Host '${name}' is not known to pcs, try to authenticate the host using 'pcs host auth ${name}' command`,
      'Errors have occurred, therefore pcs is unable to continue',
    );
  }
  const text = await readFile(cluster.corosyncConf, 'utf8');
  const used = parseCorosyncConf(text).nodes.map(({ nodeId }) => nodeId);
  let id = 1;
  while (used.includes(id)) id++;
  const reached = addresses.length > 0 ? addresses : [`127.0.0.${id}`];
  await writeFile(cluster.corosyncConf, withNode(text, { name, id, addresses: reached }));
  const node = `<node id="${id}" uname="${name}"/>`;
  await cluster.tool('cibadmin', ['--create', '--scope=nodes', `--xml-text=${node}`]);
  Object.assign(cluster.node(name), { running: false, enabled: options.includes('--enable') });
  if (options.includes('--start')) await cluster.nodeUp(name);
  return answer({ stderr: `${name}: Success\nCorosync configuration reloaded\n` });
}

async function onNodes(
  cluster: LiveCluster,
  { local, options, words }: LiveCall,
  action: (cluster: LiveCluster, node: string) => Promise<string> | string,
): Promise<RawResult> {
  const named = words.slice(2);
  const nodes = options.includes('--all') ? await membersOf(cluster) : named.length > 0 ? named : [local];
  const unknown = nodes.filter((node) => !cluster.nodes.has(node));
  if (unknown.length > 0)
    return refused(...unknown.map((node) => `Node '${node}' does not appear to exist in configuration`));
  let said = '';
  for (const node of nodes) said += `${node}: ${await action(cluster, node)}\n`;
  return answer({ stderr: said });
}

/** The machines that its corosync.conf names; others are in no cluster yet. */
async function membersOf({ corosyncConf: file, nodes }: LiveCluster): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const named = parseCorosyncConf(text).nodes.flatMap((node) => nodeNameOf(node) ?? []);
  return [...nodes.keys()].filter((name) => named.length === 0 || named.includes(name));
}

async function start(cluster: LiveCluster, node: string): Promise<string> {
  await cluster.nodeUp(node);
  return 'Starting Cluster...';
}

async function stop(cluster: LiveCluster, node: string): Promise<string> {
  if (cluster.node(node).running) await cluster.nodeDown(node);
  return 'Stopping Cluster (pacemaker)...';
}

function enable(enabled: boolean) {
  return (cluster: LiveCluster, node: string): string => {
    cluster.node(node).enabled = enabled;
    return `Cluster ${enabled ? 'Enabled' : 'Disabled'}`;
  };
}

async function destroy(cluster: LiveCluster, { local, options }: LiveCall): Promise<RawResult> {
  const nodes = options.includes('--all') ? [...cluster.nodes.keys()] : [local];
  for (const node of nodes) {
    if (cluster.node(node).running) await cluster.nodeDown(node);
    cluster.node(node).enabled = false;
  }
  await rm(cluster.corosyncConf, { force: true });
  return answer({ stderr: nodes.map((node) => `${node}: Successfully destroyed cluster\n`).join('') });
}

async function corosyncConf(cluster: LiveCluster): Promise<RawResult> {
  try {
    return answer({ stdout: await readFile(cluster.corosyncConf, 'utf8') });
  } catch {
    return refused(
      "Unable to read /etc/corosync/corosync.conf: No such file or directory: '/etc/corosync/corosync.conf'",
    );
  }
}

/** pcs itself checks the words and changes the file; its own way to running nodes goes through pcsd. */
async function configUpdate(cluster: LiveCluster, { words }: LiveCall): Promise<RawResult> {
  return cluster.tool('pcs', [`--corosync_conf=${cluster.corosyncConf}`, '--', ...words]);
}

/** As {@link configUpdate}. */
async function quorumConf(cluster: LiveCluster, { words }: LiveCall): Promise<RawResult> {
  const result = await cluster.tool('pcs', [`--corosync_conf=${cluster.corosyncConf}`, '--', ...words]);
  if (result.exitCode === 0 && words[1] === 'device' && cluster.running().length > 0) await cluster.settle();
  return result;
}

/** pcs asks the device's host for a certificate first, and so has to be known there. */
async function addDevice(cluster: LiveCluster, call: LiveCall): Promise<RawResult> {
  const host = /^host=(.*)$/m.exec(call.words.join('\n'))?.[1] ?? '';
  if (cluster.knownHosts.has(host)) return quorumConf(cluster, call);
  return refused(
    `Unable to authenticate to ${host} (HTTP error: 401), try running 'pcs host auth ${host}'`,
    'Errors have occurred, therefore pcs is unable to continue',
  );
}

async function cibPush(cluster: LiveCluster, { local, words }: LiveCall): Promise<RawResult> {
  if (!cluster.node(local).running) return refused('unable to get cib');
  const result = await cluster.tool('pcs', ['-f', cluster.cibFile, '--', ...words]);
  if (result.exitCode === 0 && cluster.settlesByItself) await cluster.settle();
  return result;
}

/** Failed operations of a resource, or of all, are forgotten, and what they stood in the way of is tried again. */
async function cleanUp(cluster: LiveCluster, { words }: LiveCall): Promise<RawResult> {
  const [, , resource] = words;
  const its = resource === undefined ? '' : `[@id="${resource}"]`;
  const counts = `starts-with(@name,"fail-count-${resource === undefined ? '' : `${resource}#`}")`;
  const failed = '[lrm_rsc_op[contains(@id,"_last_failure_")]]';
  for (const xpath of [`//lrm_resource${its}${failed}`, `//nvpair[${counts}]`]) {
    await cluster.tool('cibadmin', ['--delete-all', '--force', '--xpath', xpath]);
  }
  await cluster.settle();
  return answer({ stdout: `Cleaned up ${resource ?? 'all resources'} on all nodes\n` });
}

/** As pcs 0.11 does it: a constraint, wait, and the constraint away again. */
async function move(cluster: LiveCluster, { local, options, words }: LiveCall): Promise<RawResult> {
  if (!cluster.node(local).running) return refused('unable to get cib');
  const promoted = options.filter((option) => option === '--promoted');
  const [, , resource = ''] = words;
  const made = await cluster.tool('pcs', [
    ...['-f', cluster.cibFile, ...promoted],
    ...['--', 'resource', 'move-with-constraint', ...words.slice(2)],
  ]);
  if (made.exitCode !== 0) return made;
  await cluster.settle();
  const cleared = await cluster.tool('pcs', ['-f', cluster.cibFile, ...promoted, '--', 'resource', 'clear', resource]);
  if (cleared.exitCode !== 0) return cleared;
  await cluster.settle();
  return answer({
    stderr:
      `Location constraint to move resource '${resource}' has been created\n` +
      `Waiting for the cluster to apply configuration changes...\n` +
      `Location constraint created to move resource '${resource}' has been removed\n`,
  });
}

async function fence(cluster: LiveCluster, { options, words }: LiveCall): Promise<RawResult> {
  const [, , named = ''] = words;
  const failed = (why: string) =>
    answer({
      exitCode: 1,
      stderr: `Error: unable to fence '${named}'\nstonith_admin: Couldn't fence ${named}: ${why}\n`,
    });
  const node = [...cluster.nodes.keys()].find((name) => sameName(name, named));
  if (node === undefined) return failed('No such device or address');
  if (!(await canBeFenced(cluster, node))) return failed('No such device');
  const action = options.includes('--off') ? 'off' : 'reboot';
  cluster.fencings.push({ node, action });
  await cluster.nodeDown(node);
  if (action === 'reboot' && cluster.node(node).enabled) await cluster.nodeUp(node);
  return answer({ stdout: `Node: ${node} fenced\n` });
}

/** Whether there is a device for the node, enabled, that another node which runs may have act. */
async function canBeFenced(cluster: LiveCluster, node: string): Promise<boolean> {
  const configuration = parseClusterConfiguration(await cluster.cib());
  const scheduler = new Scheduler(configuration, (command) => execute(command, cluster.tools));
  const others = cluster.running().filter((name) => name !== node);
  const isThere = ({ disabled, from }: PlacedDevice) => !disabled && from.some((name) => others.includes(name));
  const steps = await scheduler.fencingSteps(node);
  return steps.some(({ usable, devices }) => usable && devices.every(isThere));
}

/** Without a terminal pcs does nothing unless it is told to, and then confirms any name (observed). */
async function confirm(cluster: LiveCluster, { options, words }: LiveCall): Promise<RawResult> {
  const [, , node = ''] = words;
  const version = await cluster.tools.run({ program: 'pcs', argv: ['--version', '--full'] });
  const knowsYes = parseFeatures(version.stdout.toString()).has('pcs.yes-to-confirm-commands');
  if (options.includes('--yes') && !knowsYes) {
    return answer({ exitCode: 1, stderr: 'option --yes not recognized\n\nUsage: pcs [-f file] [-h] [commands]...\n' });
  }
  const warning =
    `If node '${node}' is not powered off or it does have access to shared resources, data corruption and/or cluster ` +
    'failure may occur';
  if (!options.includes('--force') && !options.includes('--yes')) {
    return refused(`${warning}, use --${knowsYes ? 'yes' : 'force'} to override`);
  }
  const deprecation =
    knowsYes && !options.includes('--yes')
      ? 'Deprecation Warning: Using --force to confirm this action is deprecated and might be removed in a future release, use ' +
        '--yes instead\n'
      : '';
  return answer({ stdout: `Node: ${node} confirmed fenced\n`, stderr: `${deprecation}Warning: ${warning}\n` });
}

function ifRunning(perform: LiveCommand['perform']): LiveCommand['perform'] {
  return (cluster, call) => (cluster.node(call.local).running ? perform(cluster, call) : refused('unable to get cib'));
}

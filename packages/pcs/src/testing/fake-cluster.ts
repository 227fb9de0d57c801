// A cluster that exists only as files: its CIB is a real one, changed by the real pcs (`pcs -f`) and brought to rest by
// Pacemaker's real scheduler (crm_simulate). Only the daemons are played here: who is up, who is fenced, who is known.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RawResult, Runner, RunRequest } from '../run/runner.js';
import { type FakeFencing, type FakeNode, liveCommands } from './live-commands.js';
import { quorumOf, quorumStatus } from './fake-quorum.js';
import { aged, answer, cibWith, refused, splitArgv } from './fake-answers.js';
import { WarmPcs } from './warm-pcs.js';

/** How long a node is away before it is up again, seconds. The scheduler compares actions of two nodes by whole seconds. */
const bootSeconds = 60;

export interface FakeClusterOptions {
  /** The machines, unless {@link FakeClusterOptions.from} says; they are not a cluster until `cluster setup`, unless {@link FakeClusterOptions.running}. */
  readonly nodes?: readonly string[];
  /** Begin with a cluster of this name that runs on all nodes. */
  readonly running?: string;
  /** Machines besides the nodes that `host auth` reaches, such as that of a quorum device. */
  readonly otherHosts?: readonly string[];
  /** The node that `run` runs on; default the first. */
  readonly local?: string;
  /** What `host auth` wants to hear; default `hacluster`'s password `secret`. */
  readonly password?: string;
  /** Runs the real tools (pcs, crm_simulate, crm_mon, cibadmin); default a {@link WarmPcs} of its own. */
  readonly tools?: Runner;
  /** Begin as another fake cluster was: with its nodes, its CIB and all else. */
  readonly from?: FakeClusterSnapshot;
}

/** All there is to a fake cluster, to begin others with. */
export interface FakeClusterSnapshot {
  readonly cib: string | undefined;
  readonly corosyncConf: string | undefined;
  readonly nodes: readonly (readonly [string, FakeNode])[];
  readonly knownHosts: readonly string[];
}

/** What may stand in for the real answer; undefined lets the call through. */
export type Interceptor = (request: RunRequest) => RawResult | undefined | Promise<RawResult | undefined>;

/**
 * Accepts the commands of this package as a {@link Runner}. Commands that work on a CIB file run in the real pcs on
 * this cluster's CIB; after each the scheduler's decisions are carried out, all at once and with success, unless
 * {@link FakeCluster.settlesByItself} is off.
 */
export class FakeCluster implements Runner, AsyncDisposable {
  /** Everything that was asked to run, in order. */
  readonly requests: RunRequest[] = [];
  readonly nodes: ReadonlyMap<string, FakeNode>;
  readonly fencings: FakeFencing[] = [];
  /** The hosts that `host auth` has made known. */
  readonly knownHosts = new Set<string>();
  readonly password: string;
  /** Off: what a change brings about waits for {@link FakeCluster.settle}. */
  settlesByItself = true;
  readonly otherHosts: ReadonlySet<string>;
  /** Whether the quorum device answers, where one is configured; {@link FakeCluster.settle} acts on it. */
  deviceAnswers = true;
  /** Stands in for answers, for faults that a test wants. */
  intercept: Interceptor | undefined;

  /** The cluster's CIB; always a whole one. */
  readonly cibFile: string;
  readonly corosyncConf: string;
  readonly #directory: string;
  /** The real tools (pcs, crm_simulate, crm_mon, cibadmin). */
  readonly tools: Runner;
  readonly #warm: WarmPcs | undefined;
  readonly #local: string;
  /** One command at a time touches the files. */
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(directory: string, options: FakeClusterOptions) {
    this.#directory = directory;
    if (options.tools === undefined) this.tools = this.#warm = new WarmPcs();
    else this.tools = options.tools;
    this.cibFile = join(directory, 'cib.xml');
    this.corosyncConf = join(directory, 'corosync.conf');
    this.password = options.password ?? 'secret';
    this.otherHosts = new Set(options.otherHosts);
    const stopped = (options.nodes ?? []).map((name) => [name, { running: false, enabled: false }] as const);
    this.nodes = new Map(options.from?.nodes.map(([name, node]) => [name, { ...node }]) ?? stopped);
    this.#local = options.local ?? [...this.nodes.keys()][0] ?? 'localhost';
    for (const host of options.from?.knownHosts ?? []) this.knownHosts.add(host);
  }

  /** A fake cluster in a new temporary directory; dispose of it to remove that. */
  static async create(options: FakeClusterOptions): Promise<FakeCluster> {
    const cluster = new FakeCluster(await mkdtemp(join(tmpdir(), 'sleepi3-fake-cluster-')), options);
    const { from, running } = options;
    if (from?.cib !== undefined) await writeFile(cluster.cibFile, from.cib);
    if (from?.corosyncConf !== undefined) await writeFile(cluster.corosyncConf, from.corosyncConf);
    if (running !== undefined) {
      for (const name of cluster.nodes.keys()) cluster.knownHosts.add(name);
      await cluster.run({
        program: 'pcs',
        argv: ['--start', '--enable', '--', 'cluster', 'setup', running, ...cluster.nodes.keys()],
      });
      cluster.requests.length = 0;
    }
    return cluster;
  }

  /** What {@link FakeClusterOptions.from} takes. */
  async snapshot(): Promise<FakeClusterSnapshot> {
    const textOf = (path: string) => readFile(path, 'utf8').catch(() => undefined);
    return {
      cib: await textOf(this.cibFile),
      corosyncConf: await textOf(this.corosyncConf),
      nodes: [...this.nodes].map(([name, node]) => [name, { ...node }] as const),
      knownHosts: [...this.knownHosts],
    };
  }

  /** Carries a request out on the node where the caller is, as `new Pcs({ runner: cluster })` asks for it. */
  run(request: RunRequest): Promise<RawResult> {
    return this.runOn(this.#local, request);
  }

  /** A runner on another of the nodes. */
  on(node: string): Runner {
    return { run: (request) => this.runOn(node, request) };
  }

  /** The CIB as it is now, as XML. */
  cib(): Promise<string> {
    return readFile(this.cibFile, 'utf8');
  }

  /** Carries out what the scheduler wants now. */
  async settle(...events: readonly string[]): Promise<void> {
    const { quorate } = await quorumOf(this);
    await this.tool('crm_simulate', [
      ...['--xml-file', this.cibFile, '--in-place', '--quiet', '--quorum', quorate ? '1' : '0'],
      ...events,
    ]);
    const [dc] = this.running();
    const dcId = [...this.nodes.keys()].indexOf(dc ?? '') + 1;
    await writeFile(this.cibFile, cibWith(await this.cib(), { dc: dcId, quorate }));
  }

  /**
   * The daemons of a node come up, after a while: whatever was done before lies a minute further in the past. What this node
   * did is forgotten, as the controller does at a join.
   */
  async nodeUp(name: string): Promise<void> {
    this.node(name).running = true;
    await this.tool('cibadmin', ['--delete-all', '--force', '--xpath', `//node_state[@uname="${name}"]/lrm`]);
    await writeFile(this.cibFile, aged(await this.cib(), bootSeconds));
    await this.settle('--node-up', name);
  }

  /** The daemons of a node go down in order; its resources move. */
  async nodeDown(name: string): Promise<void> {
    this.node(name).running = false;
    await this.settle('--node-down', name);
  }

  /** The node stops answering; the scheduler fences it when it may, and the fake carries that out. */
  async nodeFail(name: string): Promise<void> {
    this.node(name).running = false;
    await this.settle('--node-fail', name);
  }

  /** The names of the nodes whose daemons run. */
  running(): string[] {
    return [...this.nodes].filter(([, node]) => node.running).map(([name]) => name);
  }

  /** What the fake knows of a node. @throws Error for a name that is not a node of this cluster. */
  node(name: string): FakeNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`the fake cluster has no node '${name}'`);
    return node;
  }

  /** Runs a real tool on the cluster's CIB. */
  tool(program: string, argv: readonly string[]): Promise<RawResult> {
    return this.tools.run({ program, argv, env: { CIB_file: this.cibFile } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.catch(() => undefined);
    await this.#warm?.[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }

  private runOn(node: string, request: RunRequest): Promise<RawResult> {
    this.requests.push(request);
    const result = this.#queue.then(async () => (await this.intercept?.(request)) ?? this.perform(node, request));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  private async perform(local: string, request: RunRequest): Promise<RawResult> {
    if (request.program !== 'pcs') {
      if (request.env?.['CIB_file'] !== undefined || request.argv.includes('--xml-pipe'))
        return this.tools.run(request);
      if (request.program === 'crm_resource' && request.argv.some((word) => word.startsWith('--show-metadata'))) {
        return this.tools.run(request);
      }
      if (request.program === 'corosync-quorumtool') return quorumStatus(this, local);
      return this.node(local).running ? this.tool(request.program, request.argv) : notConnected(request);
    }
    const { options, words } = splitArgv(request.argv);
    if (options.includes('-f') || options.includes('--version')) return this.tools.run(request);
    const live = liveCommands.find(({ names }) => names.every((name, index) => words[index] === name));
    if (live !== undefined) return live.perform(this, { local, options, words, request });
    if (!this.node(local).running) return refused('unable to get cib');
    const result = await this.tools.run({
      ...request,
      argv: ['-f', this.cibFile, ...options.filter((option) => !option.startsWith('--wait=')), '--', ...words],
    });
    if (result.exitCode === 0 && this.settlesByItself) await this.settle();
    return result;
  }
}

function notConnected({ program, argv }: RunRequest): RawResult {
  // As Pacemaker 2.1.5 answers when nothing runs.
  const reason = 'Could not connect to the CIB: Transport endpoint is not connected';
  if (!argv.some((option) => option.startsWith('--output-as=xml')))
    return answer({ exitCode: 102, stderr: `${reason}\n` });
  return answer({
    exitCode: 102,
    stdout:
      `<pacemaker-result api-version="2.25" request="${program}">\n  <status code="102" message="Not connected">\n` +
      `    <errors>\n      <error>${program}: Connection to cluster failed: Connection refused</error>\n` +
      '    </errors>\n  </status>\n</pacemaker-result>\n',
  });
}

// What there is: the machines and perhaps a cluster on them. Everything is read when it is asked for; a change makes what was
// read void.
import {
  type ClusterConfiguration,
  type ClusterStatus,
  type CorosyncConf,
  isPcsError,
  parseCorosyncConf,
  type Pcs,
  type QuorumStatus,
  reads,
} from '@sleepi3/pcs';
import type { Machine } from '../nodes/machine.js';

export interface RealityParts {
  /** The machine that this program runs on. */
  readonly local: Machine;
  /** The other nodes, as far as they can be reached. */
  readonly others?: readonly Machine[];
  /** pcs on the local machine. */
  readonly pcs: Pcs;
  /** The names of clusters that someone typed in order to have them destroyed. */
  readonly destroyable?: ReadonlySet<string>;
}

export class Reality {
  readonly local: Machine;
  readonly machines: readonly Machine[];
  readonly pcs: Pcs;
  readonly destroyable: ReadonlySet<string>;
  readonly #read = new Map<string, Promise<unknown>>();

  constructor({ local, others = [], pcs, destroyable = new Set() }: RealityParts) {
    this.local = local;
    this.machines = [local, ...others];
    this.pcs = pcs;
    this.destroyable = destroyable;
  }

  /** @throws Error for a node that cannot be reached; steps are only made for those that can. */
  machine(node: string): Machine {
    const machine = this.machines.find(({ name }) => name === node);
    if (machine === undefined) throw new Error(`${node} cannot be reached from here`);
    return machine;
  }

  /** Everything is to be read again. */
  changed(): void {
    this.#read.clear();
  }

  /** The configuration of the running cluster; undefined when none runs here. */
  configuration(): Promise<ClusterConfiguration | undefined> {
    return this.#once('configuration', () => this.pcs.run(reads.configuration()).catch(whenNotRunning));
  }

  /** The status of the running cluster; undefined when none runs here. */
  status(): Promise<ClusterStatus | undefined> {
    return this.#once('status', () => this.pcs.run(reads.status()).catch(whenNotRunning));
  }

  /** The quorum, as corosync on this machine counts it; undefined when it does not run here. */
  quorum(): Promise<QuorumStatus | undefined> {
    return this.#once('quorum', () => this.pcs.run(reads.quorumStatus()).catch(whenNotRunning));
  }

  /** A file of a node; undefined when it is not there. */
  file(node: string, path: string): Promise<string | undefined> {
    return this.#once(`${node}:${path}`, () => this.machine(node).readFile(path));
  }

  /** The corosync.conf of a node; undefined when there is none. */
  async corosyncConf(node: string): Promise<CorosyncConf | undefined> {
    const text = await this.file(node, '/etc/corosync/corosync.conf');
    return text === undefined ? undefined : parseCorosyncConf(text);
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#read.get(key);
    if (known !== undefined) return known as Promise<T>;
    const answer = read();
    this.#read.set(key, answer);
    return answer;
  }
}

/** Not installed is not running: a bare node has no Pacemaker to ask. */
function whenNotRunning(error: unknown): undefined {
  if (isPcsError(error, 'NOT_RUNNING', 'NOT_INSTALLED')) return undefined;
  throw error;
}

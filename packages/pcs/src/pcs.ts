// The package's face: every command of pcs as a typed call.
import { type Bound, bind, type Run } from './command/bind.js';
import type { Change, Confirmed, RequestTimeout, Wait } from './command/change.js';
import type { Command, Features, Invocation } from './command/command.js';
import * as commands from './commands/index.js';
import type { MoveOptions } from './commands/resource/resource.js';
import { type EnsureCalls, ensureCalls } from './ensure/ensure.js';
import { execute, type ExecuteContext, requestFor } from './run/execute.js';
import { detectFeatures } from './command/features.js';
import { createTemporaryFiles, type TemporaryFiles } from './run/files.js';
import { mask } from './run/mask.js';
import { createNodeRunner } from './run/node-runner.js';
import { confirmFenced, destroyCluster, type Moved, moveResource } from './procedures.js';
import { status } from './read/reads.js';
import type { Runner } from './run/runner.js';
import { toScript } from './run/script.js';
import type { ClusterConfiguration } from './cib/cluster-configuration.js';
import { Scheduler } from './semantics/simulation/scheduler.js';
import type { ClusterStatus } from './status/cluster-status.js';
import { watch, type WatchEvent, type WatchOptions } from './status/watch.js';
import { runTransaction, type Transaction, type TransactionResult } from './transaction.js';

export interface PcsOptions {
  /** Default: real programs on this machine, with a scrubbed environment. */
  readonly runner?: Runner;
  /** Start everything with `sudo -n`; only for the default runner. */
  readonly sudo?: boolean;
  /** Milliseconds a command may take when it does not say itself, `wait` not counted; default 150000. */
  readonly timeoutMs?: number;
  /** Ends whatever runs when aborted. */
  readonly signal?: AbortSignal;
  /** Where transactions keep their copies; default the system's temporary directory. */
  readonly files?: TemporaryFiles;
}

type ClusterCalls = Omit<Bound<typeof commands.cluster>, 'destroy'> & {
  /**
   * `pcs cluster destroy`, on this node or all.
   * @param name The cluster's name, so that no other is destroyed by mistake.
   * @throws PcsError `INVALID_ARGUMENT` when the cluster here has another name.
   */
  readonly destroy: (name: string, options?: { readonly all?: boolean } & RequestTimeout) => Promise<Change>;
};

type ResourceCalls = Omit<Bound<typeof commands.resource>, 'move'> & {
  /**
   * `pcs resource move`: leaves no constraint behind, whether it succeeds or fails, on every version of pcs; moving to
   * where the resource runs already is a success. Waits up to twice `wait` seconds (default 60).
   */
  readonly move: (resource: string, options?: MoveOptions & { readonly strict?: boolean }) => Promise<Moved>;
};

type StonithCalls = Omit<Bound<typeof commands.stonith>, 'confirm'> & {
  /**
   * `pcs stonith confirm`, after checking that the node exists.
   * @throws PcsError `NOT_FOUND`
   */
  readonly confirm: (node: string, confirmed: Confirmed) => Promise<Change>;
};

/**
 * A cluster, as seen from one node. Nothing is started before the first call, and no state is kept between calls but
 * what the installed pcs can do.
 */
export class Pcs {
  readonly acl: Bound<typeof commands.acl>;
  readonly alert: Bound<typeof commands.alert>;
  readonly booth: Bound<typeof commands.booth>;
  readonly cib: Bound<typeof commands.cib>;
  readonly client: Bound<typeof commands.client>;
  readonly cluster: ClusterCalls;
  readonly config: Bound<typeof commands.config>;
  readonly constraint: Bound<typeof commands.constraint>;
  readonly dr: Bound<typeof commands.dr>;
  readonly host: Bound<typeof commands.host>;
  readonly node: Bound<typeof commands.node>;
  readonly pcsd: Bound<typeof commands.pcsd>;
  readonly property: Bound<typeof commands.property>;
  readonly quorum: Bound<typeof commands.quorum>;
  readonly resource: ResourceCalls;
  readonly stonith: StonithCalls;
  readonly tag: Bound<typeof commands.tag>;
  /** The same changes, made only where something differs. */
  readonly ensure: EnsureCalls;

  readonly #runner: Runner;
  readonly #files: TemporaryFiles;
  readonly #context: ExecuteContext;
  #features: Promise<Features> | undefined;

  constructor(options: PcsOptions = {}) {
    this.#runner = options.runner ?? createNodeRunner({ ...(options.sudo !== undefined && { sudo: options.sudo }) });
    this.#files = options.files ?? createTemporaryFiles();
    this.#context = {
      features: () => this.features(),
      ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
      ...(options.signal !== undefined && { signal: options.signal }),
    };
    const run: Run = (command) => this.run(command);
    // Cleaning up is done even after an abort.
    const { signal: _signal, ...unaborted } = this.#context;
    const cleanUp: Run = (command) => execute(command, this.#runner, unaborted);
    this.acl = bind(commands.acl, run);
    this.alert = bind(commands.alert, run);
    this.booth = bind(commands.booth, run);
    this.cib = bind(commands.cib, run);
    this.client = bind(commands.client, run);
    this.cluster = {
      ...bind(commands.cluster, run),
      destroy: (name, settings) => destroyCluster(run, name, settings),
    };
    this.config = bind(commands.config, run);
    this.constraint = bind(commands.constraint, run);
    this.dr = bind(commands.dr, run);
    this.host = bind(commands.host, run);
    this.node = bind(commands.node, run);
    this.pcsd = bind(commands.pcsd, run);
    this.property = bind(commands.property, run);
    this.quorum = bind(commands.quorum, run);
    this.resource = {
      ...bind(commands.resource, run),
      move: (resource, settings) => moveResource(run, { features: () => this.features(), cleanUp }, resource, settings),
    };
    this.stonith = {
      ...bind(commands.stonith, run),
      confirm: (node, confirmed) => confirmFenced(run, node, confirmed),
    };
    this.tag = bind(commands.tag, run);
    this.ensure = ensureCalls(run);
  }

  /**
   * Runs any command, for instance one of `commands` or one of your own.
   * @throws PcsError
   */
  run<T>(command: Command<T>): Promise<T> {
    return execute(command, this.#runner, this.#context);
  }

  /** The cluster's status, from `crm_mon`, which answers ten times faster than `pcs status xml`. */
  status(): Promise<ClusterStatus> {
    return this.run(status());
  }

  /**
   * The scheduler, to ask what would be: where a resource may run, what happens when a node is lost. On the cluster as it is
   * now, or on another configuration, such as one of a transaction.
   */
  async scheduler(configuration?: ClusterConfiguration): Promise<Scheduler> {
    const source = configuration ?? (await this.run(commands.cib.config()));
    return new Scheduler(source, (command) => this.run(command), this.#files);
  }

  /**
   * Follows the cluster: yields the status, then every change of it; see {@link watch}.
   * @param options Its signal, or else that of this object, ends the watch.
   */
  watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent, void, undefined> {
    const signal = options.signal ?? this.#context.signal;
    const context = { ...this.#context, ...(signal !== undefined && { signal }) };
    return watch(() => execute(status(), this.#runner, context), {
      ...options,
      ...(signal !== undefined && { signal }),
    });
  }

  /** What the installed pcs can do; asked once. */
  features(): Promise<Features> {
    this.#features ??= this.run(detectFeatures).catch((error: unknown) => {
      // A failed question must not be the answer for ever.
      this.#features = undefined;
      throw error;
    });
    return this.#features;
  }

  /** The program and words that {@link run} would start, secrets masked; nothing is changed. */
  async dryRun(command: Command<unknown>): Promise<Invocation> {
    const { argv } = await requestFor(command, this.#context);
    return { program: command.program, argv: mask(argv, command.secrets) };
  }

  /** A shell script that does the same as running the commands in order; see {@link toScript}. */
  async script(sequence: readonly Command<unknown>[]): Promise<string> {
    return toScript(sequence, await this.features());
  }

  /**
   * Several changes as one: `body` makes them on a copy of the CIB, then the difference is pushed. When `body` throws
   * nothing is pushed.
   * @throws PcsError `CONFLICT` when someone else changed the same things meanwhile.
   */
  transaction<T>(
    body: (transaction: Transaction) => Promise<T> | T,
    options: Wait = {},
  ): Promise<TransactionResult<T>> {
    return runTransaction(body, {
      runner: this.#runner,
      files: this.#files,
      context: this.#context,
      ...options,
    });
  }
}

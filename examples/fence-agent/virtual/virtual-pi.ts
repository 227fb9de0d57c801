// Processes of one Pi that can be killed at any point, on a virtual clock: what a killed process awaits never comes, its
// lock is free again, and whoever talks with it finds the line dead. Just what SIGKILL leaves behind.
import type { Clock, ParsedDefaults, Sleepi3 } from '@sleepi3/driver';
import {
  careForAssertedLine,
  type FencingHost,
  guardLine,
  type KeeperConversation,
  performAct,
  releaseOrphan,
} from '../src/keeper/ask.js';
import type { AgentMessage, Conversation, KeeperEvent } from '../src/keeper/messages.js';
import type { PulseOutcome, PulseRequest } from '../src/line/act.js';
import { type AgentConversation, keepLine } from '../src/keeper/keeper.js';
import type { Lines } from '../src/line/lines.js';
import type { Machine, Network } from '../src/node/machine.js';
import { PowerRecord, type RecordFile } from '../src/line/power-record.js';
import { WireTestRecord } from '../src/wire-test/record.js';

const never = new Promise<never>(() => {});

/** A process: everything it awaits goes through {@link live} and stops coming once it is killed. */
export class PiProcess {
  killed = false;
  #hung = false;
  readonly #atDeath: (() => void)[] = [];

  constructor(readonly name: string) {}

  kill(): void {
    if (this.killed) return;
    this.killed = true;
    for (const action of this.#atDeath) action();
  }

  /** It does no more, but keeps its lock and its socket, as after SIGSTOP. */
  hang(): void {
    this.#hung = true;
  }

  onDeath(action: () => void): void {
    if (this.killed) action();
    else this.#atDeath.push(action);
  }

  async live<T>(action: () => Promise<T>): Promise<T> {
    if (this.#stopped()) return never;
    const settled = await action().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    return this.#stopped() ? never : settled();
  }

  #stopped(): boolean {
    return this.killed || this.#hung;
  }
}

export interface VirtualPiOptions {
  readonly clock: Clock;
  /** The board's lines as a process of this Pi sees them. */
  readonly lines: Lines;
  /** Called before each bus operation of a process and after it took effect; may kill processes. */
  readonly onBusOperation?: (process: PiProcess, moment: 'before' | 'after') => void;
}

export interface VirtualMachineOptions {
  readonly hostname: string;
  readonly defaults: ParsedDefaults;
  readonly openBoard: () => Promise<Sleepi3>;
  /** By default nobody can be asked, and no interface has an address. */
  readonly network?: Partial<Network>;
  readonly corosyncConf?: string;
}

/** One Pi: its lock, its keeper's socket, its record file, its processes. */
export class VirtualPi {
  readonly logs: string[] = [];
  readonly processes: PiProcess[] = [];
  recordText: string | undefined;
  /** Called before a process opens the board; may throw. */
  onOpenLines: () => void = () => {};
  /** Called before a state directory is made ready; may throw. */
  onPrepare: (directory: string) => void = () => {};
  /** Called before a keeper is started; may throw. */
  onStartKeeper: () => void = () => {};
  /** What a change of the record's file comes to. */
  disk: 'sound' | 'failing' | 'hanging' = 'sound';
  /** Outlives a boot. */
  wireTestText: string | undefined = '1970-01-01T00:00:00.000Z sound\n';
  readonly #options: VirtualPiOptions;
  #lockHolder: PiProcess | undefined;
  #listener: { process: PiProcess; onCall: (conversation: AgentConversation) => void } | undefined;

  constructor(options: VirtualPiOptions) {
    this.#options = options;
  }

  get lockIsFree(): boolean {
    return this.#lockHolder === undefined;
  }

  readonly wireTest = new WireTestRecord({
    read: () => Promise.resolve(this.wireTestText),
    replace: async (text) => {
      this.wireTestText = text;
    },
    remove: async () => {
      this.wireTestText = undefined;
    },
  });

  get record(): PowerRecord {
    return new PowerRecord(this.#recordFile(new PiProcess('reader')), 'this-boot');
  }

  /** Runs an agent process that performs one act. The promise never settles when the process is killed. */
  runAgent(
    request: PulseRequest,
    patience = 60_000,
  ): { process: PiProcess; stop: AbortController; outcome: Promise<PulseOutcome> } {
    const process = this.#start('agent');
    const stop = new AbortController();
    const outcome = performAct(request, this.#fencingHost(process, stop.signal), patience);
    return { process, stop, outcome };
  }

  /** This Pi as the agent's machine; every call of `site` is a process of its own. */
  machine({ hostname, defaults, openBoard, network, corosyncConf }: VirtualMachineOptions): Machine {
    return {
      date: () => new Date(this.#options.clock.now()),
      hostname: () => hostname,
      network: {
        ownAddresses: () => [],
        resolve: async () => [],
        ask: async () => ({ unasked: 'there is no network here' }),
        ...network,
      },
      readCorosyncConf: async () => {
        if (corosyncConf === undefined) throw new Error('there is no cluster here');
        return corosyncConf;
      },
      readDefaults: () => Promise.resolve(defaults),
      site: (_board, directory, { log, stop, onProgress }) => ({
        ...this.#fencingHost(this.#start('agent'), stop),
        log,
        ...(onProgress && { onProgress }),
        record: this.record,
        openBoard,
        prepare: async () => {
          this.onPrepare(directory);
        },
        wireTest: this.wireTest,
        observation: this.#recordFile(new PiProcess('observer')),
      }),
    };
  }

  /** What the next run of any action and the boot service do first. */
  clearLine(): ReturnType<typeof releaseOrphan> {
    const process = this.#start('next run');
    return releaseOrphan(this.#fencingHost(process, new AbortController().signal));
  }

  /** What monitor does when it finds EXTOUT asserted. */
  careForLine(): ReturnType<typeof careForAssertedLine> {
    return careForAssertedLine(this.#fencingHost(this.#start('monitor'), new AbortController().signal));
  }

  killAll(): void {
    for (const process of this.processes) process.kill();
  }

  #start(name: string): PiProcess {
    const process = new PiProcess(name);
    this.processes.push(process);
    return process;
  }

  #fencingHost(process: PiProcess, stop: AbortSignal): FencingHost {
    const clock = this.#clock(process);
    return {
      clock,
      stop,
      call: () => process.live(() => Promise.resolve(this.#call(process))),
      startKeeper: () => process.live(() => this.#startKeeper()),
      killKeeper: () =>
        process.live(async () => {
          this.#lockHolder?.kill();
        }),
      tryLock: () => process.live(() => Promise.resolve(this.#tryLock(process))),
      openLines: () => this.#openLines(process),
      log: (message) => this.logs.push(message),
    };
  }

  async #startKeeper(): Promise<void> {
    this.onStartKeeper();
    const process = this.#start('keeper');
    await new Promise<void>((resolve) => {
      process.onDeath(resolve);
      void keepLine(
        {
          clock: this.#clock(process),
          record: new PowerRecord(this.#recordFile(process), 'this-boot'),
          stop: new AbortController().signal,
          tryLock: () => process.live(() => Promise.resolve(this.#tryLock(process))),
          listen: (onCall) =>
            process.live(async () => {
              this.#listener = { process, onCall };
              return {
                close: async () => {
                  if (this.#listener?.process === process) this.#listener = undefined;
                },
              };
            }),
          openLines: () => this.#openLines(process),
          startGuard: () => this.#startGuard(process),
          log: (message) => this.logs.push(message),
          date: () => new Date(this.#options.clock.now()),
        },
        resolve,
      ).then(() => {
        resolve();
        process.kill(); // it has exited
      });
    });
  }

  #startGuard(keeper: PiProcess): { dismiss(): void } {
    const process = this.#start('guard');
    let end: (how: 'dismissed' | 'died') => void = () => {};
    const keeperEnd = new Promise<'dismissed' | 'died'>((resolve) => {
      end = resolve;
    });
    keeper.onDeath(() => {
      end('died');
    });
    void guardLine(
      process.live(() => keeperEnd),
      this.#fencingHost(process, new AbortController().signal),
    );
    return {
      dismiss: () => {
        end('dismissed');
      },
    };
  }

  #clock(process: PiProcess): Clock {
    const { clock } = this.#options;
    return {
      now: () => clock.now(),
      sleep: (milliseconds, signal) => process.live(() => clock.sleep(milliseconds, signal)),
    };
  }

  #openLines(process: PiProcess): Promise<Lines & { close(): Promise<void> }> {
    return process.live(async () => {
      this.onOpenLines();
      return this.#lines(process);
    });
  }

  #lines(process: PiProcess): Lines & { close(): Promise<void> } {
    const { lines, onBusOperation } = this.#options;
    const operate = <T>(run: () => Promise<T>) =>
      process.live(async () => {
        onBusOperation?.(process, 'before');
        if (process.killed) return never;
        const result = await run();
        onBusOperation?.(process, 'after');
        return result;
      });
    return {
      read: () => operate(() => lines.read()),
      writeExtout: (asserted) => operate(() => lines.writeExtout(asserted)),
      close: () => process.live(() => Promise.resolve()),
    };
  }

  #tryLock(process: PiProcess): { release(): Promise<void> } | undefined {
    if (this.#lockHolder) return undefined;
    this.#lockHolder = process;
    const release = () => {
      if (this.#lockHolder === process) this.#lockHolder = undefined;
    };
    process.onDeath(release);
    return {
      release: () =>
        process.live(async () => {
          release();
        }),
    };
  }

  #call(caller: PiProcess): KeeperConversation | undefined {
    const listener = this.#listener;
    if (!listener || listener.process.killed) return undefined;
    const [ours, theirs] = conversationPair<KeeperEvent, AgentMessage>(caller, listener.process);
    listener.onCall(theirs);
    return ours;
  }

  #recordFile(process: PiProcess): RecordFile {
    return {
      read: () => process.live(() => Promise.resolve(this.recordText)),
      replace: (text) => process.live(() => this.#changeRecord(text)),
      remove: () => process.live(() => this.#changeRecord(undefined)),
    };
  }

  async #changeRecord(text: string | undefined): Promise<void> {
    if (this.disk === 'failing') throw new Error('EIO: i/o error');
    if (this.disk === 'hanging') await never;
    this.recordText = text;
  }
}

/** The two ends of a conversation between processes; it breaks when either dies. */
export function conversationPair<ToA, ToB>(
  a: PiProcess,
  b: PiProcess,
): [Conversation<ToA, ToB>, Conversation<ToB, ToA>] {
  const forA = new Mailbox<ToA>();
  const forB = new Mailbox<ToB>();
  const close = () => {
    forA.close();
    forB.close();
  };
  a.onDeath(close);
  b.onDeath(close);
  return [
    {
      send: (message) => {
        if (!a.killed) forB.put(message);
      },
      receive: () => a.live(() => forA.take()),
      close,
    },
    {
      send: (message) => {
        if (!b.killed) forA.put(message);
      },
      receive: () => b.live(() => forB.take()),
      close,
    },
  ];
}

class Mailbox<T> {
  readonly #messages: T[] = [];
  #waiting: ((message: T | undefined) => void) | undefined;
  #closed = false;

  put(message: T): void {
    if (this.#closed) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(message);
    else this.#messages.push(message);
  }

  take(): Promise<T | undefined> {
    const message = this.#messages.shift();
    if (message !== undefined || this.#closed) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#closed = true;
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }
}

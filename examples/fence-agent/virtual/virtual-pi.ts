// One Pi with its processes. The line keeper is supervised as systemd does it: its socket outlives it, its death releases the
// line, and it is started again.
import { type Bus, type Clock, editDefaults, type ParsedDefaults, parseDefaults, Sleepi3 } from '@sleepi3/driver';
import { type AskHost, askKeeper, type KeeperConversation, performAct } from '../src/keeper/ask.js';
import { clearLine } from '../src/keeper/clear-line.js';
import { keepLine } from '../src/keeper/keeper.js';
import type { AgentConversation, AgentMessage, KeeperEvent, NamedBoard } from '../src/keeper/messages.js';
import { OwedWake } from '../src/keeper/owed-wake.js';
import type { PulseOutcome, PulseRequest } from '../src/line/act.js';
import { PowerRecord, type RecordFile } from '../src/line/power-record.js';
import { boardLines } from '../src/node/board.js';
import type { PeerLines } from '../src/peer/channel.js';
import type { PeerLink } from '../src/peer/talk.js';
import type { Machine, Network } from '../src/node/machine.js';
import type { FoundWiring } from '../src/target/wiring.js';
import { checkReport } from '../src/commands/check.js';
import { Memory } from '../src/watch/memory.js';
import { NodeWatch, type WatchHost } from '../src/watch/watch.js';
import { WireTestRecord } from '../src/wire-test/record.js';
import { conversationPair, never, PiProcess } from './pi-process.js';

/** What systemd and Debian's Node do, as the units are; all in ms, measured where a number comes from somewhere. */
export const supervision = {
  /** From the death of the keeper to the first transfer of what releases the line: systemd, and the start of a Node. */
  stopPost: 250,
  /** RestartSec, and the start of a Node. */
  restart: 500,
  /** WatchdogSec. */
  watchdog: 5000,
} as const;

export interface VirtualPiOptions {
  readonly clock: Clock;
  /** The board's bus. */
  readonly bus: Bus;
  readonly random?: () => number;
  readonly defaults?: ParsedDefaults;
  /** How the other Pi's line keeper is reached; by default it is not. */
  readonly peer?: () => VirtualPi;
  readonly names?: Omit<FoundWiring, 'peerAddresses'>;
  /** What of the outside a watcher of this Pi needs; by default nobody watches. */
  readonly watch?: Pick<WatchHost, 'replaceTextfile' | 'alert'>;
  /** Called before each bus transfer of a process and after it took effect; may kill processes. */
  readonly onBusOperation?: (process: PiProcess, moment: 'before' | 'after') => void;
}

export interface VirtualMachineOptions {
  readonly hostname: string;
  /** By default nobody can be asked, and no interface has an address. */
  readonly network?: Partial<Network>;
  readonly corosyncConf?: string;
}

/** What is kept over the death of every process, and of the node, on its disk. */
interface Disk {
  owedWake?: string | undefined;
  wireTest?: string | undefined;
  observation?: string | undefined;
  watch?: string | undefined;
}

/** One Pi: its processes, the line keeper's socket, and what is kept of it. */
export class VirtualPi {
  readonly logs: string[] = [];
  readonly processes: PiProcess[] = [];
  /** Of this boot. */
  recordText: string | undefined;
  readonly kept: Disk = { wireTest: '1970-01-01T00:00:00.000Z sound\n' };
  /** Called before a process opens the board; may throw. */
  onOpenBoard: () => void = () => {};
  /** A rolling reboot is under way. */
  rolls = false;
  /** What a change of a file comes to. */
  disk: 'sound' | 'failing' | 'hanging' = 'sound';
  /** What the defaults file says. */
  defaults: ParsedDefaults;
  readonly #options: VirtualPiOptions;
  /** Of the keeper that runs: where the calls of the other Pi's go. */
  #peerListener: ((lines: PeerLines) => void) | undefined;
  /** Nothing gets through to it. */
  cutOff = false;
  /** Of the keeper that runs: where its calls go. */
  #listener: ((conversation: AgentConversation) => void) | undefined;
  /** Calls at systemd's socket that nobody has taken yet. */
  readonly #backlog: { readonly seat: PiProcess; readonly conversation: AgentConversation }[] = [];
  #keeper: { readonly process: PiProcess; readonly stop: AbortController } | undefined;
  #boots = 0;
  #bootedAt = 0;
  #goesDown = false;

  constructor(options: VirtualPiOptions) {
    this.#options = options;
    this.defaults =
      options.defaults ?? parseDefaults(editDefaults('', { EXTIN_FORCED_SHUTDOWN: true, HEARTBEAT_TIMEOUT: 0 }));
  }

  readonly wireTest = new WireTestRecord(this.#keptFile('wireTest'));

  get record(): PowerRecord {
    return new PowerRecord(this.#recordFile(new PiProcess('reader')), this.#bootId);
  }

  get owedWake(): OwedWake {
    return new OwedWake(this.#keptFile('owedWake'));
  }

  /** The keeper's process; undefined while there is none. */
  get keeper(): PiProcess | undefined {
    return this.#keeper?.process;
  }

  /** Starts the service. Resolves when the keeper says that it is ready. */
  boot(): Promise<void> {
    this.#boots++;
    this.#bootedAt = this.#options.clock.now();
    this.#goesDown = false;
    this.recordText = undefined;
    return this.#startKeeper(this.#boots);
  }

  /** The power is gone: no process is left, and no supervisor that would start one. */
  powerOff(): void {
    this.#boots++;
    for (const process of [...this.processes]) process.kill();
    this.#backlog.length = 0;
  }

  /** SIGTERM to the keeper, by a package that is upgraded or by a node that goes down. Resolves when it has ended. */
  async stopKeeper(why: 'upgrade' | 'shutdown'): Promise<void> {
    this.#goesDown = why === 'shutdown';
    const keeper = this.#keeper;
    if (!keeper) return;
    const ended = new Promise<void>((resolve) => {
      keeper.process.onDeath(resolve);
    });
    keeper.stop.abort(new Error('ended by SIGTERM'));
    await ended;
  }

  /** Runs an agent process that performs one act. The promise never settles when the process is killed. */
  runAgent(
    request: PulseRequest,
    timeout = 60_000,
  ): { process: PiProcess; stop: AbortController; outcome: Promise<PulseOutcome> } {
    const process = this.#start('agent');
    const stop = new AbortController();
    const outcome = performAct(request, this.#askHost(process, {}, stop.signal), timeout);
    return { process, stop, outcome };
  }

  /** This Pi as the agent's machine; every call of `keeper` is a process of its own. */
  machine({ hostname, network, corosyncConf }: VirtualMachineOptions): Machine {
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
      readDefaults: () => Promise.resolve(this.defaults),
      keeper: (board, { log, stop, onProgress }) => ({
        ...this.#askHost(this.#start('agent'), board, stop),
        log,
        ...(onProgress && { onProgress }),
      }),
      openBoard: () => this.#openBoard(this.#start('command')),
      clusterKey: () => undefined,
      wireTest: this.wireTest,
      observation: this.#keptFile('observation'),
    };
  }

  /** What monitor asks for. */
  async report() {
    const host = this.#askHost(this.#start('monitor'), {}, new AbortController().signal);
    return (await askKeeper({ ask: 'report' }, host, 15_000)).report;
  }

  get #bootId(): string {
    return `boot-${this.#boots}`;
  }

  #start(name: string): PiProcess {
    const process = new PiProcess(name);
    this.processes.push(process);
    process.onDeath(() => {
      this.processes.splice(this.processes.indexOf(process), 1);
    });
    return process;
  }

  #askHost(process: PiProcess, board: NamedBoard, stop: AbortSignal): AskHost {
    return {
      clock: this.#clock(process),
      stop,
      board,
      call: () => process.live(() => Promise.resolve(this.#call(process))),
      log: (message) => this.logs.push(message),
    };
  }

  /** The keeper under its supervisor, for one boot. */
  #startKeeper(boot: number): Promise<void> {
    const process = this.#start('keeper');
    const stop = new AbortController();
    const clock = this.#clock(process);
    this.#keeper = { process, stop };
    let alive = this.#options.clock.now();
    void this.#watchdog(process, () => alive);
    process.onDeath(() => {
      this.#keeper = undefined;
      this.#listener = undefined;
      this.#peerListener = undefined;
      void this.#afterDeath(boot);
    });
    const log = (message: string) => this.logs.push(message);
    return new Promise((resolve) => {
      void keepLine({
        clock,
        log,
        stop: stop.signal,
        date: () => new Date(this.#options.clock.now()),
        random: this.#options.random ?? (() => 0.5),
        defaultsFile: '/etc/default/sleepi3',
        readDefaults: () => Promise.resolve(this.defaults),
        openBoard: () => this.#openBoard(process),
        objectionTo: () => Promise.resolve(undefined),
        record: new PowerRecord(this.#recordFile(process), this.#bootId),
        owedWake: new OwedWake(this.#keptFile('owedWake', process)),
        wireTest: new WireTestRecord(this.#keptFile('wireTest', process)),
        observe: () => Promise.resolve(),
        listen: async (onCall) => {
          this.#listener = onCall;
          this.#takeCalls();
          return {
            stop: () => {
              this.#listener = undefined;
            },
            close: async () => {},
          };
        },
        onReady: () => {
          resolve();
        },
        onAlive: () => {
          alive = this.#options.clock.now();
        },
        nodeGoesDown: () => Promise.resolve(this.#goesDown),
        peer: this.#peerLink(process, clock),
        watch: this.#watch(process, clock),
      }).then(() => {
        process.kill(); // it has exited
      });
    });
  }

  #watch(process: PiProcess, clock: Clock): NodeWatch | undefined {
    const { watch, names } = this.#options;
    if (!watch) return undefined;
    return new NodeWatch({
      ...watch,
      clock,
      date: () => new Date(clock.now()),
      log: (message) => this.logs.push(message),
      hostname: () => names?.self ?? 'localhost',
      memory: new Memory(this.#keptFile('watch', process)),
      judge: (report) =>
        Promise.resolve(
          checkReport({ findings: report.findings, report, wiring: names && { ...names, peerAddresses: [] } }),
        ),
    });
  }

  #peerLink(process: PiProcess, clock: Clock): PeerLink | undefined {
    const { peer, names, random = () => 0.5 } = this.#options;
    if (!peer || !names) return undefined;
    return {
      clock,
      random,
      log: (message) => this.logs.push(message),
      machineId: names.self,
      awakeFor: () => clock.now() - this.#bootedAt,
      hasKey: () => true,
      rollUnderWay: () => Promise.resolve(this.rolls),
      wiring: () => Promise.resolve({ ...names, peerAddresses: ['192.0.2.1'] }),
      call: () => process.live(() => Promise.resolve(this.cutOff ? undefined : peer().#callFromPeer(process))),
      listen: async (onCall) => {
        this.#peerListener = onCall;
        return { close: async () => {} };
      },
    };
  }

  #callFromPeer(caller: PiProcess): PeerLines | undefined {
    const keeper = this.keeper;
    if (!keeper || keeper.hung || this.cutOff || !this.#peerListener) return undefined;
    const [ours, theirs] = conversationPair<string, string>(caller, keeper);
    this.#peerListener(theirs);
    return ours;
  }

  /** WatchdogSec: no sign of life for too long, and the keeper is killed. */
  async #watchdog(process: PiProcess, alive: () => number): Promise<void> {
    const { clock } = this.#options;
    while (!process.killed) {
      const left = alive() + supervision.watchdog - clock.now();
      if (left <= 0) process.kill();
      else await clock.sleep(left);
    }
  }

  /** ExecStopPost, then Restart. Should what releases the line die, too, the next keeper does it. */
  async #afterDeath(boot: number): Promise<void> {
    const { clock } = this.#options;
    const isOver = () => boot !== this.#boots || this.#goesDown;
    await clock.sleep(supervision.stopPost);
    if (boot !== this.#boots) return;
    const process = this.#start('release');
    const died = new Promise<void>((resolve) => {
      process.onDeath(resolve);
    });
    const released = clearLine(
      {
        clock: this.#clock(process),
        log: (message) => this.logs.push(message),
        openLines: async () => boardLines(await this.#openBoard(process)),
      },
      30_000,
    ).catch(() => undefined);
    await Promise.race([released, died]);
    process.kill();
    if (isOver()) return;
    await clock.sleep(supervision.restart);
    if (!isOver()) await this.#startKeeper(boot);
  }

  #clock(process: PiProcess): Clock {
    const { clock } = this.#options;
    return {
      now: () => clock.now(),
      sleep: (milliseconds, signal) => process.live(() => clock.sleep(milliseconds, signal)),
    };
  }

  #openBoard(process: PiProcess): Promise<Sleepi3> {
    const { random = () => 0.5 } = this.#options;
    return process.live(async () => {
      this.onOpenBoard();
      return Sleepi3.open({ bus: this.#bus(process), clock: this.#clock(process), random, probe: false });
    });
  }

  #bus(process: PiProcess): Bus {
    const { bus, onBusOperation } = this.#options;
    const transfer = <T>(run: () => Promise<T>) =>
      process.live(async () => {
        onBusOperation?.(process, 'before');
        if (process.killed) return never();
        const result = await run();
        onBusOperation?.(process, 'after');
        return result;
      });
    const death = new Promise<never>((_, reject) => {
      process.onDeath(() => {
        reject(new Error('its holder died'));
      });
    });
    death.catch(() => undefined);
    return {
      name: bus.name,
      readByte: (address, register) => transfer(() => bus.readByte(address, register)),
      readWord: (address, register) => transfer(() => bus.readWord(address, register)),
      writeByte: (address, register, value) => transfer(() => bus.writeByte(address, register, value)),
      writeWord: (address, register, value) => transfer(() => bus.writeWord(address, register, value)),
      // The kernel takes the lock of a process that has died.
      withLock: (body) => process.live(() => bus.withLock(() => Promise.race([death, process.live(body)]))),
      close: () => process.live(() => Promise.resolve()),
    };
  }

  /** systemd listens as long as the node runs. */
  #call(caller: PiProcess): KeeperConversation | undefined {
    const seat = new PiProcess('seat');
    const [ours, conversation] = conversationPair<KeeperEvent, AgentMessage>(caller, seat);
    this.#backlog.push({ seat, conversation });
    this.#takeCalls();
    return ours;
  }

  #takeCalls(): void {
    const process = this.#keeper?.process;
    const onCall = this.#listener;
    if (!process || process.hung || !onCall) return;
    for (const { seat, conversation } of this.#backlog.splice(0)) {
      seat.belongTo(process);
      onCall(conversation);
    }
  }

  #recordFile(process: PiProcess): RecordFile {
    return this.#file(process, {
      read: () => this.recordText,
      write: (text) => (this.recordText = text),
    });
  }

  #keptFile(name: keyof Disk, process = new PiProcess('reader')): RecordFile {
    return this.#file(process, {
      read: () => this.kept[name],
      write: (text) => (this.kept[name] = text),
    });
  }

  #file(process: PiProcess, file: { read(): string | undefined; write(text: string | undefined): void }): RecordFile {
    const change = async (text: string | undefined) => {
      if (this.disk === 'failing') throw new Error('EIO: i/o error');
      if (this.disk === 'hanging') await never();
      file.write(text);
    };
    return {
      read: () => process.live(() => Promise.resolve(file.read())),
      replace: (text) => process.live(() => change(text)),
      remove: () => process.live(() => change(undefined)),
    };
  }
}

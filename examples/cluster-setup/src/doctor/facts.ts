// What the checks look at, each thing read once.
import { parseDefaults, type ParsedDefaults, type Sleepi3, type Snapshot } from '@sleepi3/driver';
import {
  agentOf,
  type ClusterConfiguration,
  type ClusterStatus,
  type ConfiguredPrimitive,
  type CorosyncConf,
  isPlaceholder,
  sameAgent,
  type Scheduler,
} from '@sleepi3/pcs';
import { type FenceCheck, parseFenceCheck, parseRollStatus, type Roll, type RollStatus } from '@sleepi3/program';
import { addressAgents, containerAgents } from '../cluster/design.js';
import type { CommandAnswer, Machine } from '../nodes/machine.js';
import { agentPath } from '../nodes/fence-check.js';
import { defaultsPath } from '../plan/steps/node.js';
import type { Reality } from '../plan/reality.js';

const rollingRebootPath = '/usr/sbin/rolling-reboot';

export interface FactsParts {
  /** This machine alone; its name is the node's. */
  readonly reality: Reality;
  readonly date: () => Date;
  /** Opens this node's board, as the defaults file has it. */
  readonly openBoard: (defaults: ParsedDefaults['values']) => Promise<Pick<Sleepi3, 'snapshot' | 'close'>>;
}

export class Facts {
  readonly reality: Reality;
  readonly node: string;
  readonly date: () => Date;
  readonly #openBoard: FactsParts['openBoard'];
  #board: Promise<Snapshot | Error> | undefined;
  #fenceCheck: Promise<FenceCheck | undefined> | undefined;
  #roll: Promise<RollStatus | undefined> | undefined;
  #scheduler: Scheduler | undefined;

  constructor({ reality, date, openBoard }: FactsParts) {
    this.reality = reality;
    this.node = reality.local.name;
    this.date = date;
    this.#openBoard = openBoard;
  }

  get machine(): Machine {
    return this.reality.local;
  }

  file(path: string): Promise<string | undefined> {
    return this.reality.file(this.node, path);
  }

  /** A program's answer, whatever its exit code; undefined when it cannot be run. */
  async ask(program: string, ...argv: readonly string[]): Promise<CommandAnswer | undefined> {
    const anything = Array.from({ length: 256 }, (_, code) => code);
    return this.machine.run(program, argv, { exitCodes: anything, timeoutMs: 30_000 }).catch(() => undefined);
  }

  /** Whether a program says yes. */
  async says(program: string, ...argv: readonly string[]): Promise<boolean> {
    return (await this.ask(program, ...argv))?.exitCode === 0;
  }

  async defaults(): Promise<ParsedDefaults | undefined> {
    const text = await this.file(defaultsPath);
    return text === undefined ? undefined : parseDefaults(text);
  }

  /** What the fence agent says of this node; undefined where there is none, or an older one. */
  fenceCheck(): Promise<FenceCheck | undefined> {
    this.#fenceCheck ??= this.ask(agentPath, 'check', '--json').then((said) => parseFenceCheck(said?.stdout ?? ''));
    return this.#fenceCheck;
  }

  /** The rolling reboot under way; undefined where there is none, or no program that knows. */
  async roll(): Promise<Roll | undefined> {
    this.#roll ??= this.ask(rollingRebootPath, 'status', '--json').then((said) => parseRollStatus(said?.stdout ?? ''));
    return (await this.#roll)?.roll ?? undefined;
  }

  /** Everything the board says, or why it does not. */
  board(): Promise<Snapshot | Error> {
    this.#board ??= this.#readBoard();
    return this.#board;
  }

  async #readBoard(): Promise<Snapshot | Error> {
    try {
      const board = await this.#openBoard(((await this.defaults()) ?? parseDefaults('')).values);
      try {
        return await board.snapshot();
      } finally {
        await board.close();
      }
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Undefined when there is none, or only the one that Debian's package brings. */
  async corosyncConf(): Promise<CorosyncConf | undefined> {
    const conf = await this.reality.corosyncConf(this.node);
    return conf === undefined || isPlaceholder(conf) ? undefined : conf;
  }

  /** @throws Error when the cluster does not run; checks that ask say so by `needsCluster`. */
  async configuration(): Promise<ClusterConfiguration> {
    const configuration = await this.reality.configuration();
    if (configuration === undefined) throw new Error('the cluster does not run');
    return configuration;
  }

  /** @throws Error when the cluster does not run. */
  async status(): Promise<ClusterStatus> {
    const status = await this.reality.status();
    if (status === undefined) throw new Error('the cluster does not run');
    return status;
  }

  /** Pacemaker's own scheduler, to ask what would be. @throws Error when the cluster does not run. */
  async scheduler(): Promise<Scheduler> {
    const configuration = await this.configuration();
    if (this.#scheduler?.configuration !== configuration)
      this.#scheduler = await this.reality.pcs.scheduler(configuration);
    return this.#scheduler;
  }

  /** Whether this cluster fences by wire, or has yet to be made to. */
  async isWired(): Promise<boolean> {
    const devices = (await this.reality.configuration().catch(() => undefined))?.stonithDevices ?? [];
    return devices.length === 0 || devices.some(({ type }) => type === 'fence_sleepi3');
  }

  /** The primitives that hold virtual addresses; none when the cluster does not run. */
  addresses(): Promise<readonly ConfiguredPrimitive[]> {
    return this.#primitives(addressAgents);
  }

  /** The primitives that run containers of Docker; none when the cluster does not run. */
  containers(): Promise<readonly ConfiguredPrimitive[]> {
    return this.#primitives(containerAgents);
  }

  async #primitives(agents: Readonly<Record<string, string>>): Promise<readonly ConfiguredPrimitive[]> {
    const all = (await this.reality.configuration())?.primitives ?? [];
    return all.filter((one) => Object.values(agents).some((agent) => sameAgent(agentOf(one) ?? '', agent)));
  }
}

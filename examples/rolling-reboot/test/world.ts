// A simulated cluster with its boards, on a virtual clock: who is up, what runs where, what clients get. Time, power,
// boards and the program are as real as they can be in one process; Pacemaker is played, in a few rules.
import { editDefaults, parseDefaults, Sleepi3 } from '@sleepi3/driver';
import { SimulatedPi, VirtualBoard, VirtualClock, type VirtualProcess } from '@sleepi3/simulator';
import type { Cluster, ClusterFacts } from '../src/cluster/cluster.js';
import type { ProbeResult } from '@sleepi3/program';
import type { Host, Inhibitor } from '../src/node/host.js';
import type { RecordName } from '../src/journal.js';
import type { EventName } from '../src/report/report.js';
import { abort, type Ending, resume, run } from '../src/roll.js';
import { rightSettings } from '../src/read-settings.js';
import type { Settings, SettingTexts } from '../src/settings.js';
import { sleepi3Board } from '../src/node/sleepi3-board.js';

export type FaultKind =
  /** The operation fails, and nothing has happened. */
  | 'fails'
  /** The operation is carried out, and then it says that it has failed, half a minute later. */
  | 'times out'
  /** From here on operations of this name fail, for five minutes. */
  | 'keeps failing'
  /** From here on operations of this name fail, for good. */
  | 'is broken'
  /** The program is killed before, or after, the operation takes effect. */
  | 'is killed before it'
  | 'is killed after it'
  /** The node loses its power for a minute, before or after. */
  | 'loses power before it'
  | 'loses power after it'
  /** All nodes lose their power for a minute. */
  | 'loses power with all others'
  /** Someone reboots the node. */
  | 'is rebooted by someone'
  /** The kernel panics; the watchdog sees to it. */
  | 'hangs'
  /** Another node dies for good. */
  | 'loses a peer'
  /** Another node dies, and is back after two minutes. */
  | 'loses a peer for two minutes';

export interface Fault {
  /** The operation it strikes, counted from 0 over all nodes. */
  readonly at: number;
  readonly kind: FaultKind;
}

export interface WorldOptions {
  readonly nodes?: number;
  /** Whether the container is cloned (hot standby), or moves with the address as in the article. */
  readonly cloned?: boolean;
  readonly settings?: SettingTexts;
  readonly fault?: Fault;
}

/** ms. */
const joinTime = 15_000;
const deathSeen = 5000;
const fencingTime = 15_000;
const tick = 500;
const handoverTime = { cloned: 50, single: 6000 } as const;
/** Local time on the first morning. */
const epoch = new Date(2026, 5, 1, 3, 0).getTime();

export class World {
  readonly clock = new VirtualClock({ settle: 'promises' });
  readonly machines: readonly Machine[];
  readonly cloned: boolean;
  /** What was done, by name: `raspberrypi-1: standby`. */
  readonly operations: string[] = [];
  readonly events: { readonly event: EventName; readonly node: string; readonly text: string }[] = [];
  readonly lines: string[] = [];
  /** What must never be, and was. */
  readonly violations: string[] = [];

  /** Whether the quorum device gives its vote; undefined: there is none. */
  device: boolean | undefined;

  // The CIB.
  readonly standby = new Set<string>();
  readonly constraints = new Set<string>();
  lock: string | undefined;
  /** Whether /run/reboot-required is there. */
  sentinel = true;
  failures: string[] = [];
  unsuitable: string[] = [];
  /** What is under way besides. */
  underWay: string[] = [];

  /** Where the service is; undefined while it moves. */
  serviceOn: string | undefined;
  #movingTo: { readonly node: string; readonly at: number } | undefined;
  #downSince: number | undefined;
  /** Since when a node is up that could run the service if nobody kept it from that. */
  #ableSince: number | undefined;
  /** All times without the service, ms. */
  readonly outages: number[] = [];
  readonly fault: Fault | undefined;
  readonly #broken = new Map<string, number>();
  #struckAt: number | undefined;

  constructor({ nodes = 2, cloned = true, settings = {}, fault }: WorldOptions = {}) {
    this.cloned = cloned;
    this.fault = fault;
    this.machines = Array.from(
      { length: nodes },
      (_, index) => new Machine(this, `raspberrypi-${index + 1}`, settings),
    );
    this.serviceOn = this.machines[0]!.name;
    const watch = () => {
      this.reconcile();
      this.clock.after(tick, watch);
    };
    watch();
  }

  /** Boots all nodes and lets them find each other. */
  async boot(): Promise<void> {
    await this.clock.runUntil(() => this.machines.every(({ joined }) => joined), { within: 300_000 });
    await this.clock.advance(30_000);
    this.violations.length = 0;
    this.outages.length = 0;
    this.operations.length = 0;
  }

  /** The timers of all nodes fire, a little apart; ends when all is quiet again. */
  async morning(): Promise<void> {
    this.machines.forEach((machine, index) => {
      this.clock.after(index * 20_000, () => machine.start('run'));
    });
    await this.clock.advance(this.machines.length * 20_000);
    await this.quiet();
  }

  /** Until no program runs and no node is on its way. */
  async quiet(): Promise<void> {
    let quietSince = this.clock.now();
    await this.clock.runUntil(
      () => {
        if (this.machines.some((machine) => machine.busy)) quietSince = this.clock.now();
        return this.clock.now() - quietSince > 60_000;
      },
      { within: 12 * 3_600_000 },
    );
  }

  machine(name: string): Machine {
    return this.machines.find((machine) => machine.name === name)!;
  }

  date(): number {
    return epoch + this.clock.now();
  }

  /** Whether clients are served at this moment. */
  get serves(): boolean {
    return (
      this.serviceOn !== undefined && this.machine(this.serviceOn).alive && this.machine(this.serviceOn).hasInstance
    );
  }

  get moving(): boolean {
    return this.#movingTo !== undefined;
  }

  quorate(machine: Machine): boolean {
    const members = this.machines.filter(({ online }) => online).length;
    if (this.device !== undefined) return (members + (this.device ? 1 : 0)) * 2 > this.machines.length + 1;
    // two_node with wait_for_all, as corosync sets it: one of two is enough once both have been seen.
    if (this.machines.length === 2) return members === 2 || machine.hasSeenAll;
    return members * 2 > this.machines.length;
  }

  /** What Pacemaker would do now, and whether anything is as it must never be. */
  reconcile(): void {
    const now = this.clock.now();
    if (this.machines.every(({ online }) => online)) for (const machine of this.machines) machine.hasSeenAll = true;
    for (const machine of this.machines) machine.noticeDeath(now);
    const unclean = this.machines.some((machine) => machine.unclean);
    const eligible = this.machines.filter((machine) => machine.online && !this.standby.has(machine.name));
    for (const machine of this.machines) {
      const may = eligible.includes(machine) && this.quorate(machine);
      if (!may) machine.instanceSince = undefined;
      else if (this.cloned) machine.instanceSince ??= now + 3000;
    }
    if (this.#movingTo !== undefined && now >= this.#movingTo.at) {
      const { node } = this.#movingTo;
      this.#movingTo = undefined;
      if (eligible.includes(this.machine(node))) this.#place(node);
    }
    const holder = this.serviceOn === undefined ? undefined : this.machine(this.serviceOn);
    if (holder !== undefined && !eligible.includes(holder)) {
      if (holder.alive || !holder.joined) this.serviceOn = undefined;
      else if (!holder.unclean) this.serviceOn = undefined;
    }
    if (this.serviceOn === undefined && this.#movingTo === undefined && !unclean) {
      const target = eligible.find((machine) => this.quorate(machine) && (!this.cloned || machine.hasInstance));
      if (target !== undefined) this.moveTo(target.name);
    }
    this.#judge(now);
  }

  moveTo(node: string): void {
    if (this.serviceOn !== undefined && !this.cloned) this.machine(this.serviceOn).instanceSince = undefined;
    this.serviceOn = undefined;
    const time = handoverTime[this.cloned ? 'cloned' : 'single'];
    this.#movingTo = { node, at: this.clock.now() + time };
    this.clock.after(time, () => {
      this.reconcile();
    });
  }

  #place(node: string): void {
    this.serviceOn = node;
    this.machine(node).instanceSince ??= this.clock.now();
  }

  #judge(now: number): void {
    const out = this.machines.filter(({ outBecauseOfUs }) => outBecauseOfUs);
    if (out.length > 1) this.#violate(`${out.map(({ name }) => name).join(' and ')} were out at once`);
    if (this.serves) {
      if (this.#downSince !== undefined) this.outages.push(now - this.#downSince);
      this.#downSince = undefined;
      this.#ableSince = undefined;
      return;
    }
    this.#downSince ??= now;
    const faulty = this.#struckAt !== undefined && this.machines.some(({ struck }) => struck);
    // Death is seen, fenced and recovered from in this time; without a death only the move itself may take the service.
    const limit = faulty ? 120_000 : this.cloned ? tick * 2 : 10_000;
    const able = this.machines.some((machine) => machine.online && this.quorate(machine) && !machine.starting(now));
    this.#ableSince = able ? (this.#ableSince ?? now) : undefined;
    const away = this.#ableSince === undefined ? 0 : now - Math.max(this.#ableSince, this.#downSince);
    if (away > limit) this.#violate(`the service was away for ${away} ms although a node could have run it`);
  }

  #violate(text: string): void {
    const line = `${text} (at ${this.clock.now()} ms, last operation ${this.operations.at(-1) ?? 'none'})`;
    if (!this.violations.some((known) => known.startsWith(text.slice(0, 25)))) this.violations.push(line);
  }

  /** One operation of the program on the outside, with whatever fault strikes it. */
  async operate<T>(
    machine: Machine,
    { clock }: VirtualProcess,
    name: string,
    effect: () => T | Promise<T>,
  ): Promise<T> {
    const index = this.operations.push(`${machine.name}: ${machine.phase}: ${name}`) - 1;
    const kind = this.fault?.at === index ? this.fault.kind : undefined;
    const key = `${machine.name}: ${name}`;
    await clock.sleep(40);
    if (kind !== undefined) this.#strike(machine, kind, key);
    if (kind?.endsWith('before it') || kind === 'hangs' || kind === 'loses power with all others') await clock.sleep(1);
    if (kind === 'fails' || (this.#broken.get(key) ?? 0) > this.clock.now()) {
      await clock.sleep(1000);
      throw new Error(`${name} failed`);
    }
    const value = await effect();
    if (kind === 'is killed after it') machine.kill();
    if (kind === 'loses power after it') machine.losePower(60_000);
    await clock.sleep(40);
    if (kind === 'times out') {
      await clock.sleep(30_000);
      throw new Error(`${name} timed out`);
    }
    return value;
  }

  /** An operation (`raspberrypi-1: move`) fails for so many ms. */
  break(operation: string, milliseconds: number): void {
    this.#broken.set(operation, this.clock.now() + milliseconds);
  }

  #strike(machine: Machine, kind: FaultKind, key: string): void {
    this.#struckAt = this.clock.now();
    const peer = this.machines.find((one) => one !== machine && one.alive && one.name !== machine.name);
    switch (kind) {
      case 'keeps failing':
        this.break(key, 300_000);
        break;
      case 'is broken':
        this.break(key, Infinity);
        break;
      case 'is killed before it':
        machine.kill();
        break;
      case 'loses power before it':
        machine.losePower(60_000);
        break;
      case 'loses power with all others':
        for (const one of this.machines) one.losePower(60_000);
        break;
      case 'is rebooted by someone':
        machine.struck = true;
        machine.orderReboot();
        break;
      case 'hangs':
        machine.struck = true;
        machine.pi.hang();
        break;
      case 'loses a peer':
        peer?.losePower(Infinity);
        break;
      case 'loses a peer for two minutes':
        peer?.losePower(120_000);
        break;
      case 'fails':
      case 'times out':
      case 'is killed after it':
      case 'loses power after it':
        break;
    }
  }

  #votes(): ClusterFacts['votes'] {
    const device = this.device === undefined ? undefined : Number(this.device);
    const expected = this.machines.length + (device === undefined ? 0 : 1);
    return {
      total: this.machines.filter(({ online }) => online).length + (device ?? 0),
      needed: this.machines.length === 2 && device === undefined ? 1 : Math.floor(expected / 2) + 1,
      own: 1,
      device,
    };
  }

  /** What crm_mon and cibadmin would say on this node. */
  factsFor(machine: Machine): ClusterFacts {
    const { machines, serviceOn } = this;
    const unsettled = [
      ...this.underWay,
      ...(this.moving ? ['resource VIP is Starting'] : []),
      ...machines.filter(({ unclean }) => unclean).map(({ name }) => `node ${name} is unclean`),
      ...machines
        .filter((one) => this.cloned && one.online && one.instanceSince !== undefined && !one.hasInstance && !one.sick)
        .map(({ name }) => `resource web is Starting on ${name}`),
    ];
    const started = serviceOn === undefined || !this.machine(serviceOn).online ? [] : [serviceOn];
    const instances = machines.filter((one) => one.online && one.instanceSince !== undefined);
    return {
      controlled: true,
      quorate: this.quorate(machine),
      votes: this.#votes(),
      nodes: machines.map(({ name, online, unclean }) => ({
        name,
        online,
        standby: this.standby.has(name),
        maintenance: false,
        unclean,
        pending: false,
      })),
      resources: [
        { id: 'VIP', startedOn: started, activeOn: started, cloned: false, managed: true, disabled: false },
        ...(this.cloned
          ? [
              {
                id: 'web-clone',
                startedOn: instances.filter(({ hasInstance }) => hasInstance).map(({ name }) => name),
                activeOn: instances.map(({ name }) => name),
                cloned: true,
                managed: true,
                disabled: false,
              },
            ]
          : []),
      ],
      fenceDevices: machines.map(({ name }) => ({
        id: `fence-${name}`,
        startedOn: [machines.find(({ online }) => online)?.name ?? ''],
        monitorInterval: 60,
        monitorResult: 0,
      })),
      fencingEnabled: true,
      unsettled,
      failures: this.failures,
      leftConstraints: [...this.constraints],
      unsuitable: this.unsuitable,
      lock: this.lock,
    };
  }

  /** A person mends what is broken. */
  repair(): void {
    this.#broken.clear();
    for (const machine of this.machines) machine.restorePower();
  }
}

/** One node. */
export class Machine {
  readonly name: string;
  readonly board: VirtualBoard;
  readonly pi: SimulatedPi;
  readonly settings: Settings;
  readonly disk = new Map<RecordName, string>();
  /** How much its clock is ahead of the others', ms. */
  clockError = 0;
  readonly endings: Ending[] = [];
  readonly errors: Error[] = [];
  /** Its cluster software is up. */
  joined = false;
  hasSeenAll = false;
  /** Since when its instance of the container runs. */
  instanceSince: number | undefined;
  /** A fault has struck it. */
  struck = false;
  /** Its instance does not answer. */
  sick = false;
  /** What happens to an ordered reboot. */
  /** Where its program is. */
  phase = 'idle';
  rebootFate: 'well' | 'hangs' | 'stays off' | 'never back' = 'well';
  /** The cluster software does not start at boot. */
  clusterDisabled = false;
  reboots = 0;
  /** What programs on it ask systemd to hold back. */
  inhibitors: Inhibitor[] = [];
  readonly #world: World;
  #deadSince: number | undefined;
  #fenced = true;
  #ordered = false;
  #goesDown = false;
  #alarm: number | undefined;
  #boots = 0;
  #running = 0;
  #stop = new AbortController();
  #process: VirtualProcess | undefined;

  constructor(world: World, name: string, settings: SettingTexts) {
    this.#world = world;
    this.name = name;
    this.settings = rightSettings({
      given: {
        service: 'VIP',
        url: 'http://vip/',
        'health-url': world.cloned ? 'http://{node}/' : '',
        node: name,
        ...settings,
      },
      hostname: name,
    });
    this.board = new VirtualBoard({ name, clock: world.clock });
    this.pi = new SimulatedPi(this.board, {
      heartbeatInterval: 20_000,
      defaults: { EXTIN_FORCED_SHUTDOWN: true },
      program: (process) => this.#afterBoot(process),
    });
  }

  /** Its kernel runs. */
  get alive(): boolean {
    return this.pi.state === 'running' || this.pi.state === 'shutting-down';
  }

  get online(): boolean {
    return this.joined && this.alive;
  }

  get unclean(): boolean {
    return !this.#fenced;
  }

  get hasInstance(): boolean {
    return !this.sick && this.instanceSince !== undefined && this.instanceSince <= this.#world.clock.now();
  }

  get outBecauseOfUs(): boolean {
    return this.#ordered || this.#world.standby.has(this.name);
  }

  /** A program runs on it, or it is on its way up. */
  get busy(): boolean {
    // Without power and with an alarm set it comes up by itself.
    if (!this.board.powered) return this.#alarm !== undefined && this.board.hasSupply;
    return (
      this.#running > 0 || this.pi.state === 'booting' || this.pi.state === 'shutting-down' || this.pi.state === 'hung'
    );
  }

  /** What the file of sysfs holds: s since 1970. */
  get wakeAlarm(): number | undefined {
    return this.#alarm;
  }

  set wakeAlarm(seconds: number | undefined) {
    this.#alarm = seconds;
    const time = seconds === undefined ? undefined : seconds * 1000 - epoch;
    this.board.setAlarm(time);
    if (time === undefined) return;
    const { clock } = this.#world;
    clock.after(time - clock.now(), () => {
      if (this.#alarm === seconds) this.#alarm = undefined;
    });
  }

  starting(now: number): boolean {
    return !this.hasSeenAll || this.instanceSince === undefined ? now - this.#joinedAt < 30_000 : false;
  }

  #joinedAt = 0;

  /** Starts the program, unless it runs already, as systemd and the file lock see to. */
  start(what: 'run' | 'resume' | 'abort' | 'by hand', force = false): void {
    if (this.pi.state !== 'running' || this.#running > 0) return;
    this.#running++;
    this.#stop = new AbortController();
    const { settings } = this;
    this.pi
      .run((process) => {
        this.#process = process;
        const host = this.host(process, this.#stop.signal);
        if (what === 'resume') return resume(host, settings);
        if (what === 'abort') return abort(host, settings, { force });
        return run(host, settings, { byHand: what === 'by hand' });
      })
      .then(
        (ending) => this.endings.push(ending),
        (error: unknown) => {
          if ((error as Error).name !== 'SimulatorError') this.errors.push(error as Error);
        },
      )
      .finally(() => this.#running--);
  }

  kill(): void {
    this.#process?.kill();
  }

  terminate(): void {
    this.#stop.abort(new Error('ended by SIGTERM'));
  }

  losePower(milliseconds: number): void {
    this.struck = true;
    this.board.setSupply({ voltage1: 0 });
    if (milliseconds < Infinity) this.#world.clock.after(milliseconds, () => this.restorePower());
  }

  restorePower(): void {
    this.rebootFate = 'well';
    this.board.setSupply({ voltage1: 12_000 });
    if (!this.board.powered) {
      this.board.setSwitch(true);
      this.board.setSwitch(false);
    }
  }

  noticeDeath(now: number): void {
    if (this.alive || !this.joined) return;
    this.#deadSince ??= now;
    if (now - this.#deadSince >= deathSeen) this.#fenced = false;
    if (now - this.#deadSince >= deathSeen + fencingTime) this.#leave();
  }

  #leave(): void {
    this.joined = false;
    this.#fenced = true;
    this.#deadSince = undefined;
    this.hasSeenAll = false;
    this.instanceSince = undefined;
  }

  async #afterBoot({ clock }: VirtualProcess): Promise<void> {
    this.#boots++;
    this.#goesDown = false;
    if (this.joined) this.#leave();
    await clock.sleep(1000);
    if (this.disk.has('journal')) this.start('resume');
    if (this.clusterDisabled) return;
    await clock.sleep(joinTime);
    this.#join();
  }

  #join(): void {
    this.joined = true;
    this.#joinedAt = this.#world.clock.now();
    this.#ordered = false;
    this.hasSeenAll = false;
    this.#world.reconcile();
  }

  /** The system goes down as it was told to, by the program or by someone else. */
  orderReboot({ byProgram = false } = {}): void {
    this.reboots++;
    this.#goesDown = true;
    this.#ordered = byProgram;
    const { clock } = this.#world;
    clock.after(200, () => this.terminate());
    clock.after(1000, () => {
      if (this.alive) this.#leave();
      this.#world.reconcile();
    });
    clock.after(1500, () => {
      if (!this.alive) return;
      const fate = this.rebootFate;
      this.pi.reboot().catch(() => undefined);
      if (fate === 'hangs') clock.after(1000, () => this.pi.hang());
      if (fate === 'stays off' || fate === 'never back') {
        clock.after(3000, () => {
          this.board.setSupply({ voltage1: 0 });
          if (fate === 'stays off') {
            // The supply is there again; the Pi stays off until something wakes it.
            this.#offUntilAlarm();
          }
        });
      }
    });
  }

  #offUntilAlarm(): void {
    this.board.setSupply({ voltage1: 12_000 });
    // The board powers the Pi on with its supply; a shutdown puts it to sleep again.
    this.#world.clock.after(100, () => {
      this.board.poke('sleepTimeout', 1);
    });
  }

  /** What the program on this node sees of the outside. */
  host(process: VirtualProcess, signal: AbortSignal): Host {
    const world = this.#world;
    const operate = <T>(name: string, effect: () => T | Promise<T>) => world.operate(this, process, name, effect);
    const files = {
      readFile: (path: string) =>
        path.endsWith('/since_epoch')
          ? operate('read the RTC', () => `${Math.floor(world.date() / 1000)}\n`)
          : operate('read the alarm', () => (this.#alarm === undefined ? '' : `${this.#alarm}\n`)),
      writeFile: (_path: string, data: string) =>
        operate('write the alarm', () => {
          this.wakeAlarm = Number(data) > 0 ? Number(data) : undefined;
        }),
    };
    return {
      clock: process.clock,
      date: () => world.date() + this.clockError,
      bootId: async () => `boot-${this.#boots}`,
      pid: 1,
      cluster: this.#cluster(process, operate),
      board: sleepi3Board({
        open: () =>
          operate('open the board', () => Sleepi3.open({ bus: process.bus, clock: process.clock, random: () => 0.5 })),
        defaults: async () => parseDefaults(editDefaults('', {})),
        fenceCheck: async () => undefined,
        files,
      }),
      records: {
        read: async (name) => this.disk.get(name),
        replace: (name, text) => operate(`write the ${name}`, () => void this.disk.set(name, text)),
        remove: (name) => operate(`remove the ${name}`, () => void this.disk.delete(name)),
      },
      probe: async (url, timeoutMs) => {
        // The meter's questions are many, and no step depends on them.
        if (timeoutMs < 5000) {
          await process.clock.sleep(5);
          return this.#answer(url);
        }
        try {
          return await operate(`ask ${url}`, () => this.#answer(url));
        } catch (error) {
          return { ok: false, fact: (error as Error).message };
        }
      },
      inhibitors: async () => this.inhibitors,
      fileExists: async () => world.sentinel,
      reboot: () => operate('reboot', () => this.orderReboot({ byProgram: true })),
      goingDown: async () => this.#goesDown,
      randomWord: () => 'k3v9x2mp',
      report: {
        line: (level, text) => void world.lines.push(`${world.clock.now()} ${this.name} ${level} ${text}`),
        event: ({ event, node, text }) =>
          operate(`tell ${event}`, () => void world.events.push({ event, node, text })).catch(() => undefined),
        gauges: async ({ phase }) => void (this.phase = phase),
      },
      signal,
    };
  }

  #answer(url: string): ProbeResult {
    const world = this.#world;
    const node = /raspberrypi-\d+/.exec(url)?.[0];
    const ok = node === undefined ? world.serves : world.machine(node).alive && world.machine(node).hasInstance;
    return ok ? { ok, fact: 'HTTP 200' } : { ok, fact: 'connection refused' };
  }

  #cluster({ clock }: VirtualProcess, operate: <T>(name: string, effect: () => T | Promise<T>) => Promise<T>): Cluster {
    const world = this.#world;
    const change = (name: string, effect: () => void) =>
      operate(name, () => {
        this.#assertJoined();
        effect();
        world.reconcile();
      });
    return {
      facts: () =>
        operate('look at the cluster', () => {
          this.#assertJoined();
          return world.factsFor(this);
        }),
      start: () =>
        operate('start the cluster', () => {
          if (!this.joined) world.clock.after(joinTime, () => (this.alive ? this.#join() : undefined));
        }),
      standby: (node) => change('standby', () => void world.standby.add(node)),
      unstandby: (node) => change('unstandby', () => void world.standby.delete(node)),
      move: async (resource, node) => {
        const constraint = `cli-prefer-${resource}`;
        await change('move', () => {
          world.constraints.add(constraint);
          if (world.serviceOn !== node) world.moveTo(node);
        });
        const end = clock.now() + 60_000;
        while (world.serviceOn !== node && clock.now() < end) await clock.sleep(500);
        await change('move, its end', () => void world.constraints.delete(constraint));
        if (world.serviceOn !== node) throw new Error(`${resource} did not move to ${node}`);
      },
      removeConstraints: (ids) => change('remove constraints', () => ids.forEach((id) => world.constraints.delete(id))),
      removeLock: () => change('remove the lock', () => (world.lock = undefined)),
      compareAndSetLock: (before, after) =>
        operate('change the lock', () => {
          this.#assertJoined();
          if (world.lock !== before) return false;
          world.lock = after;
          return true;
        }),
    };
  }

  #assertJoined(): void {
    if (!this.online) throw new Error('the cluster is not running on this node');
  }
}

/** A cluster that has found itself. */
export async function booted(options: WorldOptions = {}): Promise<World> {
  const world = new World(options);
  await world.boot();
  return world;
}

/** The nodes of a world of two. */
export const one = 'raspberrypi-1';
export const two = 'raspberrypi-2';

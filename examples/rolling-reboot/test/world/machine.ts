// One node of the played cluster: its board and power, its boots, and the program that is started on it.
import { SimulatedPi, VirtualBoard, type VirtualClock, type VirtualProcess } from '@sleepi3/simulator';
import type { RecordName } from '../../src/journal.js';
import type { Host, Inhibitor } from '../../src/node/host.js';
import { rightSettings } from '../../src/read-settings.js';
import { abort, type Ending, resume, run } from '../../src/roll.js';
import type { Settings, SettingTexts } from '../../src/settings.js';

/** ms. */
export const joinTime = 15_000;
const deathSeen = 5000;
const fencingTime = 15_000;
/** Local time on the first morning. */
export const epoch = new Date(2026, 5, 1, 3, 0).getTime();

/** What is around a machine. */
export interface Surroundings {
  readonly clock: VirtualClock;
  /** Whether the container is cloned (hot standby), or moves with the address as in the article. */
  readonly cloned: boolean;
  readonly standby: ReadonlySet<string>;
  /** The cluster looks again at what there is. */
  reconcile(): void;
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
  /** Where its program is. */
  phase = 'idle';
  /** What happens to an ordered reboot. */
  rebootFate: 'well' | 'hangs' | 'stays off' | 'never back' = 'well';
  /** The cluster software does not start at boot. */
  clusterDisabled = false;
  reboots = 0;
  /** What programs on it ask systemd to hold back. */
  inhibitors: Inhibitor[] = [];
  /** How often it has booted. */
  boots = 0;
  /** Its system goes down. */
  goesDown = false;
  readonly #world: Surroundings;
  readonly #hostOf: (machine: Machine, process: VirtualProcess, signal: AbortSignal) => Host;
  #deadSince: number | undefined;
  #fenced = true;
  #ordered = false;
  #alarm: number | undefined;
  #running = 0;
  #stop = new AbortController();
  #process: VirtualProcess | undefined;

  constructor(
    world: Surroundings,
    name: string,
    settings: SettingTexts,
    hostOf: (machine: Machine, process: VirtualProcess, signal: AbortSignal) => Host,
  ) {
    this.#world = world;
    this.#hostOf = hostOf;
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
        const host = this.#hostOf(this, process, this.#stop.signal);
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
    this.boots++;
    this.goesDown = false;
    if (this.joined) this.#leave();
    await clock.sleep(1000);
    if (this.disk.has('journal')) this.start('resume');
    if (this.clusterDisabled) return;
    await clock.sleep(joinTime);
    this.join();
  }

  /** Its cluster software has come up. */
  join(): void {
    this.joined = true;
    this.#joinedAt = this.#world.clock.now();
    this.#ordered = false;
    this.hasSeenAll = false;
    this.#world.reconcile();
  }

  /** The system goes down as it was told to, by the program or by someone else. */
  orderReboot({ byProgram = false } = {}): void {
    this.reboots++;
    this.goesDown = true;
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
}

// Pacemaker, played in a few rules: who is a member, what runs where, and what must never be. Whatever the program does on
// the outside passes by here, with the fault that strikes it.
import { VirtualClock, type VirtualProcess } from '@sleepi3/simulator';
import type { Host } from '../../src/node/host.js';
import type { RollEvent } from '../../src/report/report.js';
import type { SettingTexts } from '../../src/settings.js';
import { type Fault, strike } from './faults.js';
import { epoch, Machine, type Surroundings } from './machine.js';

export interface WorldOptions {
  readonly nodes?: number;
  /** Whether the container is cloned (hot standby), or moves with the address as in the article. */
  readonly cloned?: boolean;
  readonly settings?: SettingTexts;
  readonly fault?: Fault;
}

/** Makes what the program on a machine sees of the outside. */
export type HostOf = (cluster: PlayedCluster, machine: Machine, process: VirtualProcess, signal: AbortSignal) => Host;

/** ms. */
const tick = 500;
const handoverTime = { cloned: 50, single: 6000 } as const;

export class PlayedCluster implements Surroundings {
  readonly clock = new VirtualClock({ settle: 'promises' });
  readonly machines: readonly Machine[];
  readonly cloned: boolean;
  /** What was done, by name: `raspberrypi-1: standby`. */
  readonly operations: string[] = [];
  readonly events: Omit<RollEvent, 'roll'>[] = [];
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
  /** A bundle of one replica, which leaves a node when it must and does not come back; undefined: there is none. */
  bundle: { on: string | undefined } | undefined;
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

  constructor({ nodes = 2, cloned = true, settings = {}, fault }: WorldOptions, hostOf: HostOf) {
    this.cloned = cloned;
    this.fault = fault;
    this.machines = Array.from(
      { length: nodes },
      (_, index) =>
        new Machine(this, `raspberrypi-${index + 1}`, settings, (machine, process, signal) =>
          hostOf(this, machine, process, signal),
        ),
    );
    this.serviceOn = this.machines[0]!.name;
    const watch = () => {
      this.reconcile();
      this.clock.after(tick, watch);
    };
    watch();
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
    const { bundle } = this;
    if (bundle?.on !== undefined && !eligible.some(({ name }) => name === bundle.on)) bundle.on = eligible[0]?.name;
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
    if (kind !== undefined) {
      this.#struckAt = this.clock.now();
      strike(this, machine, kind, key);
    }
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

  /** A person mends what is broken. */
  repair(): void {
    this.#broken.clear();
    for (const machine of this.machines) machine.restorePower();
  }
}

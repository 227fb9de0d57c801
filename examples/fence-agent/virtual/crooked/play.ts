// Plays a crooked world to its end, on a virtual clock: two boards, two Pis with the line keeper's service under its
// supervisor, and on each Pacemaker, which asks the agent up to ten times. What happened is the world's story.
import { editDefaults, parseDefaults } from '@sleepi3/driver';
import { seededRandom, VirtualClock } from '@sleepi3/simulator';
import type { Ask } from '../../src/target/silence.js';
import { type AgentResult, runVirtualAgent } from '../virtual-agent.js';
import { createCluster, type VirtualCluster } from '../virtual-cluster.js';
import { confAddresses, corosyncConf, deviceCall, nodeSetting, ownerOf, resolve } from './setting.js';
import type { BusWeather, World, WorldEvent } from './world.js';

/** Pacemaker's stonith-max-attempts, the device's time-out and the time between two attempts, ms. */
const mostAttempts = 10;
const attemptTimeout = 60_000;
const betweenAttempts = 800;
/** ms from power-on until the service of a Pi runs. */
const bootTime = 15_000;
/** How long the last wake pulse is waited for, ms: the line keeper tries for ten minutes. */
const wakeTimeout = 650_000;
/** When a node hangs as a whole that does, ms after its first request. */
const hangsAt = 3000;

/** One request of Pacemaker's. */
export interface Attempt {
  /** Whose Pacemaker asked. */
  readonly by: 0 | 1;
  readonly target: 0 | 1;
  readonly action: string;
  readonly from: number;
  /** Infinity when whoever asked did not live to see its end. */
  until: number;
  /** Whether the target had power at the beginning and at the end. */
  readonly poweredBefore: boolean;
  poweredAfter: boolean;
  success: boolean;
  stderr: string;
}

/** EXTIN has cut a node; whether the wire to it was stuck then. */
export interface Cut {
  readonly node: 0 | 1;
  readonly at: number;
  readonly wireStuck: boolean;
}

/** From when to when a node asserted EXTOUT; Infinity where it still does. */
export interface Assertion {
  readonly node: 0 | 1;
  readonly from: number;
  until: number;
}

export interface Story {
  readonly world: World;
  /** When the first request came, ms. */
  readonly begin: number;
  readonly end: number;
  /** What monitor of each node's device said before, on the node that the device runs on. */
  readonly monitors: readonly [AgentResult, AgentResult];
  /** The same in the end; undefined where that is not asked for, or the node does not run. */
  readonly monitorsAfter: readonly [AgentResult | undefined, AgentResult | undefined];
  readonly attempts: readonly Attempt[];
  /** Whose Pacemaker has used up its attempts, and whether the target still had power then. */
  readonly givenUp: readonly { readonly by: 0 | 1; readonly targetPowered: boolean }[];
  readonly cuts: readonly Cut[];
  readonly assertions: readonly Assertion[];
  /** When a node lost its keeper, and how. */
  readonly losses: readonly { readonly node: 0 | 1; readonly at: number; readonly kind: WorldEvent['kind'] }[];
  /** When a node hung as a whole; undefined where it did not. */
  readonly crashedAt: readonly [number | undefined, number | undefined];
  /** When a node was powered on. */
  readonly powerOns: readonly { readonly node: 0 | 1; readonly at: number }[];
  readonly powered: readonly [boolean, boolean];
  readonly log: readonly string[];
}

export async function play(world: World): Promise<Story> {
  return new Play(world, await buildCluster(world)).run();
}

async function buildCluster(world: World): Promise<VirtualCluster> {
  const { extinPhases, ...unknown } = world.boards;
  return createCluster({
    clock: new VirtualClock({ settle: 'promises' }),
    bootTime,
    talking: world.talk === 'talking',
    defaults: parseDefaults(editDefaults('', { EXTIN_FORCED_SHUTDOWN: true, HEARTBEAT_TIMEOUT: 0 })),
    ...unknown,
    boards: [
      { extinPhase: extinPhases[0], transferTime: world.buses[0].transfer },
      { extinPhase: extinPhases[1], transferTime: world.buses[1].transfer },
    ],
  });
}

class Play {
  readonly #world: World;
  readonly #cluster: VirtualCluster;
  #begin: number;
  readonly #attempts: Attempt[] = [];
  readonly #givenUp: { by: 0 | 1; targetPowered: boolean }[] = [];
  readonly #cuts: Cut[] = [];
  readonly #assertions: Assertion[] = [];
  readonly #powerOns: { node: 0 | 1; at: number }[] = [];
  readonly #losses: { node: 0 | 1; at: number; kind: WorldEvent['kind'] }[] = [];
  readonly #crashedAt: [number | undefined, number | undefined] = [undefined, undefined];
  /** The agents that run on a node, to be ended. */
  readonly #agents: readonly [Set<RunningAgent>, Set<RunningAgent>] = [new Set(), new Set()];

  constructor(world: World, cluster: VirtualCluster) {
    this.#world = world;
    this.#cluster = cluster;
    this.#begin = cluster.clock.now() + 60_000;
    for (const node of [0, 1] as const) this.#listenTo(node);
  }

  async run(): Promise<Story> {
    const { clock, harness } = this.#cluster;
    const world = this.#world;
    for (const node of [0, 1] as const) this.#prepare(node);
    if (!dieLater(world)) this.#breakWires();
    const monitors = await clock.runUntil(Promise.all([this.#monitor(0), this.#monitor(1)]), { within: 600_000 });
    // A slow bus takes its time to be monitored; nothing of what follows begins before that.
    await clock.advance(Math.max(0, this.#begin - clock.now()));
    this.#begin = clock.now();
    this.#plan();
    const both = world.calls.startsWith('both');
    const action = world.calls.endsWith('reboot') ? 'reboot' : 'off';
    const asked = [this.#pacemaker(0, action, 0), ...(both ? [this.#pacemaker(1, action, world.skew)] : [])];
    await clock.runUntil(Promise.all(asked), { within: 2_000_000 });
    await clock.advance(5000);
    const rebooted = this.#attempts.filter(({ success, action: done }) => success && done === 'reboot');
    for (let waited = 0; waited < wakeTimeout && rebooted.some(({ target }) => !harness.boards[target].powered);) {
      await clock.advance(5000);
      waited += 5000;
    }
    await clock.advance(45_000);
    const monitorsAfter = await clock.runUntil(Promise.all([this.#monitorAfter(0), this.#monitorAfter(1)]), {
      within: 600_000,
    });
    const story: Story = {
      world,
      begin: this.#begin,
      end: clock.now(),
      monitors,
      monitorsAfter,
      attempts: this.#attempts,
      givenUp: this.#givenUp,
      cuts: this.#cuts,
      assertions: this.#assertions,
      losses: this.#losses,
      crashedAt: this.#crashedAt,
      powerOns: this.#powerOns,
      powered: [harness.boards[0].powered, harness.boards[1].powered],
      log: this.#cluster.pis.flatMap(({ logs }, node) => logs.map((line) => `${node}: ${line}`)),
    };
    harness.close();
    return story;
  }

  #listenTo(node: 0 | 1): void {
    const { harness } = this.#cluster;
    const board = harness.boards[node];
    board.on('extout', ({ asserted }, time) => {
      const last = this.#assertions.findLast((one) => one.node === node);
      if (asserted) this.#assertions.push({ node, from: time, until: Infinity });
      else if (last) last.until = time;
    });
    board.on('power', (event, time) => {
      if (event.on) {
        this.#powerOns.push({ node, at: time });
        return;
      }
      if (event.cause === 'extin') {
        this.#cuts.push({ node, at: time, wireStuck: harness.wires[node].state === 'stuck-high' });
      }
      for (const agent of this.#agents[node]) agent.kill();
    });
  }

  /** What a node is like before anything happens. */
  #prepare(node: 0 | 1): void {
    const { harness, pis } = this.#cluster;
    pis[node].cutOff = this.#world.peers[node] === 'silent';
    if (this.#world.peers[node] === 'eipde-0') harness.boards[node].poke('inputControl', 0);
    const verdict = this.#verdict(node);
    pis[node].kept.wireTest = verdict === undefined ? undefined : `1970-01-01T00:00:00.000Z ${verdict}\n`;
  }

  /** What is kept of the last test of the wire that leaves a node. */
  #verdict(from: 0 | 1): string | undefined {
    const { test, wires, peers } = this.#world;
    const target = from === 0 ? 1 : 0;
    if (test === 'never') return undefined;
    if (test === 'sound-once') return 'sound';
    if (test === 'failed-once') return 'open';
    const onThatWire = { open: 1, 'stuck-low': 1, 'stuck-high': this.#stuckWire() }[wires as string] === target;
    if (wires === 'looped' || wires === 'short') return wires;
    if (wires === 'swapped' || (onThatWire && wires !== 'stuck-high')) return 'open';
    if (onThatWire) return 'stuck';
    return peers[target] === 'eipde-0' ? 'unfenceable' : 'sound';
  }

  #stuckWire(): 0 | 1 {
    return stuckWire(this.#world);
  }

  #breakWires(): void {
    const { harness } = this.#cluster;
    switch (this.#world.wires) {
      case 'open':
      case 'dying-open':
        harness.wires[1].state = 'open';
        break;
      case 'stuck-low':
        harness.wires[1].state = 'stuck-low';
        break;
      case 'stuck-high':
      case 'dying-stuck':
        harness.wires[this.#stuckWire()].state = 'stuck-high';
        break;
      case 'swapped':
      case 'looped':
        harness.wiring = this.#world.wires;
        break;
      case 'short':
      case 'dying-short':
        harness.wiring = 'shorted';
        break;
      case 'right':
    }
  }

  /** Sets everything on the clock that happens by itself. */
  #plan(): void {
    const { clock, harness, pis } = this.#cluster;
    const world = this.#world;
    const in_ = (milliseconds: number, action: () => void) => clock.after(Math.max(0, milliseconds), action);
    if (dieLater(world)) in_(world.wires === 'stuck-high' ? 0 : world.wiresDieAt, () => this.#breakWires());
    for (const node of [0, 1] as const) {
      addFaults(harness.boards[node].faults, world.buses[node], this.#begin, world.seed + node);
      if (world.peers[node] !== 'hung') continue;
      // As a kernel that panics: no process, no supervisor, and the line as it was.
      const shoots = world.calls.startsWith('both') || node === 0;
      in_(shoots ? hangsAt + (node === 1 ? world.skew : 0) : 0, () => {
        if (!harness.boards[node].powered) return;
        this.#crashedAt[node] = clock.now();
        pis[node].powerOff();
        for (const agent of this.#agents[node]) agent.kill();
      });
    }
    for (const event of world.events) in_(event.at, () => this.#happen(event));
  }

  #happen({ kind, node }: WorldEvent): void {
    const { clock, harness, pis } = this.#cluster;
    if (!harness.boards[node].powered || this.#crashedAt[node] !== undefined) return;
    const pi = pis[node];
    const lose = () => this.#losses.push({ node, at: clock.now(), kind });
    const killAgents = () => {
      for (const process of [...pi.processes]) if (process.name === 'agent') process.kill();
      for (const agent of this.#agents[node]) agent.kill();
    };
    switch (kind) {
      case 'kill-agent':
        killAgents();
        break;
      case 'kill-keeper':
        if (pi.keeper) lose();
        pi.keeper?.kill();
        break;
      case 'kill-both':
        killAgents();
        if (pi.keeper) lose();
        pi.keeper?.kill();
        break;
      case 'hang-keeper':
        if (pi.keeper && !pi.keeper.hung) lose();
        pi.keeper?.hang();
        break;
      case 'stop-agent':
        for (const agent of this.#agents[node]) agent.stop.abort(new Error('ended by SIGTERM'));
        break;
      case 'upgrade':
        void pi.stopKeeper('upgrade');
        break;
      case 'disk-fails':
        pi.disk = 'failing';
        break;
    }
  }

  /** On which Pi the device of a target runs. */
  #placeOf(target: 0 | 1): 0 | 1 {
    return this.#world.place === 'on-target' ? target : target === 0 ? 1 : 0;
  }

  #machine(target: 0 | 1) {
    const on = this.#placeOf(target);
    const setting = nodeSetting(this.#world, this.#world.place === 'stranger' ? undefined : on);
    const conf = corosyncConf(this.#world);
    return this.#cluster.pis[on].machine({
      hostname: setting.hostname,
      ...(conf !== undefined && { corosyncConf: conf }),
      network: {
        ownAddresses: () => setting.addresses,
        resolve: async (name) => resolve(name),
        ask: this.#askFrom(on),
      },
    });
  }

  #askFrom(on: 0 | 1): Ask {
    const { clock, harness } = this.#cluster;
    return async (address, packets) => {
      const owner = ownerOf(address);
      if (owner === on) return 'answers';
      const kind = owner === undefined ? 'silent' : this.#world.peers[owner];
      if (kind === 'unasked') return { unasked: 'ping cannot be run' };
      const hears = owner !== undefined && this.#hears(owner, address, kind);
      await clock.sleep(hears ? 30 : packets === 1 ? 400 : 800);
      return hears && harness.boards[owner].powered ? 'answers' : 'silent';
    };
  }

  #hears(node: 0 | 1, address: string, kind: World['peers'][number]): boolean {
    if (kind === 'silent' || (kind === 'hung' && this.#crashedAt[node] !== undefined)) return false;
    return kind !== 'one-link' || confAddresses(this.#world, node).at(-1) === address;
  }

  /** The monitor of the device of the other node, where it runs. */
  async #monitor(node: 0 | 1): Promise<AgentResult> {
    const target = node === 0 ? 1 : 0;
    return runVirtualAgent(this.#machine(target), this.#cluster.clock, deviceCall(this.#world, target, 'monitor'))
      .ended;
  }

  /** Whether a wire test that had failed is still believed, where the keepers can know better. */
  async #monitorAfter(node: 0 | 1): Promise<AgentResult | undefined> {
    const { talk, test, place } = this.#world;
    const runs = this.#cluster.harness.boards[node].powered && this.#crashedAt[node] === undefined;
    const isAsked = talk === 'talking' && test === 'failed-once' && place === 'right';
    return runs && isAsked ? this.#monitor(node) : undefined;
  }

  /** Asks for the other node until it is told success, or has no attempts left, or is no more. */
  async #pacemaker(by: 0 | 1, action: string, after: number): Promise<void> {
    const { clock, harness } = this.#cluster;
    const target = by === 0 ? 1 : 0;
    const on = this.#placeOf(target);
    await clock.sleep(after);
    for (let count = 1; count <= mostAttempts; count++) {
      if (!harness.boards[on].powered || this.#crashedAt[on] !== undefined) return;
      if (await this.#attempt(by, target, on, action)) return;
      await clock.sleep(betweenAttempts);
    }
    if (harness.boards[on].powered && this.#crashedAt[on] === undefined) {
      this.#givenUp.push({ by, targetPowered: harness.boards[target].powered });
    }
  }

  async #attempt(by: 0 | 1, target: 0 | 1, on: 0 | 1, action: string): Promise<boolean> {
    const { clock } = this.#cluster;
    const { harness } = this.#cluster;
    const attempt: Attempt = {
      ...{ by, target, action, from: clock.now(), until: Infinity, success: false, stderr: '' },
      ...{ poweredBefore: harness.boards[target].powered, poweredAfter: true },
    };
    this.#attempts.push(attempt);
    const stop = new AbortController();
    const call = deviceCall(this.#world, target, action);
    const running = runVirtualAgent(this.#machine(target), clock, call, stop.signal);
    const over = new AbortController();
    const killed = new Promise<'killed'>((resolve) => {
      const kill = () => {
        resolve('killed');
      };
      const agent = { kill, stop };
      this.#agents[on].add(agent);
      over.signal.addEventListener('abort', () => this.#agents[on].delete(agent));
      void clock.sleep(attemptTimeout, over.signal).then(kill, () => undefined);
    });
    const ended = await Promise.race([running.ended, killed]);
    over.abort();
    attempt.stderr = running.result.stderr;
    if (ended === 'killed') return false;
    attempt.until = clock.now();
    attempt.poweredAfter = harness.boards[target].powered;
    attempt.success = ended.exitStatus === 0;
    return attempt.success;
  }
}

/** The node whose EXTIN is stuck. */
export function stuckWire({ seed }: World): 0 | 1 {
  return seed % 2 === 0 ? 0 : 1;
}

/** One that is stuck cuts whoever it leads to, so that it is right until the first request. */
function dieLater({ wires }: World): boolean {
  return wires.startsWith('dying') || wires === 'stuck-high';
}

interface RunningAgent {
  readonly kill: () => void;
  readonly stop: AbortController;
}

function addFaults(
  faults: VirtualCluster['harness']['boards'][number]['faults'],
  weather: BusWeather,
  begin: number,
  seed: number,
): void {
  const { rate } = weather;
  const window = { from: begin + weather.from, until: begin + weather.until };
  const random = seededRandom(seed);
  switch (weather.faults) {
    case 'none':
      break;
    case 'burst':
      faults.add({ kind: random() < 0.5 ? 'NAK' : 'EAGAIN', ...window });
      break;
    case 'flips':
      faults.add({ kind: 'bit-flip', rate: rate / 2, seed, ...window });
      break;
    case 'lost-writes':
      faults.add({ kind: 'write-lost', rate, seed, ...window });
      break;
    case 'stretched':
      faults.add({ kind: 'slow', rate, seed, delay: random() * 400, ...window });
      break;
  }
}

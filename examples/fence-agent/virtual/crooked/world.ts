// One crooked world: a set-up of two nodes as they are found, drawn from a seed. Not inputs are drawn but set-ups: names,
// corosync.conf, options, where the device runs, wires, peers, buses, and what happens when.
import { seededRandom } from '@sleepi3/simulator';

/** What the nodes are called in corosync.conf, and their hosts. Hosts have short names, as Debian sets them, but for one. */
export const nameKinds = ['short', 'full', 'capitals', 'in-domain', 'none', 'swapped'] as const;
export const confKinds = ['one-link', 'two-links', 'ring1-only', 'host-names', 'ipv6', 'missing'] as const;
export const optionKinds = [
  'none',
  'right',
  'other-case',
  'peer-address',
  'ask-nobody',
  'slip',
  'host-map',
  'own-address',
] as const;
/** Where the device of a node runs: on the other one, on that very node, or on a host that is neither. */
export const placeKinds = ['right', 'on-target', 'stranger'] as const;
export const wireKinds = [
  'right',
  'open',
  'swapped',
  'looped',
  'short',
  'stuck-high',
  'stuck-low',
  'dying-open',
  'dying-short',
  'dying-stuck',
] as const;
/** What is kept of the last wire test: what it had to find, or that it was sound (true for once), or nothing, or a fault that was mended. */
export const testKinds = ['found', 'never', 'sound-once', 'failed-once'] as const;
export const peerKinds = ['honest', 'silent', 'one-link', 'unasked', 'eipde-0', 'hung'] as const;
/** Whether the two line keepers talk: with corosync's key on both nodes, and a network between them. */
export const talkKinds = ['no-key', 'talking'] as const;
export const busKinds = ['quick', 'slow', 'slower', 'too-slow'] as const;
export const faultKinds = ['none', 'burst', 'flips', 'lost-writes', 'stretched'] as const;
export const eventKinds = [
  'kill-agent',
  'kill-keeper',
  'kill-both',
  'hang-keeper',
  'stop-agent',
  'upgrade',
  'disk-fails',
] as const;
export const callKinds = ['off', 'reboot', 'both-off', 'both-reboot'] as const;

export interface BusWeather {
  readonly kind: (typeof busKinds)[number];
  /** ms a transfer. */
  readonly transfer: number;
  readonly faults: (typeof faultKinds)[number];
  /** When they begin and end, ms after the first request. */
  readonly from: number;
  readonly until: number;
  readonly rate: number;
}

export interface WorldEvent {
  readonly kind: (typeof eventKinds)[number];
  readonly node: 0 | 1;
  /** ms after the first request. */
  readonly at: number;
}

export interface World {
  readonly seed: number;
  readonly names: (typeof nameKinds)[number];
  readonly conf: (typeof confKinds)[number];
  readonly options: (typeof optionKinds)[number];
  readonly place: (typeof placeKinds)[number];
  readonly wires: (typeof wireKinds)[number];
  /** When a wire dies, ms after the first request. */
  readonly wiresDieAt: number;
  readonly test: (typeof testKinds)[number];
  /** The first one shoots; what it is itself counts where both do. */
  readonly peers: readonly [(typeof peerKinds)[number], (typeof peerKinds)[number]];
  readonly talk: (typeof talkKinds)[number];
  readonly buses: readonly [BusWeather, BusWeather];
  readonly events: readonly WorldEvent[];
  readonly calls: (typeof callKinds)[number];
  /** How much later the second node shoots, ms. */
  readonly skew: number;
  readonly preferred: 0 | 1 | undefined;
  readonly boards: {
    readonly extoutOnPowerCut: 'held' | 'released';
    readonly eipdeOnPowerCut: 'kept' | 'lost';
    readonly extinCountOnRelease: 'reset' | 'kept';
    readonly readOnlyBits: 'ignored' | 'written';
    readonly extinPhases: readonly [number, number];
  };
}

/** What a world is asked to be; the rest is drawn. */
export type WorldFocus = Partial<Omit<World, 'seed'>>;

/** How often each choice is made: most of a world is right, so that what is crooked shows. */
type Weights<T extends string> = Readonly<Record<T, number>>;

const weights = {
  names: { short: 8, full: 3, capitals: 2, 'in-domain': 2, none: 2, swapped: 1 },
  conf: { 'one-link': 6, 'two-links': 4, 'ring1-only': 2, 'host-names': 2, ipv6: 2, missing: 2 },
  options: {
    none: 6,
    right: 6,
    'other-case': 2,
    'peer-address': 2,
    'ask-nobody': 1,
    slip: 1,
    'host-map': 1,
    'own-address': 1,
  },
  place: { right: 16, 'on-target': 3, stranger: 1 },
  wires: {
    right: 14,
    open: 2,
    swapped: 1,
    looped: 2,
    short: 3,
    'stuck-high': 1,
    'stuck-low': 1,
    'dying-open': 1,
    'dying-short': 1,
    'dying-stuck': 1,
  },
  test: { found: 6, never: 2, 'sound-once': 2, 'failed-once': 1 },
  peer: { honest: 10, silent: 3, 'one-link': 2, unasked: 1, 'eipde-0': 2, hung: 1 },
  talk: { 'no-key': 2, talking: 1 },
  bus: { quick: 10, slow: 4, slower: 2, 'too-slow': 1 },
  faults: { none: 10, burst: 3, flips: 1, 'lost-writes': 1, stretched: 1 },
  event: {
    'kill-agent': 3,
    'kill-keeper': 4,
    'kill-both': 2,
    'hang-keeper': 2,
    'stop-agent': 1,
    upgrade: 1,
    'disk-fails': 1,
  },
  calls: { off: 5, reboot: 5, 'both-off': 5, 'both-reboot': 2 },
} as const satisfies Record<string, Weights<string>>;

/** ms a transfer takes at the least and at the most. */
const transferTimes: Readonly<Record<BusWeather['kind'], readonly [number, number]>> = {
  quick: [0.4, 5],
  slow: [5, 200],
  slower: [200, 1000],
  'too-slow': [1000, 1500],
};

/** Draws a world from a seed. */
export function drawWorld(seed: number, focus: WorldFocus = {}): World {
  const random = seededRandom(seed);
  const between = (least: number, most: number) => least + random() * (most - least);
  const draw = <T extends string>(among: Weights<T>): T => {
    const entries = Object.entries(among) as [T, number][];
    let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of entries) {
      left -= weight;
      if (left < 0) return choice;
    }
    return entries[0]![0];
  };
  const bus = (): BusWeather => {
    const kind = draw(weights.bus);
    const [least, most] = transferTimes[kind];
    const from = between(-500, 20_000);
    return {
      kind,
      transfer: Math.exp(between(Math.log(least), Math.log(most))),
      faults: draw(weights.faults),
      from,
      until: from + between(50, 8000),
      rate: between(0.02, 0.3),
    };
  };
  const events = Array.from({ length: random() < 0.6 ? 0 : 1 + Math.floor(random() * 3) }, (): WorldEvent => ({
    kind: draw(weights.event),
    node: random() < 0.7 ? 0 : 1,
    at: between(0, 25_000),
  }));
  const drawn: World = {
    seed,
    names: draw(weights.names),
    conf: draw(weights.conf),
    options: draw(weights.options),
    place: draw(weights.place),
    wires: draw(weights.wires),
    wiresDieAt: between(100, 12_000),
    test: draw(weights.test),
    peers: [draw(weights.peer), draw(weights.peer)],
    buses: [bus(), bus()],
    events,
    calls: draw(weights.calls),
    talk: draw(weights.talk),
    skew: random() < 0.6 ? between(0, 500) : between(0, 13_000),
    preferred: random() < 0.5 ? undefined : random() < 0.5 ? 0 : 1,
    boards: {
      extoutOnPowerCut: random() < 0.5 ? 'held' : 'released',
      eipdeOnPowerCut: random() < 0.8 ? 'kept' : 'lost',
      extinCountOnRelease: random() < 0.8 ? 'reset' : 'kept',
      readOnlyBits: random() < 0.7 ? 'ignored' : 'written',
      extinPhases: [between(-1000, 1000), between(-1000, 1000)],
    },
  };
  // Where everything is crooked nothing gets far: most worlds are right but for a few things.
  const calm = [0, 0.4, 0.7, 0.9][Math.floor(random() * 4)] ?? 0;
  const calmed = Object.fromEntries(Object.entries(calmWorld(drawn)).filter(() => random() < calm)) as Partial<World>;
  const world = { ...drawn, ...calmed, ...focus };
  // With its names exchanged and nothing that says so no cluster would have come about.
  return world.names === 'swapped' && world.conf === 'missing' ? { ...world, conf: 'one-link' } : world;
}

/** A world in which nothing is crooked. */
function calmWorld({ buses }: World): WorldFocus {
  const quick = (bus: BusWeather): BusWeather => ({ ...bus, kind: 'quick', transfer: Math.min(bus.transfer, 5) });
  const sound = (bus: BusWeather): BusWeather => ({ ...bus, faults: 'none' });
  const [first, second] = buses;
  return {
    names: 'short',
    conf: 'one-link',
    options: 'right',
    place: 'right',
    wires: 'right',
    test: 'found',
    peers: ['honest', 'honest'],
    buses: [sound(quick(first)), sound(quick(second))],
    events: [],
  };
}

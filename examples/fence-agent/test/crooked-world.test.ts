// Crooked worlds: what must hold in each of them, and for each rule that keeps it so, that without the rule it does not.
import { describe, expect, it, vi } from 'vitest';
import type * as clearLineModule from '../src/keeper/clear-line.js';
import type * as owedWakeModule from '../src/keeper/owed-wake.js';
import type * as arbitrationModule from '../src/line/arbitration.js';
import type * as holdModule from '../src/line/hold.js';
import type { Lines } from '../src/line/lines.js';
import type * as wokenPeerModule from '../src/peer/woken-peer.js';
import type * as ownShotModule from '../src/line/own-shot.js';
import type * as pulseModule from '../src/line/pulse.js';
import type * as stuckInputModule from '../src/line/stuck-input.js';
import type * as corosyncConfModule from '../src/target/corosync-conf.js';
import type * as guardModule from '../src/target/guard.js';
import type * as peerAddressesModule from '../src/target/peer-addresses.js';
import type * as silenceModule from '../src/target/silence.js';
import type * as wiringModule from '../src/target/wiring.js';
import type * as recordModule from '../src/wire-test/record.js';
import type { Excuse } from '../virtual/crooked/excuses.js';
import { judge } from '../virtual/crooked/invariants.js';
import { type Attempt, play, type Story } from '../virtual/crooked/play.js';
import { bus, calm, rules } from '../virtual/crooked/rules.js';
import { Tally } from '../virtual/crooked/tally.js';
import { drawWorld, type World, type WorldFocus } from '../virtual/crooked/world.js';

/** All that there is time for where there is time, a sample elsewhere; 100,000 by `pnpm run crooked --worlds 100000`. */
const worlds = process.env['CI'] === 'true' ? 10_000 : 1_000;

/** The rule that is taken out. */
const without = vi.hoisted(() => ({ rule: '' }));

vi.mock('../src/target/wiring.js', async (load) => {
  const real = await load<typeof wiringModule>();
  const findWiring: typeof real.findWiring = async (options, host) => {
    const { self, peer } = options;
    if (without.rule !== 'identity' || self === undefined || peer === undefined) return real.findWiring(options, host);
    return { self, peer, peerAddresses: [] };
  };
  return { ...real, findWiring };
});
vi.mock('../src/target/guard.js', async (load) => {
  const real = await load<typeof guardModule>();
  const guardTarget: typeof real.guardTarget = (named, wiring) =>
    without.rule === 'case of names' && named.nodename !== wiring.peer
      ? { refusal: 'not at the other end' }
      : real.guardTarget(named, wiring);
  return { ...real, guardTarget };
});
vi.mock('../src/target/corosync-conf.js', async (load) => {
  const real = await load<typeof corosyncConfModule>();
  const corosyncNodes: typeof real.corosyncNodes = (text) =>
    real.corosyncNodes(without.rule === 'links' ? text.replaceAll(/ring[1-9]_addr/g, 'other') : text);
  return { ...real, corosyncNodes };
});
vi.mock('../src/target/silence.js', async (load) => {
  const real = await load<typeof silenceModule>();
  const askEverywhere: typeof real.askEverywhere = (addresses, ...rest) =>
    real.askEverywhere(without.rule === 'all addresses' ? addresses.slice(0, 1) : addresses, ...rest);
  return { ...real, askEverywhere };
});
vi.mock('../src/target/peer-addresses.js', async (load) => {
  const real = await load<typeof peerAddressesModule>();
  const ownAmong: typeof real.ownAmong = (...asked) =>
    without.rule === 'own address' ? Promise.resolve([]) : real.ownAmong(...asked);
  return { ...real, ownAmong };
});
vi.mock('../src/wire-test/record.js', async (load) => {
  const real = await load<typeof recordModule>();
  class WireTestRecord extends real.WireTestRecord {
    override async last() {
      const tested = await super.last();
      return tested && without.rule === 'wire record' ? { ...tested, works: true, verdict: 'sound' } : tested;
    }
  }
  return { ...real, WireTestRecord };
});
vi.mock('../src/line/own-shot.js', async (load) => {
  const real = await load<typeof ownShotModule>();
  const isOwnShot: typeof real.isOwnShot = (...asked) =>
    without.rule === 'own shot' ? Promise.resolve(false) : real.isOwnShot(...asked);
  return { ...real, isOwnShot };
});
vi.mock('../src/line/stuck-input.js', async (load) => {
  const real = await load<typeof stuckInputModule>();
  const withoutStuckInput: typeof real.withoutStuckInput = (lines, ...rest) =>
    without.rule === '20 s' ? lines : real.withoutStuckInput(lines, ...rest);
  return { ...real, withoutStuckInput };
});
vi.mock('../src/line/arbitration.js', async (load) => {
  const real = await load<typeof arbitrationModule>();
  const reasonToYield: typeof real.reasonToYield = (...state) =>
    without.rule === 'yield' ? undefined : real.reasonToYield(...state);
  const reasonNotToFire: typeof real.reasonNotToFire = (state) =>
    without.rule === 'look first' ? undefined : real.reasonNotToFire(state);
  return { ...real, reasonToYield, reasonNotToFire };
});
vi.mock('../src/line/hold.js', async (load) => {
  const real = await load<typeof holdModule>();
  const verifiedHold: typeof real.verifiedHold = (lines, clock, plan, ...rest) => {
    const hold = without.rule === '12 s' ? 10_800 : plan.hold;
    return real.verifiedHold(lines, clock, { ...plan, hold }, ...rest);
  };
  return { ...real, verifiedHold };
});
vi.mock('../src/line/pulse.js', async (load) => {
  const real = await load<typeof pulseModule>();
  const pulse: typeof real.pulse = (request, context) => {
    const asked = without.rule === 'wait' ? { ...request, holdTimeout: request.hold } : request;
    const lines = without.rule === 'release at once' ? context.lines : laboured(context.lines);
    return real.pulse(asked, { ...context, lines });
  };
  const release: typeof real.release = (...asked) =>
    without.rule === 'release' ? Promise.resolve(true) : real.release(...asked);
  return { ...real, pulse, release };
});
vi.mock('../src/peer/woken-peer.js', async (load) => {
  const real = await load<typeof wokenPeerModule>();
  const refutes: typeof real.refutes = (...asked) => without.rule !== 'woken peer' && real.refutes(...asked);
  return { ...real, refutes };
});
vi.mock('../src/keeper/owed-wake.js', async (load) => {
  const real = await load<typeof owedWakeModule>();
  class OwedWake extends real.OwedWake {
    override owe(owed: Parameters<InstanceType<typeof real.OwedWake>['owe']>[0]) {
      return without.rule === 'owed wake' ? Promise.resolve() : super.owe(owed);
    }
  }
  return { ...real, OwedWake };
});
vi.mock('../src/keeper/clear-line.js', async (load) => {
  const real = await load<typeof clearLineModule>();
  const clearLine: typeof real.clearLine = (host, timeout) => {
    const openLines = async () => {
      const lines = await host.openLines();
      return { ...laboured(lines), close: () => lines.close() };
    };
    return without.rule === 'release' ? Promise.resolve('idle') : real.clearLine({ ...host, openLines }, timeout);
  };
  return { ...real, clearLine };
});

/** Lines as they were before: EXTOUT was written in three transfers, or let go of after seven more, or never. */
function laboured(lines: Lines): Lines {
  const reads = async (count: number) => {
    for (let read = 0; read < count; read++) await lines.read();
  };
  if (without.rule === 'few transfers') {
    return {
      read: () => lines.read(),
      writeExtout: async (asserted) => {
        await reads(1);
        await lines.writeExtout(asserted);
        await reads(1);
      },
    };
  }
  if (without.rule === 'release') {
    return {
      read: () => lines.read(),
      writeExtout: (asserted) => (asserted ? lines.writeExtout(true) : Promise.resolve()),
    };
  }
  if (without.rule !== 'let go first' && without.rule !== 'release at once') return lines;
  return {
    read: () => lines.read(),
    writeExtout: async (asserted) => {
      if (!asserted) await reads(7);
      await lines.writeExtout(asserted);
    },
  };
}

describe('in crooked worlds', () => {
  it(`every invariant holds, in each of ${worlds}, and every kind is generated`, { timeout: 3_600_000 }, async () => {
    const tally = new Tally();
    for (let seed = 0; seed < worlds; seed++) {
      const story = await play(drawWorld(seed));
      const judgement = judge(story);
      tally.add(story, judgement);
      const { violations } = judgement;
      if (violations.length > 0) expect.fail(`world ${seed}: ${JSON.stringify(violations)}`);
    }
    expect(tally.missing).toEqual([]);
  });

  it.each([
    ['the keeper hangs in a wake pulse, and then its bus fails', 17_993],
    ['the wires touch, and the other one shoots while this one looks whose shot it sees', 26_283],
    ['the node hangs in the transfer by which it looks whether its CN5 leads to its own CN4', 39_271],
    ['the node hangs in the transfer by which it looks whether the wires touch', 67_285],
  ])('nothing goes wrong where %s (world %i), as it did once', async (_, seed) => {
    expect(judge(await play(drawWorld(seed))).violations).toEqual([]);
  });
});

describe('without', () => {
  it.each(rules)(
    'the rule "$rule" invariant $invariant does not hold',
    { timeout: 600_000 },
    async ({ rule, invariant, focus }) => {
      const found = async (taken: string) => {
        without.rule = taken;
        const violated = new Set<number>();
        for (let seed = 0; seed < 30 && violated.size === 0; seed++) {
          const { violations } = judge(await play(drawWorld(seed, { ...calm, ...focus })));
          for (const violation of violations) violated.add(violation.invariant);
        }
        without.rule = '';
        return [...violated];
      };
      expect(await found('')).toEqual([]);
      expect(await found(rule)).toContain(invariant);
    },
  );
});

/** A story in which nothing happened but what is said. */
function told(focus: WorldFocus, happened: Partial<Story>): Story {
  const content = { exitStatus: 0, stdout: '', stderr: '' };
  return {
    ...{ world: drawWorld(1, { ...calm, ...focus }), begin: 60_000, end: 200_000, monitors: [content, content] },
    monitorsAfter: [undefined, undefined],
    ...{ attempts: [], givenUp: [], cuts: [], assertions: [], losses: [], powerOns: [], log: [] },
    ...{ crashedAt: [undefined, undefined], powered: [true, true] },
    ...happened,
  };
}
const attempt = (changed: Partial<Attempt> = {}): Attempt => ({
  ...{ by: 0, target: 1, action: 'off', from: 60_000, until: 72_500, success: true, stderr: '' },
  ...{ poweredBefore: true, poweredAfter: true },
  ...changed,
});
const cut = (node: 0 | 1, at: number, wireStuck = false) => ({ node, at, wireStuck });
const asserted = (node: 0 | 1, from: number, until: number) => ({ node, from, until });
const untested: WorldFocus = { wires: 'open', test: 'never', peers: ['honest', 'silent'] };

/** The wires touch, and the first node has cut itself. */
const ownShot = (happened: Partial<Story>, weather: Partial<World['buses'][number]> = {}): Story =>
  told(
    { wires: 'short', buses: [{ ...bus(1), ...weather }, bus(1)] },
    { cuts: [cut(0, 69_500)], assertions: [asserted(0, 60_000, 70_000)], ...happened },
  );

/** Each excuse: a story that it excuses, and others beside it that it does not. */
const excusable: Readonly<Record<Excuse, readonly [Story, ...Story[]]>> = {
  'nobody can know': [
    told(untested, { attempts: [attempt()] }),
    told({ ...untested, peers: ['honest', 'honest'] }, { attempts: [attempt()] }),
    told({ ...untested, test: 'found' }, { attempts: [attempt()] }),
    told({ ...untested, wires: 'looped' }, { attempts: [attempt()] }),
    told({ ...untested, peers: ['honest', 'unasked'], talk: 'talking' }, { attempts: [attempt()] }),
    told({ ...untested, options: 'own-address', peers: ['honest', 'honest'] }, { attempts: [attempt()] }),
  ],
  'a stuck wire': [
    told({}, { cuts: [cut(0, 70_000, true)] }),
    told({}, { cuts: [cut(0, 70_000)] }),
    told({}, { cuts: [cut(0, 70_000, true)], assertions: [asserted(1, 60_000, 70_500)] }),
  ],
  'no time to let go': [
    ownShot({ losses: [{ node: 0, at: 64_000, kind: 'hang-keeper' }] }),
    ownShot({ losses: [{ node: 0, at: 63_500, kind: 'hang-keeper' }] }),
    ownShot({ losses: [{ node: 0, at: 68_000, kind: 'kill-keeper' }] }),
    ownShot({}),
    ownShot({ crashedAt: [undefined, 61_000] }),
    ownShot({ crashedAt: [59_830, undefined] }, { transfer: 160 }),
    ownShot({}, { faults: 'burst', from: 2000, until: 7500 }),
    ownShot({}, { faults: 'burst', from: 5000, until: 9000 }),
  ],
  'what monitor is not told': [
    told({ options: 'host-map' }, { attempts: [attempt({ success: false })] }),
    told({ options: 'own-address' }, { attempts: [attempt({ success: false })] }),
    told({ options: 'slip' }, { attempts: [attempt({ success: false })] }),
  ],
  'nobody is there to release': [
    told({}, { assertions: [asserted(0, 60_000, Infinity)], crashedAt: [61_000, undefined] }),
    told({}, { assertions: [asserted(0, 60_000, Infinity)] }),
    told({}, { assertions: [asserted(0, 60_000, Infinity)], cuts: [cut(0, 70_000, true)] }),
  ],
  'what was owed is lost': [
    told(
      { events: [{ kind: 'disk-fails', node: 0, at: 0 }] },
      {
        ...{ attempts: [attempt({ action: 'reboot' })], cuts: [cut(1, 70_000)], powered: [true, false] },
        losses: [{ node: 0, at: 73_000, kind: 'kill-keeper' }],
      },
    ),
    told(
      { events: [{ kind: 'disk-fails', node: 0, at: 0 }] },
      { attempts: [attempt({ action: 'reboot' })], cuts: [cut(1, 70_000)], powered: [true, false] },
    ),
  ],
};

describe('what no program can prevent', () => {
  it.each(Object.entries(excusable))('is excused, and nothing beside it: %s', (excuse, [excused, ...others]) => {
    expect(violated(excused)).not.toContain(invariantOf[excuse as Excuse]);
    expect([...judge(excused).excused]).toContain(excuse);
    for (const other of others) {
      expect(violated(other)).toContain(invariantOf[excuse as Excuse]);
      expect([...judge(other).excused]).not.toContain(excuse);
    }
  });
});

describe('no time to let go', () => {
  it.each([
    ['a node that hangs as a whole', ownShot({ crashedAt: [61_000, undefined] })],
    [
      'a node that hangs while the write that asserts is on its way',
      ownShot({ crashedAt: [59_850, undefined] }, { transfer: 160 }),
    ],
    [
      'a keeper that hangs while the write that asserts is on its way',
      ownShot({ losses: [{ node: 0, at: 59_500, kind: 'hang-keeper' }] }, { transfer: 1500 }),
    ],
    ['a keeper that dies late', ownShot({ losses: [{ node: 0, at: 68_800, kind: 'kill-keeper' }] })],
    ['a bus that fails from before until too late', ownShot({}, { faults: 'burst', from: 2000, until: 9000 })],
    [
      'a line of the other node, whose keeper hangs',
      told(
        {},
        {
          ...{ cuts: [cut(1, 69_500)], assertions: [asserted(0, 60_000, 70_000)] },
          losses: [{ node: 0, at: 64_000, kind: 'hang-keeper' }],
        },
      ),
    ],
  ])('is an excuse for %s', (_, story) => {
    expect(violated(story)).toEqual([]);
  });

  it('is none where the line of whoever had no time leads elsewhere', () => {
    const story = told(
      { wires: 'looped' },
      {
        ...{ cuts: [cut(1, 69_500)], assertions: [asserted(0, 60_000, 70_000)] },
        losses: [{ node: 0, at: 64_000, kind: 'hang-keeper' }],
      },
    );
    expect(violated(story)).toContain(2);
  });
});

const invariantOf: Readonly<Record<Excuse, number>> = {
  'nobody can know': 1,
  'a stuck wire': 2,
  'no time to let go': 2,
  'what monitor is not told': 3,
  'nobody is there to release': 5,
  'what was owed is lost': 6,
};

function violated(story: Story): number[] {
  return judge(story).violations.map(({ invariant }) => invariant);
}

// Crooked worlds: what must hold in each of them, and for each rule that keeps it so, that without the rule it does not.
import { describe, expect, it, vi } from 'vitest';
import type * as clearLineModule from '../src/keeper/clear-line.js';
import type * as owedWakeModule from '../src/keeper/owed-wake.js';
import type * as arbitrationModule from '../src/line/arbitration.js';
import type * as holdModule from '../src/line/hold.js';
import type { Lines } from '../src/line/lines.js';
import type * as ownShotModule from '../src/line/own-shot.js';
import type * as pulseModule from '../src/line/pulse.js';
import type * as stuckInputModule from '../src/line/stuck-input.js';
import type * as corosyncConfModule from '../src/target/corosync-conf.js';
import type * as guardModule from '../src/target/guard.js';
import type * as peerAddressesModule from '../src/target/peer-addresses.js';
import type * as silenceModule from '../src/target/silence.js';
import type * as wiringModule from '../src/target/wiring.js';
import type * as recordModule from '../src/wire-test/record.js';
import { judge } from '../virtual/crooked/invariants.js';
import { play } from '../virtual/crooked/play.js';
import { Tally } from '../virtual/crooked/tally.js';
import { drawWorld, type World, type WorldFocus } from '../virtual/crooked/world.js';

/** All that there is time for where there is time, a sample elsewhere; 100,000 by `pnpm run crooked --worlds 100000`. */
const worlds = process.env['CI'] === 'true' ? 10_000 : 1_500;

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
    return real.pulse(asked, { ...context, lines: laboured(context.lines) });
  };
  const release: typeof real.release = (...asked) =>
    without.rule === 'release' ? Promise.resolve(true) : real.release(...asked);
  return { ...real, pulse, release };
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
  const clearLine: typeof real.clearLine = (...asked) =>
    without.rule === 'release' ? Promise.resolve('idle') : real.clearLine(...asked);
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
  if (without.rule !== 'let go first') return lines;
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
      const { violations, applied } = judge(story);
      tally.add(story, applied);
      if (violations.length > 0) expect.fail(`world ${seed}: ${JSON.stringify(violations)}`);
    }
    expect(tally.missing).toEqual([]);
  });
});

/** A bus that takes so long for a transfer. */
const bus = (transfer: number): World['buses'][number] => ({
  ...{ kind: 'quick', transfer, faults: 'none' },
  ...{ from: 0, until: 0, rate: 0 },
});
const calm: WorldFocus = {
  ...{ names: 'short', conf: 'one-link', options: 'right', place: 'right', wires: 'right', test: 'found' },
  ...{
    peers: ['honest', 'honest'],
    buses: [bus(1), bus(1)],
    events: [],
    calls: 'off',
    preferred: undefined,
    talk: 'no-key',
  },
};

/** Each rule of the agent that can be taken out, a kind of world that needs it, and what does not hold there without it. */
const rules: readonly (readonly [rule: string, section6: string, invariant: number, focus: WorldFocus])[] = [
  ['identity', '1', 2, { names: 'full', conf: 'missing', place: 'on-target' }],
  ['case of names', '1', 3, { options: 'other-case' }],
  ['wire record', '2', 1, { wires: 'open', peers: ['honest', 'silent'] }],
  ['own shot', '3', 2, { wires: 'short', preferred: 0 }],
  ['own shot', '3', 2, { wires: 'looped', preferred: 0 }],
  ['all addresses', '4', 1, { conf: 'two-links', wires: 'open', test: 'sound-once', peers: ['honest', 'one-link'] }],
  ['links', '4', 1, { conf: 'ring1-only', wires: 'open', test: 'sound-once' }],
  ['let go first', '5', 4, { calls: 'both-off', skew: 6300, preferred: 1, buses: [bus(1200), bus(1)] }],
  ['12 s', '6', 3, {}],
  ['own address', '8', 3, { options: 'own-address' }],
  ['wait', '10', 7, { wires: 'stuck-high', peers: ['eipde-0', 'honest'], test: 'sound-once' }],
  ['20 s', 'Also', 7, { wires: 'stuck-high', peers: ['eipde-0', 'honest'], test: 'sound-once' }],
  ['owed wake', '11', 6, { calls: 'reboot' }],
  ['few transfers', '12', 3, { buses: [bus(950), bus(1)] }],
  ['release', '5 of section 3', 5, {}],
  ['yield', 'arbitration', 4, { calls: 'both-off', skew: 0.5 }],
  ['look first', 'arbitration', 4, { calls: 'both-off', skew: 11_800, preferred: 1, buses: [bus(500), bus(1)] }],
];

describe('without', () => {
  it.each(rules)(
    'the rule "%s" (%s) invariant %i does not hold',
    { timeout: 600_000 },
    async (rule, _, invariant, focus) => {
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

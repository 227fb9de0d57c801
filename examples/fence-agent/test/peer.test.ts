// The line keepers of the two nodes talk with each other, on virtual boards and a virtual clock.
import { randomBytes } from 'node:crypto';
import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { type Frame, parseFrame, secured } from '../src/peer/channel.js';
import type { PeerFacts } from '../src/peer/messages.js';
import { callKeeperAt, listenForLines, type Sockets } from '../src/peer/network.js';
import { refutes } from '../src/peer/woken-peer.js';
import { createCluster, requestOf } from '../virtual/virtual-cluster.js';
import { conversationPair, PiProcess } from '../virtual/pi-process.js';

const hour = 3_600_000;

type Cluster = Awaited<ReturnType<typeof createCluster>>;

/** What the first node says, without what its watchdog is about. */
async function reportOf({ clock, pis }: Cluster) {
  const report = await clock.runUntil(pis[0].report());
  return { ...report, findings: report.findings.filter(({ concerns }) => concerns !== 'restart') };
}

describe('two line keepers that talk', () => {
  it('know of each other whether they can be fenced', async () => {
    const cluster = await createCluster({ talking: true });
    await cluster.clock.advance(30_000);
    expect(await reportOf(cluster)).toMatchObject({ peerFenceable: true, findings: [] });
    cluster.harness.boards[1].poke('inputControl', 0);
    await cluster.clock.advance(30_000);
    const { findings, peerFenceable } = await reportOf(cluster);
    expect(peerFenceable).toBe(false);
    expect(findings).toMatchObject([{ id: 'peer-unfenceable', severity: 'error' }]);
    cluster.pis[1].cutOff = true;
    await cluster.clock.advance(90_000);
    expect(await reportOf(cluster)).toMatchObject({ peerFenceable: false, findings: [{ id: 'peer-unfenceable' }] });
    cluster.pis[1].cutOff = false;
    cluster.harness.boards[1].poke('inputControl', 1);
    await cluster.clock.advance(30_000);
    expect(await reportOf(cluster)).toMatchObject({ peerFenceable: true, findings: [] });
    cluster.pis[1].cutOff = true;
    await cluster.clock.advance(90_000);
    expect(await reportOf(cluster)).not.toHaveProperty('peerFenceable');
  });

  it.each([1000, 90_000])(
    'do not let a fencing be a success whose target said last that it stays up, %i ms ago',
    async (ago) => {
      const cluster = await createCluster({ talking: true });
      await cluster.clock.advance(30_000);
      cluster.harness.boards[1].poke('inputControl', 0);
      await cluster.clock.advance(30_000);
      cluster.pis[1].cutOff = true;
      await cluster.clock.advance(ago);
      expect(await cluster.act(0)).toMatchObject({
        kind: 'verified',
        targetRuns: expect.stringMatching(/raspberrypi-2 has said last .* pcs stonith confirm raspberrypi-2$/),
      });
      expect(await cluster.pis[0].record.offProof('raspberrypi-2')).toBeUndefined();
      expect(cluster.harness.boards[1].powered).toBe(true);
    },
  );

  it('say that they do not talk where there is no key', async () => {
    const cluster = await createCluster();
    expect((await reportOf(cluster)).findings).toMatchObject([
      { id: 'peer-untold', severity: 'warning', concerns: 'settings' },
    ]);
  });

  it('do not let a fencing be a success whose target runs, and say what it saw', async () => {
    const broken = await createCluster({ talking: true });
    await broken.clock.advance(30_000);
    broken.harness.wires[1].state = 'open';
    expect(await broken.act(0, { action: 'reboot' })).toMatchObject({
      kind: 'verified',
      targetRuns: expect.stringContaining('its EXTIN saw nothing'),
    });
    expect(await broken.pis[0].record.offProof('raspberrypi-2')).toBeUndefined();
    expect(await broken.pis[0].owedWake.get()).toBeUndefined();

    const unfenceable = await createCluster({ talking: true });
    await unfenceable.clock.advance(30_000);
    unfenceable.harness.boards[1].poke('inputControl', 0);
    await unfenceable.clock.advance(12_000);
    expect(await unfenceable.act(0)).toMatchObject({ targetRuns: expect.stringContaining('EIPDE is 0') });

    const sound = await createCluster({ talking: true });
    await sound.clock.advance(30_000);
    const before = sound.clock.now();
    const outcome = await sound.act(0);
    expect(outcome).toMatchObject({ kind: 'verified' });
    expect(outcome).not.toHaveProperty('targetRuns');
    expect(sound.clock.now() - before).toBeLessThan(12_300);
  });
});

describe('a node that is shot at', () => {
  const held = 'EXTIN is held: after 10 s of it the board cuts the power of this node';
  const told = ({ pis }: Cluster) => pis.map(({ logs }) => logs.filter((line) => line === held).length);

  it('says so, once, while it can still be written down', async () => {
    const cluster = await createCluster({ talking: true });
    await cluster.clock.advance(30_000);
    const { outcome } = cluster.pis[0].runAgent(requestOf(0, { action: 'off' }));
    await cluster.clock.advance(4500);
    expect(told(cluster)).toEqual([0, 1]);
    expect(await cluster.clock.runUntil(outcome)).toMatchObject({ kind: 'verified' });
    expect(told(cluster)).toEqual([0, 1]);
  });

  it('says so while it wants to shoot itself', async () => {
    const cluster = await createCluster({ talking: true });
    await cluster.clock.advance(30_000);
    for (const index of [0, 1] as const) void cluster.pis[index].runAgent(requestOf(index, { action: 'off' }));
    await cluster.clock.advance(5000);
    expect(told(cluster)).toEqual([0, 1]);
  });

  it('says nothing of it for a pulse that wakes or tests', async () => {
    const cluster = await createCluster({ talking: true });
    await cluster.clock.advance(30_000);
    await cluster.act(0, { action: 'on' });
    await cluster.clock.advance(hour + 60_000); // the first daily test, both ways
    expect(told(cluster)).toEqual([0, 0]);
  });
});

describe('a failed test of the wire', () => {
  const failedOnce = async (bootTime = 15_000) => {
    const cluster = await createCluster({ talking: true, bootTime });
    cluster.pis[0].kept.wireTest = '1970-01-01T00:00:00.000Z open\n';
    await cluster.clock.advance(30_000);
    return cluster;
  };

  it('is no longer believed once the peer says that this shot has woken it', async () => {
    const { act, clock, pis } = await failedOnce();
    await act(0, { action: 'reboot' });
    await clock.advance(14_000); // it has been woken, and has not booted
    expect(await pis[0].wireTest.last()).toMatchObject({ verdict: 'open' });
    await clock.advance(60_000);
    expect(await pis[0].wireTest.last()).toMatchObject({ verdict: 'sound', works: true });
    expect(pis[0].logs.at(-1)).toContain("was woken by this node's EXTOUT");
  });

  it('is believed as long as the peer sleeps, or runs as before', async () => {
    const { act, clock, pis } = await failedOnce();
    await clock.advance(60_000);
    expect(await pis[0].wireTest.last()).toMatchObject({ verdict: 'open' });
    await act(0, { action: 'off' });
    await clock.advance(60_000);
    expect(await pis[0].wireTest.last()).toMatchObject({ verdict: 'open' });
  });

  it('is refuted by nothing less', () => {
    const facts = { node: 'b', peer: 'a', machineId: 'm', watched: 0, busy: false, fenceable: true };
    const woken: PeerFacts = { ...facts, wokenByExtin: true, awakeFor: 20_000 };
    const tested = { at: new Date(0), works: false, verdict: 'open' };
    const shot = { begun: 50_000, tested };
    const { awakeFor: _, ...withoutTime } = woken;
    expect(refutes(woken, tested, shot, 80_000)).toBe(true);
    expect(refutes({ ...woken, awakeFor: 31_000 }, tested, shot, 80_000)).toBe(false);
    expect(refutes({ ...woken, wokenByExtin: false }, tested, shot, 80_000)).toBe(false);
    expect(refutes({ ...woken, fenceable: false }, tested, shot, 80_000)).toBe(false);
    expect(refutes(withoutTime, tested, shot, 80_000)).toBe(false);
    expect(refutes(facts, tested, shot, 80_000)).toBe(false);
    expect(refutes(woken, { ...tested, at: new Date(60_000) }, shot, 80_000)).toBe(false);
    // The clock was set back between the shot and a test that came after it.
    expect(refutes(woken, { ...tested, at: new Date(-1) }, shot, 80_000)).toBe(false);
    expect(refutes(woken, { ...tested, verdict: 'unsteady' }, shot, 80_000)).toBe(false);
    expect(refutes(woken, tested, { ...shot, tested: undefined }, 80_000)).toBe(false);
    for (const verdict of ['short', 'looped']) {
      const both = { ...tested, verdict };
      expect(refutes(woken, both, { ...shot, tested: both }, 80_000)).toBe(false);
    }
  });
});

describe('the wire', () => {
  /** Pulses on EXTOUT of the first node, ms. */
  const pulsesOf = (cluster: Cluster) => {
    const lengths: number[] = [];
    let since = 0;
    cluster.harness.boards[0].on('extout', ({ asserted }, time) => {
      if (asserted) since = time;
      else lengths.push(time - since);
    });
    return lengths;
  };
  /** Two nodes of which the first one has never tested its wire. */
  const untested = async () => {
    const cluster = await createCluster({ talking: true });
    cluster.pis[0].kept.wireTest = undefined;
    cluster.pis[0].keeper?.kill(); // the next one knows of no test
    await cluster.clock.advance(2000);
    return cluster;
  };

  it('is tested within the first hour and then daily, each time with one pulse of less than half a second', async () => {
    const cluster = await untested();
    const pulses = pulsesOf(cluster);
    await cluster.clock.advance(26 * hour);
    expect(pulses).toHaveLength(2);
    for (const length of pulses) expect(length).toBeLessThan(500);
    expect(cluster.pis[0].kept.wireTest).toMatch(/sound\n$/);
    expect(cluster.harness.boards.map(({ powered }) => powered)).toEqual([true, true]);
  });

  it.each<[string, (cluster: Cluster) => void]>([
    ['a peer that does not answer', ({ pis }) => (pis[1].cutOff = true)],
    ['a peer that is off', ({ pis }) => pis[1].powerOff()],
    ['a rolling reboot', ({ pis }) => (pis[0].rolls = true)],
    ['an EIPDE that is 0 there', ({ harness }) => harness.boards[1].poke('inputControl', 0)],
  ])('is not tested towards, or during, %s', async (_, trouble) => {
    const cluster = await untested();
    trouble(cluster);
    await cluster.clock.advance(60_000);
    const pulses = pulsesOf(cluster);
    await cluster.clock.advance(2 * hour);
    expect(pulses).toEqual([]);
  });

  it('that is open is found, by two tests that agree', async () => {
    const cluster = await untested();
    cluster.harness.wires[1].state = 'open';
    const pulses = pulsesOf(cluster);
    await cluster.clock.advance(2 * hour);
    expect(cluster.pis[0].kept.wireTest).toMatch(/open\n$/);
    expect(pulses).toHaveLength(2);
    expect((await reportOf(cluster)).findings).toMatchObject([{ id: 'wire-test-failed' }]);
  });
});

describe('what the line keepers say to each other', () => {
  const key = randomBytes(256);

  /** Both ends, with what goes over the network in between. */
  async function channel({ callerKey = key, change = (frame: Frame): Frame | readonly Frame[] => frame } = {}) {
    const clock = new VirtualClock();
    const [near, network] = conversationPair<Frame, Frame>(new PiProcess('caller'), new PiProcess('network'));
    const [beyond, far] = conversationPair<Frame, Frame>(new PiProcess('network'), new PiProcess('listener'));
    const overheard: Frame[] = [];
    const carry = async (from: typeof network, to: typeof network, changed: typeof change): Promise<void> => {
      for (let frame = await from.receive(); frame; frame = await from.receive()) {
        overheard.push(frame);
        for (const one of [changed(frame)].flat()) to.send(parseFrame(JSON.stringify(one)));
      }
      to.close();
    };
    void carry(network, beyond, change);
    void carry(beyond, network, (frame) => frame);
    const [caller, listener] = await clock.runUntil(
      Promise.all([secured(near, callerKey, 'caller', clock), secured(far, key, 'listener', clock)]),
    );
    return { clock, caller: caller!, listener: listener!, overheard };
  }

  it('arrives as it was said, both ways', async () => {
    const { caller, listener } = await channel();
    caller.send('one');
    caller.send('"two"');
    listener.send('three');
    expect([await listener.receive(), await listener.receive(), await caller.receive()]).toEqual([
      'one',
      '"two"',
      'three',
    ]);
  });

  it.each<[string, (frame: Frame) => Frame | readonly Frame[]]>([
    ['changed', (frame) => ('line' in frame ? { ...frame, line: 'two' } : frame)],
    ['said twice', (frame) => ('line' in frame && frame.line === 'one' ? [frame, frame] : frame)],
    ['signed by nobody', (frame) => ('line' in frame ? { ...frame, mac: '' } : frame)],
  ])('is not believed when it was %s on its way', async (_, change) => {
    const { caller, listener } = await channel({ change });
    caller.send('one');
    const heard = [await listener.receive()];
    if (heard[0] !== undefined) heard.push(await listener.receive());
    expect(heard.at(-1)).toBeUndefined();
  });

  it('is not believed from who has another key, nor when one’s own words come back', async () => {
    const stranger = await channel({ callerKey: randomBytes(256) });
    stranger.caller.send('one');
    expect(await stranger.listener.receive()).toBeUndefined();

    const clock = new VirtualClock();
    const [near, mirror] = conversationPair<Frame, Frame>(new PiProcess('caller'), new PiProcess('mirror'));
    void (async () => {
      for (let frame = await mirror.receive(); frame; frame = await mirror.receive()) mirror.send(frame);
    })();
    const caller = await clock.runUntil(secured(near, key, 'caller', clock));
    caller?.send('one');
    expect(await caller?.receive()).toBeUndefined();
  });

  it('begins only with a nonce, which is waited for no longer than two seconds', async () => {
    const clock = new VirtualClock();
    const [near] = conversationPair<Frame, Frame>(new PiProcess('caller'), new PiProcess('silent'));
    expect(await clock.runUntil(secured(near, key, 'caller', clock))).toBeUndefined();
    expect(clock.now()).toBe(2000);
    for (const text of ['null', '{}', '{"mac":"","line":1}', '{"nonce":7}']) expect(() => parseFrame(text)).toThrow();
  });

  describe('while the cluster changes its key', () => {
    const where = { host: 'here', port: 16110, timeout: 1500 };

    /** A listener whose key is what `keyOf` says, and a call of who has `callerKey`: what was said arrives, or nothing. */
    async function listener(keyOf: () => Uint8Array | undefined) {
      const clock = new VirtualClock();
      let onCall: ((conversation: ReturnType<typeof conversationPair<Frame, Frame>>[1]) => void) | undefined;
      const sockets = {
        callListener: async () => {
          const [near, far] = conversationPair<Frame, Frame>(new PiProcess('caller'), new PiProcess('listener'));
          onCall?.(far);
          return near;
        },
        listenForCalls: async (_: unknown, __: unknown, listen: typeof onCall) => {
          onCall = listen;
          return { port: 16110, close: async () => undefined };
        },
      } as unknown as Sockets;
      await listenForLines(
        sockets,
        where,
        (lines) => void lines.receive().then((line) => lines.send(`${line}!`)),
        keyOf,
        clock,
      );
      return async (callerKey: Uint8Array) => {
        const lines = await clock.runUntil(callKeeperAt(sockets, where, callerKey, clock));
        lines?.send('heard');
        return lines?.receive();
      };
    }

    it('is believed from who has the new one, and not any more from who has the old one', async () => {
      let current: Uint8Array | undefined = key;
      const call = await listener(() => current);
      expect(await call(key)).toBe('heard!');
      const next = randomBytes(256);
      current = next;
      expect(await call(next)).toBe('heard!');
      expect(await call(key)).toBeUndefined();
    });

    it('is believed from nobody while there is none, and from who has the new one then', async () => {
      let current: Uint8Array | undefined = key;
      const call = await listener(() => current);
      current = undefined;
      expect(await call(key)).toBeUndefined();
      expect(await call(Buffer.alloc(0))).toBeUndefined();
      current = Buffer.alloc(0); // as it is for a moment while it is being written
      expect(await call(Buffer.alloc(0))).toBeUndefined();
      current = key;
      expect(await call(key)).toBe('heard!');
    });
  });
});

import fc from 'fast-check';
import type { WireState } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { parseListenerMessage, parseTesterMessage } from '../src/wire-test/messages.js';
import { listenForWireTests } from '../src/wire-test/listen.js';
import { answerWireTest, type ListenerConversation, testWire } from '../src/wire-test/test.js';
import { judgeWire } from '../src/wire-test/verdict.js';
import { conversationPair, PiProcess } from '../virtual/pi-process.js';
import { createCluster } from '../virtual/virtual-cluster.js';
import { inMessages } from '../src/peer/channel.js';
import { wireCase } from './virtual-wire.js';

describe('a wire test', () => {
  it('says that fencing would work when the wire is sound', async () => {
    const { run, boards, logs } = await wireCase();
    const [report, heard] = await run();
    expect(report).toMatchObject({ ok: true, directions: [{ verdict: 'sound', works: true }] });
    expect(report.message).toMatch(
      /^raspberrypi-1 to raspberrypi-2: fencing would work, \d+–\d+ ms seen of \d+–\d+ ms given$/,
    );
    expect(heard).toMatchObject({ result: { ok: true, message: report.message }, back: undefined });
    expect(boards.map(({ extout, powered }) => [extout, powered])).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(logs).toContain('giving raspberrypi-2 a pulse of less than a second');
  });

  it('tests both directions in one run', async () => {
    const { run } = await wireCase();
    const [report, heard] = await run(true);
    expect(report).toMatchObject({
      ok: true,
      directions: [
        { from: 'raspberrypi-1', to: 'raspberrypi-2', verdict: 'sound' },
        { from: 'raspberrypi-2', to: 'raspberrypi-1', verdict: 'sound' },
      ],
    });
    expect(heard.back).toEqual({ verdict: 'sound', works: true });
  });

  it('never asserts EXTOUT for a second, whatever the dice say', async () => {
    for (const dice of [0, 0.25, 0.999999]) {
      const { run, boards, cluster } = await wireCase({ random: () => dice, transferTime: 2 });
      const held: number[] = [];
      let since = 0;
      for (const board of boards) {
        board.on('extout', ({ asserted }) => {
          if (asserted) since = cluster.clock.now();
          else held.push(cluster.clock.now() - since);
        });
      }
      expect((await run(true))[0].ok).toBe(true);
      expect(held).toHaveLength(2);
      for (const time of held) {
        expect(time).toBeGreaterThanOrEqual(300);
        expect(time).toBeLessThan(1000);
      }
    }
  });

  it.each([
    ['open', 'open', 'sound'],
    ['stuck-low', 'open', 'sound'],
    ['stuck-high', 'stuck', undefined],
  ] as const)('finds the wire to the peer %s', async (state, forward, back) => {
    const { run, cluster } = await wireCase();
    cluster.harness.wires[1].state = state;
    const [report] = await run(true);
    expect(report.ok).toBe(false);
    expect(report.directions.map(({ verdict }) => verdict)).toEqual(back ? [forward, back] : [forward]);
  });

  it.each([
    ['open', ['sound', 'open']],
    ['stuck-low', ['sound', 'open']],
    ['stuck-high', ['stuck']],
  ] as const)('finds the wire from the peer %s', async (state, verdicts) => {
    const { run, cluster } = await wireCase();
    cluster.harness.wires[0].state = state;
    const [report, heard] = await run(true);
    expect(report.ok).toBe(false);
    expect(report.directions.map(({ verdict }) => verdict)).toEqual(verdicts);
    expect(heard.back).toMatchObject({ works: false });
  });

  it.each([
    ['swapped', 'open'],
    ['looped', 'looped'],
    ['shorted', 'short'],
  ] as const)('finds the wires %s', async (wiring, verdict) => {
    const { run, cluster } = await wireCase();
    cluster.harness.wiring = wiring;
    const [report] = await run(true);
    expect(report.directions.map((direction) => direction.verdict)).toEqual([verdict, verdict]);
  });

  it('finds a wire that lets go in the middle of the pulse', async () => {
    const { start, cluster, boards } = await wireCase();
    boards[1].on('extin', ({ asserted }) => {
      if (!asserted) return;
      cluster.clock.after(100, () => (cluster.harness.wires[1].state = 'open'));
      cluster.clock.after(150, () => (cluster.harness.wires[1].state = 'sound'));
    });
    const { tested } = start();
    const report = await cluster.clock.runUntil(tested);
    expect(report.directions).toMatchObject([{ verdict: 'unsteady' }]);
  });

  it('says that the peer could not be fenced when its board is not set for it', async () => {
    const powerdown = await wireCase();
    powerdown.boards[1].poke('inputControl', 0);
    expect((await powerdown.run())[0]).toMatchObject({
      ok: false,
      message: expect.stringContaining('EIPDE of raspberrypi-2 is 0'),
    });
    const level = await wireCase();
    level.boards[1].poke('inputControl', 0b11);
    expect((await level.run())[0]).toMatchObject({
      ok: false,
      message: expect.stringContaining('EITRG of raspberrypi-2 is level'),
    });
  });

  it("says so when the peer's board does not answer, without a pulse", async () => {
    const { run, boards } = await wireCase();
    boards[1].faults.add({ kind: 'NAK' });
    const edges: unknown[] = [];
    boards[0].on('extout', (edge) => edges.push(edge));
    const [report] = await run();
    expect(report).toMatchObject({ ok: false, failure: 'board', message: expect.stringContaining('EREMOTEIO') });
    expect(edges).toEqual([]);
  });

  it('gives no pulse that nobody can watch', async () => {
    const { ends, cluster, boards, tester, listener } = await wireCase();
    const [a, b] = conversationPair<string, string>(tester, listener);
    const edges: unknown[] = [];
    boards[0].on('extout', (edge) => edges.push(edge));
    const tested = testWire(ends[0], inMessages(a, parseListenerMessage), false);
    const log = (message: string) => {
      if (message.includes('tests the wire')) boards[1].faults.add({ kind: 'NAK' });
    };
    const answered = answerWireTest({ ...ends[1], log }, inMessages(b, parseTesterMessage));
    expect(await cluster.clock.runUntil(tested)).toMatchObject({ failure: 'board', directions: [] });
    expect(await cluster.clock.runUntil(answered)).toMatchObject({ result: undefined });
    expect(edges).toEqual([]);
  });

  it('asks for no pulse that this node cannot watch', async () => {
    const { start, cluster, boards } = await wireCase();
    boards[1].on('extin', ({ asserted }) => {
      // When the tester's own line is at rest again.
      if (!asserted) cluster.clock.after(200, () => boards[0].faults.add({ kind: 'NAK' }));
    });
    const edges: unknown[] = [];
    boards[1].on('extout', (edge) => edges.push(edge));
    const { directions } = await cluster.clock.runUntil(start(true).tested);
    expect(directions).toMatchObject([
      { verdict: 'sound' },
      { verdict: 'inconclusive', message: expect.stringContaining('raspberrypi-1 cannot watch its EXTIN') },
    ]);
    expect(edges).toEqual([]);
  });

  it("says so when this node's own board does not answer", async () => {
    const { run, boards } = await wireCase();
    boards[0].faults.add({ kind: 'NAK' });
    expect((await run())[0]).toMatchObject({ ok: false, failure: 'own-board' });
  });

  it('gives no pulse when EXTIN of the peer has been counted for 5 s', async () => {
    const { run, cluster, boards } = await wireCase({ extinCountOnRelease: 'kept' });
    boards[1].setExtin(true);
    await cluster.clock.advance(5500);
    boards[1].setExtin(false);
    const edges: unknown[] = [];
    boards[0].on('extout', (edge) => edges.push(edge));
    expect((await run())[0]).toMatchObject({ failure: 'count', message: expect.stringContaining('5 s') });
    expect(edges).toEqual([]);
  });

  it('gives no pulse while the peer is fencing', async () => {
    const { run, boards } = await wireCase();
    boards[1].poke('ioStatus', 1);
    expect((await run())[0]).toMatchObject({ failure: 'busy' });
    expect(boards[0].extout).toBe(false);
  });

  it.each([
    [{ peer: 'raspberrypi-3' }, {}],
    [{ node: 'raspberrypi-9' }, {}],
    [{}, { node: 'raspberrypi-3' }],
    [{}, { peer: 'raspberrypi-3' }],
  ])('refuses a wrong peer before any pulse (tester %j, listener %j)', async (near, far) => {
    const { ends, cluster, boards } = await wireCase();
    const [a, b] = conversationPair<string, string>(new PiProcess('a'), new PiProcess('b'));
    const tested = testWire({ ...ends[0], ...near }, inMessages(a, parseListenerMessage), false);
    const answered = answerWireTest({ ...ends[1], ...far }, inMessages(b, parseTesterMessage));
    const edges: unknown[] = [];
    boards[0].on('extout', (edge) => edges.push(edge));
    const [report] = await cluster.clock.runUntil(Promise.all([tested, answered]));
    expect(report).toMatchObject({ ok: false, failure: 'wrong-peer' });
    expect(edges).toEqual([]);
  });

  it('is between the same nodes when either spells the names with other capitals, as one may with --self and --peer', async () => {
    const { ends, cluster } = await wireCase();
    const [a, b] = conversationPair<string, string>(new PiProcess('a'), new PiProcess('b'));
    const tested = testWire(ends[0], inMessages(a, parseListenerMessage), false);
    const answered = answerWireTest(
      { ...ends[1], node: ends[1].node.toUpperCase(), peer: ends[1].peer.toUpperCase() },
      inMessages(b, parseTesterMessage),
    );
    const [report] = await cluster.clock.runUntil(Promise.all([tested, answered]));
    expect(report).toMatchObject({ ok: true });
  });

  it('does not believe a listener that is somebody else', async () => {
    const { ends, cluster } = await wireCase();
    const [a, b] = conversationPair<string, string>(new PiProcess('a'), new PiProcess('b'));
    const tested = testWire(ends[0], inMessages(a, parseListenerMessage), false);
    await b.receive();
    const facts = { extin: false, extout: false, extinCount: 0, extinPowerdown: true, levelTrigger: false };
    b.send(JSON.stringify({ say: 'ready', node: 'raspberrypi-7', peer: 'raspberrypi-1', ...facts }));
    expect(await cluster.clock.runUntil(tested)).toMatchObject({ failure: 'wrong-peer' });
  });

  it('releases the line whenever the tester or the listener is killed', async () => {
    for (let after = 0; after < 2600; after += 50) {
      for (const victim of ['tester', 'listener'] as const) {
        const wire = await wireCase();
        wire.start(true);
        await wire.cluster.clock.advance(after);
        wire[victim].kill();
        await wire.cluster.clock.advance(30_000);
        expect(wire.boards.map(({ extout, powered }) => [extout, powered])).toEqual([
          [false, true],
          [false, true],
        ]);
      }
    }
  });

  it('ends with a reason when the other side is gone or silent', async () => {
    for (const silence of [true, false]) {
      const wire = await wireCase();
      const { tested } = wire.start(true);
      await wire.cluster.clock.advance(800);
      if (silence) wire.listener.hang();
      else wire.listener.kill();
      expect(await wire.cluster.clock.runUntil(tested)).toMatchObject({ ok: false, failure: 'broken-off' });
    }
    const wire = await wireCase();
    const { answered } = wire.start(true);
    await wire.cluster.clock.advance(800);
    wire.tester.kill();
    expect(await wire.cluster.clock.runUntil(answered)).toMatchObject({ result: undefined });
  });

  it('is sound or inconclusive on a bus that fails now and then, and never finds a fault that is not there', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { run, boards } = await wireCase({ transferTime: 1 });
      for (const board of boards) {
        board.faults.add({ kind: 'EREMOTEIO', rate: 0.15, seed });
        board.faults.add({ kind: 'bit-flip', rate: 0.02, seed, op: 'read' });
      }
      const [report] = await run(true);
      for (const { verdict } of report.directions) expect(['sound', 'inconclusive']).toContain(verdict);
      expect(boards.every(({ extout }) => !extout)).toBe(true);
    }
  });

  it('answers a listener of another version with what to do', async () => {
    const { ends, cluster } = await wireCase();
    const [a, b] = conversationPair<string, string>(new PiProcess('a'), new PiProcess('b'));
    const answered = answerWireTest(ends[1], inMessages(b, parseTesterMessage));
    a.send(JSON.stringify({ say: 'hello', protocol: 99, node: 'raspberrypi-1', peer: 'raspberrypi-2' }));
    expect(await cluster.clock.runUntil(answered)).toMatchObject({
      reason: expect.stringContaining('another version'),
    });
    expect(await a.receive()).toContain('"code":"protocol"');
  });

  it('gives one pulse for a conversation, however often the tester asks', async () => {
    const { ends, cluster, boards } = await wireCase();
    const [a, b] = conversationPair<string, string>(new PiProcess('a'), new PiProcess('b'));
    const answered = answerWireTest(ends[1], inMessages(b, parseTesterMessage));
    let pulses = 0;
    boards[1].on('extout', ({ asserted }) => (pulses += asserted ? 1 : 0));
    a.send(JSON.stringify({ say: 'hello', protocol: 1, node: 'raspberrypi-1', peer: 'raspberrypi-2' }));
    for (let turn = 0; turn < 5; turn++) a.send('{"say":"turn"}');
    expect(await cluster.clock.runUntil(answered)).toMatchObject({
      reason: expect.stringContaining('more than one pulse'),
    });
    expect(pulses).toBe(1);
  });
});

describe('a wire test on slow buses', () => {
  /** The boards' transfer times, ms. */
  const boards = (near: number, far: number) => [{ transferTime: near }, { transferTime: far }] as const;
  const transferTimes = fc.constantFrom(0, 1, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000);

  /** A test in which the wires to the second node and to the first one are as they are said to be. */
  async function testOf(
    times: readonly [number, number],
    wires: readonly [WireState, WireState],
    { dice = [0.5], shortening = 1, both = true } = {},
  ) {
    let thrown = 0;
    const wire = await wireCase({ boards: boards(...times), random: () => dice[thrown++ % dice.length]! });
    const { clock, harness } = wire.cluster;
    harness.wires[1].state = wires[0];
    harness.wires[0].state = wires[1];
    const [near, far] = wire.ends.map((end) => ({ ...end, pulse: (length: number) => end.pulse(length * shortening) }));
    const [a, b] = conversationPair<string, string>(wire.tester, wire.listener);
    const tested = testWire(near!, inMessages(a, parseListenerMessage), both);
    const answered = answerWireTest(far!, inMessages(b, parseTesterMessage));
    const [report] = await clock.runUntil(Promise.all([tested, answered]));
    expect(wire.boards.map(({ extout }) => extout)).toEqual([false, false]);
    // A wire that is stuck cuts, and no pulse may.
    const cut = [wires[1], wires[0]].map((state) => state === 'stuck-high');
    for (const [index, { powered }] of wire.boards.entries()) expect(powered || cut[index]).toBe(true);
    return report.directions;
  }

  it('never condemns a wire that is sound, and never calls one sound that is open or stuck', async () => {
    const state = fc.constantFrom('sound', 'sound', 'open', 'stuck-low', 'stuck-high');
    const found = new Map<string, number>();
    const right: Readonly<Record<WireState, string>> = {
      ...{ sound: 'sound', open: 'open', 'stuck-low': 'open', 'stuck-high': 'stuck' },
    };
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(transferTimes, transferTimes),
        fc.tuple(state, state),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(1, 0.6),
        async (times, wires, dice, shortening) => {
          for (const { from, verdict } of await testOf(times, wires, { dice, shortening })) {
            const wire = wires[from === 'raspberrypi-1' ? 0 : 1];
            expect([right[wire], 'inconclusive']).toContain(verdict);
            found.set(verdict, (found.get(verdict) ?? 0) + 1);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect([...found.keys()].sort()).toEqual(['inconclusive', 'open', 'sound', 'stuck']);
  });

  it.each([
    ['sound', 'sound', 40],
    ['open', 'open', 40],
    ['stuck-low', 'open', 40],
    ['stuck-high', 'stuck', 100],
  ] as const)('finds a wire that is %s to be %s, up to %i ms a transfer', async (state, verdict, slowest) => {
    for (const time of [0, 1, 5, 10, 20, 40, 100]) {
      if (time > slowest) continue;
      for (const times of [[time, time] as const, [0, time] as const]) {
        const [forward] = await testOf(times, [state, 'sound'], { both: false });
        expect([times, forward?.verdict]).toEqual([times, verdict]);
      }
    }
  });

  it('finds a wire that sticks while the pulse is given', async () => {
    const { start, cluster, boards: virtual } = await wireCase();
    virtual[1].on('extin', () => (cluster.harness.wires[1].state = 'stuck-high'));
    expect(await cluster.clock.runUntil(start().tested)).toMatchObject({ directions: [{ verdict: 'stuck' }] });
  });

  it('says that the bus is too slow', async () => {
    const [forward] = await testOf([0, 150], ['sound', 'sound'], { both: false });
    expect(forward).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringMatching(/the bus of raspberrypi-2 is too slow/),
    });
  });

  it.each([60, 100, 150, 200, 300])(
    'by itself keeps no verdict that would forbid fencing, at %i ms a transfer on the peer',
    async (time) => {
      const cluster = await createCluster({ talking: true, boards: boards(0, time) });
      const { kept, keeper } = cluster.pis[0];
      delete kept.wireTest;
      keeper?.kill(); // the next one knows of no test
      let pulses = 0;
      cluster.harness.boards[0].on('extout', ({ asserted }) => (pulses += asserted ? 1 : 0));
      await cluster.clock.advance(2 * 3_600_000);
      expect(pulses).toBeGreaterThan(0);
      expect(Object.values(kept).join()).not.toMatch(/open|stuck|unsteady/);
    },
  );
});

describe('whoever calls the listener', () => {
  it('gets so few pulses that all together are too short to cut, and more only after ten minutes', async () => {
    const { ends, cluster, boards } = await wireCase({ random: () => 0.999 });
    const { clock } = cluster;
    let since: number | undefined;
    let asserted = 0;
    boards[1].on('extout', (event) => {
      if (since !== undefined) asserted += clock.now() - since;
      since = event.asserted ? clock.now() : undefined;
    });
    const stop = new AbortController();
    let call: (conversation: ListenerConversation) => void = () => {};
    const listening = listenForWireTests(ends[1], {
      timeout: 3_600_000,
      keep: true,
      stop: stop.signal,
      listen: async (onCall) => {
        call = onCall;
        return { close: async () => {} };
      },
      onTested: async () => {},
    });
    const answers: string[] = [];
    const ask = async (times: number) => {
      for (let caller = 0; caller < times; caller++) {
        const [a, b] = conversationPair<string, string>(new PiProcess('a'), new PiProcess('b'));
        call(inMessages(b, parseTesterMessage));
        a.send(JSON.stringify({ say: 'hello', protocol: 1, node: 'raspberrypi-1', peer: 'raspberrypi-2' }));
        a.send('{"say":"turn"}');
        await clock.runUntil(a.receive());
        answers.push((await clock.runUntil(a.receive())) ?? 'hung up');
        a.close();
        await clock.advance(1000);
      }
    };
    await ask(12);
    expect(asserted).toBeGreaterThan(1000);
    expect(asserted).toBeLessThan(4000);
    expect(answers.slice(4).every((said) => said.includes('4 pulses within 10 min'))).toBe(true);
    await clock.advance(600_000);
    await ask(1);
    expect(answers.at(-1)).toContain('"given":true');
    stop.abort();
    await clock.runUntil(listening);
  });
});

describe('what comes over the network', () => {
  const messages = [
    { say: 'hello', protocol: 1, node: 'a', peer: 'b' },
    { say: 'result', ok: true, message: 'fine', toTester: { verdict: 'sound', works: true } },
    { say: 'refused', code: 'busy', reason: 'later' },
    {
      say: 'seen',
      before: false,
      after: false,
      pulses: [{ shortest: 1, longest: 2 }],
      samples: 3,
      longestGap: 4,
      countBefore: 0,
      countAfter: 0,
    },
    { say: 'pulsed', given: true, extinMoved: false, shortest: 1, longest: 2 },
    { say: 'pulsed', given: false, reason: 'no' },
  ];
  const parsers = [parseTesterMessage, parseListenerMessage];

  it('is read back as it was sent', () => {
    for (const message of messages) {
      const line = JSON.stringify(message);
      const read = parsers.flatMap((parse) => {
        try {
          return [parse(line)];
        } catch {
          return [];
        }
      });
      expect(read).toEqual([message]);
    }
  });

  it('is refused when it is garbage, cut off anywhere or of the wrong shape', () => {
    for (const message of messages) {
      const line = JSON.stringify(message);
      for (let length = 0; length < line.length; length++) {
        for (const parse of parsers) expect(() => parse(line.slice(0, length))).toThrow();
      }
    }
    fc.assert(
      fc.property(fc.json(), (line) => {
        for (const parse of parsers) expect(() => parse(line)).toThrow();
      }),
    );
  });

  it('has no control character for the terminal', () => {
    const escape = JSON.stringify({ say: 'refused', code: 'busy', reason: '\u001b]0;owned\u0007' });
    expect(() => parseListenerMessage(escape)).toThrow('reason is missing or wrong');
  });

  it('does not make the listener or the tester reject or hang, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.json(), fc.constantFrom(...messages.map((m) => JSON.stringify(m)))), { maxLength: 8 }),
        async (lines) => {
          const { ends, cluster, boards } = await wireCase();
          const [a, b] = conversationPair<string, string>(new PiProcess('a'), new PiProcess('b'));
          const answered = answerWireTest(ends[1], inMessages(b, parseTesterMessage));
          for (const line of lines) a.send(line);
          a.close();
          await cluster.clock.runUntil(answered);
          const [c, d] = conversationPair<string, string>(new PiProcess('c'), new PiProcess('d'));
          const tested = testWire(ends[0], inMessages(c, parseListenerMessage), true);
          for (const line of lines) d.send(line);
          expect((await cluster.clock.runUntil(tested)).ok).toBe(false);
          expect(boards.every(({ extout }) => !extout)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the verdict', () => {
  const direction = { from: 'a', to: 'b' };
  const target = { extinPowerdown: true, levelTrigger: false };
  const seen = (shortest: number, longest: number) => ({
    before: false,
    after: false,
    pulses: [{ shortest, longest }],
    samples: 100,
    longestGap: 20,
    countBefore: 0,
    countAfter: 0,
  });
  const given = (shortest: number, longest: number) => ({ given: true as const, extinMoved: false, shortest, longest });

  it('is sound exactly when the two measurements can be of the same pulse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 800 }), fc.integer({ min: 300, max: 800 }), (sent, arrived) => {
        const report = judgeWire(direction, given(sent - 5, sent + 5), seen(arrived - 15, arrived + 15), target);
        const close = Math.abs(sent - arrived) <= 120;
        expect(report.verdict).toBe(close ? 'sound' : 'unsteady');
        expect(report.works).toBe(close);
      }),
    );
  });

  it('is inconclusive where the other end looked so rarely that it may have missed or misplaced the pulse', () => {
    const rarely = { ...seen(325, 335), longestGap: 900 };
    const pulse = given(325, 335);
    for (const sightings of [
      { ...rarely, before: true },
      { ...rarely, after: true },
      { ...rarely, pulses: [] },
    ]) {
      for (const extinMoved of [false, true]) {
        expect(judgeWire(direction, { ...pulse, extinMoved }, sightings, target)).toMatchObject({
          verdict: 'inconclusive',
          message: expect.stringContaining('the bus of b is too slow'),
        });
      }
    }
    expect(judgeWire(direction, pulse, rarely, target)).toMatchObject({ verdict: 'sound' });
  });

  it('is that of a fault where the other end looked so often that it cannot have missed a pulse', () => {
    const often = seen(0, 0);
    const pulse = given(325, 335);
    const verdictOf = (sightings: Partial<typeof often>, extinMoved = false) =>
      judgeWire(direction, { ...pulse, extinMoved }, { ...often, pulses: [], ...sightings }, target).verdict;
    expect(verdictOf({ before: true })).toBe('stuck');
    expect(verdictOf({ after: true })).toBe('stuck');
    expect(verdictOf({})).toBe('open');
    expect(verdictOf({}, true)).toBe('looped');
    // How the controller shows an edge takes time, too.
    expect(verdictOf({ longestGap: 224 })).toBe('open');
    expect(verdictOf({ longestGap: 225 })).toBe('inconclusive');
  });

  it('is inconclusive when the bus was too slow to measure', () => {
    expect(judgeWire(direction, given(500, 510), seen(100, 900), target)).toMatchObject({ verdict: 'inconclusive' });
    expect(judgeWire(direction, given(500, 510), undefined, target)).toMatchObject({ verdict: 'inconclusive' });
    expect(judgeWire(direction, { given: false, reason: 'busy' }, seen(1, 2), target)).toMatchObject({
      verdict: 'inconclusive',
    });
  });
});

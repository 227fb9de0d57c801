import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCluster, requestOf } from '../virtual/virtual-cluster.js';

const peer = 1;

describe('an off', () => {
  it('cuts the peer and says how long the line was held and how often it was seen', async () => {
    const cluster = await createCluster();
    const outcome = await cluster.act(0);
    expect(outcome).toMatchObject({ kind: 'verified', restarts: 0, released: true });
    expect(outcome.kind === 'verified' && outcome.held).toBeGreaterThanOrEqual(12_000);
    expect(outcome.kind === 'verified' && outcome.samples).toBeGreaterThanOrEqual(48);
    expect(cluster.harness.boards[peer].powered).toBe(false);
    expect(cluster.harness.boards[0].extout).toBe(false);
    expect(cluster.clock.now()).toBeLessThan(12_300);
  });

  it('is proven by a record afterwards', async () => {
    const cluster = await createCluster();
    await cluster.act(0);
    expect(await cluster.pis[0].record.offProof('raspberrypi-2')).toMatchObject({ target: 'raspberrypi-2' });
  });

  it('pulses in full even when the record says that the peer is off already', async () => {
    const cluster = await createCluster();
    await cluster.act(0);
    const before = cluster.clock.now();
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified' });
    expect(cluster.clock.now() - before).toBeGreaterThanOrEqual(12_000);
    expect(cluster.harness.boards[peer].powered).toBe(false);
  });

  it('releases a stale line first and gives the board time to count anew', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[0].poke('ioStatus', 1);
    await cluster.clock.advance(5000);
    const outcome = await cluster.act(0);
    expect(outcome).toMatchObject({ kind: 'verified' });
    expect(cluster.pis[0].logs).toContain('EXTOUT was asserted with no owner: released');
  });

  it('begins anew when somebody else releases the line, and holds in full', async () => {
    const cluster = await createCluster();
    const { outcome } = cluster.pis[0].runAgent(requestOf(0));
    await cluster.clock.advance(8000);
    cluster.harness.boards[0].poke('ioStatus', 0);
    expect(await cluster.clock.runUntil(outcome)).toMatchObject({ kind: 'verified', restarts: 1 });
    expect(cluster.clock.now()).toBeGreaterThanOrEqual(20_000);
    expect(cluster.harness.boards[peer].powered).toBe(false);
  });

  it('gives up with the reason when no time is left for another hold', async () => {
    const cluster = await createCluster();
    const { outcome } = cluster.pis[0].runAgent(requestOf(0, { holdTimeout: 15_000 }));
    await cluster.clock.advance(8000);
    cluster.harness.boards[0].poke('ioStatus', 0);
    expect(await cluster.clock.runUntil(outcome)).toEqual({
      kind: 'failed',
      reason: 'no time left for a hold of 12.0 s after 1 restarts',
    });
    expect(cluster.harness.boards[0].extout).toBe(false);
  });

  it('fails and says so when the board does not answer', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[0].faults.add({ kind: 'NAK' });
    const outcome = await cluster.act(0);
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('EREMOTEIO') });
  });

  it.each(['failing', 'hanging'] as const)('does not depend on a disk that is %s', async (disk) => {
    const cluster = await createCluster();
    cluster.pis[0].disk = disk;
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified', restarts: 0 });
    expect(cluster.clock.now()).toBeLessThan(19_000);
    expect(cluster.harness.boards[peer].powered).toBe(false);
    expect(cluster.harness.boards[0].extout).toBe(false);
    expect(cluster.pis[0].logs).toContainEqual(expect.stringContaining('the record of the power-off could not be'));
  });

  it.each(['off', 'on', 'reboot', 'test'] as const)(
    'lives through a bus that fails in the first second of an act (%s)',
    async (action) => {
      const cluster = await createCluster();
      cluster.harness.boards[0].faults.add({ kind: 'NAK', until: 1000 });
      const kinds = { off: 'verified', reboot: 'verified', on: 'woken', test: 'tested' } as const;
      const hold = action === 'test' ? 500 : 12_000;
      expect(await cluster.act(0, { action, hold })).toMatchObject({ kind: kinds[action] });
    },
  );

  it('ends a test pulse in whichever fraction of a millisecond it began', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 53 - 1 }), async (bits) => {
        const cluster = await createCluster();
        await cluster.clock.advance((bits / 2 ** 53) * 1024);
        expect(await cluster.act(0, { action: 'test', hold: 500 })).toMatchObject({ kind: 'tested' });
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('opens the board again when that fails in the first second', async () => {
    const cluster = await createCluster();
    let failures = 3;
    cluster.pis[0].onOpenBoard = () => {
      if (failures-- > 0) throw new Error('the bus is busy');
    };
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified' });
    expect(failures).toBe(-1);
  });

  it('fails within seconds, with the reason, when the board cannot be opened at all', async () => {
    const cluster = await createCluster();
    cluster.pis[0].onOpenBoard = () => {
      throw new Error('there is no board');
    };
    expect(await cluster.act(0)).toEqual({ kind: 'failed', reason: 'there is no board' });
    expect(cluster.clock.now()).toBeLessThan(5000);
  });

  it('lives through a bus that fails for half a second in the middle of the hold', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[0].faults.add({ kind: 'NAK', from: 5000, until: 5500 });
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified', restarts: 0 });
  });

  it('counts the hold anew when the bus was silent for longer than a second', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[0].faults.add({ kind: 'NAK', from: 5000, until: 6800 });
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified', restarts: 1 });
    expect(cluster.clock.now()).toBeGreaterThanOrEqual(18_800);
  });

  it('lets go when it has been blind for too long to know whether the peer shoots', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[0].faults.add({ kind: 'NAK', from: 5000, until: 9700 });
    expect(await cluster.act(0)).toMatchObject({ kind: 'failed' });
    expect(cluster.harness.boards[0].extout).toBe(false);
    expect(cluster.harness.boards[peer].powered).toBe(true);
  });

  it('concedes without touching the line when EXTIN is asserted', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[1].poke('ioStatus', 1);
    const edges: boolean[] = [];
    cluster.harness.boards[0].on('extout', ({ asserted }) => edges.push(asserted));
    expect(await cluster.act(0, { holdTimeout: 15_000 })).toMatchObject({
      kind: 'conceded',
      reason: expect.stringContaining('EXTIN is asserted'),
    });
    expect(edges).toEqual([]);
  });

  it('is joined by a second off of the same target, and both get its result', async () => {
    const cluster = await createCluster();
    const first = cluster.pis[0].runAgent(requestOf(0));
    await cluster.clock.advance(6000);
    const second = cluster.pis[0].runAgent(requestOf(0));
    const outcomes = await cluster.clock.runUntil(Promise.all([first.outcome, second.outcome]));
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(cluster.clock.now()).toBeLessThan(12_300);
    expect(cluster.pis[0].logs).toContain('joined the off of raspberrypi-2 that is under way');
  });

  it('makes an on wait until it is over', async () => {
    const cluster = await createCluster();
    const off = cluster.pis[0].runAgent(requestOf(0));
    await cluster.clock.advance(3000);
    const on = cluster.pis[0].runAgent(requestOf(0, { action: 'on' }));
    const outcomes = await cluster.clock.runUntil(Promise.all([off.outcome, on.outcome]));
    expect(outcomes).toMatchObject([{ kind: 'verified', restarts: 0 }, { kind: 'woken' }]);
    expect(cluster.harness.boards[peer].powered).toBe(true);
    expect(cluster.harness.boards[peer].wakeupCause).toBe('extin');
  });

  it('is withdrawn when the agent is asked to end, and the line released', async () => {
    const cluster = await createCluster();
    const { stop, outcome } = cluster.pis[0].runAgent(requestOf(0));
    await cluster.clock.advance(5000);
    stop.abort();
    expect(await cluster.clock.runUntil(outcome)).toEqual({ kind: 'failed', reason: 'the request was withdrawn' });
    expect(cluster.harness.boards[0].extout).toBe(false);
    expect(cluster.harness.boards[peer].powered).toBe(true);
  });

  it('is not begun when the agent is asked to end while it calls', async () => {
    const cluster = await createCluster();
    let edges = 0;
    cluster.harness.boards[0].on('extout', () => edges++);
    const { stop, outcome } = cluster.pis[0].runAgent(requestOf(0));
    stop.abort();
    expect(await cluster.clock.runUntil(outcome)).toMatchObject({ kind: 'failed' });
    expect(edges).toBe(0);
  });

  it('is not joined while it is being withdrawn: who still wants it gets one of its own', async () => {
    const cluster = await createCluster();
    const first = cluster.pis[0].runAgent(requestOf(0));
    await cluster.clock.advance(5050);
    first.stop.abort();
    await cluster.clock.advance(1);
    const second = cluster.pis[0].runAgent(requestOf(0));
    const outcomes = await cluster.clock.runUntil(Promise.all([first.outcome, second.outcome]));
    expect(outcomes).toMatchObject([{ kind: 'failed' }, { kind: 'verified' }]);
    expect(cluster.harness.boards[peer].powered).toBe(false);
  });

  it('says success in time when the line cannot be released, and goes on releasing it', async () => {
    const cluster = await createCluster();
    cluster.harness.boards[0].faults.add({ kind: 'write-lost', from: 5000, until: 16_000 });
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified', released: false });
    expect(cluster.clock.now()).toBeLessThan(14_000);
    await cluster.clock.advance(5000);
    expect(cluster.harness.boards[0].extout).toBe(false);
  });

  it('fails when its keeper hangs, whose watchdog has the line released well before the cut', async () => {
    const cluster = await createCluster();
    const { outcome } = cluster.pis[0].runAgent(requestOf(0));
    await cluster.clock.advance(2000);
    cluster.pis[0].keeper?.hang();
    expect(await cluster.clock.runUntil(outcome)).toMatchObject({
      kind: 'failed',
      reason: 'the line keeper died; fence-sleepi3.service releases EXTOUT',
    });
    expect(cluster.clock.now()).toBeLessThan(10_500);
    await cluster.clock.advance(1000);
    expect(cluster.harness.boards[0].extout).toBe(false);
    expect(cluster.harness.boards[peer].powered).toBe(true);
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified' });
  });
});

describe('an on', () => {
  it('is no success when the line stayed asserted long enough to cut what it woke', async () => {
    const cluster = await createCluster();
    await cluster.act(0);
    const from = cluster.clock.now() + 500;
    cluster.harness.boards[0].faults.add({ kind: 'write-lost', from, until: from + 12_000 });
    expect(await cluster.act(0, { action: 'on' })).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('may have been cut again'),
    });
    expect(cluster.harness.boards[peer].powered).toBe(false);
    expect(cluster.harness.boards[0].extout).toBe(false);
  });
});

describe('a reboot', () => {
  it('says success as soon as the off is verified and wakes the peer afterwards', async () => {
    const cluster = await createCluster();
    expect(await cluster.act(0, { action: 'reboot' })).toMatchObject({ kind: 'verified' });
    expect(cluster.clock.now()).toBeLessThan(12_300);
    expect(cluster.harness.boards[peer].powered).toBe(false);
    await cluster.clock.advance(5000);
    expect(cluster.harness.boards[peer].powered).toBe(true);
    expect(cluster.harness.boards[peer].wakeupCause).toBe('extin');
    expect(cluster.harness.boards[0].extout).toBe(false);
    expect(cluster.pis[0].logs).toContain('gave raspberrypi-2 its wake pulse');
  });

  it('leaves no proof that the peer is off once it was woken', async () => {
    const cluster = await createCluster();
    await cluster.act(0, { action: 'reboot' });
    expect(await cluster.pis[0].record.offProof('raspberrypi-2')).toBeDefined();
    await cluster.clock.advance(5000);
    expect(await cluster.pis[0].record.offProof('raspberrypi-2')).toBeUndefined();
  });

  it('makes a following off wait for the wake pulse, and then holds in full', async () => {
    const cluster = await createCluster();
    await cluster.act(0, { action: 'reboot' });
    expect(await cluster.act(0)).toMatchObject({ kind: 'verified' });
    expect(cluster.harness.boards[peer].powered).toBe(false);
    expect(cluster.pis[0].logs).toContain('waiting for reboot of raspberrypi-2 to end');
  });
});

// The line keeper, facing callers that say what they are told to.
import { Sleepi3 } from '@sleepi3/driver';
import { describe, expect, it } from 'vitest';
import type { PulseRequest } from '../src/line/act.js';
import { act, keeper, off } from './virtual-keeper.js';

describe('a line keeper', () => {
  it('looks at the board before it writes to it, listens, does its duties, and is ready', async () => {
    const { done, end } = await keeper();
    expect(done).toEqual(['observed', 'listens', 'ready: this node can be fenced: EXTOUT idle, EIPDE=1, EITRG=edge']);
    await end();
    expect(done.slice(3)).toEqual(['takes no more calls', 'hung up', 'ended']);
  });

  it('is ready with a board that is dead, says so, and goes on trying', async () => {
    let dead = true;
    const { clock, done, logs, board, end } = await keeper({
      openBoard: async () => {
        if (dead) throw new Error('there is no board');
        return Sleepi3.open({ bus: board.bus, clock });
      },
    });
    expect(done.at(-1)).toContain('not ready: there is no board');
    board.poke('inputControl', 0);
    board.poke('ioStatus', 1);
    await clock.advance(60_000);
    expect(logs.filter((line) => line.includes('there is no board')).length).toBeLessThanOrEqual(3);
    dead = false;
    await clock.advance(10_000);
    expect(board.extout).toBe(false);
    expect(board.bit('EIPDE')).toBe(true);
    expect(logs.slice(-2).sort()).toEqual([
      'this node can be fenced: EXTOUT was asserted with no owner and has been released, EIPDE was 0 and has been set, EITRG=edge',
      'this node was woken by poweron',
    ]);
    await end();
  });

  it('sets EIPDE although EXTOUT does not obey: each duty is one of its own', async () => {
    const { board, clock, caller, end } = await keeper();
    board.poke('inputControl', 0);
    board.poke('ioStatus', 1);
    board.faults.add({ kind: 'write-lost', register: 'ioStatus' });
    const booting = caller();
    await booting.say({ ask: 'boot', timeout: 3000, board: {} });
    await clock.advance(20_000);
    expect(board.bit('EIPDE')).toBe(true);
    expect(booting.last()).toMatchObject({
      event: 'booted',
      report: { ok: false, message: expect.stringContaining('EXTOUT is asserted'), extinPowerdown: 'set' },
    });
    board.faults.clear();
    await end();
  });

  it('refuses who means another board, and touches nothing', async () => {
    const { caller, board, end } = await keeper();
    let edges = 0;
    board.on('extout', () => edges++);
    const asking = caller();
    await asking.say({ ask: 'act', request: off, timeout: 60_000, board: { bus: '9' } });
    expect(asking.heard).toEqual([{ event: 'refused', reason: 'bus=9 is not of this board' }]);
    await asking.gone;
    expect(edges).toBe(0);
    await end();
  });

  it('tells all who wait how far it is, and each whether it has joined', async () => {
    const { clock, caller, end } = await keeper();
    const first = caller();
    await first.say(act());
    await clock.advance(6000);
    const second = caller();
    await second.say(act({ ...off, hold: 11_500 }));
    await clock.advance(8000);
    expect(first.heard[0]).toEqual({ event: 'accepted', joined: false });
    expect(second.heard[0]).toEqual({ event: 'accepted', joined: true });
    const told = first.heard.filter(({ event }) => event === 'progress');
    expect(told.length).toBeGreaterThan(55);
    expect(told.at(-1)).toMatchObject({ restarts: 0, held: expect.any(Number), samples: told.length + 1 });
    expect(first.last()).toMatchObject({ event: 'result', outcome: { kind: 'verified', restarts: 0 } });
    expect(second.last()).toEqual(first.last());
    await Promise.all([first.gone, second.gone]); // it hangs up
    await end();
  });

  it('begins its act once, however many join it, at once or later', async () => {
    const { clock, board, caller, end } = await keeper();
    let edges = 0;
    board.on('extout', ({ asserted }) => asserted && edges++);
    for (const one of [caller(), caller()]) await one.say(act());
    await clock.advance(1000);
    await caller().say(act());
    await clock.advance(20_000);
    expect(edges).toBe(1);
    await end();
  });

  it.each<[string, Partial<PulseRequest>]>([
    ['another act', { action: 'on' }],
    ['another target', { target: 'raspberrypi-3' }],
    ['a longer hold than it has begun', { hold: 13_000 }],
  ])('lets who wants %s wait for its turn, and says for what', async (_, other) => {
    const { clock, caller, end } = await keeper();
    await caller().say(act());
    const second = caller();
    await second.say(act({ ...off, ...other }));
    expect(second.heard).toEqual([{ event: 'waiting', for: 'off of raspberrypi-2' }]);
    await clock.advance(30_000);
    expect(second.heard.some(({ event }) => event === 'accepted')).toBe(true);
    expect(second.last()).toMatchObject({
      event: 'result',
      outcome: { kind: other.action === 'on' ? 'woken' : 'verified' },
    });
    await end();
  });

  it('serves two who wait for the same act with one', async () => {
    const { clock, board, caller, end } = await keeper();
    let edges = 0;
    board.on('extout', ({ asserted }) => asserted && edges++);
    await caller().say(act());
    const waiting = [caller(), caller()];
    for (const one of waiting) await one.say(act({ ...off, action: 'on' }));
    await clock.advance(30_000);
    for (const one of waiting) expect(one.last()).toMatchObject({ event: 'result', outcome: { kind: 'woken' } });
    expect(edges).toBe(2);
    await end();
  });

  it('does not begin what there is no time for any more when its turn comes', async () => {
    const { clock, board, caller, end } = await keeper();
    let edges = 0;
    board.on('extout', ({ asserted }) => asserted && edges++);
    await caller().say(act());
    const [impatient, short] = [caller(), caller()];
    await impatient.say(act({ ...off, target: 'raspberrypi-3' }, 5000));
    await short.say(act({ ...off, target: 'raspberrypi-4' }, 20_000));
    await clock.advance(7000);
    expect(impatient.last()).toMatchObject({
      outcome: { kind: 'failed', reason: 'off of raspberrypi-2 took too long' },
    });
    await clock.advance(20_000);
    expect(short.last()).toMatchObject({
      outcome: { kind: 'failed', reason: expect.stringContaining('no time was left') },
    });
    expect(edges).toBe(1);
    await end();
  });

  it('fires no shot for a caller that has vanished while it waited', async () => {
    const { clock, board, caller, end } = await keeper();
    let edges = 0;
    board.on('extout', ({ asserted }) => asserted && edges++);
    await caller().say(act());
    const second = caller();
    await second.say(act({ ...off, target: 'raspberrypi-3' }));
    second.leave();
    await clock.advance(60_000);
    expect(edges).toBe(1);
    await end();
  });

  it('fires no second shot later than the time of a request whose caller has vanished', async () => {
    const { clock, board, caller, end } = await keeper();
    const asserted: number[] = [];
    board.on('extout', (change, time) => change.asserted && asserted.push(time));
    const first = caller();
    await first.say(act({ ...off, holdTimeout: 600_000 }, 20_000));
    first.leave();
    const start = clock.now();
    await clock.advance(9000);
    board.poke('ioStatus', 0); // somebody releases the line
    await clock.advance(60_000);
    expect(asserted.every((time) => time - start < 9000)).toBe(true);
    expect(board.extout).toBe(false);
    await end();
  });

  it('goes on until nobody wants it any more', async () => {
    const { clock, board, caller, end } = await keeper();
    const [first, second, stranger] = [caller(), caller(), caller()];
    await first.say(act());
    await second.say(act());
    await clock.advance(1000);
    await first.say({ cancel: true });
    await first.say({ cancel: true });
    await stranger.say({ cancel: true });
    await clock.advance(1000);
    expect(board.extout).toBe(true);
    await second.say({ cancel: true });
    const late = caller();
    await late.say(act());
    expect(late.heard).toEqual([{ event: 'waiting', for: 'off of raspberrypi-2' }]);
    await clock.advance(1000);
    expect(second.last()).toEqual({
      event: 'result',
      outcome: { kind: 'failed', reason: 'the request was withdrawn' },
    });
    expect(late.heard).toContainEqual({ event: 'accepted', joined: false });
    await clock.advance(15_000);
    expect(late.last()).toMatchObject({ outcome: { kind: 'verified' } });
    await end();
  });

  it('drops what is withdrawn while it waits', async () => {
    const { clock, board, caller, end } = await keeper();
    let edges = 0;
    board.on('extout', ({ asserted }) => asserted && edges++);
    await caller().say(act());
    const second = caller();
    await second.say(act({ ...off, target: 'raspberrypi-3' }));
    await second.say({ cancel: true });
    expect(second.last()).toMatchObject({ outcome: { reason: 'the request was withdrawn' } });
    await clock.advance(60_000);
    expect(edges).toBe(1);
    await end();
  });

  it('goes on for a caller that has vanished: it may have been killed for being late', async () => {
    const { clock, board, peerBoard, caller, end } = await keeper();
    const first = caller();
    await first.say(act());
    await clock.advance(1000);
    first.leave();
    await clock.advance(10_000);
    expect(board.extout).toBe(true);
    await clock.advance(5000);
    expect(board.extout).toBe(false);
    expect(peerBoard.powered).toBe(false);
    await end();
  });

  it('asked to end by an upgrade, ends the act that is under way, and leaves those who wait to the next one', async () => {
    const { clock, stop, board, peerBoard, caller, end } = await keeper();
    const [first, second] = [caller(), caller()];
    await first.say(act());
    await second.say(act({ ...off, action: 'on' }));
    await clock.advance(3000);
    stop.abort(new Error('SIGTERM'));
    const late = caller();
    await late.say(act());
    await end();
    expect(first.last()).toMatchObject({ outcome: { kind: 'verified' } });
    expect(second.heard.every(({ event }) => event === 'waiting')).toBe(true);
    await Promise.all([second.gone, late.gone]);
    expect(late.heard).toEqual([]);
    expect(board.extout).toBe(false);
    expect(peerBoard.powered).toBe(false);
  });

  it('asked to end by a node that goes down, lets go at once', async () => {
    const { clock, board, caller, end } = await keeper({}, { goesDown: true });
    const first = caller();
    await first.say(act());
    await clock.advance(3000);
    const before = clock.now();
    await end();
    expect(clock.now() - before).toBeLessThan(1000);
    expect(first.last()).toEqual({ event: 'result', outcome: { kind: 'failed', reason: 'the node goes down' } });
    expect(board.extout).toBe(false);
  });

  it('shows each second that it lives, also while the bus fails, and goes on releasing', async () => {
    const { clock, board, alive, caller, end } = await keeper();
    const first = caller();
    await first.say(act());
    await clock.advance(11_900);
    board.faults.add({ kind: 'NAK' });
    first.heard.length = 0;
    const before = alive();
    await clock.advance(3000);
    expect(first.heard.filter(({ event }) => event === 'alive')).toHaveLength(3);
    expect(alive() - before).toBe(3);
    board.faults.clear();
    await clock.advance(30_000);
    expect(board.extout).toBe(false);
    await end();
  });

  it('shows no life while a transfer does not come back, so that its watchdog ends it', async () => {
    const { clock, board, alive, caller } = await keeper();
    await caller().say(act());
    await clock.advance(3000);
    board.faults.add({ kind: 'slow', delay: 3_600_000 });
    await clock.advance(12_000);
    const before = alive();
    await clock.advance(20_000);
    expect(alive()).toBe(before);
  });

  it('says why it cannot when the board cannot be opened', async () => {
    const { clock, caller, end } = await keeper({ openBoard: () => Promise.reject(new Error('there is no board')) });
    const { last, say } = caller();
    await say(act());
    await clock.advance(10_000);
    expect(last()).toEqual({ event: 'result', outcome: { kind: 'failed', reason: 'there is no board' } });
    await end();
  });
});

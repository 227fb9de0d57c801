// What a line keeper owes after a reboot, whoever dies meanwhile and whatever the disk does.
import { describe, expect, it } from 'vitest';
import type { PulseRequest } from '../src/line/act.js';
import { act, fileOf, keeper, off, peer } from './virtual-keeper.js';

describe('after a reboot, a line keeper', () => {
  const reboot: PulseRequest = { ...off, action: 'reboot' };

  it('has the answer out before it wakes the target, and lets others wait meanwhile', async () => {
    const { clock, board, peerBoard, logs, owed, caller, end } = await keeper();
    const first = caller();
    await first.say(act(reboot));
    await clock.runUntil(first.gone);
    expect(first.last()).toMatchObject({ event: 'result', outcome: { kind: 'verified', released: true } });
    expect(board.extout).toBe(false);
    expect(owed.text).toContain(peer);
    const late = caller();
    await late.say(act(reboot));
    expect(late.heard).toEqual([{ event: 'waiting', for: 'reboot of raspberrypi-2' }]);
    late.leave();
    await clock.advance(5000);
    expect(logs).toContain('gave raspberrypi-2 its wake pulse');
    expect(peerBoard.powered).toBe(true);
    expect(owed.text).toBeUndefined();
    await end();
  });

  it('wakes nobody when it was not one', async () => {
    const { clock, peerBoard, logs, owed, caller, end } = await keeper();
    peerBoard.poke('ioStatus', 1);
    const first = caller();
    await first.say(act(reboot));
    await clock.advance(8000);
    peerBoard.poke('ioStatus', 0);
    await clock.advance(1000);
    first.leave();
    expect(logs).not.toContain('gave raspberrypi-2 its wake pulse');
    await end();
    expect(owed.text).toBeUndefined();
  });

  it('has it on the disk that a wake pulse is owed before anything can be cut, and not while nothing can', async () => {
    const { clock, board, owed, caller, end } = await keeper();
    await caller().say(act(reboot));
    while (!board.extout) await clock.advance(1);
    // A node that is cut here itself, as the loser of a split is, has nothing to make good at its boot.
    await clock.advance(2000);
    expect(owed.text).toBeUndefined();
    await clock.advance(4000);
    expect(owed.text).toContain(peer);
    await clock.advance(20_000);
    await end();
  });

  it('tries for minutes to give a pulse that is lost, and lets others in between', async () => {
    const { clock, board, peerBoard, owed, caller, end } = await keeper();
    const first = caller();
    await first.say(act(reboot));
    await clock.runUntil(first.gone);
    await clock.advance(1000);
    board.faults.add({ kind: 'NAK' });
    await clock.advance(120_000);
    expect(peerBoard.powered).toBe(false);
    expect(owed.text).toContain(peer);
    const asking = caller();
    await asking.say({ ask: 'status', target: peer, board: {} });
    await clock.advance(10_000);
    expect(asking.last()).toBeDefined();
    board.faults.clear();
    await clock.advance(20_000);
    expect(peerBoard.powered).toBe(true);
    expect(owed.text).toBeUndefined();
    await end();
  });

  it('makes good at its start what another one still owed', async () => {
    const owed = fileOf(`${JSON.stringify({ target: peer, since: '2026-01-01T00:00:00.000Z' })}\n`);
    const { clock, done, logs, end } = await keeper({}, { owed });
    await clock.advance(10_000);
    expect(done.at(-1)).toContain('raspberrypi-2 is owed its wake pulse');
    expect(logs).toContain('gave raspberrypi-2 its wake pulse');
    expect(owed.text).toBeUndefined();
    await end();
  });

  it('owes nothing any more to a target that was powered off to stay off, or woken', async () => {
    for (const action of ['off', 'on'] as const) {
      const owed = fileOf();
      const { clock, board, logs, caller, end } = await keeper({}, { owed });
      const first = caller();
      await first.say(act(reboot));
      await clock.runUntil(first.gone);
      board.faults.add({ kind: 'NAK', until: clock.now() + 9000 });
      await clock.advance(9000);
      const second = caller();
      await second.say(act({ ...off, action }));
      await clock.runUntil(second.gone);
      expect(second.last()).toMatchObject({ outcome: { kind: action === 'off' ? 'verified' : 'woken' } });
      expect(owed.text).toBeUndefined();
      const given = logs.filter((line) => line.startsWith('gave')).length;
      await clock.advance(60_000);
      expect(logs.filter((line) => line.startsWith('gave'))).toHaveLength(given);
      await end();
    }
  });

  it('remembers what it owes although the disk does not take it, and says so', async () => {
    const owed = fileOf();
    owed.fails = true;
    const { clock, peerBoard, logs, caller, end } = await keeper({}, { owed });
    await caller().say(act(reboot));
    await clock.advance(20_000);
    expect(logs).toContainEqual(expect.stringContaining('could not be written: EROFS'));
    expect(peerBoard.powered).toBe(true);
    await end();
  });
});

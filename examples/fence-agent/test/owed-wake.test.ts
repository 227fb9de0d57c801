// What a line keeper owes after a reboot, whoever dies meanwhile and whatever the disk does.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordFile } from '../src/node/record-file.js';
import type { PulseRequest } from '../src/line/act.js';
import { OwedWake } from '../src/keeper/owed-wake.js';
import { never } from '../virtual/pi-process.js';
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

describe('a record of an owed wake pulse that cannot be read', () => {
  const text = `${JSON.stringify({ target: peer, since: '2026-01-01T00:00:00.000Z' })}\n`;

  /** A record on a disk that fails to read, or reads for ever, until it is sound. */
  function recordOn(unread: 'sound' | 'failing' | 'hanging', content?: string) {
    const record = Object.assign(fileOf(content), { disk: unread });
    const readOrFail = async () => {
      if (record.disk === 'failing') throw new Error('EIO: i/o error, read');
      if (record.disk === 'hanging') await never();
      return record.text;
    };
    return Object.assign(record, { readOrFail, read: () => readOrFail().catch(() => undefined) });
  }

  const told = (logs: readonly string[]) => logs.filter((line) => line.includes('cannot be read'));

  it('is told of once, read again, and made good when it can be read', async () => {
    const owed = recordOn('failing', text);
    const { clock, logs, peerBoard, end } = await keeper({}, { owed });
    peerBoard.poke('ioStatus', 0);
    await clock.advance(60_000);
    expect(told(logs)).toEqual([expect.stringContaining('EIO: i/o error, read')]);
    expect(owed.text).toBe(text);
    owed.disk = 'sound';
    await clock.advance(10_000);
    expect(logs).toContain('gave raspberrypi-2 its wake pulse');
    expect(owed.text).toBeUndefined();
    expect(told(logs)).toHaveLength(1);
    await end();
  });

  it.each(['failing', 'hanging'] as const)(
    'keeps no act from being carried out nor from its answer: %s',
    async (disk) => {
      for (const action of ['off', 'reboot', 'on'] as const) {
        const { clock, owed, caller } = await keeper({}, { owed: recordOn(disk) });
        for (let time = 0; time < 2; time++) {
          const first = caller();
          await first.say(act({ ...off, action }));
          await clock.runUntil(first.gone);
          const kind = action === 'on' ? 'woken' : 'verified';
          expect(first.last()).toMatchObject({ event: 'result', outcome: { kind } });
          await clock.advance(10_000);
        }
        expect(owed.text).toBeUndefined();
      }
    },
  );

  it('is removed all the same when the target was powered off to stay off, or woken', async () => {
    for (const action of ['off', 'on'] as const) {
      const { clock, owed, caller, end } = await keeper({}, { owed: recordOn('failing', text) });
      const first = caller();
      await first.say(act({ ...off, action }));
      await clock.runUntil(first.gone);
      expect(owed.text).toBeUndefined();
      await end();
    }
  });

  it('is left alone by a reboot that cut nothing: a pulse may be owed since before', async () => {
    const owed = recordOn('failing', text);
    const { clock, peerBoard, caller, end } = await keeper({}, { owed });
    peerBoard.poke('ioStatus', 1);
    const first = caller();
    await first.say(act({ ...off, action: 'reboot', holdTimeout: 13_000 }));
    await clock.runUntil(first.gone);
    expect(first.last()).toMatchObject({ outcome: { kind: 'conceded' } });
    expect(owed.text).toBe(text);
    await end();
  });
});

describe('what a wake pulse is owed', () => {
  const owed = { target: peer, since: '2026-01-01T00:00:00.000Z' };
  const text = `${JSON.stringify(owed)}\n`;

  it('is nothing where the text is torn or no such record', async () => {
    for (const torn of [undefined, '', text.trimEnd(), '{}\n', 'null\n', '{"target":"","since":""}\n']) {
      expect(await new OwedWake(fileOf(torn)).get()).toBeUndefined();
    }
  });

  it('is nothing where there is no file, and unknown where the file cannot be read', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'owed-wake-'));
    try {
      expect(await recordFile(join(directory, 'none')).readOrFail()).toBeUndefined();
      const unreadable = recordFile(directory);
      await expect(unreadable.readOrFail()).rejects.toThrow('EISDIR');
      const record = new OwedWake(unreadable);
      expect([await record.get(), await record.mayOwe()]).toEqual([undefined, true]);
      await expect(record.read()).rejects.toThrow('EISDIR');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('is read once, and not taken from what was said meanwhile', async () => {
    const answers: ((content: string | undefined) => void)[] = [];
    const readOrFail = () => new Promise<string | undefined>((resolve) => answers.push(resolve));
    const record = new OwedWake(Object.assign(fileOf(), { readOrFail }));
    const asked = Promise.all([record.get(), record.get()]);
    await record.owe(owed);
    answers[0]!(undefined);
    expect(await asked).toEqual([owed, owed]);
    expect(answers).toHaveLength(1);
  });

  it('is on the disk in the order in which it was said, however slow that is', async () => {
    const file = fileOf();
    const begun: (() => void)[] = [];
    const slowly = <A extends unknown[]>(change: (...args: A) => Promise<void>) => {
      return async (...args: A) => {
        await new Promise<void>((resolve) => begun.push(resolve));
        await change(...args);
      };
    };
    const record = new OwedWake({ ...file, replace: slowly(file.replace), remove: slowly(file.remove) });
    const changes = [record.owe(owed), record.settle(), record.owe(owed)];
    for (const at of changes.keys()) {
      await Promise.resolve();
      expect(begun).toHaveLength(at + 1);
      begun[at]!();
      await changes[at];
    }
    expect(file.text).toBe(text);
  });

  it('costs nobody a change of the disk where there is no file', async () => {
    const file = fileOf();
    const record = new OwedWake(file);
    expect(await record.get()).toBeUndefined();
    file.fails = true;
    await record.settle();
    expect(await record.mayOwe()).toBe(false);
  });

  it('is removed by the next that settles it when the disk did not let go of it', async () => {
    const file = fileOf(text);
    const record = new OwedWake(file);
    file.fails = true;
    await expect(record.settle()).rejects.toThrow('EROFS');
    file.fails = false;
    await record.settle();
    expect(file.text).toBeUndefined();
    expect(await record.get()).toBeUndefined();
  });
});

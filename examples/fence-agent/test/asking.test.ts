// The callers' side, facing keepers that say what they are told to, and then nothing, or die.
import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { type AskHost, askKeeper, performAct } from '../src/keeper/ask.js';
import type { AgentMessage, KeeperEvent } from '../src/keeper/messages.js';
import type { PulseOutcome } from '../src/line/act.js';
import { requestOf } from '../virtual/virtual-cluster.js';

/** What a keeper says next: at once, after some ms, `dies` at its end, or nothing more. */
type Line = KeeperEvent | number | 'dies';

const accepted: KeeperEvent = { event: 'accepted', joined: false };
const alive: KeeperEvent = { event: 'alive' };
const waiting = (what: string): KeeperEvent => ({ event: 'waiting', for: what });
const result = (outcome: PulseOutcome): KeeperEvent => ({ event: 'result', outcome });

/** A process whose calls reach one keeper after the other, the last one again and again. */
function facing(...keepers: readonly (readonly Line[])[]) {
  const clock = new VirtualClock({ start: 1000 });
  const stop = new AbortController();
  const seen = { logs: [] as string[], sent: [] as AgentMessage[], progress: [] as number[], calls: 0, open: 0 };
  const host: AskHost = {
    clock,
    board: { bus: '1' },
    stop: stop.signal,
    log: (message) => seen.logs.push(message),
    onProgress: ({ held }) => seen.progress.push(held),
    call: async () => {
      const script = [...(keepers[Math.min(seen.calls++, keepers.length - 1)] ?? [])];
      if (keepers.length === 0) return undefined;
      seen.open++;
      let close: (message: undefined) => void = () => {};
      const closed = new Promise<undefined>((resolve) => {
        close = resolve;
      });
      const next = async () => {
        let line = script.shift();
        if (typeof line === 'number') {
          await clock.sleep(line);
          line = script.shift();
        }
        if (line === undefined) return new Promise<never>(() => {});
        return typeof line === 'object' ? line : undefined;
      };
      return {
        send: (message) => seen.sent.push(message),
        receive: () => Promise.race([next(), closed]),
        close: () => {
          seen.open--;
          close(undefined);
        },
      };
    },
  };
  const perform = (timeout = 60_000) => clock.runUntil(performAct(requestOf(0), host, timeout));
  return { clock, stop, seen, host, perform };
}

describe('an agent', () => {
  it('says what it wants of which board, is told how the hold goes on, and the result', async () => {
    const progress = (held: number): KeeperEvent => ({ event: 'progress', held, samples: 1, restarts: 0 });
    const { seen, perform } = facing([accepted, progress(200), alive, progress(400), result({ kind: 'woken' })]);
    expect(await perform(40_000)).toEqual({ kind: 'woken' });
    expect(seen).toMatchObject({ progress: [200, 400], logs: [], open: 0 });
    expect(seen.sent).toEqual([{ ask: 'act', request: requestOf(0), timeout: 40_000, board: { bus: '1' } }]);
  });

  it('says so when it joins an act', async () => {
    const { seen, perform } = facing([{ event: 'accepted', joined: true }, result({ kind: 'woken' })]);
    await perform();
    expect(seen.logs).toEqual(['joined the off of raspberrypi-2 that is under way']);
  });

  it('asks the next keeper, for the time that is left, when one dies or is silent before the act has begun', async () => {
    const { clock, seen, perform } = facing(['dies'], [alive, 10_000], [accepted, result({ kind: 'woken' })]);
    expect(await perform()).toEqual({ kind: 'woken' });
    expect(seen).toMatchObject({ calls: 3, open: 0 });
    expect(clock.now()).toBeLessThan(7000);
    expect(seen.sent[2]).toMatchObject({ timeout: 60_000 - (clock.now() - 1000) });
  });

  it('waits for one that is only starting as long as it has time', async () => {
    const { perform } = facing([30_000, accepted, result({ kind: 'woken' })]);
    expect(await perform()).toEqual({ kind: 'woken' });
  });

  it.each<[string, readonly Line[], number]>([
    ['died', [accepted, 3000, 'dies'], 3000],
    ['is hung', [accepted, 3000, alive], 8100],
  ])('never says success for a keeper that %s after the act had begun', async (what, script, time) => {
    const { clock, seen, perform } = facing(script);
    expect(await perform()).toEqual({ kind: 'failed', reason: expect.stringContaining(`the line keeper ${what}`) });
    expect(clock.now() - 1000).toBe(time);
    expect(seen).toMatchObject({ calls: 1, open: 0 });
  });

  it('that was stopped itself reads what its keeper has said meanwhile before it takes it for hung', async () => {
    // Its own timer comes first when it goes on.
    const { perform } = facing([accepted, 5001, result({ kind: 'woken' })]);
    expect(await perform()).toEqual({ kind: 'woken' });
  });

  it('says for what it waits, once each, and that it was refused', async () => {
    const { seen, perform } = facing([
      ...[waiting('on of x'), waiting('on of x'), 1000, waiting('off of y')],
      { event: 'refused', reason: 'another board' },
    ]);
    expect(await perform()).toEqual({ kind: 'failed', reason: 'another board' });
    expect(seen.logs).toEqual(['waiting for on of x to end', 'waiting for off of y to end']);
  });

  it('gives up when its time is over, and says what it has waited for, or that nobody answered', async () => {
    const busy = facing([waiting('on of x'), 'dies']);
    expect(await busy.perform(5000)).toMatchObject({ reason: expect.stringContaining('; on of x is under way') });
    for (const nobody of [facing(), facing([])]) {
      expect(await nobody.perform(5000)).toMatchObject({
        reason: expect.stringContaining('did not answer within 5 s: see systemctl status fence-sleepi3.service'),
      });
      expect(nobody.clock.now()).toBeLessThan(6200);
      expect(nobody.seen.open).toBe(0);
    }
  });

  it('withdraws what it asked for when it is to end, and once only', async () => {
    const { clock, stop, seen, host } = facing([
      accepted,
      3000,
      result({ kind: 'failed', reason: 'the request was withdrawn' }),
    ]);
    const outcome = performAct(requestOf(0), host, 60_000);
    await clock.advance(1000);
    stop.abort();
    expect(await clock.runUntil(outcome)).toEqual({ kind: 'failed', reason: 'the request was withdrawn' });
    expect(seen.sent.filter((message) => 'cancel' in message)).toHaveLength(1);
  });

  it('does not wait any longer when it is to end before the act has begun', async () => {
    const { clock, stop, seen, host } = facing([waiting('on of x'), 50_000]);
    const outcome = performAct(requestOf(0), host, 60_000);
    await clock.advance(1000);
    stop.abort();
    expect(await clock.runUntil(outcome)).toEqual({
      kind: 'failed',
      reason: 'the agent was asked to end; on of x is under way',
    });
    expect(clock.now()).toBeLessThan(2200);
    expect(seen.sent.at(-1)).toEqual({ cancel: true });
  });
});

describe('a question', () => {
  it('is answered, however long that takes, as long as there are signs of life', async () => {
    const { clock, host, seen } = facing([alive, 4000, alive, 4000, alive, 4000, { event: 'status', off: true }]);
    const answer = askKeeper({ ask: 'status', target: 'x' }, host, 2000);
    expect(await clock.runUntil(answer)).toEqual({ event: 'status', off: true });
    expect(seen.sent).toEqual([{ ask: 'status', target: 'x', board: { bus: '1' } }]);
  });

  it('is asked again when its keeper dies', async () => {
    const { clock, host } = facing([alive, 'dies'], [{ event: 'forgotten' }]);
    expect(await clock.runUntil(askKeeper({ ask: 'forget' }, host, 2000))).toEqual({ event: 'forgotten' });
  });

  it('rejects with the reason of a refusal, and with what to do when nobody answers in time', async () => {
    const refused = facing([{ event: 'refused', reason: 'another board' }]);
    await expect(refused.clock.runUntil(askKeeper({ ask: 'report' }, refused.host, 2000))).rejects.toThrow(
      'another board',
    );
    const hung = facing([alive]);
    await expect(hung.clock.runUntil(askKeeper({ ask: 'report' }, hung.host, 15_000))).rejects.toThrow(
      'did not answer within 15 s: see systemctl status fence-sleepi3.service, and start fence-sleepi3.socket',
    );
  });
});

// The agent's side of an act, facing keepers that say what they are told to, and then nothing, or die.
import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { careForAssertedLine, type FencingHost, guardLine, performAct, releaseOrphan } from '../src/keeper/ask.js';
import type { AgentMessage, KeeperEvent } from '../src/keeper/messages.js';
import type { PulseOutcome } from '../src/line/act.js';
import { releasePatience } from '../src/line/pulse.js';
import { requestOf } from '../virtual/virtual-cluster.js';

/** What a keeper says next: at once, after some ms, `dies` at its end, or nothing more. */
type Line = KeeperEvent | number | 'dies';

const accepted: KeeperEvent = { event: 'accepted', joined: false };
const busy = (what: string): KeeperEvent => ({ event: 'busy', with: what });
const result = (outcome: PulseOutcome): KeeperEvent => ({ event: 'result', outcome });

/** An agent's process whose calls reach one keeper after the other, the last one again and again. */
function agentFacing(...keepers: readonly (readonly Line[])[]) {
  const clock = new VirtualClock({ start: 1000 });
  const stop = new AbortController();
  const state = { extout: true };
  const seen = {
    logs: [] as string[],
    sent: [] as AgentMessage[],
    progress: [] as number[],
    calls: 0,
    open: 0,
    killed: 0,
    started: 0,
  };
  const host: FencingHost = {
    clock,
    stop: stop.signal,
    log: (message) => seen.logs.push(message),
    onProgress: ({ held }) => seen.progress.push(held),
    call: async () => {
      const script = [...(keepers[Math.min(seen.calls++, keepers.length - 1)] ?? [])];
      if (keepers.length === 0) return undefined;
      seen.open++;
      return {
        send: (message) => seen.sent.push(message),
        receive: async () => {
          let line = script.shift();
          if (typeof line === 'number') {
            await clock.sleep(line);
            line = script.shift();
          }
          if (line === undefined) return new Promise<never>(() => {});
          return typeof line === 'object' ? line : undefined;
        },
        close: () => seen.open--,
      };
    },
    startKeeper: async () => {
      seen.started++;
    },
    killKeeper: async () => {
      seen.killed++;
    },
    tryLock: async () => ({ release: async () => {} }),
    openLines: async () => ({
      read: async () => ({ extout: state.extout, extin: false }),
      writeExtout: async (asserted) => {
        state.extout = asserted;
      },
      close: async () => {},
    }),
  };
  const perform = (patience = 60_000) => performAct(requestOf(0), host, patience);
  return { clock, stop, state, seen, host, perform };
}

describe('an agent', () => {
  it('is told how the hold goes on, and the result', async () => {
    const progress = (held: number): KeeperEvent => ({ event: 'progress', held, samples: 1, restarts: 0 });
    const { clock, seen, perform } = agentFacing([
      ...[accepted, progress(200), { event: 'alive' } as const, progress(400), result({ kind: 'woken' })],
    ]);
    expect(await clock.runUntil(perform())).toEqual({ kind: 'woken' });
    expect(seen).toMatchObject({ progress: [200, 400], logs: [], open: 0, killed: 0 });
    expect(seen.sent).toEqual([{ request: requestOf(0) }]);
  });

  it('says so when it joins an act', async () => {
    const { clock, seen, perform } = agentFacing([{ event: 'accepted', joined: true }, result({ kind: 'woken' })]);
    await clock.runUntil(perform());
    expect(seen.logs).toEqual(['joined the off of raspberrypi-2 that is under way']);
  });

  it('asks the next keeper when one dies before it has accepted', async () => {
    const { clock, seen, perform } = agentFacing(['dies'], [accepted, result({ kind: 'woken' })]);
    expect(await clock.runUntil(perform())).toEqual({ kind: 'woken' });
    expect(seen).toMatchObject({ calls: 2, open: 0, killed: 0, logs: [] });
  });

  it('never says success for a keeper that died after it had accepted, and releases the line in its place', async () => {
    const { clock, seen, state, perform } = agentFacing([accepted, 'dies'], [accepted, result({ kind: 'woken' })]);
    expect(await clock.runUntil(perform())).toEqual({
      kind: 'failed',
      reason: 'the line keeper died; EXTOUT has been released',
    });
    expect(state.extout).toBe(false);
    expect(seen).toMatchObject({ calls: 1, open: 0, killed: 0 });
  });

  it.each([
    ['falls silent', [accepted]],
    ['never says a word', []],
  ])('kills a keeper that %s, and takes no longer than six seconds to', async (_, script) => {
    const { clock, seen, state, perform } = agentFacing(script);
    expect(await clock.runUntil(perform())).toMatchObject({
      reason: 'the line keeper is hung; EXTOUT has been released',
    });
    expect(state.extout).toBe(false);
    expect(seen).toMatchObject({ killed: 1, open: 0 });
    expect(clock.now()).toBeLessThan(7000);
  });

  it('waits for other acts, and says for which, once each', async () => {
    const { clock, seen, perform } = agentFacing(
      ...[[busy('on of x')], [busy('on of x')], [busy('test of x')], ['dies'] as const],
      [accepted, result({ kind: 'woken' })],
    );
    expect(await clock.runUntil(perform())).toEqual({ kind: 'woken' });
    expect(seen.logs).toEqual(['waiting for on of x to end', 'waiting for test of x to end']);
    expect(seen.open).toBe(0);
  });

  it('gives up when its time is over, and says what it has waited for', async () => {
    const { clock, perform } = agentFacing([busy('on of x')]);
    expect(await clock.runUntil(perform(5000))).toEqual({
      kind: 'failed',
      reason: 'no line keeper answered within 5 s: on of x is under way',
    });
    expect(clock.now()).toBeGreaterThanOrEqual(6000);
    expect(clock.now()).toBeLessThan(6100);
  });

  it('gives up at that time on a keeper that never gets ready, too', async () => {
    const { clock, host } = agentFacing();
    await clock.advance(20_000);
    const outcome = performAct(requestOf(0), { ...host, startKeeper: () => new Promise(() => {}) }, 5000);
    expect(await clock.runUntil(outcome)).toMatchObject({ kind: 'failed' });
    expect(clock.now()).toBeGreaterThanOrEqual(26_000);
    expect(clock.now()).toBeLessThan(26_100);
  });

  it('withdraws what it was asked for when it is to end, and once only', async () => {
    const { clock, stop, seen, perform } = agentFacing([
      ...[accepted, 3000, result({ kind: 'failed', reason: 'the request was withdrawn' })],
    ]);
    const outcome = perform();
    await clock.advance(1000);
    stop.abort();
    expect(await clock.runUntil(outcome)).toEqual({ kind: 'failed', reason: 'the request was withdrawn' });
    expect(seen.sent).toEqual([{ request: requestOf(0) }, { cancel: true }]);
  });

  it('withdraws nothing after it has the result', async () => {
    const { clock, stop, seen, perform } = agentFacing([accepted, result({ kind: 'woken' })]);
    await clock.runUntil(perform());
    stop.abort();
    expect(seen.sent).toEqual([{ request: requestOf(0) }]);
  });

  it('does not begin when it is to end while it waits, and says both', async () => {
    const { clock, stop, seen, perform } = agentFacing([busy('on of x')]);
    const outcome = perform();
    await clock.advance(1000);
    stop.abort();
    expect(await clock.runUntil(outcome)).toEqual({
      kind: 'failed',
      reason: 'the agent was asked to end: on of x is under way',
    });
    expect(seen.open).toBe(0);
  });

  it('does not begin when it is to end before there is a keeper', async () => {
    const { clock, stop, host, seen } = agentFacing();
    const startKeeper = async () => {
      stop.abort();
    };
    expect(await clock.runUntil(performAct(requestOf(0), { ...host, startKeeper }, 5000))).toEqual({
      kind: 'failed',
      reason: 'the agent was asked to end',
    });
    expect(seen.sent).toEqual([]);
  });
});

describe('an asserted line', () => {
  it('is left to a keeper that is alive', async () => {
    const { clock, state, seen, host } = agentFacing([{ event: 'alive' }]);
    expect(await clock.runUntil(careForAssertedLine(host))).toBe('owned');
    expect(state.extout).toBe(true);
    expect(seen).toMatchObject({ sent: [{ probe: true }], open: 0, killed: 0 });
  });

  it('is taken from a keeper that gives no sign of life', async () => {
    const { clock, state, seen, host } = agentFacing([]);
    expect(await clock.runUntil(careForAssertedLine(host))).toBe('released');
    expect(state.extout).toBe(false);
    expect(seen).toMatchObject({ open: 0, killed: 1 });
  });

  it('is released when its keeper goes away instead of answering', async () => {
    const { clock, state, seen, host } = agentFacing(['dies']);
    expect(await clock.runUntil(careForAssertedLine(host))).toBe('released');
    expect(state.extout).toBe(false);
    expect(seen.killed).toBe(0);
  });
});

describe('a guard', () => {
  it('does nothing once it is dismissed', async () => {
    const { clock, state, seen, host } = agentFacing();
    await clock.runUntil(guardLine(Promise.resolve('dismissed'), host));
    expect(state.extout).toBe(true);
    expect(seen.logs).toEqual([]);
  });

  it('says that the keeper died and looks six times, two seconds apart, whether its successor owns the line', async () => {
    const { clock, state, seen, host } = agentFacing();
    const tries: number[] = [];
    const tryLock = async () => {
      tries.push(clock.now());
      return undefined;
    };
    await clock.runUntil(guardLine(Promise.resolve('died'), { ...host, tryLock }));
    expect(seen.logs).toEqual(['the line keeper died']);
    const rests = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(rests.filter((rest) => rest > 1000)).toHaveLength(5);
    expect(Math.max(...rests)).toBeLessThan(2100);
    expect(state.extout).toBe(true);
  });
});

describe('releasing a line that nobody owns', () => {
  it('is tried for a second while somebody has the lock, and then left to them', async () => {
    const { clock, state, host } = agentFacing();
    let tries = 0;
    const tryLock = async () => {
      tries++;
      return undefined;
    };
    expect(await clock.runUntil(releaseOrphan({ ...host, tryLock }))).toBe('owned');
    expect(tries).toBe(20);
    expect(clock.now()).toBe(2000);
    expect(state.extout).toBe(true);
  });

  it('fails when the lock can never be tried, and says why once', async () => {
    const { clock, seen, host } = agentFacing();
    const tryLock = () => Promise.reject(new Error('no flock'));
    expect(await clock.runUntil(releaseOrphan({ ...host, tryLock }))).toBe('stuck');
    expect(seen.logs).toEqual([expect.stringContaining('no flock')]);
  });

  it('fails after half a minute when the board cannot be reached, says so once, and lets go of the lock', async () => {
    const { clock, seen, host } = agentFacing();
    let locks = 0;
    const care = releaseOrphan({
      ...host,
      tryLock: async () => {
        locks++;
        return {
          release: async () => {
            locks--;
          },
        };
      },
      openLines: () => Promise.reject(new Error('no board')),
    });
    expect(await clock.runUntil(care)).toBe('stuck');
    expect(clock.now() - 1000).toBeGreaterThanOrEqual(releasePatience);
    expect(clock.now() - 1000).toBeLessThan(releasePatience + 1000);
    expect(seen.logs).toEqual([expect.stringContaining('no board')]);
    expect(locks).toBe(0);
  });

  it('writes to a line that cannot be read, fails in time when it does not obey, and closes the board', async () => {
    const { clock, host } = agentFacing();
    await clock.advance(100_000);
    const start = clock.now();
    let open = 0;
    const writes: boolean[] = [];
    const care = releaseOrphan({
      ...host,
      openLines: async () => {
        open++;
        return {
          read: () => Promise.reject(new Error('EREMOTEIO')),
          writeExtout: async (asserted) => {
            writes.push(asserted);
          },
          close: async () => {
            open--;
          },
        };
      },
    });
    expect(await clock.runUntil(care)).toBe('stuck');
    expect(new Set(writes)).toEqual(new Set([false]));
    expect(clock.now() - start).toBeLessThan(releasePatience + 1000);
    expect(open).toBe(0);
  });
});

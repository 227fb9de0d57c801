// The line keeper, facing agents that say what they are told to.
import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { conversationPair, PiProcess } from '../virtual/virtual-pi.js';
import { requestOf } from '../virtual/virtual-cluster.js';
import type { AgentMessage, KeeperEvent } from '../src/keeper/messages.js';
import { type AgentConversation, keepLine, type KeeperHost } from '../src/keeper/keeper.js';
import { PowerRecord } from '../src/line/power-record.js';

const off = requestOf(0);

/** A keeper's process on lines that do as they are told, 5 ms a transfer; `changed` parts of it behave otherwise. */
function keeper(changed: Partial<KeeperHost> = {}) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const state = { extout: false, extin: false };
  const bus = { works: true };
  const done: string[] = [];
  const logs: string[] = [];
  let onCall: ((conversation: AgentConversation) => void) | undefined;
  const transfer = async () => {
    await clock.sleep(5);
    if (!bus.works) throw new Error('EREMOTEIO');
  };
  const noFile = { read: async () => undefined, replace: async () => {}, remove: async () => {} };
  const host: KeeperHost = {
    clock,
    stop: stop.signal,
    record: new PowerRecord(noFile, 'boot'),
    log: (message) => logs.push(message),
    date: () => new Date(0),
    tryLock: async () => ({
      release: async () => {
        done.push('unlocked');
      },
    }),
    listen: async (listener) => {
      onCall = listener;
      return {
        close: async () => {
          done.push('closed');
        },
      };
    },
    openLines: async () => ({
      read: async () => {
        const seen = { ...state };
        await transfer();
        return seen;
      },
      writeExtout: async (asserted) => {
        await transfer();
        state.extout = asserted;
      },
      close: async () => {
        done.push('board closed');
      },
    }),
    startGuard: () => {
      done.push('guarded');
      return { dismiss: () => done.push('dismissed') };
    },
    ...changed,
  };
  const kept = keepLine(host, () => done.push('ready'));
  /** An agent that has called: what it hears, and how it speaks. */
  const agent = () => {
    const [ours, theirs] = conversationPair<KeeperEvent, AgentMessage>(new PiProcess('agent'), new PiProcess('keeper'));
    const heard: KeeperEvent[] = [];
    const listening = (async () => {
      for (let event = await ours.receive(); event; event = await ours.receive()) heard.push(event);
    })();
    onCall?.(theirs);
    const say = async (...messages: AgentMessage[]) => {
      for (const message of messages) ours.send(message);
      await clock.advance(0);
    };
    const last = () => heard.at(-1);
    return { heard, last, say, leave: () => ours.close(), gone: listening };
  };
  const end = () => clock.runUntil(kept);
  return { clock, stop, state, bus, done, logs, agent, end };
}

describe('a line keeper', () => {
  it('does nothing when another one has the board', async () => {
    const { done, end } = keeper({ tryLock: async () => undefined });
    expect(await end()).toBe(false);
    expect(done).toEqual([]);
  });

  it('is guarded before it is ready, and lets go of everything in the end, of the lock last', async () => {
    const { clock, done, agent, end } = keeper();
    await clock.advance(0);
    await agent().say({ request: off });
    expect(await end()).toBe(true);
    expect(done).toEqual(['guarded', 'ready', 'board closed', 'closed', 'dismissed', 'unlocked']);
  });

  it('goes again, without having touched anything, when it is asked for nothing in five seconds', async () => {
    const { clock, done, agent, end } = keeper();
    await clock.advance(4000);
    await agent().say({ probe: true });
    expect(await end()).toBe(true);
    expect(clock.now()).toBe(5000);
    expect(done).toEqual(['guarded', 'ready', 'closed', 'dismissed', 'unlocked']);
  });

  it('shows that it is alive whenever it is asked', async () => {
    const { clock, agent } = keeper();
    await clock.advance(0);
    const asking = agent();
    await asking.say({ probe: true });
    expect(asking.heard).toEqual([{ event: 'alive' }]);
  });

  it('tells all who wait how far it is, and each whether it has joined', async () => {
    const { clock, agent, end } = keeper();
    await clock.advance(0);
    const first = agent();
    await first.say({ request: off });
    await clock.advance(6000);
    const second = agent();
    await second.say({ request: { ...off, hold: 11_500 } });
    await end();
    expect(first.heard[0]).toEqual({ event: 'accepted', joined: false });
    expect(second.heard[0]).toEqual({ event: 'accepted', joined: true });
    const told = first.heard.filter(({ event }) => event === 'progress');
    expect(told.length).toBeGreaterThan(55);
    expect(told.at(-1)).toMatchObject({ restarts: 0, held: expect.any(Number), samples: told.length + 1 });
    expect(first.last()).toMatchObject({ event: 'result', outcome: { kind: 'verified', restarts: 0 } });
    expect(second.last()).toEqual(first.last());
    await Promise.all([first.gone, second.gone]); // it hangs up
  });

  it('begins its act once, however many join it', async () => {
    const { clock, state, agent, end } = keeper();
    let edges = 0;
    let last = false;
    await clock.advance(0);
    for (let joining = 0; joining < 3; joining++) {
      await agent().say({ request: off });
      await clock.advance(1000);
    }
    const watching = (async () => {
      for (let look = 0; look < 2000; look++) {
        if (state.extout && !last) edges++;
        last = state.extout;
        await clock.sleep(10);
      }
    })();
    await end();
    await clock.runUntil(watching);
    expect(edges).toBe(1);
  });

  it.each([
    ['another act', { action: 'on' as const }],
    ['another target', { target: 'raspberrypi-3' }],
    ['a longer hold than it has begun', { hold: 13_000 }],
  ])('sends away who wants %s, and says what it does', async (_, other) => {
    const { clock, agent, end } = keeper();
    await clock.advance(0);
    await agent().say({ request: off });
    const second = agent();
    await second.say({ request: { ...off, ...other } });
    await second.gone;
    expect(second.heard).toEqual([{ event: 'busy', with: 'off of raspberrypi-2' }]);
    await end();
  });

  it('goes on until nobody wants it any more', async () => {
    const { clock, state, agent, end } = keeper();
    await clock.advance(0);
    const [first, second, stranger] = [agent(), agent(), agent()];
    await first.say({ request: off });
    await second.say({ request: off });
    await clock.advance(1000);
    await first.say({ cancel: true });
    await first.say({ cancel: true });
    await stranger.say({ cancel: true });
    await clock.advance(1000);
    expect(state.extout).toBe(true);
    await second.say({ cancel: true });
    const late = agent();
    await late.say({ request: off });
    expect(late.heard).toEqual([{ event: 'busy', with: 'off of raspberrypi-2' }]);
    await end();
    expect(second.last()).toEqual({
      event: 'result',
      outcome: { kind: 'failed', reason: 'the request was withdrawn' },
    });
    expect(state.extout).toBe(false);
  });

  it('goes on for an agent that has vanished: it may have been killed for being late', async () => {
    const { clock, state, agent, end } = keeper();
    await clock.advance(0);
    const first = agent();
    await first.say({ request: off });
    await clock.advance(1000);
    first.leave();
    await clock.advance(10_000);
    expect(state.extout).toBe(true);
    await end();
    expect(clock.now()).toBeGreaterThan(12_000);
  });

  it('lets go when it is asked to end, and is not begun on after that', async () => {
    const { clock, stop, state, agent, end } = keeper();
    await clock.advance(0);
    const first = agent();
    await first.say({ request: off });
    await clock.advance(3000);
    stop.abort(new Error('SIGTERM'));
    await end();
    expect(first.last()).toEqual({ event: 'result', outcome: { kind: 'failed', reason: 'SIGTERM' } });
    expect(state.extout).toBe(false);

    const again = keeper();
    again.stop.abort(new Error('SIGTERM'));
    await again.clock.advance(0);
    const asking = again.agent();
    await asking.say({ request: off });
    await again.end();
    expect(asking.last()).toEqual({ event: 'result', outcome: { kind: 'failed', reason: 'SIGTERM' } });
    expect(again.clock.now()).toBeLessThan(1000);
  });

  it('gives signs of life, twice a second at most, while the bus fails, and goes on releasing', async () => {
    const { clock, bus, state, agent, end } = keeper();
    await clock.advance(0);
    const first = agent();
    await first.say({ request: off });
    await clock.advance(11_990);
    bus.works = false;
    first.heard.length = 0;
    await clock.advance(3000);
    const signs = first.heard.filter(({ event }) => event === 'alive').length;
    expect(signs).toBeGreaterThanOrEqual(4);
    expect(signs).toBeLessThanOrEqual(7);
    bus.works = true;
    await end();
    expect(state.extout).toBe(false);
  });

  it('gives them while the board cannot be opened, too, and says why it cannot', async () => {
    const { clock, agent, end } = keeper({ openLines: () => Promise.reject(new Error('there is no board')) });
    await clock.advance(0);
    const { heard, last, say } = agent();
    await say({ request: off });
    await end();
    expect(heard.filter(({ event }) => event === 'alive').length).toBeGreaterThan(20);
    expect(last()).toEqual({ event: 'result', outcome: { kind: 'failed', reason: 'there is no board' } });
  });

  it('after a reboot has the answer out before it wakes the target, and takes nothing else on meanwhile', async () => {
    const { clock, state, logs, agent, end } = keeper();
    await clock.advance(0);
    const first = agent();
    await first.say({ request: { ...off, action: 'reboot' } });
    await clock.runUntil(first.gone);
    expect(first.last()).toMatchObject({ event: 'result', outcome: { kind: 'verified', released: true } });
    expect(state.extout).toBe(false);
    const late = agent();
    await late.say({ request: { ...off, action: 'reboot' } });
    expect(late.heard).toEqual([{ event: 'busy', with: 'reboot of raspberrypi-2' }]);
    await end();
    expect(logs).toEqual(['gave raspberrypi-2 its wake pulse']);
  });

  it('wakes nobody after a reboot that was not one', async () => {
    const { clock, state, logs, agent, end } = keeper();
    state.extin = true;
    await clock.advance(0);
    const first = agent();
    await first.say({ request: { ...off, action: 'reboot' } });
    await end();
    expect(first.last()).toMatchObject({ event: 'result', outcome: { kind: 'conceded' } });
    expect(logs).toEqual([]);
    expect(clock.now()).toBeLessThan(1000);
  });
});

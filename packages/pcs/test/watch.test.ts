import { describe, expect, it } from 'vitest';
import {
  type Clock,
  type ClusterStatus,
  parseClusterStatus,
  Pcs,
  PcsError,
  type Runner,
  type RunRequest,
  systemClock,
  watch,
  type WatchEvent,
} from '../src/index.js';
import { fixture } from './fixtures.js';

const healthyXml = fixture('status/bookworm-healthy-clone-vip-fence-history.xml');
const healthy = () => parseClusterStatus(healthyXml);
const standby = () => parseClusterStatus(fixture('status/bookworm-standby-n2.xml'));
const refused = () => {
  throw new PcsError('NOT_RUNNING', 'cluster is not running');
};

/** A cluster that answers as told, one answer a question, and then ends the watch; and a clock that only notes waits. */
function scripted(...answers: readonly (() => ClusterStatus)[]) {
  const end = new AbortController();
  const waits: number[] = [];
  let asked = 0;
  const clock: Clock = {
    now: () => waits.reduce((sum, wait) => sum + wait, 0),
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      if (asked === answers.length) end.abort();
    },
  };
  const read = async () => answers[asked++]!();
  return { read, waits, options: { clock, signal: end.signal } };
}

async function collect(events: AsyncIterable<WatchEvent>): Promise<WatchEvent[]> {
  const all: WatchEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('watching a cluster', () => {
  it('yields the first status, then only what differs', async () => {
    const { read, options, waits } = scripted(healthy, healthy, standby, standby, healthy);
    const events = await collect(watch(read, options));
    expect(events.map((event) => (event.kind === 'status' ? event.changes.map(({ kind }) => kind) : event))).toEqual([
      [],
      ['node-standby', 'resource-moved', 'resource-stopped', 'resource-stopped'],
      ['node-unstandby', 'resource-moved', 'resource-started', 'resource-started'],
    ]);
    expect(events[0]).toMatchObject({ previous: undefined });
    expect(events[1]).toMatchObject({ previous: { dc: 'n2' } });
    expect(waits).toEqual([1000, 1000, 1000, 1000, 1000]);
  });

  it('never takes a failure for an empty cluster: it tells of each, waits longer, and compares with what was last known', async () => {
    const { read, options, waits } = scripted(healthy, refused, refused, refused, refused, standby);
    const events = await collect(watch(read, { ...options, intervalMs: 100, maxIntervalMs: 500 }));
    expect(events.map((event) => event.kind)).toEqual([
      'status',
      'unreadable',
      'unreadable',
      'unreadable',
      'unreadable',
      'readable',
      'status',
    ]);
    expect(events[1]).toMatchObject({ error: { code: 'NOT_RUNNING' }, attempts: 1, retryInMs: 100 });
    expect(events[5]).toMatchObject({ attempts: 4 });
    expect(events[6]).toMatchObject({ changes: [{ kind: 'node-standby' }, {}, {}, {}] });
    expect(waits).toEqual([100, 100, 200, 400, 500, 100]);
  });

  it('says that it can read again even when nothing changed', async () => {
    const { read, options } = scripted(healthy, refused, healthy);
    expect((await collect(watch(read, options))).map(({ kind }) => kind)).toEqual(['status', 'unreadable', 'readable']);
  });

  it('begins with the failure when it begins with one', async () => {
    const { read, options } = scripted(refused, healthy);
    expect((await collect(watch(read, options))).map(({ kind }) => kind)).toEqual(['unreadable', 'readable', 'status']);
  });

  it('never waits less than the interval', async () => {
    const { read, options, waits } = scripted(refused, refused);
    await collect(watch(read, { ...options, intervalMs: 100, maxIntervalMs: 1 }));
    expect(waits).toEqual([100, 100]);
  });

  it('misses no fencing over a fence history that could not be read', async () => {
    const history = /<fence_history>[\s\S]*<\/fence_history>/;
    const unreadable = () => parseClusterStatus(healthyXml.replace(history, '<fence_history status="107"/>'));
    const fenced = () =>
      parseClusterStatus(
        healthyXml.replace(
          '<fence_history>',
          '<fence_history><fence_event action="reboot" target="n1" client="c.1" origin="n2" status="success" completed="2026-11-22 08:00:00Z"/>',
        ),
      );
    const { read, options } = scripted(healthy, unreadable, unreadable, fenced, fenced);
    const events = await collect(watch(read, options));
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ changes: [{ kind: 'fencing-succeeded', event: { target: 'n1' } }] });
  });

  it('ends when it is aborted before, while it waits, and in the middle of a question', async () => {
    expect(await collect(watch(async () => healthy(), { signal: AbortSignal.abort() }))).toEqual([]);

    const waiting = new AbortController();
    const events: WatchEvent[] = [];
    for await (const event of watch(async () => healthy(), { signal: waiting.signal, intervalMs: 1_000_000 })) {
      events.push(event);
      queueMicrotask(() => {
        waiting.abort();
      });
    }
    expect(events).toHaveLength(1);

    const asking = new AbortController();
    const read = (signal?: AbortSignal) =>
      new Promise<ClusterStatus>((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        queueMicrotask(() => {
          asking.abort(new Error('enough'));
        });
      });
    expect(await collect(watch(read, { signal: asking.signal }))).toEqual([]);
  });

  it('passes a mistake of the program on', async () => {
    const read = async () => {
      throw new TypeError('no such function');
    };
    await expect(collect(watch(read))).rejects.toThrow('no such function');
    const clock: Clock = {
      now: () => 0,
      sleep: async () => {
        throw new Error('no time');
      },
    };
    await expect(collect(watch(async () => healthy(), { clock }))).rejects.toThrow('no time');
  });

  it('ends with the loop that follows it', async () => {
    let asked = 0;
    const read = async () => {
      asked++;
      return healthy();
    };
    for await (const event of watch(read)) {
      expect(event.kind).toBe('status');
      break;
    }
    expect(asked).toBe(1);
  });
});

describe('watching through Pcs', () => {
  const runner = (onRun: (request: RunRequest) => void): Runner => ({
    run: async (request) => {
      onRun(request);
      const stdout = Buffer.from(healthyXml);
      return { exitCode: 0, signal: null, stdout, stderr: Buffer.alloc(0), durationMs: 1, timedOut: false };
    },
  });

  it('asks crm_mon, and hands it the signal that ends the watch', async () => {
    const end = new AbortController();
    const requests: RunRequest[] = [];
    const pcs = new Pcs({ runner: runner((request) => requests.push(request)) });
    for await (const event of pcs.watch({ signal: end.signal })) {
      expect(event).toMatchObject({ kind: 'status', status: { dc: 'n2' } });
      end.abort();
    }
    expect(requests).toMatchObject([{ program: 'crm_mon' }]);
    expect(requests[0]?.signal).toBe(end.signal);
  });

  it('ends with the signal of the whole object when it has none of its own', async () => {
    const end = new AbortController();
    const pcs = new Pcs({ runner: runner(() => {}), signal: end.signal });
    const events: WatchEvent[] = [];
    for await (const event of pcs.watch()) {
      events.push(event);
      end.abort();
    }
    expect(events).toHaveLength(1);
    for await (const event of new Pcs({ runner: runner(() => {}) }).watch()) {
      expect(event.kind).toBe('status');
      break;
    }
  });
});

describe('the clock of this machine', () => {
  it('waits, and stops waiting when told', async () => {
    const before = systemClock.now();
    await systemClock.sleep(1);
    expect(systemClock.now()).toBeGreaterThan(before);
    await expect(systemClock.sleep(1_000_000, AbortSignal.abort(new Error('never')))).rejects.toThrow('never');
    const { signal } = new AbortController();
    await systemClock.sleep(1, signal);
    const end = new AbortController();
    const sleep = systemClock.sleep(1_000_000, end.signal);
    end.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
  });
});

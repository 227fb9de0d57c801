import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@sleepi3/simulator';
import { deliver } from '../src/deliver.js';
import { parseReceivers, type Receiver } from '../src/receivers/receivers.js';
import { Spool } from '../src/spool.js';
import { memoryDirectory } from './memory-directory.js';

const receivers = parseReceivers(
  JSON.stringify({
    receivers: [{ webhook: 'https://a.example/secret' }, { ntfy: 'https://b.example/topic', events: ['roll'] }],
  }),
  'alerts.json',
);

function world() {
  const clock = new VirtualClock();
  const start = Date.parse('2026-11-29T03:00:00Z');
  const date = () => new Date(start + clock.now());
  const directory = memoryDirectory();
  const spool = new Spool(directory, date);
  const sent: { at: number; to: string; title: string }[] = [];
  const logs: string[] = [];
  const stop = new AbortController();
  let down = (_receiver: Receiver): boolean => false;
  const event = (key: string, kind: 'fencing' | 'roll' = 'fencing') => ({
    kind,
    severity: 'warning' as const,
    subject: 'pi-b',
    title: key,
    text: 'text',
    reporter: 'pi-a',
    at: date().toISOString(),
    key,
    quietSeconds: 5,
  });
  return {
    clock,
    directory,
    spool,
    sent,
    logs,
    stop,
    event,
    setDown: (rule: typeof down) => (down = rule),
    deliver: () =>
      deliver({
        clock,
        date,
        spool,
        receivers: () => Promise.resolve(receivers),
        send: async (one, receiver) => {
          if (down(receiver)) throw new Error(`${receiver.kind} is down`);
          sent.push({ at: clock.now(), to: receiver.kind, title: one.title });
        },
        log: (level, text) => logs.push(`${level}: ${text}`),
        stop: stop.signal,
      }),
  };
}

describe('the delivery', () => {
  it('tells each event to the receivers that want its kind, once, and ends', async () => {
    const w = world();
    await w.spool.add(w.event('fenced'), 'f');
    await w.spool.add(w.event('rolled', 'roll'), 'f');
    await w.clock.runUntil(w.deliver(), { within: 48 * 3_600_000 });
    expect(w.sent.map(({ to, title }) => `${to} ${title}`).sort()).toEqual([
      'ntfy rolled',
      'webhook fenced',
      'webhook rolled',
    ]);
    expect(await w.spool.pending()).toEqual([]);
  });

  it('tries a receiver that is down again, at longer and longer intervals, and tells the others once', async () => {
    const w = world();
    await w.spool.add(w.event('rolled', 'roll'), 'f');
    w.setDown(({ kind }) => kind === 'ntfy' && w.clock.now() < 100_000);
    await w.clock.runUntil(w.deliver(), { within: 48 * 3_600_000 });
    expect(w.sent.filter(({ to }) => to === 'webhook')).toHaveLength(1);
    const [ntfy] = w.sent.filter(({ to }) => to === 'ntfy');
    expect(ntfy!.at).toBeGreaterThanOrEqual(100_000);
    expect(w.logs.filter((line) => line.startsWith('warning')).map((line) => /in (\d+) s/.exec(line)?.[1])).toEqual([
      '10',
      '30',
      '60',
    ]);
  });

  it('gives up after a day, and says so', async () => {
    const w = world();
    await w.spool.add(w.event('fenced'), 'f');
    w.setDown(() => true);
    await w.clock.runUntil(w.deliver(), { within: 48 * 3_600_000 });
    expect(w.clock.now()).toBeGreaterThan(24 * 3_600_000);
    expect(w.clock.now()).toBeLessThan(25 * 3_600_000);
    expect(w.logs.at(-1)).toMatch(
      /^error: "fenced" could not be delivered within a day, and is dropped: webhook is down$/,
    );
  });

  it('keeps what waits when it is asked to end, and tells it the next time', async () => {
    const w = world();
    await w.spool.add(w.event('fenced'), 'f');
    w.setDown(() => {
      w.stop.abort();
      return true;
    });
    await w.clock.runUntil(w.deliver(), { within: 48 * 3_600_000 });
    expect(await w.spool.pending()).toHaveLength(1);
  });

  it('keeps the newest hundred of a flood, and removes what a damaged disk made', async () => {
    const w = world();
    w.directory.files.set('00000000000000-damaged.event', '{"event"');
    for (let index = 0; index < 105; index++) await w.spool.add(w.event(`e${index}`), 'f');
    await w.clock.runUntil(w.deliver(), { within: 48 * 3_600_000 });
    expect(w.sent).toHaveLength(100);
    expect(w.sent.some(({ title }) => title === 'e104')).toBe(true);
    expect(await w.spool.pending()).toEqual([]);
  });

  it('is never started more often than systemd lets it, whenever events come', async () => {
    const unit = await readFile(new URL('../systemd/alert-sleepi3.service', import.meta.url), 'utf8');
    const setting = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(unit)?.[1]);
    const [interval, burst] = [setting('StartLimitIntervalSec') * 1000, setting('StartLimitBurst')];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 30 }), async (pauses) => {
        const w = world();
        const starts: number[] = [];
        let running: Promise<void> | undefined;
        // As the path unit: whenever something waits and nobody delivers.
        const startIfNeeded = async () => {
          if (running !== undefined || (await w.spool.pending()).length === 0) return;
          starts.push(w.clock.now());
          running = w.deliver().then(() => {
            running = undefined;
            return startIfNeeded();
          });
        };
        const all = async () => {
          for (const [index, pause] of pauses.entries()) {
            await w.clock.sleep(pause);
            await w.spool.add(w.event(`event ${index}`), 'f');
            await startIfNeeded();
          }
          while (running !== undefined) await running;
        };
        await w.clock.runUntil(all(), { within: 3_600_000 });
        expect(w.sent).toHaveLength(pauses.length);
        for (const [index, start] of starts.entries()) {
          expect((starts[index + burst] ?? Infinity) - start).toBeGreaterThan(interval);
        }
      }),
    );
  });
});

// The wire is tested by itself, once a day at a random time: a wire that breaks says nothing until it is needed.
import type { Clock } from '@sleepi3/driver';
import type { WireTestRecord } from '../wire-test/record.js';
import type { WireReport } from '../wire-test/test.js';
import { reasonOf } from '../reason.js';

const day = 86_400_000;
/** The first test of a wire that was never tested, within so many ms of the start. */
const firstWithin = 3_600_000;
/** Between two attempts while it is not the time, or nothing came of it, ms. */
const retryInterval = 600_000;
/** Between a test that failed and the one that must confirm it, ms: a busy machine measures badly. */
const confirmAfter = 30_000;

export interface DailyTestHost {
  readonly clock: Clock;
  readonly date: () => Date;
  readonly log: (message: string) => void;
  readonly random: () => number;
  readonly record: Pick<WireTestRecord, 'last' | 'remember'>;
  /** Why the wire cannot be tested just now; undefined when it can. */
  readonly objection: () => Promise<string | undefined>;
  /** Tests the wire to the peer; undefined when the peer cannot be reached. */
  readonly test: () => Promise<WireReport | undefined>;
}

/** Goes on until `signal` aborts. */
export async function testDaily(host: DailyTestHost, signal: AbortSignal): Promise<void> {
  const { clock, random } = host;
  const sleep = (milliseconds: number) => clock.sleep(milliseconds, signal).catch(() => undefined);
  await sleep(await untilDue(host));
  while (!signal.aborted) {
    const verdict = (await host.objection()) === undefined ? await verdictOf(host, sleep) : undefined;
    if (verdict === undefined) {
      await sleep(retryInterval);
      continue;
    }
    await host.record.remember(host.date(), verdict).catch((error: unknown) => {
      host.log(`the result of the wire test could not be kept: ${reasonOf(error)}`);
    });
    host.log(`tested the wire: ${verdict}`);
    await sleep(day * (0.75 + random() / 2));
  }
}

/** ms from now. */
async function untilDue({ date, random, record }: DailyTestHost): Promise<number> {
  const last = await record.last();
  if (!last) return random() * firstWithin;
  const due = last.at.getTime() + day * (0.75 + random() / 2) - date().getTime();
  // A clock that was put right may have it anywhere.
  return Math.min(Math.max(due, random() * firstWithin), 2 * day);
}

/** What two tests agree on, or one that is sound; undefined when nothing was found out. */
async function verdictOf(
  host: DailyTestHost,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<string | undefined> {
  const first = await verdictOnce(host);
  if (first === undefined || first === 'sound') return first;
  await sleep(confirmAfter);
  if ((await host.objection()) !== undefined) return undefined;
  const second = await verdictOnce(host);
  return second === 'sound' || second === first ? second : undefined;
}

async function verdictOnce({ test, log }: DailyTestHost): Promise<string | undefined> {
  const report = await test().catch((error: unknown) => {
    log(`the wire could not be tested: ${reasonOf(error)}`);
    return undefined;
  });
  const verdict = report?.directions[0]?.verdict;
  return verdict === 'inconclusive' ? undefined : verdict;
}

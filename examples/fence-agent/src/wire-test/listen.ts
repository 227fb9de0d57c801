// The listener's life: waits for testers and serves one at a time.
import type { Clock } from '@sleepi3/driver';
import { answerWireTest, type ListenerConversation, type ListenerReport, type WireEnd } from './test.js';
import { reasonOf } from '../reason.js';
import type { FoundWiring } from '../target/wiring.js';

/**
 * Who calls over the network is not known for sure, and it is not known whether the peer's board counts the seconds of
 * several pulses together. So many of less than a second stay below the 9 s of the earliest cut, whoever asks.
 */
const mostPulses = 4;
/** The time in which they are counted, ms. */
const pulseWindow = 600_000;

export interface ListenOptions {
  /** How long to wait, ms. */
  readonly timeout: number;
  /** Whether to go on after a test. */
  readonly keep: boolean;
  readonly stop: AbortSignal;
  /** Starts listening. */
  listen(onCall: (conversation: ListenerConversation) => void): Promise<{ close(): Promise<void> }>;
  /** Told of every test that got to its end. */
  onTested(report: ListenerReport): Promise<void>;
}

export interface ListenReport {
  /** Whether fencing would work by the last test. */
  readonly ok: boolean;
  readonly message: string;
}

/** Serves tests until one got to its end, or until the time is over. */
export async function listenForWireTests(end: WireEnd, options: ListenOptions): Promise<ListenReport> {
  const { timeout, keep, stop } = options;
  const over = new AbortController();
  const finish = () => {
    over.abort();
  };
  stop.addEventListener('abort', finish, { once: true });
  const sparing = withFewPulses(end);
  let busy = false;
  let last: ListenReport | undefined;

  const serve = async (conversation: ListenerConversation) => {
    if (busy || over.signal.aborted) {
      conversation.send({ say: 'refused', code: 'busy', reason: 'another test is under way' });
      conversation.close();
      return;
    }
    busy = true;
    try {
      const report = await answerWireTest(sparing, conversation);
      if (!report.result) {
        end.log(`a test did not get to its end: ${report.reason ?? 'the other side is gone'}`);
        return;
      }
      last = report.result;
      await options.onTested(report);
      if (!keep) finish();
    } finally {
      busy = false;
    }
  };
  const server = await options.listen((conversation) => {
    serve(conversation).catch((error: unknown) => {
      end.log(`a test failed: ${reasonOf(error)}`);
    });
  });
  await sleepUntil(end.clock, timeout, over.signal);
  await server.close();
  stop.removeEventListener('abort', finish);
  return (
    last ?? { ok: false, message: `no test within ${timeout / 1000} s: run fence_sleepi3 wire-test on ${end.peer}` }
  );
}

/** The same end, which gives no more pulses than are harmless all together. */
export function withFewPulses(end: WireEnd): WireEnd {
  let given: readonly number[] = [];
  return {
    ...end,
    pulse: async (length) => {
      const now = end.clock.now();
      given = given.filter((time) => now - time < pulseWindow);
      if (given.length >= mostPulses) {
        const reason = `${end.node} has given ${mostPulses} pulses within ${pulseWindow / 60_000} min: wait, then test again`;
        return { kind: 'failed', reason };
      }
      given = [...given, now];
      return end.pulse(length);
    },
  };
}

/** What is another one at the listener's end in a ring: who is wired to it, and a pulse back, which would reach a third node. */
export function listening({ before }: Pick<FoundWiring, 'before'>): Pick<WireEnd, 'peer' | 'pulse'> | undefined {
  if (before === undefined) return undefined;
  const reason = 'in a ring the wire leads on to another node, whose wire is tested from here by itself';
  return { peer: before, pulse: () => Promise.resolve({ kind: 'failed', reason }) };
}

/** Ends early, and well, when the signal aborts. */
async function sleepUntil(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(milliseconds, signal).catch(() => undefined);
}

// Looks at the gates, once or until what passes by itself has passed.
import { messageOf } from './errors.js';
import type { Host } from './node/host.js';
import { type Gate, type GateName, gates, type GateView } from './gates.js';

/** One gate as it was found. */
export interface GateState {
  readonly name: GateName;
  readonly requires: string;
  /** Why it is shut; undefined when it is open. */
  readonly reason: string | undefined;
  /** Whether what shuts it often ends by itself. */
  readonly passes: boolean;
  /** Whether nothing that is under way changes it. */
  readonly lasting: boolean;
  /** What is odd and does not shut it. */
  readonly note: string | undefined;
}

/**
 * Looks at gates. One that cannot be looked at is shut.
 *
 * @param which - `by-hand`: all but those about when and how often; `reboot`: those that matter at the last moment.
 */
export async function lookAtGates(view: GateView, which: 'all' | 'by-hand' | 'reboot'): Promise<readonly GateState[]> {
  const wanted = gates.filter((gate: Gate) =>
    which === 'all' ? true : which === 'reboot' ? gate.kind === 'reboot' : gate.kind !== 'plan',
  );
  return Promise.all(
    wanted.map(async ({ name, requires, passes, lasting, reason, note }: Gate & { readonly name: GateName }) => ({
      name,
      requires,
      passes: passes ?? false,
      lasting: lasting ?? false,
      note: note?.(view),
      reason: await Promise.resolve()
        .then(() => reason(view))
        .catch(messageOf),
    })),
  );
}

/** How {@link waitForGates} waits. */
interface GateWait extends Pick<Host, 'clock' | 'signal'> {
  /** Told what is waited for, once. */
  readonly log: (text: string) => void;
  /** s; ten minutes by default. */
  readonly timeout?: number;
}

/** s for what passes by itself, and ms between two looks at it. */
const passingTimeout = 600;
const passingInterval = 10_000;

/**
 * Looks at gates until none is shut by what passes by itself, within the timeout: a start, a monitor or a backup at the
 * wrong moment must not cost the night. What is shut besides may well be so because of that, and is looked at again, too.
 */
export async function waitForGates(
  look: () => Promise<readonly GateState[]>,
  { clock, signal, log, timeout = passingTimeout }: GateWait,
): Promise<readonly GateState[]> {
  const deadline = clock.now() + timeout * 1000;
  for (let told = false; ; told = true) {
    const states = await look();
    const shut = states.filter(({ reason }) => reason !== undefined);
    const passing = shut.find(({ passes }) => passes);
    if (passing?.reason === undefined || shut.some(({ lasting }) => lasting)) return states;
    if (clock.now() >= deadline) {
      return states.map((state) =>
        state.passes && state.reason !== undefined ? { ...state, reason: `${state.reason}, for ${timeout} s` } : state,
      );
    }
    if (!told) log(`waits, for at most ${timeout} s: ${passing.reason}`);
    await clock.sleep(passingInterval, signal);
  }
}

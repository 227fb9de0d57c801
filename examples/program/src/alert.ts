// How a program sends an alert: through alert_sleepi3, which knows the receivers and tries them again.

/** What an event is about; receivers choose by it. */
export const eventKinds = ['fencing', 'node', 'resource', 'readiness', 'roll', 'turn', 'test'] as const;
export type EventKind = (typeof eventKinds)[number];

export const severities = ['info', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

/** What is sent. */
export interface Alert {
  readonly kind: EventKind;
  readonly severity: Severity;
  /** The node, resource or program that it is about. */
  readonly subject: string;
  /** What happened, in a few words without a full stop. */
  readonly title: string;
  /** What happened, what the cluster does about it, and what a person has to do, in sentences. */
  readonly text: string;
}

/** Of the package alert-sleepi3. */
const alertProgram = '/usr/sbin/alert_sleepi3';
/** It only writes a file, ms. */
const timeout = 20_000;

/** Runs a program to its end, as the driver's runProgram does. */
type RunProgram = (
  command: string,
  args: readonly string[],
  options: { readonly timeout: number },
) => Promise<{
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly timedOut: boolean;
}>;

/**
 * Hands an alert over to be sent.
 *
 * @returns False where the package alert-sleepi3 is not installed: nobody wants alerts.
 * @throws Error when it could not be handed over.
 */
export async function sendAlert(
  { kind, severity, subject, title, text }: Alert,
  runProgram: RunProgram,
): Promise<boolean> {
  const words = ['send', '--kind', kind, '--severity', severity, '--subject', subject, title, text];
  try {
    const { status, signal, stderr, timedOut } = await runProgram(alertProgram, words, { timeout });
    if (status === 0) return true;
    const end = timedOut ? `did not end within ${timeout / 1000} s` : `exited ${status ?? signal ?? ''}`;
    throw new Error(`${alertProgram} ${end}: ${stderr.trim()}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

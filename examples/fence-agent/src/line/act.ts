// An act on the line: what is asked for, and what came of it.

/** The act a keeper is asked for. Times in ms. */
export interface PulseRequest {
  readonly action: 'on' | 'off' | 'reboot' | 'test';
  /** The node at the other end of the wire. */
  readonly target: string;
  /** How long EXTOUT must be held without a gap to power the target off; for a test the length of the pulse, below 1000. */
  readonly hold: number;
  /** After this long no hold is begun anew. */
  readonly holdTimeout: number;
  /** Between the end of the hold and the wake pulse of a reboot. */
  readonly wakeDelay: number;
  /** Whether this node goes on when both shoot. */
  readonly preferred: boolean;
  /** Whether the target asserts its EXTOUT because that was agreed with it, as characterize does: it is no shot. */
  readonly extinExpected?: boolean;
}

export type PulseOutcome =
  /** EXTOUT was held without a gap for `held` ms, seen in `samples` readings. */
  | {
      readonly kind: 'verified';
      readonly held: number;
      readonly samples: number;
      readonly restarts: number;
      /** False when EXTOUT could not be released afterwards. */
      readonly released: boolean;
      /** The target's line keeper answered at the end of the hold: it has its power, and this is what it saw. */
      readonly targetRuns?: string;
    }
  /** The wake pulse was given. */
  | { readonly kind: 'woken' }
  /**
   * The test pulse was given. EXTOUT was asserted for at least `shortest` and at most `longest` ms; `extinMoved`: this
   * node's own EXTIN was asserted with it.
   */
  | { readonly kind: 'tested'; readonly shortest: number; readonly longest: number; readonly extinMoved: boolean }
  /** This node was being fenced. */
  | { readonly kind: 'conceded'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Whether it is to power the target off. */
export function cuts(action: PulseRequest['action']): boolean {
  return action === 'off' || action === 'reboot';
}

/** What came of it in words; cluster-setup's `history` reads those of a hold in the journal. */
export function describeOutcome(outcome: PulseOutcome): string {
  switch (outcome.kind) {
    case 'verified': {
      const anew = outcome.restarts > 0 ? `, started again ${outcome.restarts} times` : '';
      const yet = outcome.targetRuns === undefined ? '' : `, and yet ${outcome.targetRuns}`;
      return `held ${(outcome.held / 1000).toFixed(1)} s, verified ${outcome.samples} times${anew}${yet}`;
    }
    case 'woken':
      return 'gave the wake pulse';
    case 'tested':
      return 'gave a test pulse';
    case 'conceded':
    case 'failed':
      return outcome.reason;
    default:
      return `the line keeper answered ${JSON.stringify(outcome)}`;
  }
}

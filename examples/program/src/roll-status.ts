// What `rolling-reboot status --json` prints of the roll. rolling-reboot writes it; whoever wants to know reads it, instead of the lock
// in the cluster's configuration.

/** A roll: the nodes of a cluster are rebooted, each in its turn. */
export interface Roll {
  /** Its name. */
  readonly roll: string;
  /** Who has the turn; absent between two turns. */
  readonly holder?: {
    readonly node: string;
    /** s since 1970 (UTC), by the holder's clock. */
    readonly expires: number;
  };
  /** The nodes that have been rebooted. */
  readonly done: readonly string[];
  /** The node where it failed. No turn begins until a person has ended the roll. */
  readonly failed?: string;
}

export interface RollStatus {
  /** null when none is under way; absent when the cluster does not answer. */
  readonly roll?: Roll | null;
}

/** Reads the answer. Undefined when it is none: another program, an older one, or one that failed. */
export function parseRollStatus(text: string): RollStatus | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { roll } = (value ?? {}) as { readonly roll?: unknown };
  const whole = roll === undefined || roll === null || isRoll(roll);
  return typeof value === 'object' && value !== null && whole ? value : undefined;
}

function isRoll(value: unknown): value is Roll {
  const { roll, holder, done, failed } = value as { readonly [N in keyof Roll]?: unknown };
  const { node } = (holder ?? {}) as { readonly node?: unknown };
  return (
    typeof roll === 'string' &&
    (holder === undefined || typeof node === 'string') &&
    Array.isArray(done) &&
    (failed === undefined || typeof failed === 'string')
  );
}

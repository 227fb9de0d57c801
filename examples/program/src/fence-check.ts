// What `fence_sleepi3 check --json` prints. The agent writes it; whoever wants to know of a node's fencing reads it, instead of
// looking at the board and at the agent's files again.

/** One thing that is wrong. */
export interface FenceFinding {
  /** Stable. */
  readonly id: string;
  readonly severity: 'error' | 'warning';
  /** What it is about: fencing itself, coming back from a reboot that hangs, the defaults file, the supply. */
  readonly concerns: 'fencing' | 'restart' | 'settings' | 'supply';
  /** What is so. */
  readonly fact: string;
  /** Why it matters. */
  readonly why: string;
  /** What mends it, in order. */
  readonly remedy: readonly string[];
}

export interface FenceCheck {
  /** This node, and the one at the other end of the wire; absent where that cannot be told. */
  readonly node?: string;
  readonly peer?: string;
  /** Nothing is wrong that would keep a fencing, of the peer or of this node, from working. */
  readonly ready: boolean;
  readonly findings: readonly FenceFinding[];
  /** The last test of the wire; absent where there was none. */
  readonly wireTest?: { readonly at: string; readonly verdict: string };
  /** Whether the one at the other end of the wire says that it would go down; absent where it has not said so lately. */
  readonly peerFenceable?: boolean;
}

/** Reads the answer. Undefined when it is none: another program, an older one, or one that failed. */
export function parseFenceCheck(text: string): FenceCheck | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { ready, findings } = (value ?? {}) as { readonly [N in keyof FenceCheck]?: unknown };
  const whole = typeof ready === 'boolean' && Array.isArray(findings) && findings.every(isFinding);
  return whole ? (value as FenceCheck) : undefined;
}

function isFinding(value: unknown): value is FenceFinding {
  const { id, severity, concerns, fact, why, remedy } = (value ?? {}) as {
    readonly [N in keyof FenceFinding]?: unknown;
  };
  return [id, severity, concerns, fact, why].every((part) => typeof part === 'string') && Array.isArray(remedy);
}

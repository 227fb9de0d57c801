// The outside of the program.
import type { Clock } from '@sleepi3/driver';
import type { Runner } from '@sleepi3/pcs';
import type { ProbeResult } from '@sleepi3/program';

/** What the program needs of the outside. */
export interface ProgramHost {
  readonly clock: Clock;
  readonly date: () => Date;
  /** Runs programs on this machine, as root. */
  readonly runner: Runner;
  /** Asks a URL once, as a client; never rejects. */
  readonly probe: (url: string, timeoutMs: number) => Promise<ProbeResult>;
  readonly hostname: () => string;
  /** Of this process. */
  readonly pid: number;
  readonly isRoot: () => boolean;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Whether standard output is a terminal that shows colours. */
  readonly colours: boolean;
  /** Asks a person; undefined when there is none at a terminal. */
  readonly ask: ((question: string, options?: { readonly secret?: boolean }) => Promise<string>) | undefined;
  readonly readFile: (path: string) => Promise<string>;
  readonly writeFile: (path: string, text: string) => Promise<void>;
  readonly readStdin: () => Promise<string>;
  readonly signal: AbortSignal;
}

// A change: a pcs command whose answer is what pcs said while doing it.
import type { CibCommand, Command, Variant } from './command.js';
import type { NodeOutcome } from '../errors.js';
import { readReport } from '../run/report.js';
import { integer, invalid, waitSeconds } from './words.js';

/** What a successful change left on record. */
export interface Change {
  /** How each node fared, when pcs reported per node. */
  readonly nodes: Readonly<Record<string, NodeOutcome>>;
  /** pcs's warnings, and this package's own about settings that endanger the cluster. */
  readonly warnings: readonly string[];
  readonly deprecations: readonly string[];
  /** The standard output, usually empty. */
  readonly output: string;
}

/** Wait until the cluster has settled. */
export interface Wait {
  /**
   * Whole seconds, 1 to 86400; without it the call returns as soon as the change is made. pcs 0.12 deprecates waiting
   * in most commands; polling the status costs less on every version.
   */
  readonly wait?: number | undefined;
}

/** Override pcs's checks, in this one call only. */
export interface Force {
  readonly force?: boolean | undefined;
}

/** Go on although some nodes cannot be reached, in this one call only. */
export interface SkipOffline {
  readonly skipOffline?: boolean | undefined;
}

/** How long pcs waits for another node. */
export interface RequestTimeout {
  /** Whole seconds for each request to another node; pcs's default is 60. */
  readonly requestTimeout?: number | undefined;
}

/** The caller's word that what pcs would ask a person is true. */
export interface Confirmed {
  readonly yes: true;
}

/** What a change has besides its words. */
export interface ChangeDetails extends Wait, Force, SkipOffline, RequestTimeout {
  /** Options, see {@link flags}. */
  readonly options?: readonly string[];
  /** Their options are without those that `force` and the like stand for. */
  readonly variants?: readonly Variant[] | undefined;
  readonly stdin?: string | Uint8Array;
  readonly secrets?: readonly string[];
  readonly timeoutMs?: number;
  /** Put before pcs's own warnings. */
  readonly warnings?: readonly string[];
}

/** ms for what pcs does before and after its requests, on a slow machine. */
const aroundRequests = 120_000;

/** A pcs command that changes something beyond the CIB, or needs the running cluster. */
export function change(words: readonly string[], details: ChangeDetails = {}): Command<Change> {
  const { wait, stdin, variants, secrets, warnings = [] } = details;
  // Who lets pcs wait longer for a node waits longer for pcs.
  const timeoutMs =
    details.timeoutMs ??
    (details.requestTimeout === undefined ? undefined : details.requestTimeout * 1000 + aroundRequests);
  const common = flags({
    '--force': details.force,
    '--skip-offline': details.skipOffline,
    '--request-timeout':
      details.requestTimeout === undefined ? undefined : integer(details.requestTimeout, 1, 86_400, 'requestTimeout'),
  });
  const options = [...(details.options ?? []), ...common];
  return {
    program: 'pcs',
    options,
    words,
    ...(wait !== undefined && { wait: waitSeconds(wait) }),
    ...(variants !== undefined && {
      variants: variants.map((one) => (one.options ? { ...one, options: [...one.options, ...common] } : one)),
    }),
    ...(stdin !== undefined && { stdin }),
    ...(secrets !== undefined && { secrets }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    parse: (result) => {
      const output = result.stdout.toString('utf8');
      const report = readReport(result.stderr.toString('utf8'), output);
      return {
        nodes: report.nodes,
        warnings: [...warnings, ...report.warnings],
        deprecations: report.deprecations,
        output,
      };
    },
  };
}

/** A pcs command that changes only the CIB: it works on a file too, and in a transaction. */
export function cibChange(words: readonly string[], details: ChangeDetails = {}): CibCommand<Change> {
  return { ...change(words, details), onFile: true };
}

/** A command that would ask a person: `--yes` from 0.12 on, `--force` before. */
export function confirmed(words: readonly string[], yes: true, options: readonly string[] = []): Command<Change> {
  if ((yes as unknown) !== true) invalid('this cannot be undone: pass { yes: true } when it is what you want');
  return change(words, {
    options: [...options, '--force'],
    variants: [{ having: 'pcs.yes-to-confirm-commands', options: [...options, '--yes'] }],
  });
}

/** `--name` for true, `--name=value` for a value, nothing for false and undefined. */
export function flags(options: Readonly<Record<string, string | number | boolean | undefined>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [name] : [`${name}=${value}`];
  });
}

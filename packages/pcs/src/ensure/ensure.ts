// Idempotent changes: look first, then change what differs, and nothing when nothing does.
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import type { Run } from '../command/bind.js';
import type { Change } from '../command/change.js';
import * as commands from '../commands/index.js';
import type { Correction, Difference } from './correction.js';
import * as corrections from './corrections.js';

/** What an `ensure` call found and did. */
export interface Ensured {
  /** False when everything was as it should be; nothing was run then but the look. */
  readonly changed: boolean;
  /** What was not as it should be. */
  readonly differences: readonly Difference[];
  /** What pcs said of each change. */
  readonly changes: readonly Change[];
}

/**
 * Calls that may be repeated: each brings about a state, and changes nothing when it is there. What is not named is
 * left as it is.
 */
export type EnsureCalls = {
  readonly [Name in keyof typeof corrections]: (typeof corrections)[Name] extends (
    cib: ClusterConfiguration,
    ...wanted: infer Wanted extends readonly unknown[]
  ) => Correction<Change>
    ? (...wanted: [...Wanted]) => Promise<Ensured>
    : never;
};

/** The calls, on whatever `run` runs on. */
export function ensureCalls(run: Run): EnsureCalls {
  const calls = Object.entries(corrections).map(([name, correct]) => [
    name,
    async (...wanted: never[]): Promise<Ensured> => {
      const look = correct as (cib: ClusterConfiguration, ...wanted: never[]) => Correction<Change>;
      const { differences, commands: needed } = look(await run(commands.cib.config()), ...wanted);
      const changes: Change[] = [];
      for (const command of needed) changes.push(await run(command));
      return { changed: needed.length > 0, differences, changes };
    },
  ]);
  return Object.fromEntries(calls) as EnsureCalls;
}

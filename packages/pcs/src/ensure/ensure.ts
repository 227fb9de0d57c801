// Idempotent changes: look first, then change what differs, and nothing when nothing does.
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import type { Run } from '../command/bind.js';
import type { Change } from '../command/change.js';
import type { OptionChanges, Score } from '../command/words.js';
import type { OrderedResource, OrderSettings, ResourceInRole } from '../commands/constraint.js';
import * as commands from '../commands/index.js';
import type { CloneSettings } from '../commands/resource/resource.js';
import type { ClusterProperties } from '../properties.js';
import type { ConstraintSettings } from './constraints.js';
import type { Correction, Difference } from './correction.js';
import * as corrections from './corrections.js';
import type { PrimitiveSettings } from './resources.js';

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
export interface EnsureCalls {
  /** Cluster properties; null for unset. */
  property(properties: ClusterProperties): Promise<Ensured>;
  /** Defaults of all resources; null for unset. */
  resourceDefaults(values: OptionChanges): Promise<Ensured>;
  /** A resource with at least these options. @throws PcsError `ALREADY_EXISTS` when the id is another agent's. */
  resource(id: string, agent: string, options?: OptionChanges, settings?: PrimitiveSettings): Promise<Ensured>;
  /** A fence device with at least these options. @throws PcsError `ALREADY_EXISTS` when the id is another agent's. */
  stonith(id: string, agent: string, options?: OptionChanges, settings?: PrimitiveSettings): Promise<Ensured>;
  /** That the resource or group is cloned, with at least these meta attributes. */
  clone(member: string, settings?: CloneSettings): Promise<Ensured>;
  /** Meta attributes of a resource, group, clone or bundle; null for unset. */
  meta(id: string, attributes: OptionChanges): Promise<Ensured>;
  /** That the source goes where the target is, by a constraint or by several. */
  colocation(
    source: ResourceInRole,
    target: ResourceInRole,
    settings?: ConstraintSettings & { readonly score?: Score },
  ): Promise<Ensured>;
  /** That `then` comes after `first`, by a constraint or by several. */
  order(first: OrderedResource, then: OrderedResource, settings?: ConstraintSettings & OrderSettings): Promise<Ensured>;
  /** That the resource prefers the nodes with these scores, or keeps off them; other nodes' are left as they are. */
  locationPrefers(id: string, nodes: Readonly<Record<string, Score>>): Promise<Ensured>;
  /** That the resource prefers the node, or keeps off it, by a constraint of this id where nothing else says so. */
  location(
    id: string,
    node: string,
    settings: ConstraintSettings & { readonly id: string; readonly score: Score },
  ): Promise<Ensured>;
}

/** Each correction as a call: what {@link EnsureCalls} writes out, for editors show no documentation of what is worked out. */
type Ensuring<Family> = {
  readonly [Name in keyof Family]: Family[Name] extends (
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
  return Object.fromEntries(calls) as Ensuring<typeof corrections>;
}

// What doctor looks at, as data: a check looks at one thing and says what is wrong with it.
import { explain } from '@sleepi3/program';
import type { Action } from '../plan/step.js';
import type { Facts } from './facts.js';

/**
 * `error`: the cluster would not do what it is there for. `warning`: it does, but not for long, or not as well. `note`: worth
 * knowing.
 */
export type Severity = 'error' | 'warning' | 'note';

/** One thing that is wrong. */
export interface Finding {
  /** The id of the check that found it. */
  readonly check: string;
  readonly severity: Severity;
  /** The node it was found on; undefined for the cluster as a whole. */
  readonly node?: string;
  /** What is so. */
  readonly fact: string;
  /** Why it matters. */
  readonly why: string;
  /** The commands that mend it, or what to do where there are none. */
  readonly fix: readonly string[];
  /** The same as actions, where they are safe to carry out on a cluster that serves. */
  readonly mend?: readonly Action[];
}

/** A finding as a check reports it. */
export type Ailment = Omit<Finding, 'check' | 'node'>;

export interface Check {
  readonly id: string;
  /** `node`: about this node; `cluster`: the same from every node. */
  readonly of: 'node' | 'cluster';
  /** What is looked at, for people. */
  readonly title: string;
  /** Needs the running cluster; left out when it does not run, which is a finding of its own. */
  readonly needsCluster?: true;
  /** About the slee-Pi 3 as one's own cutting tool; left out in a cluster that is fenced by other means alone. */
  readonly needsWire?: true;
  look(facts: Facts): Promise<readonly Ailment[]>;
}

/** doctor's exit status. */
export function exitStatus(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ severity }) => severity === 'error')) return 2;
  return findings.some(({ severity }) => severity === 'warning') ? 1 : 0;
}

/** Judges one thing after another; one that cannot be judged is told, and hides none of the others. */
export function judgeEach<T>(
  things: readonly T[],
  what: string,
  judge: (thing: T) => readonly Ailment[],
): readonly Ailment[] {
  return things.flatMap((thing) => {
    try {
      return judge(thing);
    } catch (error) {
      const name = (thing as { readonly id?: string }).id ?? (thing as { readonly name?: string }).name ?? '';
      return [unjudged(`${what} ${name}`.trim(), error)];
    }
  });
}

/** What is told of something that could not be looked at. */
export function unjudged(what: string, error: unknown): Ailment {
  return {
    severity: 'warning',
    fact: `${what}: could not be looked at: ${explain(error)}`,
    why: 'What is not looked at may be wrong.',
    fix: ['run cluster-setup doctor as root'],
  };
}

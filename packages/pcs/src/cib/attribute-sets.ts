// Sets of name-value pairs, which is how the configuration holds almost everything: properties, options of resources
// and operations, node attributes, utilization, defaults.
import { each, maybe, optional, score, shape, text, type WithUnknown } from '../xml/shape.js';
import { type Rule, rule } from './rules.js';

/** One set: `cluster_property_set`, `meta_attributes`, `instance_attributes`, `utilization`. */
export interface AttributeSet extends WithUnknown {
  /** The set's id; undefined when it only refers to another. */
  readonly id: string | undefined;
  /** The id of the set it stands for, elsewhere in the configuration. */
  readonly idRef: string | undefined;
  /** Of several sets the one with the highest score counts; undefined is 0. */
  readonly score: number | undefined;
  /** The set counts only while this holds. */
  readonly rule: Rule | undefined;
  readonly pairs: readonly NameValuePair[];
}

/** One `nvpair`. */
export interface NameValuePair extends WithUnknown {
  readonly id: string | undefined;
  /** The id of the pair it stands for. */
  readonly idRef: string | undefined;
  readonly name: string | undefined;
  /** Undefined when the pair only takes a name's value away. */
  readonly value: string | undefined;
}

/** How {@link AttributeSet} is read. */
export const attributeSet = shape<AttributeSet>({
  id: optional(text('id')),
  idRef: optional(text('id-ref')),
  score: optional(score('score')),
  rule: maybe('rule', rule),
  pairs: each({
    nvpair: shape<NameValuePair>({
      id: optional(text('id')),
      idRef: optional(text('id-ref')),
      name: optional(text('name')),
      value: optional(text('value')),
    }),
  }),
});

/**
 * The value of `name` in `sets`: of the sets that have it, the one with the highest score counts, of equal ones the
 * first (Pacemaker Explained, "Rules"). Sets with a rule are passed over, as whether it holds is for the cluster to say.
 */
export function valueIn(sets: readonly AttributeSet[], name: string): string | undefined {
  let best: { readonly score: number; readonly value: string | undefined } | undefined;
  for (const { rule: condition, score: setScore = 0, pairs } of sets) {
    const pair = condition === undefined ? pairs.find((candidate) => candidate.name === name) : undefined;
    if (pair !== undefined && (best === undefined || setScore > best.score)) {
      best = { score: setScore, value: pair.value };
    }
  }
  return best?.value;
}

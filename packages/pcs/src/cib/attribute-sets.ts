// Sets of name-value pairs, which is how the configuration holds almost everything: properties, options of resources
// and operations, node attributes, utilization, defaults.
import { configuredScore, each, maybe, optional, shape, text, type WithUnknown } from '../xml/shape.js';
import { type Rule, rule } from './rules.js';

/** One set: `cluster_property_set`, `meta_attributes`, `instance_attributes`, `utilization`. */
export interface AttributeSet extends WithUnknown {
  /** The set's id; undefined when it only refers to another. */
  readonly id: string | undefined;
  /** The id of the set it stands for, elsewhere in the configuration. */
  readonly idRef: string | undefined;
  /** Of several sets the one with the highest score counts, of equal ones the last; undefined is 0. See {@link valueIn}. */
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
  score: optional(configuredScore('score')),
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

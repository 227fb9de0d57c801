// Which value counts, of the several that sets of name-value pairs may have for a name.
import type { AttributeSet, NameValuePair } from '../cib/attribute-sets.js';
import type { XmlElement } from '../xml/tree.js';
import { type RuleContext, ruleHolds } from './rules.js';

/** What more than the sets themselves says which value counts. */
export interface ValueContext extends RuleContext {
  /** The id of the set that comes before all others: `cib-bootstrap-options` among the cluster's properties. */
  readonly first?: string | undefined;
  /** The set of an id, for sets that only refer to one; without it those count for nothing. */
  readonly setById?: ((id: string) => AttributeSet | undefined) | undefined;
  /** The pair of an id, for pairs that only refer to one; without it those count for nothing. */
  readonly pairById?: ((id: string) => NameValuePair | undefined) | undefined;
}

/**
 * The value of `name` in `sets`: that of the set with the highest score, of equal ones that of the last, and in a set that
 * of the first pair (as crm_simulate 2.1.5 and Pacemaker's source to 3.0 have it). A set counts when it has no rule or
 * one that holds; when that cannot be told it is passed over, see {@link conditionalValues}. The value `#default` takes
 * away what sets of a higher score say.
 */
export function valueIn(sets: readonly AttributeSet[], name: string, context: ValueContext = {}): string | undefined {
  return valuesIn(sets, context).get(name);
}

/** All values in `sets`, by name; see {@link valueIn}. */
export function valuesIn(sets: readonly AttributeSet[], context: ValueContext = {}): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  addValues(values, sets, context);
  return values;
}

/** Adds what `sets` say of names that have no value yet; their `#default` takes away what is there. */
export function addValues(
  values: Map<string, string>,
  sets: readonly AttributeSet[],
  context: ValueContext = {},
): void {
  for (const set of inOrder(sets, context)) {
    if (set.rule === undefined || ruleHolds(set.rule, context) === true) takeIn(values, set, context);
  }
}

/** The values that `name` may have besides, each under a rule of which it cannot be told here whether it holds. */
export function conditionalValues(
  sets: readonly AttributeSet[],
  name: string,
  context: ValueContext = {},
): readonly string[] {
  return inOrder(sets, context)
    .filter(({ rule }) => rule !== undefined && ruleHolds(rule, context) === undefined)
    .flatMap((set) => {
      const values = new Map<string, string>();
      takeIn(values, set, context);
      return values.get(name) ?? [];
    });
}

/** Adds what a set says of names that have no value yet. */
function takeIn(values: Map<string, string>, { pairs }: AttributeSet, { pairById }: ValueContext): void {
  for (const pair of pairs) {
    const referred = pair.idRef === undefined ? undefined : pairById?.(pair.idRef);
    const name = pair.name ?? referred?.name;
    const value = pair.value ?? referred?.value;
    if (name === undefined || value === undefined) continue;
    if (value.toLowerCase() === '#default') values.delete(name);
    else if (!values.has(name)) values.set(name, value);
  }
}

/** The sets, the one that counts most first. */
function inOrder(sets: readonly AttributeSet[], { first, setById }: ValueContext): readonly AttributeSet[] {
  return sets
    .flatMap((set) => (set.idRef === undefined ? [set] : (setById?.(set.idRef) ?? [])))
    .reverse()
    .map((set, index) => ({ set, index, isFirst: first !== undefined && set.id === first }))
    .sort(
      (a, b) =>
        Number(b.isFirst) - Number(a.isFirst) || compare(b.set.score ?? 0, a.set.score ?? 0) || a.index - b.index,
    )
    .map(({ set }) => set);
}

/** As a subtraction, but of infinities too. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** The pairs of name and value that a node's state in the status section has as transient attributes. */
export function transientPairs(state: XmlElement): readonly XmlElement['attributes'][] {
  return state.children
    .filter(({ name }) => name === 'transient_attributes')
    .flatMap(({ children }) => children)
    .flatMap(({ children }) => children)
    .map(({ attributes }) => attributes);
}

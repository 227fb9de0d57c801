// pcs resource defaults and pcs resource op defaults: two families with the same words.
import type { CibCommand } from '../../command/command.js';
import { cibChange, type Change, type Force } from '../../command/change.js';
import {
  id,
  ids,
  type OptionChanges,
  type Options,
  pairs,
  score,
  type Score,
  section,
  someChanges,
} from '../../command/words.js';
import { ruleForms, ruleWords, type Rule } from '../rule.js';

/** A set of defaults that applies where its rule holds. */
export interface DefaultsSet extends Force {
  readonly id?: string;
  readonly score?: Score;
  readonly meta?: Options;
  /** Where the set applies; everywhere without it. */
  readonly rule?: Rule;
}

/** The functions of `<family> update` and `<family> set …`. */
export interface DefaultsFamily {
  /** Changes the one set of defaults there is, or creates it; null removes a value. */
  readonly update: (values: OptionChanges) => CibCommand<Change>;
  readonly set: {
    /** One more set, with values that may apply only where its rule holds. */
    readonly create: (settings: DefaultsSet) => CibCommand<Change>;
    /** Changes values of the set with this id; null removes one. */
    readonly update: (set: string, values: OptionChanges) => CibCommand<Change>;
    /** Deletes sets by their ids. */
    readonly delete: (...sets: readonly string[]) => CibCommand<Change>;
  };
}

/** The family for these leading words. */
export function defaultsFamily(family: readonly string[]): DefaultsFamily {
  return {
    update: (values) => cibChange([...family, 'update', ...someChanges(values)]),
    set: {
      create: ({ id: set, score: weight, meta, rule, ...force }) => {
        const words = [
          ...[...family, 'set', 'create'],
          ...pairs({
            ...(set !== undefined && { id: id(set, 'set') }),
            ...(weight !== undefined && { score: score(weight) }),
          }),
          ...section('meta', pairs(meta)),
        ];
        if (rule === undefined) return cibChange(words, force);
        return cibChange([...words, 'rule', ...ruleWords(rule)], {
          ...force,
          variants: ruleForms([...words, 'rule'], rule),
        });
      },
      update: (set, values) => cibChange([...family, 'set', 'update', id(set, 'set'), 'meta', ...someChanges(values)]),
      delete: (...sets) => cibChange([...family, 'set', 'delete', ...ids(sets, 'set')]),
    },
  };
}

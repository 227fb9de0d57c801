// pcs tag: names for several resources at once.
import type { CibCommand } from '../command/command.js';
import { cibChange, type Change, flags } from '../command/change.js';
import { id, ids, invalid } from '../command/words.js';

/** `pcs tag create`. */
export const create = (tag: string, members: readonly string[]): CibCommand<Change> =>
  cibChange(['tag', 'create', id(tag, 'tag'), ...ids(members, 'member')]);

export interface TagUpdate {
  readonly add?: readonly string[];
  /** Where to put what is added; also moves members. */
  readonly before?: string;
  readonly after?: string;
  readonly remove?: readonly string[];
}

/** `pcs tag update`. */
export const update = (tag: string, { add = [], before, after, remove: gone = [] }: TagUpdate): CibCommand<Change> => {
  if (add.length === 0 && gone.length === 0) invalid('name what to add or to remove');
  if ((before !== undefined || after !== undefined) && add.length === 0)
    invalid('before and after place what is added');
  if (before !== undefined && after !== undefined) invalid('before and after exclude each other');
  return cibChange(
    [
      ...['tag', 'update', id(tag, 'tag')],
      ...(add.length === 0 ? [] : ['add', ...ids(add, 'member')]),
      ...(gone.length === 0 ? [] : ['remove', ...ids(gone, 'member')]),
    ],
    {
      options: flags({
        '--before': before === undefined ? undefined : id(before),
        '--after': after === undefined ? undefined : id(after),
      }),
    },
  );
};

/** `pcs tag delete`: the members stay. */
export const remove = (...tags: readonly string[]): CibCommand<Change> =>
  cibChange(['tag', 'delete', ...ids(tags, 'tag')]);
export { remove as delete };

// pcs alert: programs the cluster calls when something happens.
import type { CibCommand } from '../command/command.js';
import { cibChange, type Change, type Force } from '../command/change.js';
import {
  changes,
  id,
  ids,
  invalid,
  literal,
  type OptionChanges,
  type Options,
  pairs,
  path,
  section,
} from '../command/words.js';

interface Described {
  /** pcs makes one up otherwise. */
  readonly id?: string;
  readonly description?: string;
  readonly options?: Options;
  readonly meta?: Options;
}

interface DescribedChanges {
  readonly description?: string | null;
  readonly options?: OptionChanges;
  readonly meta?: OptionChanges;
}

/** `pcs alert create`: the program's absolute path. */
export const create = (file: string, settings: Described = {}): CibCommand<Change> =>
  cibChange(['alert', 'create', `path=${path(file)}`, ...described(settings)]);

/** `pcs alert update`: what is not named is kept, null removes. */
export const update = (alert: string, parts: DescribedChanges & { readonly path?: string }): CibCommand<Change> => {
  const words = [...(parts.path === undefined ? [] : [`path=${path(parts.path)}`]), ...describedChanges(parts)];
  if (words.length === 0) invalid('name at least one thing to change');
  return cibChange(['alert', 'update', id(alert, 'alert'), ...words]);
};

/** `pcs alert delete`. */
export const remove = (...alerts: readonly string[]): CibCommand<Change> =>
  cibChange(['alert', 'delete', ...ids(alerts, 'alert')]);
export { remove as delete };

/** `pcs alert recipient …` */
export const recipient = {
  /** `pcs alert recipient add`: `value` is whatever the program understands, for instance a mail address. */
  add: (alert: string, value: string, { force, ...settings }: Described & Force = {}): CibCommand<Change> =>
    cibChange(
      ['alert', 'recipient', 'add', id(alert, 'alert'), `value=${literal(value, 'value')}`, ...described(settings)],
      { force },
    ),
  /** `pcs alert recipient update`. */
  update: (
    recipientId: string,
    { value, force, ...parts }: DescribedChanges & Force & { readonly value?: string },
  ): CibCommand<Change> => {
    const words = [...(value === undefined ? [] : [`value=${literal(value, 'value')}`]), ...describedChanges(parts)];
    if (words.length === 0) invalid('name at least one thing to change');
    return cibChange(['alert', 'recipient', 'update', id(recipientId, 'recipient'), ...words], { force });
  },
  /** `pcs alert recipient delete`. */
  delete: (...recipients: readonly string[]): CibCommand<Change> =>
    cibChange(['alert', 'recipient', 'delete', ...ids(recipients, 'recipient')]),
};

function described({ id: own, description, options, meta }: Described): string[] {
  return [
    ...(own === undefined ? [] : [`id=${id(own)}`]),
    ...pairs({ description }),
    ...section('options', pairs(options)),
    ...section('meta', pairs(meta)),
  ];
}

function describedChanges({ description, options, meta }: DescribedChanges): string[] {
  return [...changes({ description }), ...section('options', changes(options)), ...section('meta', changes(meta))];
}

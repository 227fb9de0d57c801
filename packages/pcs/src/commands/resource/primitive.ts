// What resources and fence devices have in common: both are primitives to Pacemaker.
import type { CibCommand } from '../../command/command.js';
import { cibChange, type Change, flags, type Force, type Wait } from '../../command/change.js';
import {
  agent,
  changes,
  id,
  ids,
  invalid,
  nodeName,
  type OptionChanges,
  optionName,
  type Options,
  pairs,
  section,
} from '../../command/words.js';

/** A resource's operations by action, as in `{ monitor: { interval: '30s' } }`; a list for several of one action. */
export type Operations = Readonly<Record<string, Options | readonly Options[]>>;

/** Where in a group. */
export interface GroupPlace {
  readonly before?: string;
  readonly after?: string;
}

/** What `pcs resource create` and `pcs stonith create` know besides the agent's own options. */
export interface CreateSettings extends GroupPlace, Wait, Force {
  readonly op?: Operations;
  readonly meta?: Options;
  /** Add it to this group, which is created if need be. */
  readonly group?: string;
  /** Do not start it. */
  readonly disabled?: boolean;
  /** Let the agent check its options (`validate-all`); ignored by pcs before 0.11. */
  readonly agentValidation?: boolean;
  /** Only monitor operations, none of the agent's other defaults. */
  readonly noDefaultOps?: boolean;
  /** Texts in the options that must not show in errors; passwords by their usual names are found without. */
  readonly secrets?: readonly string[];
}

/** What `update` changes besides the agent's options. */
export interface UpdateSettings extends Wait, Force {
  /** Each operation named here loses the options that are not named again. */
  readonly op?: Operations;
  readonly meta?: OptionChanges;
  readonly agentValidation?: boolean;
  readonly secrets?: readonly string[];
}

/** How long a move or restart waits when the caller does not say, seconds: pcs would take 60 minutes. */
export const DEFAULT_MOVE_WAIT = 60;

/** Which failures to forget. */
export interface CleanupFilter {
  readonly node?: string | undefined;
  readonly operation?: string;
  /** Of the operation, such as `10s`; only together with it. */
  readonly interval?: string;
  /** Only the named member of a group or clone, not the whole. */
  readonly strict?: boolean;
}

/** The words of `resource create` and `stonith create`. */
export function createCommand(
  family: 'resource' | 'stonith',
  resource: string,
  type: string,
  options: Options,
  settings: CreateSettings & { readonly future?: boolean },
  wrapping: readonly string[] = [],
): CibCommand<Change> {
  const { op: operations, meta: attributes, wait, force, group: groupId, before, after, future = false } = settings;
  if (groupId === undefined && (before !== undefined || after !== undefined)) {
    invalid('before and after say where in a group: name the group');
  }
  const words = [
    ...[family, 'create', id(resource), agent(type), ...pairs(options)],
    ...operationWords(operations),
    ...section('meta', pairs(attributes, 'meta attribute')),
    ...wrapping,
    ...(future && groupId !== undefined ? ['group', id(groupId, 'group'), ...placeWords({ before, after })] : []),
  ];
  const flagsForAll = [
    ...flags({
      '--future': future,
      '--group': future || groupId === undefined ? undefined : id(groupId, 'group'),
      '--disabled': settings.disabled,
      '--no-default-ops': settings.noDefaultOps,
    }),
    ...(future ? [] : placeFlags({ before, after })),
  ];
  const { options: allOptions, variants = [] } = validated(flagsForAll, settings.agentValidation);
  return cibChange(words, {
    options: allOptions,
    ...(future ? { variants: [ofTheFuture, ...variants] } : variants.length > 0 && { variants }),
    secrets: secretsOf(options, settings.secrets),
    wait,
    force,
  });
}

/** The words of `resource update` and `stonith update`. */
export function updateCommand(
  family: 'resource' | 'stonith',
  resource: string,
  options: OptionChanges,
  settings: UpdateSettings,
): CibCommand<Change> {
  const { op: operations, meta: attributes, agentValidation, secrets, ...waitAndForce } = settings;
  const words = [
    ...changes(options),
    ...operationWords(operations),
    ...section('meta', changes(attributes, 'meta attribute')),
  ];
  if (words.length === 0) invalid('name at least one option, operation or meta attribute to change');
  return cibChange([family, 'update', id(resource), ...words], {
    ...waitAndForce,
    ...validated([], agentValidation),
    secrets: secretsOf(options, secrets),
  });
}

/** The words of `cleanup` and `refresh`. */
export function cleanupWords(resource: string | undefined, filter: CleanupFilter): string[] {
  const { node, operation, interval } = filter;
  if (interval !== undefined && operation === undefined) invalid('interval needs the operation it belongs to');
  return [
    ...(resource === undefined ? [] : [id(resource)]),
    ...pairs({
      ...(node !== undefined && { node: nodeName(node) }),
      ...(operation !== undefined && { operation: actionName(operation) }),
      ...(interval !== undefined && { interval }),
    }),
  ];
}

/** One or several ids as words. */
export function list(resources: string | readonly string[]): string[] {
  return ids(typeof resources === 'string' ? [resources] : resources, 'resource');
}

export function placeFlags({ before, after }: { before?: string | undefined; after?: string | undefined }): string[] {
  if (before !== undefined && after !== undefined) invalid('before and after exclude each other');
  return flags({
    '--before': before === undefined ? undefined : id(before),
    '--after': after === undefined ? undefined : id(after),
  });
}

const ofTheFuture = { without: 'pcmk.resource.create.group.future', unsupported: 'it knows no --future' };

function placeWords({ before, after }: { before?: string | undefined; after?: string | undefined }): string[] {
  if (before !== undefined) return ['before', id(before)];
  return after === undefined ? [] : ['after', id(after)];
}

function operationWords(operations: Operations | undefined): string[] {
  return Object.entries(operations ?? {}).flatMap(([action, settings]) =>
    (Array.isArray(settings) ? (settings as readonly Options[]) : [settings as Options]).flatMap((one) => [
      'op',
      actionName(action),
      ...pairs(one, 'operation option'),
    ]),
  );
}

export function actionName(action: string): string {
  const name = optionName(action, 'operation');
  return name === 'op' || name === 'meta' ? invalid(`'${name}' is not an operation`) : name;
}

/** Values of options that are passwords by their name, and what the caller says. */
function secretsOf(options: OptionChanges, secrets: readonly string[] = []): string[] {
  const named = Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'string' && /^(?:.*_)?(?:passwd|password|secret|token|pin|private_key)$/i.test(name)
      ? [value]
      : [],
  );
  return [...named, ...secrets];
}

function validated(options: readonly string[], agentValidation: boolean | undefined) {
  if (agentValidation !== true) return { options };
  return {
    options: [...options, '--agent-validation'],
    variants: [{ without: 'resource-agents.self-validation', options }],
  };
}

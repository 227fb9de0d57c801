// pcs property: the cluster's own settings.
import type { CibCommand, Command } from '../command/command.js';
import { change, cibChange, type Change, flags, type Force } from '../command/change.js';
import { malformedAnswer } from '../xml/malformed.js';
import { CLUSTER_PROPERTIES, type ClusterProperties, propertyValue, propertyWarnings } from '../properties.js';
import { invalid, type OptionChanges, optionName, someChanges } from '../command/words.js';

export interface PropertySetOptions extends Force {
  /** Properties that Pacemaker does not define; pcs takes them only with `force`. */
  readonly custom?: OptionChanges;
}

/**
 * `pcs property set`: typed, so that `ture` neither compiles nor, from JavaScript, runs. null removes a property.
 * @throws PcsError `INVALID_ARGUMENT` for an unknown property or a value of the wrong kind.
 */
export const set = (properties: ClusterProperties, options: PropertySetOptions = {}): CibCommand<Change> => {
  const { custom = {}, ...force } = options;
  for (const name of Object.keys(custom)) {
    if (name in CLUSTER_PROPERTIES) invalid(`${name} is Pacemaker's own property: set it among the typed ones`);
  }
  const checked = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, propertyValue(name, value)]),
  );
  return cibChange(['property', 'set', ...someChanges({ ...checked, ...custom }, 'property')], {
    ...force,
    warnings: propertyWarnings(properties),
  });
};

/** `pcs property unset`: back to Pacemaker's default. */
export const unset = (
  ...names: readonly [keyof ClusterProperties, ...(keyof ClusterProperties)[]]
): CibCommand<Change> => cibChange(['property', 'unset', ...names.map((name) => optionName(name, 'property'))]);

/**
 * `pcs property defaults`, since pcs 0.12: Pacemaker's own defaults by name, as the installed one has them.
 * @param names Only these; without names all, the advanced ones too.
 */
export const defaults = (
  ...names: readonly (keyof ClusterProperties)[]
): Command<Readonly<Record<string, string>>> => ({
  ...change(['property', 'defaults', ...names.map((name) => optionName(name, 'property'))], {
    options: flags({ '--full': names.length === 0 }),
    variants: [
      { without: 'pcmk.properties.cluster.defaults', unsupported: 'it cannot tell the defaults of properties' },
    ],
  }),
  parse: ({ stdout }) => {
    const lines = stdout.toString('utf8').split('\n');
    return Object.fromEntries(
      lines.flatMap((line) => {
        const [, name, value] = /^([^=\s]+)=(.*)$/.exec(line) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
    );
  },
});

/** What Pacemaker says of one of its properties. */
export interface PropertyDescription {
  readonly name: string;
  readonly shortDescription: string;
  readonly longDescription: string;
  /** `boolean`, `duration`, `score`, `select` … */
  readonly type: string;
  /** Undefined when it has none. */
  readonly default: string | undefined;
  /** What a `select` may be set to; empty for others. */
  readonly values: readonly string[];
  readonly advanced: boolean;
  readonly deprecated: boolean;
}

/** `pcs property describe`, since pcs 0.12: what the installed Pacemaker says of its properties. */
export const describe = (): Command<readonly PropertyDescription[]> => ({
  ...change(['property', 'describe'], {
    options: ['--output-format=json'],
    variants: [
      {
        without: 'pcmk.properties.cluster.describe.output-formats',
        unsupported: 'it cannot describe properties',
      },
    ],
  }),
  parse: ({ stdout }) => propertyDescriptions(stdout.toString('utf8')),
});

function propertyDescriptions(text: string): readonly PropertyDescription[] {
  const entries = entriesIn(text);
  if (!Array.isArray(entries)) throw malformedAnswer('pcs property describe', 'it is not a list of properties', text);
  return entries.map((entry: unknown) => {
    const field = (name: string) => (entry as Readonly<Record<string, unknown>> | null)?.[name];
    const [name, type] = [field('name'), field('type')];
    if (typeof name !== 'string' || typeof type !== 'string') {
      throw malformedAnswer('pcs property describe', 'a property has no name or type', text);
    }
    const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
    const values = field('enum_values');
    return {
      name,
      type,
      shortDescription: textOf(field('shortdesc')) ?? '',
      longDescription: textOf(field('longdesc')) ?? '',
      default: textOf(field('default')),
      values: Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [],
      advanced: field('advanced') === true,
      deprecated: field('deprecated') === true,
    };
  });
}

function entriesIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly properties_metadata?: unknown } | null)?.properties_metadata;
  } catch {
    return undefined;
  }
}

// pcs property: the cluster's own settings.
import type { CibCommand } from '../command/command.js';
import { cibChange, type Change, type Force } from '../command/change.js';
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

// The feature set of a CIB (`crm_feature_set`), by which it shows how new the Pacemaker is that runs it.

/** Whether a CIB's feature set is at least this one. */
export function isFeatureSetFrom(featureSet: string, from: readonly number[]): boolean {
  const parts = featureSet.split('.').map(Number);
  for (const [i, part] of from.entries()) {
    const own = parts[i] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

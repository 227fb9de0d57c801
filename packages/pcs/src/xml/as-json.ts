// What was read, as JSON can hold it: JSON has no Infinity and makes null of it, which would turn "for ever" into "not known".

/** A score without end in Pacemaker's own words. */
export type InfiniteAsJson = 'INFINITY' | '-INFINITY';

/** What {@link asJson} makes of a type: times as ISO 8601, infinite numbers in Pacemaker's words. */
export type AsJson<T> = T extends Date
  ? string
  : T extends number
    ? number | InfiniteAsJson
    : T extends readonly (infer Item)[]
      ? readonly AsJson<Item>[]
      : T extends object
        ? { readonly [Name in keyof T]: AsJson<T[Name]> }
        : T;

/**
 * Any part of a status or of a configuration, as plain data that survives `JSON.stringify`. A whole status or configuration
 * needs no call: `JSON.stringify(status)` does it by itself.
 */
export function asJson<T>(value: T): AsJson<T> {
  return plain(value) as AsJson<T>;
}

function plain(value: unknown): unknown {
  if (value === Infinity) return 'INFINITY';
  if (value === -Infinity) return '-INFINITY';
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

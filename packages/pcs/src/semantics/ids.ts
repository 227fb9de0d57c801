// The ids of resources, of which an instance of a clone has a number after it: `ID:N`.

/** The configured id of a resource or of one of its instances: `ClusterIP` of `ClusterIP:0`. A configured id has no colon. */
export function baseId(id: string): string {
  return id.replace(/:\d+$/, '');
}

/** The number of an instance: 0 of `ClusterIP:0`; undefined for an id without one. */
export function instanceNumber(id: string): number | undefined {
  const number = /:(\d+)$/.exec(id)?.[1];
  return number === undefined ? undefined : Number(number);
}

// Who fenced, and at whose request: only Pacemaker's own sentence says so.

export interface FencingOperation {
  /** The node that carried it out; undefined when nobody did, or an older Pacemaker does not say. */
  readonly executor: string | undefined;
  /** The program that asked for it, such as `pacemaker-controld` or `stonith_admin`; undefined when that is not said. */
  readonly client: string | undefined;
  /** The node that asked for it. */
  readonly origin: string | undefined;
  /** How it ended, such as `OK` or `No such device`; undefined when that is not said. */
  readonly result: string | undefined;
}

// stonith__event_description of Pacemaker 2.1 and later, then that of 2.0. Node and client names have no space.
const sentences = [
  /^Operation '?(?<action>[^\s']+)'? of (?<target>\S+) by (?<executor>\S+) for (?<client>[^\s@]+)@(?<origin>[^\s:]+): (?<result>.*?)(?: \(ref=[^)]*\))?$/,
  /^Operation '?(?<action>[^\s']+)'? requested by (?<origin>\S+) for peer (?<target>[^\s:]+): (?<result>.*?)(?: \(ref=[^)]*\))?$/,
];

/** What a description says; nothing of one that is not known. */
export function operationOf(description: string): FencingOperation {
  const groups = sentences.map((sentence) => sentence.exec(description)?.groups).find((found) => found !== undefined);
  const executor = groups?.['executor'];
  return {
    // pacemaker-fenced writes `<anyone>` (2.1) or `the cluster` when no node carried it out.
    executor: executor === undefined || executor.startsWith('<') ? undefined : executor,
    // With a tag Pacemaker 2.1 writes `(null).tag.PID`.
    client: groups?.['client']?.replace(/^\(null\)\.|\.\d+$/g, ''),
    origin: groups?.['origin'],
    result: groups?.['result'],
  };
}

/** Whether a person asked for it, by pcs, stonith_admin or whatever has a name of its own, and not the cluster itself. */
export function isByHand({ client }: FencingOperation): boolean {
  return client !== undefined && client !== '' && !/^(pacemaker-|crmd$|dlm)/.test(client);
}

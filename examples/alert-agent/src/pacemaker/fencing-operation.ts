// What was done to fence a node, by whom, and at whose request: only Pacemaker's own sentence says so.

export interface FencingOperation {
  /** `reboot`, `off`, `on`; undefined when that is not said. CRM_alert_task has it not: it is always `st_notify_fence`. */
  readonly action: string | undefined;
  /** The node that carried it out; undefined when nobody did, or that is not said. */
  readonly executor: string | undefined;
  /** Whether nothing was carried out: a person declared that the node is off, by `pcs stonith confirm`. */
  readonly confirmed: boolean;
  /** The program that asked for it, such as `pacemaker-controld` or `stonith_admin`; undefined when that is not said. */
  readonly client: string | undefined;
  /** The node that asked for it. */
  readonly origin: string | undefined;
  /** How it ended, such as `OK` or `No such device`; undefined when that is not said. */
  readonly result: string | undefined;
}

/**
 * crmd_alert_fencing_op of Pacemaker 1.1.15 and later, stonith__event_description of 2.1.3 and later. Node names have no blank;
 * a client's tag may (stonith_admin --tag), and so may what stands for something that is not known.
 */
const sentence =
  /^Operation (?<action>\S+) of (?<target>.+?) by (?<executor>.+?) for (?<client>.+?)@(?<origin>[^@:]+): (?<result>.*?)(?: \(ref=\S*\))?$/;

/** What pacemaker-fenced writes for the executor of a confirmation (fenced_remote.c). */
const human = 'a human';

/** What Pacemaker writes for what it does not know; for a node also `<no-one>` and `<anyone>` before 2.1.3. */
const unknown = ['(unknown)', 'the cluster', 'a client', 'a node', human];

/** What a description says; nothing of one that is not known. */
export function operationOf(description: string): FencingOperation {
  const groups = sentence.exec(description)?.groups;
  const known = (name: string) => {
    const word = groups?.[name];
    return word === undefined || word.startsWith('<') || unknown.includes(word) ? undefined : word;
  };
  return {
    action: known('action'),
    executor: known('executor'),
    confirmed: groups?.['executor'] === human,
    // With a tag Pacemaker 2.1 writes `(null).tag.PID`.
    client: known('client')?.replace(/^\(null\)\.|\.\d+$/g, ''),
    origin: known('origin'),
    result: groups?.['result'],
  };
}

/** Whether a person asked for it, by pcs, stonith_admin or whatever has a name of its own, and not the cluster itself. */
export function isByHand({ client }: FencingOperation): boolean {
  return client !== undefined && client !== '' && !/^(pacemaker-|crmd$|dlm)/.test(client);
}

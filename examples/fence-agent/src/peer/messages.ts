// What the line keepers of the two nodes tell each other of themselves.
import { fieldsOf, record } from '../wire-test/messages.js';

/** Asks the other line keeper about itself; a wire test begins with its own greeting instead. */
export const aboutQuestion = JSON.stringify({ say: 'about' });

export interface PeerFacts {
  /** Who speaks, and whom it is wired to. */
  readonly node: string;
  readonly peer: string;
  /** In a ring: who is wired to it, which is not its peer. */
  readonly before?: string;
  /** /etc/machine-id: two nodes that are copies of one card have the same. */
  readonly machineId: string;
  /** EIPDE is 1 and EITRG edge: it goes down when it is fenced. Absent when its board cannot be read. */
  readonly fenceable?: boolean;
  /** How long it has watched its EXTIN, and how long ago it last saw it asserted, ms; absent when it never did. */
  readonly watched: number;
  readonly extinAgo?: number;
  /** An act is under way, or something is owed or left undone. */
  readonly busy: boolean;
  /** How long it has been awake, ms, and whether EXTIN woke it. Absent when an older one speaks, or does not know. */
  readonly awakeFor?: number;
  readonly wokenByExtin?: boolean;
}

export function isAboutQuestion(line: string): boolean {
  return line === aboutQuestion;
}

/** @throws Error when the line says nothing of the kind. */
export function parsePeerFacts(line: string): PeerFacts {
  const fields = record(JSON.parse(line));
  const read = fieldsOf(fields);
  return {
    node: read.text('node'),
    peer: read.text('peer'),
    ...(fields['before'] !== undefined && { before: read.text('before') }),
    machineId: read.text('machineId'),
    ...(fields['fenceable'] !== undefined && { fenceable: read.flag('fenceable') }),
    watched: read.number('watched'),
    ...(fields['extinAgo'] !== undefined && { extinAgo: read.number('extinAgo') }),
    busy: read.flag('busy'),
    ...(fields['awakeFor'] !== undefined && { awakeFor: read.number('awakeFor') }),
    ...(fields['wokenByExtin'] !== undefined && { wokenByExtin: read.flag('wokenByExtin') }),
  };
}

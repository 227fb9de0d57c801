// What the line keeper knows of this node: it is the process that would have to act.
import { type HealthFinding, healthMessage, type HealthReading } from '@sleepi3/driver';
import type { WireTestResult } from '../wire-test/record.js';
import type { OwedWakeUp } from './owed-wake.js';

/** Something that is wrong, in the driver's form; the line and the wire have rows of their own. */
export interface Finding extends Omit<HealthFinding, 'id'> {
  /** Stable. */
  readonly id: string;
}

export interface NodeReport {
  /** What is wrong with the board, its settings and the line. */
  readonly findings: readonly Finding[];
  /** What the board says; absent when it could not be read. */
  readonly reading?: HealthReading;
  /** The act that is under way. */
  readonly act?: string;
  /** The wake pulse that is owed. */
  readonly owedWake?: OwedWakeUp;
  /** Whether the peer says that it goes down when it is fenced; absent when it has not said so lately. */
  readonly peerFenceable?: boolean;
  /** What the last test of the wire found. */
  readonly wireTest?: { readonly at: string; readonly verdict: string };
}

export const lineWasOrphaned: Finding = {
  id: 'extout-orphaned',
  severity: 'error',
  concerns: 'fencing',
  fact: 'EXTOUT was asserted with no owner, and has been released',
  why: 'Something other than the line keeper asserted it; the other node may have been woken, or cut off.',
  remedy: ['find the program or person that set extout'],
};

/** A transfer that takes longer than this, ms, may leave no time to shoot after the look that allows it. */
const slowestTransfer = 1000;

/** What is to be said of a bus on which transfers took so many ms: the quickest had no other user of the bus beside. */
export function busIsSlow(transfers: readonly number[]): Finding | undefined {
  const transfer = Math.min(...transfers);
  if (transfers.length === 0 || transfer <= slowestTransfer) return undefined;
  return {
    id: 'bus-slow',
    severity: 'error',
    concerns: 'fencing',
    fact: `a transfer on the bus takes ${(transfer / 1000).toFixed(1)} s, and this node cannot fence with more than 1 s`,
    why: 'EXTOUT must be asserted soon after the line keeper has seen that the other node does not shoot.',
    remedy: ['look at what loads this machine or holds the bus: uptime, dmesg'],
  };
}

export function wakeIsOwed({ target, since }: OwedWakeUp): Finding {
  return {
    id: 'wake-owed',
    severity: 'warning',
    concerns: 'fencing',
    fact: `${target} has been owed its wake pulse since ${since}`,
    why: 'It was powered off by a reboot and may still be off.',
    remedy: ['nothing: it is being given now', `press the switch of ${target}'s board if it stays off`],
  };
}

/** How old a wire test may be before it is reminded of, days. */
const wireTestDays = 30;
/** ms. */
const day = 86_400_000;

/**
 * What the last test of the wire means today; undefined when it is well.
 *
 * @param next In a ring the node that is to be at the other end, where a wire may as well lead to another one.
 */
export function judgeWireTest(tested: WireTestResult | undefined, now: Date, next?: string): Finding | undefined {
  const test = ['fence_sleepi3 wire-test'];
  if (!tested) {
    return {
      id: 'wire-never-tested',
      severity: next === undefined ? 'warning' : 'error',
      concerns: 'fencing',
      fact: next === undefined ? neverTested : neverTestedTo(next),
      why: 'That a pulse was given says nothing of what arrives.',
      remedy: test,
    };
  }
  if (!tested.works) {
    return {
      id: 'wire-test-failed',
      severity: 'error',
      concerns: 'fencing',
      fact: wireTestFact(tested),
      why: 'A fencing would not succeed, and a silent peer would prove nothing.',
      remedy: ['mend the wire', ...test],
    };
  }
  // One of a day to come is as old as the clock was wrong, which nobody knows.
  const age = (now.getTime() - tested.at.getTime()) / day;
  if (age <= wireTestDays && age > -1) return undefined;
  return {
    id: 'wire-test-old',
    severity: 'warning',
    concerns: 'fencing',
    fact: `the wire was last tested on ${dayOf(tested)}`,
    why: 'Nothing reports a broken wire.',
    remedy: test,
  };
}

const neverTested = 'the wire has never been tested';

/** In a ring nobody is shot through such a wire: it may lead to another node. */
export function neverTestedTo(next: string): string {
  return `${neverTested} to ${next}, and this node fences nobody until it is`;
}

export function wireTestFact(tested: WireTestResult): string {
  return `the wire test of ${dayOf(tested)} found: ${tested.verdict}`;
}

function dayOf({ at }: WireTestResult): string {
  return at.toISOString().slice(0, 10);
}

export function unknownNodes(reason: string): Finding {
  return {
    id: 'nodes-unknown',
    severity: 'error',
    concerns: 'fencing',
    fact: reason,
    why: 'Which node is at the other end of the wire must be known before anything is fenced.',
    remedy: [],
  };
}

export function wrongOption(fact: string): Finding {
  return {
    id: 'option-wrong',
    severity: 'error',
    concerns: 'fencing',
    fact,
    why: 'A fencing with this option cannot work.',
    remedy: [],
  };
}

export function unaskedPeer(peer: string, why: string): Finding {
  return {
    id: 'peer-unasked',
    severity: 'warning',
    concerns: 'fencing',
    fact: `${peer} cannot be asked whether it has power (${why})`,
    why: 'A broken wire would not be noticed at a fencing.',
    remedy: ['install iputils-ping, or set peer_address'],
  };
}

export function peerUnfenceable(peer: string): Finding {
  return {
    id: 'peer-unfenceable',
    severity: 'error',
    concerns: 'fencing',
    fact: `${peer} cannot be fenced: its line keeper says, or said last, that EIPDE is 0 or EITRG level there`,
    why: 'The line would be held, and nothing would follow: a fencing fails.',
    remedy: [`fence_sleepi3 boot (on ${peer})`, `fence_sleepi3 check (on ${peer})`],
  };
}

export function sameMachineId(peer: string): Finding {
  return {
    id: 'machine-id-shared',
    severity: 'warning',
    concerns: 'settings',
    fact: `${peer} has the machine-id of this node`,
    why: 'The cards are copies of each other: addresses, keys and journals may be taken for those of the other node.',
    remedy: ['rm /etc/machine-id && systemd-machine-id-setup (on one of the nodes), then reboot it'],
  };
}

export const peerUntold: Finding = {
  id: 'peer-untold',
  severity: 'warning',
  concerns: 'settings',
  fact: 'the line keepers of the two nodes do not talk with each other: /etc/corosync/authkey is missing here',
  why: 'Whether the other node can be fenced is not known here, and the wire is not tested by itself.',
  remedy: ['pcs cluster setup writes the key on both nodes'],
};

/** A finding on one line, for a log. */
export function messageOf(finding: Finding): string {
  return finding.remedy.length === 0 ? finding.fact : healthMessage(finding);
}

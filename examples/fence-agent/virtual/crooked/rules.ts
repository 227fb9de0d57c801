// The rules of the agent that can be taken out, each with a kind of world that needs it: without the rule the invariant does not
// hold there. docs/threat-model.md has them as a table.
import type { World, WorldFocus } from './world.js';

export interface Rule {
  readonly rule: string;
  /** What the agent does. */
  readonly words: string;
  readonly invariant: number;
  readonly focus: WorldFocus;
}

/** What comes of it when an invariant does not hold. */
export const withoutInvariant: Readonly<Record<number, string>> = {
  1: 'success is said of a node that has its power',
  2: 'another node is cut',
  3: 'monitor is content, and off fails',
  4: 'both nodes die, or none',
  5: 'the line stays asserted',
  6: 'a node that was rebooted stays off',
  7: 'the cluster gives up, and a shot is needed',
  8: 'a wire that has worked is doubted',
};

/** A bus that takes so long for a transfer. */
export const bus = (transfer: number): World['buses'][number] => ({
  ...{ kind: 'quick', transfer, faults: 'none' },
  ...{ from: 0, until: 0, rate: 0 },
});
const hangs = (node: 0 | 1, at: number): World['events'][number] => ({ kind: 'hang-keeper', node, at });
/** A world in which nothing is crooked. */
export const calm: WorldFocus = {
  ...{ names: 'short', conf: 'one-link', options: 'right', place: 'right', wires: 'right', test: 'found' },
  ...{
    peers: ['honest', 'honest'],
    buses: [bus(1), bus(1)],
    events: [],
    calls: 'off',
    preferred: undefined,
    talk: 'no-key',
  },
};

export const rules: readonly Rule[] = [
  {
    rule: 'identity',
    words:
      'Who this node is follows from its addresses and its host name, and from nothing that it is told; where these disagree nothing is done',
    invariant: 2,
    focus: { names: 'full', conf: 'missing', place: 'on-target' },
  },
  {
    rule: 'case of names',
    words: 'Node names are compared as Pacemaker compares them, without regard to case',
    invariant: 3,
    focus: { options: 'other-case' },
  },
  {
    rule: 'wire record',
    words: 'A wire whose last test failed makes a silent peer no proof',
    invariant: 1,
    focus: { wires: 'open', peers: ['honest', 'silent'] },
  },
  {
    rule: 'woken peer',
    words: 'A failed test is believed until the peer says that this node’s shot has woken it',
    invariant: 8,
    focus: { test: 'failed-once', talk: 'talking', calls: 'reboot' },
  },
  {
    rule: 'own shot',
    words:
      'An EXTIN that follows this node’s own EXTOUT is not the peer’s shot: the wires touch, and the line is let go of',
    invariant: 2,
    focus: { wires: 'short', preferred: 0 },
  },
  {
    rule: 'own shot',
    words:
      'An EXTIN that follows this node’s own EXTOUT is not the peer’s shot: the wires touch, and the line is let go of',
    invariant: 2,
    focus: { wires: 'looped', preferred: 0 },
  },
  {
    rule: 'all addresses',
    words: 'All addresses of the peer are asked whether it still answers',
    invariant: 1,
    focus: { conf: 'two-links', wires: 'open', test: 'sound-once', peers: ['honest', 'one-link'] },
  },
  {
    rule: 'links',
    words: 'Every link of corosync.conf counts, whichever it begins with',
    invariant: 1,
    focus: { conf: 'ring1-only', wires: 'open', test: 'sound-once' },
  },
  {
    rule: 'let go first',
    words: 'To yield, 0 is written first and looked at then',
    invariant: 4,
    focus: { calls: 'both-off', skew: 5100, preferred: 1, buses: [bus(1200), bus(1)] },
  },
  {
    rule: '12 s',
    words: 'The line is held for 12 s at least, longer than the latest cut',
    invariant: 3,
    focus: {},
  },
  {
    rule: 'own address',
    words: 'A peer_address that is this node itself is an error of monitor',
    invariant: 3,
    focus: { options: 'own-address' },
  },
  {
    rule: 'wait',
    words: 'An act that concedes waits, and arbitrates again when the shot of the peer has come to nothing',
    invariant: 7,
    focus: { wires: 'stuck-high', peers: ['eipde-0', 'honest'], test: 'sound-once' },
  },
  {
    rule: '20 s',
    words: 'An EXTIN that is asserted for longer than any shot is nobody’s',
    invariant: 7,
    focus: { wires: 'stuck-high', peers: ['eipde-0', 'honest'], test: 'sound-once' },
  },
  {
    rule: 'owed wake',
    words:
      'The wake pulse that a reboot owes is on the disk before its success is told, and is given by whoever comes next',
    invariant: 6,
    focus: { calls: 'reboot' },
  },
  {
    rule: 'few transfers',
    words: 'EXTOUT is written in one transfer, so that a slow bus leaves time to arbitrate',
    invariant: 3,
    focus: { buses: [bus(950), bus(1)] },
  },
  {
    rule: 'release',
    words: 'The line is released after every act and after every death',
    invariant: 5,
    focus: {},
  },
  {
    rule: 'release at once',
    words: 'Of a line whose keeper has died 0 is written first and looked at then',
    invariant: 2,
    focus: { wires: 'short', test: 'sound-once', preferred: 0, buses: [bus(600), bus(1)], events: [hangs(0, 8000)] },
  },
  {
    rule: 'yield',
    words: 'When both shoot, the node that is not preferred lets go',
    invariant: 4,
    focus: { calls: 'both-off', skew: 0.5 },
  },
  {
    rule: 'look first',
    words: 'Nobody shoots while the peer does',
    invariant: 4,
    focus: { calls: 'both-off', skew: 11_800, preferred: 1, buses: [bus(500), bus(1)] },
  },
];

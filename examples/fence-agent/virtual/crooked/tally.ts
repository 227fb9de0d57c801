// What was generated: how often each kind, so that a kind that never was is found.
import { excuses } from './excuses.js';
import { invariantNumbers, type Judgement } from './invariants.js';
import type { Story } from './play.js';
import {
  busKinds,
  callKinds,
  confKinds,
  eventKinds,
  faultKinds,
  nameKinds,
  optionKinds,
  peerKinds,
  placeKinds,
  talkKinds,
  testKinds,
  wireKinds,
  type World,
} from './world.js';

type Row = readonly [name: string, kinds: readonly string[], of: (world: World) => readonly string[]];

const rows: readonly Row[] = [
  ['names', nameKinds, ({ names }) => [names]],
  ['corosync.conf', confKinds, ({ conf }) => [conf]],
  ['options', optionKinds, ({ options }) => [options]],
  ['device runs', placeKinds, ({ place }) => [place]],
  ['wires', wireKinds, ({ wires }) => [wires]],
  ['wire test', testKinds, ({ test }) => [test]],
  ['peers', peerKinds, ({ peers }) => peers],
  ['keepers', talkKinds, ({ talk }) => [talk]],
  ['buses', busKinds, ({ buses }) => buses.map(({ kind }) => kind)],
  ['faults', faultKinds, ({ buses }) => buses.map(({ faults }) => faults)],
  ['events', eventKinds, ({ events }) => events.map(({ kind }) => kind)],
  ['calls', callKinds, ({ calls }) => [calls]],
];

const endings = ['success', 'failure', 'refused', 'conceded', 'own shot', 'cut', 'given up'] as const;

export class Tally {
  worlds = 0;
  readonly #counts = new Map<string, number>();
  readonly #applied = new Map<number, number>();

  add({ world, attempts, cuts, givenUp }: Story, { applied, excused }: Judgement): void {
    this.worlds++;
    for (const [name, , of] of rows) for (const kind of of(world)) this.#count(`${name}: ${kind}`);
    for (const excuse of excused) this.#count(`excuse: ${excuse}`);
    for (const invariant of applied) this.#applied.set(invariant, (this.#applied.get(invariant) ?? 0) + 1);
    for (const { success, stderr } of attempts) {
      this.#count(`ending: ${success ? 'success' : 'failure'}`);
      if (/Refused|this host is|cannot tell|is not a node/.test(stderr)) this.#count('ending: refused');
      if (stderr.includes('this node is being fenced')) this.#count('ending: conceded');
      if (stderr.includes("this node's own EXTOUT")) this.#count('ending: own shot');
    }
    for (const _ of cuts) this.#count('ending: cut');
    for (const _ of givenUp) this.#count('ending: given up');
  }

  /** The kinds that never were, and the invariants that had nothing to look at. */
  get missing(): string[] {
    const kinds = rows.flatMap(([name, all]) => all.map((kind) => `${name}: ${kind}`));
    const ends = endings.map((ending) => `ending: ${ending}`);
    const invariants = invariantNumbers.filter((number) => !this.#applied.has(number)).map((one) => `invariant ${one}`);
    return [...[...kinds, ...ends].filter((kind) => !this.#counts.has(kind)), ...invariants];
  }

  toString(): string {
    const line = (name: string, kinds: readonly string[], prefix = name) =>
      `${name.padEnd(14)}${kinds.map((kind) => `${kind} ${this.#counts.get(`${prefix}: ${kind}`) ?? 0}`).join(', ')}`;
    const applied = invariantNumbers.map((one) => `${one}: ${this.#applied.get(one) ?? 0}`).join(', ');
    return [
      `${this.worlds} worlds`,
      ...rows.map(([name, kinds]) => line(name, kinds)),
      line('attempts', endings, 'ending'),
      `invariants    ${applied}`,
      line('excused', Object.keys(excuses), 'excuse'),
    ].join('\n');
  }

  #count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}

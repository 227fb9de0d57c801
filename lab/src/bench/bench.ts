// The article's own way against ours, and beside them what a user would take instead, in the same run, on the same machines.
import { virtualAddress } from '../cluster/configuration.js';
import { panic } from '../commands.js';
import { LabError } from '../errors.js';
import { HttpLoad } from '../network/http-load.js';
import { askOverHttp } from '../network/http-probe.js';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import type { Scenario } from '../scenarios/scenario.js';
import { type Measurement, measurements } from './measurements.js';
import { clockOffset, describeParts, measureParts } from './parts.js';
import { keepalived, pacemaker, type Way } from './ways.js';

/** A way to run the cluster. */
export interface Contender {
  readonly name: string;
  readonly cluster: Exclude<Scenario['cluster'], 'none' | 'bare' | undefined>;
  /** What it differs in from the others: what is the same for two of them is measured of one. */
  readonly measured: readonly Measurement[];
  /** Where what is asked of it is not what is asked of the others. */
  readonly targets?: Readonly<Partial<Record<Measurement, number>>>;
}

const everything = Object.keys(measurements) as Measurement[];
const serviceBack = 'kernel panic until HTTP answers again';
const plannedMove = 'HTTP silent in a planned move';

const keepalivedName = 'keepalived';

/** The article's way is the first: the others are compared to it. */
export const contenders: readonly [Contender, ...Contender[]] = [
  { name: 'article', cluster: { layout: 'active-passive', fencing: 'article' }, measured: everything },
  { name: 'hot standby', cluster: { layout: 'hot-standby', fencing: 'sdk' }, measured: everything },
  {
    name: '… at once',
    cluster: { layout: 'hot-standby', fencing: 'sdk', takeover: 'at-once' },
    measured: [serviceBack],
  },
  {
    name: '… token 1 s',
    cluster: { layout: 'hot-standby', fencing: 'sdk', token: 1000 },
    measured: everything.filter((what) => what !== plannedMove),
  },
  {
    name: '… both',
    cluster: { layout: 'hot-standby', fencing: 'sdk', takeover: 'at-once', token: 1000 },
    measured: [serviceBack],
  },
  {
    name: 'active/passive',
    cluster: { layout: 'active-passive', fencing: 'sdk' },
    measured: [plannedMove, serviceBack],
    // A container that must not run twice has to end there before it begins here.
    targets: { [plannedMove]: 1 },
  },
  { name: keepalivedName, cluster: 'keepalived', measured: [plannedMove, serviceBack] },
];

/** A contender's name as a word of the command line: `at-once`, `token-1-s`. */
const wordOf = ({ name }: Contender): string => name.replace(/^… /, '').replaceAll(' ', '-');

/**
 * The contenders of these words in their order, or all where there are none.
 *
 * @param only The word of the one measurement that is wanted: of whom it is not made is left out.
 * @throws LabError `USAGE` where a word is unknown, or nothing is left.
 */
export function chooseContenders(words: readonly string[], only?: string): readonly Contender[] {
  const unknown = words.find((word) => !contenders.some((one) => wordOf(one) === word));
  if (unknown !== undefined) {
    throw new LabError('USAGE', `there is no way ${unknown}; there are ${contenders.map(wordOf).join(', ')}`);
  }
  const measuredOf = ({ measured }: Contender) =>
    measured.filter((what) => only === undefined || only === measurements[what].word);
  const able = contenders
    .map((one) => ({ ...one, measured: measuredOf(one) }))
    .filter(({ measured }) => measured.length > 0);
  const chosen = able.filter((one) => words.length === 0 || words.includes(wordOf(one)));
  if (chosen.length === 0) {
    throw new LabError(
      'USAGE',
      `${only ?? ''} is not measured of ${words.join(', ')}, but of ${able.map(wordOf).join(', ')}`,
    );
  }
  return chosen;
}

/** What a contender's silence should be at most, as a part of keepalived's: it waits for the same, a neighbour that is silent. */
const besideKeepalived: Readonly<Record<string, number>> = { '… both': 1.5 };

/** What came of a measurement. */
export interface Figure {
  readonly seconds: number;
  /** Where they went, or what they are the median of. */
  readonly detail?: string;
}

export type Measured = Readonly<Partial<Record<Measurement, Figure>>>;

/** What a measurement is of: a way, on machines where all is well, and will be again afterwards. */
interface Subject {
  readonly lab: Lab;
  readonly way: Way;
}

const means: Readonly<Record<Measurement, (subject: Subject) => Promise<Figure>>> = {
  'HTTP silent in a planned move': silenceInMove,
  // One of each node: the device of the preferred one waits 2 s, by design.
  'fencing requested by stonith_admin': (subject) =>
    fencing(subject, subject.lab.machines[1], ({ name }) => ['stonith_admin', '--reboot', name, '--timeout', '120']),
  'fencing requested by pcs stonith fence': (subject) =>
    fencing(subject, subject.lab.machines[0], ({ name }) => ['pcs', 'stonith', 'fence', name]),
  'kernel panic until HTTP answers again': panicToHttp,
};

/**
 * Measures one way.
 *
 * @param log Told of each measurement as soon as there is one: a run takes most of an hour.
 */
export async function measure(
  lab: Lab,
  { cluster, measured: wanted }: Contender,
  log: (line: string) => void,
): Promise<Measured> {
  const way = cluster === 'keepalived' ? keepalived : pacemaker;
  await way.begin(lab);
  const measured: Partial<Record<Measurement, Figure>> = {};
  for (const what of wanted) {
    const figure = await means[what]({ lab, way });
    measured[what] = figure;
    log(`${what}: ${figure.seconds.toFixed(2)} s${figure.detail === undefined ? '' : `: ${figure.detail}`}`);
  }
  return measured;
}

interface Result {
  readonly name: string;
  readonly measured: Measured;
}

/**
 * The order in which the ways are measured `times` times each: there, back, and there again. An emulated machine is a third
 * quicker or slower from one quarter of an hour to the next, and no way is to have its good ones alone.
 */
export const thereAndBack = (chosen: readonly Contender[], times: number): readonly Contender[] =>
  Array.from({ length: times }, (_, round) => (round % 2 === 0 ? chosen : chosen.toReversed())).flat();

/** One result for each way that was measured more than once: the median, and what it is of. */
export function pool(results: readonly Result[]): readonly Result[] {
  const names = [...new Set(results.map(({ name }) => name))];
  return names.map((name) => {
    const rounds = results.filter((result) => result.name === name).map(({ measured }) => measured);
    const pooled = everything.flatMap((what) => {
      const figures = rounds.flatMap(({ [what]: figure }) => figure ?? []);
      return figures.length === 0 ? [] : [[what, poolFigures(figures)] as const];
    });
    return { name, measured: Object.fromEntries(pooled) };
  });
}

function poolFigures(figures: readonly Figure[]): Figure {
  const [first] = figures;
  if (first !== undefined && figures.length === 1) return first;
  const rounds = figures.map(
    ({ seconds, detail }) => seconds.toFixed(2) + (detail === undefined ? '' : ` (${detail})`),
  );
  return { seconds: median(figures.map(({ seconds }) => seconds)), detail: `the median of ${rounds.join(', ')}` };
}

/** Of an even number the middle of both in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}

/**
 * The table of a run: seconds of each and what they consist of, and where the article's way was measured too, the ratios to it.
 */
export function benchTable(results: readonly Result[]): string {
  const lines = everything.flatMap((what) => {
    const rows = results.flatMap(({ name, measured }) => {
      const own = measured[what];
      if (own === undefined) return [];
      const detail = own.detail === undefined ? [] : [`${' '.repeat(4)}${own.detail}`];
      return [`${row(name, own.seconds)}${besideArticle(what, name, own.seconds, results)}`, ...detail];
    });
    return rows.length === 0 ? [] : [what, ...rows, ...comparedToKeepalived(what, results)];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function besideArticle(what: Measurement, name: string, own: number, results: readonly Result[]): string {
  const [article] = contenders;
  const base = results.find((one) => one.name === article.name)?.measured[what]?.seconds;
  if (base === undefined || name === article.name) return '';
  const ratio = own / base;
  const contender = contenders.find((one) => one.name === name);
  const target = contender?.targets?.[what] ?? measurements[what].target;
  const verdict = name === keepalivedName ? '' : `  (target ${target}: ${ratio <= target ? 'met' : 'missed'})`;
  return `  ratio ${ratio.toFixed(3)}${verdict}`;
}

function comparedToKeepalived(what: Measurement, results: readonly Result[]): string[] {
  const theirs = results.find(({ name }) => name === keepalivedName)?.measured[what]?.seconds;
  if (theirs === undefined) return [];
  return results.flatMap(({ name, measured }) => {
    const own = measured[what]?.seconds;
    const target = besideKeepalived[name];
    if (own === undefined || target === undefined) return [];
    const ratio = own / theirs;
    return [
      `  ${name} beside keepalived: ratio ${ratio.toFixed(3)}  (target ${target}: ${ratio <= target ? 'met' : 'missed'})`,
    ];
  });
}

const row = (name: string, seconds: number): string => `  ${name.padEnd(17)} ${seconds.toFixed(2).padStart(7)} s`;

async function fencing(
  { lab, way }: Subject,
  target: Machine,
  words: (target: Machine) => readonly string[],
): Promise<Figure> {
  const shooter = lab.peerOf(target);
  const { boots } = target;
  const offset = await clockOffset(lab, shooter);
  const start = lab.clock.now();
  const { status, stderr } = await shooter.exec(words(target), { timeout: 300_000 });
  const end = lab.clock.now();
  const parts = await measureParts(lab, { shooter, target, steps: way.steps, offset }, { start, end });
  if (status !== 0) {
    throw new LabError('VERDICT', `${words(target).join(' ')} failed: ${stderr.trim()} (s: ${describeParts(parts)})`);
  }
  await lab.until(`${target.name} is woken`, () => target.boots > boots);
  await lab.settled({ timeout: 600_000 });
  return { seconds: (end - start) / 1000, detail: describeParts(parts) };
}

async function panicToHttp({ lab, way }: Subject): Promise<Figure> {
  const struck = await way.serving(lab);
  const other = lab.peerOf(struck);
  const offset = await clockOffset(lab, other);
  const start = lab.clock.now();
  await panic(lab, struck);
  await lab.until('the service answers again', () => lab.http.outages(start).some(({ open }) => !open), {
    interval: 50,
  });
  const end = lab.http.outages(start).at(-1)?.end ?? start;
  const parts = await measureParts(lab, { shooter: other, target: struck, steps: way.steps, offset }, { start, end });
  await way.whole(lab, struck);
  return { seconds: (end - start) / 1000, detail: describeParts(parts) };
}

/** Requests a second in a move, and ms that each may take. */
const rate = 50;
const timeout = 30_000;
/** So many moves, to and fro: of one alone chance decides what it looks like. */
const moves = 5;

/** The median of several moves. */
async function silenceInMove({ lab, way }: Subject): Promise<Figure> {
  const gaps: number[] = [];
  while (gaps.length < moves) {
    const from = await way.serving(lab);
    const load = new HttpLoad(lab.clock, askOverHttp(virtualAddress, timeout), rate);
    await way.move(lab, from, lab.peerOf(from));
    const { longestGap } = await load.end();
    await way.whole(lab);
    gaps.push(longestGap / 1000);
  }
  const detail = `the median of ${gaps.map((seconds) => seconds.toFixed(2)).join(', ')}`;
  return { seconds: median(gaps), detail };
}

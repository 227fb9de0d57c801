// What a turn of the proof came to: kept on both nodes, and told in words.
import { type Colours } from '@sleepi3/program';
import { SetupError } from '../errors.js';
import type { Machine } from '../nodes/machine.js';

/** How the node is struck. */
export type Blow = 'fence' | 'panic';

export interface TurnReport {
  /** The node that was cut off, and the one that stayed. */
  readonly node: string;
  readonly by: string;
  readonly how: Blow;
  readonly state: 'under way' | 'interrupted' | 'proven' | 'not proven';
  /** By the clock of who ran it. */
  readonly began: string;
  /** The machine that asked the service, and whether it is one of the nodes. */
  readonly askedFrom: string;
  readonly askedFromNode: boolean;
  readonly url: string;
  /** s from the blow until the cluster knew that the node is off. */
  readonly fencedAfter?: number;
  /** The longest time that the service did not answer, s. */
  readonly silence?: number;
  /** Where the virtual address was. */
  readonly address?: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** What woke the node, as its board says. */
  readonly wokenBy?: readonly string[];
  /** s until the node answered again, and until all was sound again. */
  readonly backAfter?: number;
  readonly soundAfter?: number;
  /** Why it is not proven. */
  readonly reasons: readonly string[];
  /** What else is worth knowing. */
  readonly remarks: readonly string[];
}

const directory = '/var/lib/cluster-setup';

/** Where a node keeps what was proven of a node. */
export const reportPath = (node: string) => `${directory}/proven-${node}.json`;

/** Keeps a report on a machine. */
export async function keepReport(machine: Machine, report: TurnReport): Promise<void> {
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  await machine.writeFile(reportPath(report.node), Buffer.from(text, 'utf8').toString('latin1'));
}

/** The report on a node that a machine keeps; undefined where it keeps none, or one that cannot be read. */
export async function keptReport(machine: Machine, node: string): Promise<TurnReport | undefined> {
  const text = await machine.readFile(reportPath(node));
  if (text === undefined) return undefined;
  try {
    const report = JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as Partial<TurnReport>;
    const whole = typeof report.state === 'string' && Array.isArray(report.reasons) && Array.isArray(report.remarks);
    return whole ? (report as TurnReport) : undefined;
  } catch {
    return undefined;
  }
}

/** The newest report of each node, whichever keeps it; a node that is away keeps none. */
export async function lastReports(
  parties: readonly { readonly name: string; readonly machine: Machine }[],
): Promise<readonly TurnReport[]> {
  const reports: TurnReport[] = [];
  for (const { name } of parties) {
    const kept = await Promise.all(
      parties.map(({ machine }) =>
        keptReport(machine, name).catch((error: unknown) => {
          if (error instanceof SetupError) return undefined;
          throw error;
        }),
      ),
    );
    const newest = kept.flatMap((one) => one ?? []).sort((a, b) => (a.began < b.began ? 1 : -1))[0];
    if (newest !== undefined) reports.push(newest);
  }
  return reports;
}

/** A turn for people. */
export function turnInWords(report: TurnReport, colour: Colours): string {
  const { node, by, how, state, wokenBy, fencedAfter, silence, url, backAfter, soundAfter } = report;
  const paint = {
    proven: colour.good,
    'not proven': colour.bad,
    interrupted: colour.change,
    'under way': colour.change,
  };
  const blow = how === 'panic' ? 'a kernel panic, then fenced' : 'fenced';
  const lines = [
    `${colour.strong(node)}, ${blow} by ${by}: ${paint[state](state)}`,
    ...report.reasons.map((reason) => colour.bad(`  ${reason}`)),
    ...(fencedAfter === undefined ? [] : [`  off after ${seconds(fencedAfter)}`]),
    ...(silence === undefined ? [] : [`  ${silenceInWords(url, silence)}`]),
    ...(wokenBy === undefined ? [] : [`  woken by ${wokenBy.join(' and ') || 'an unknown cause'}`]),
    ...(backAfter === undefined ? [] : [`  back after ${seconds(backAfter)}`]),
    ...(soundAfter === undefined ? [] : [`  healthy again after ${seconds(soundAfter)}`]),
    ...report.remarks.map((remark) => colour.change(`  ${remark}`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function silenceInWords(url: string, silence: number): string {
  return silence === 0 ? `${url} answered all the time` : `${url} was silent for ${seconds(silence)} at the longest`;
}

const seconds = (value: number) => `${value.toFixed(1)} s`;

/** From where the service is asked, and what is not seen from there. */
export function viewInWords(askedFrom: string, isNode: boolean): string {
  return isNode
    ? `The service was asked from ${askedFrom}, the node that stays. Once the address is there, requests do not leave that ` +
        'node: this does not show that other machines learn of the move. To see that, run on a third machine: ' +
        'cluster-setup prove cluster.yaml'
    : `The service was asked from ${askedFrom}, which is not one of the nodes, as clients ask it.`;
}

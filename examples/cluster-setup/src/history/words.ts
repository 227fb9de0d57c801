// A history for people: what happened, why, and what is not known.
import type { Fencing } from './cause.js';
import { human } from './facts.js';
import type { History, Incident } from './incidents.js';

/** A clock that is further off than this is told, ms. */
const noticeable = 1000;

/** The whole history as text. Times are UTC. */
export function describeHistory(
  { incidents, gaps, clocks }: History,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const lines = [`From ${moment(from)} to ${moment(to)} UTC`, ''];
  if (incidents.length === 0) lines.push('No node left the cluster, and none was fenced, as far as the logs show.');
  for (const incident of incidents) lines.push(...paragraph(incident));
  const off = Object.entries(clocks).filter(([, ahead]) => Math.abs(ahead) >= noticeable);
  const notes = [
    ...off.map(
      ([node, ahead]) =>
        `The clock of ${node} is ${seconds(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'}; its times are corrected by that.`,
    ),
    ...gaps.map((gap) => `${gap.charAt(0).toUpperCase()}${gap.slice(1)}.`),
  ];
  if (notes.length > 0) lines.push('', 'What is not known', ...notes.map((note) => `  ${note}`));
  return `${lines.join('\n')}\n`;
}

function paragraph(incident: Incident): string[] {
  const { node, at, cause, fencings, takenOver, unseenUntil, back } = incident;
  const lines = [`${moment(at)}  ${node} ${headline(incident)}`, `  ${cause.text}`];
  if (unseenUntil !== undefined) {
    lines.push(
      `  That was after the last line of its journal, and before ${clock(unseenUntil)}, when it began to boot.`,
    );
  }
  for (const fencing of fencings) lines.push(`  ${clock(fencing.at)}  ${fencingSentence(node, fencing)}`);
  if (takenOver !== undefined) {
    lines.push(
      `  ${clock(takenOver.at)}  ${takenOver.by} started ${takenOver.resource}, ${seconds(takenOver.at - at)} after.`,
    );
  }
  lines.push(
    back === undefined
      ? `  ${node} has not been a member again since.`
      : `  ${clock(back.at)}  ${node} was a member again, ${seconds(back.at - at)} after` +
          `${back.wokenBy.length === 0 ? '' : `, woken by ${back.wokenBy.join(' and ')}`}.`,
    '',
  );
  return lines;
}

function headline({ cause, fencings }: Incident): string {
  switch (cause.kind) {
    case 'by-hand':
      return 'was fenced at the request of a person';
    case 'rolling-reboot':
      return 'was rebooted in its turn';
    case 'shutdown':
      return 'left in order';
    case 'both-dead':
      return 'ended, and nobody was there to miss it';
    default:
      return fencings.some(({ succeeded }) => succeeded) ? 'was lost, and fenced' : 'was lost';
  }
}

function fencingSentence(node: string, { by, action, succeeded, held, inVain, result }: Fencing): string {
  const who = by ?? 'nobody';
  if (!succeeded) return `${action} of ${node} failed (${result}).`;
  if (by === human) return `A person declared ${node} off (pcs stonith confirm); nothing cut its power.`;
  if (inVain !== undefined) {
    return `${node} was fenced by ${who} (${action}), and not by wire: EXTOUT was held before, ${inVain}.`;
  }
  const proof =
    held === undefined
      ? ''
      : `: EXTOUT was held for ${held.seconds.toFixed(1)} s, verified ${String(held.samples)} times`;
  return `${node} was fenced by ${who} (${action})${proof}.`;
}

const moment = (at: number) => new Date(at).toISOString().replace('T', ' ').slice(0, 19);
const clock = (at: number) => new Date(at).toISOString().slice(11, 19);
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

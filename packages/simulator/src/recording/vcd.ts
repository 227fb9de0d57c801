// Value change dump (IEEE 1364), which GTKWave and other waveform viewers open.
import { type Timeline, type Track, within } from './timeline.js';

/** Writes a timeline as VCD with a resolution of 1 µs, its start at 0. Labels of events have no place in it. */
export function writeVcd(timeline: Timeline): string {
  const { title, start, end, groups } = timeline;
  const lines = [`$comment ${words(title)} $end`, '$timescale 1us $end'];
  const initial: string[] = [];
  const changes: { time: number; change: string }[] = [];
  let count = 0;
  const microseconds = (time: number) => Math.round((time - start) * 1000);

  for (const group of groups) {
    lines.push(`$scope module ${identifier(group.name)} $end`);
    for (const track of group.tracks) {
      const code = identifierCode(count++);
      lines.push(`$var ${variable(track, code)} $end`);
      if (track.kind === 'events') {
        for (const { time } of within(track.events, start, end)) {
          changes.push({ time: microseconds(time), change: `1${code}` });
        }
        continue;
      }
      const dump = (value: number) => (track.width === 1 ? `${value}${code}` : `b${value.toString(2)} ${code}`);
      const before = track.changes.filter(({ time }) => time <= start).at(-1);
      // A signal that begins later is unknown until then.
      initial.push(before === undefined ? (track.width === 1 ? `x${code}` : `bx ${code}`) : dump(before.value));
      for (const { time, value } of within(track.changes, start, end)) {
        if (time > start) changes.push({ time: microseconds(time), change: dump(value) });
      }
    }
    lines.push('$upscope $end');
  }

  lines.push('$enddefinitions $end', '#0', '$dumpvars', ...initial, '$end');
  let now = 0;
  // Array.prototype.sort is stable: changes of one instant keep the order in which they were recorded.
  for (const { time, change } of changes.sort((a, b) => a.time - b.time)) {
    if (time > now) lines.push(`#${time}`);
    now = Math.max(now, time);
    lines.push(change);
  }
  if (microseconds(end) > now) lines.push(`#${microseconds(end)}`);
  return `${lines.join('\n')}\n`;
}

function variable(track: Track, code: string): string {
  const name = identifier(track.name);
  if (track.kind === 'events') return `event 1 ${code} ${name}`;
  return track.width === 1 ? `wire 1 ${code} ${name}` : `wire ${track.width} ${code} ${name} [${track.width - 1}:0]`;
}

/** The format's short names: letters, so that none looks like a keyword or a time. */
function identifierCode(number: number): string {
  const letter = String.fromCharCode(97 + (number % 26));
  return number < 26 ? letter : identifierCode(Math.floor(number / 26) - 1) + letter;
}

/** Names end at white space, and $ begins a keyword. */
function identifier(name: string): string {
  return name.replace(/[\s$]+/g, '_') || '_';
}

function words(text: string): string {
  return text.replace(/\$/g, '');
}

// What --help prints.
import type { FenceAgent } from '../definition.js';
import { forms } from './metadata.js';

const column = 34;
const width = 100;

/** The help text. `name` is the base name the agent was called by. */
export function renderUsage(agent: FenceAgent, name: string): string {
  const options = [...agent.options.values()].sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
  const lines = ['Usage:', `\t${name} [options]`, 'Options:'];
  for (const option of options) {
    const notes = [
      option.name === 'action' ? `: ${agent.actions.join(', ')}` : '',
      option.required && option.name !== 'action' ? ' (required)' : '',
      option.default === undefined ? '' : ` (default ${option.default})`,
    ];
    const [first = '', ...more] = wrap(option.description + notes.join(''), width - column);
    const head = `   ${forms(option)}`;
    lines.push(head.length < column ? head.padEnd(column) + first : `${head} ${first}`);
    lines.push(...more.map((line) => ' '.repeat(column) + line));
  }
  for (const section of agent.helpSections ?? []) {
    lines.push(`${section.title}:`, ...section.lines.map((line) => `   ${line}`.trimEnd()));
  }
  return lines.join('\n') + '\n';
}

function wrap(text: string, limit: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

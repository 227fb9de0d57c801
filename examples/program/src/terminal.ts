// Text for a terminal.

/** Columns of a line, for texts that are wrapped. */
export const lineWidth = 100;

/** The words of a text on lines of at most `limit` characters, as far as they fit. */
export function wrap(text: string, limit: number = lineWidth): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Something, and its explanation beside it from `column` on; below it, where it is too long for that. */
export function beside(head: string, text: string, column: number, width: number = lineWidth): string[] {
  const lines = wrap(text, width - column).map((line) => ' '.repeat(column) + line);
  const [first = '', ...more] = lines;
  return head.length < column ? [(head.padEnd(column) + first.trimStart()).trimEnd(), ...more] : [head, ...lines];
}

/** Paints a text by what it means. */
export interface Colours {
  readonly good: (text: string) => string;
  readonly add: (text: string) => string;
  readonly change: (text: string) => string;
  readonly remove: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const plain = (text: string) => text;

/** Colours for a terminal, and none for anything else. */
export function colours(on: boolean): Colours {
  const use = (code: number) => (on ? paint(code) : plain);
  return { good: use(32), add: use(32), change: use(33), remove: use(31), bad: use(31), strong: use(1), faint: use(2) };
}

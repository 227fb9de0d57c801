// Colours for a terminal, and none for anything else.

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

export function colours(on: boolean): Colours {
  const use = (code: number) => (on ? paint(code) : plain);
  return { good: use(32), add: use(32), change: use(33), remove: use(31), bad: use(31), strong: use(1), faint: use(2) };
}

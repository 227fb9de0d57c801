// The lab's processes run in namespaces of their own: what it does to the network stays in there, and when the lab
// ends, however it ends, the kernel takes every machine down with it.
import type { RunProgram } from './program.js';
import { LabError } from './errors.js';

/** The words that run `words` confined, until they end or whoever started them does. Needs root. */
export const confinedToCaller = (words: readonly string[]): string[] => [
  ...['setpriv', '--pdeathsig', 'KILL'],
  ...confined(words),
];

/** The words that run `words` confined. Needs root. */
export const confined = (words: readonly string[]): string[] => [
  ...['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'],
  ...words,
];

/** Refuses to lay a network anywhere but in a namespace that has none. */
export async function demandConfinement(run: RunProgram): Promise<void> {
  const { stdout } = await run(['ip', '-json', 'link']);
  const links = JSON.parse(stdout || '[]') as { ifname: string }[];
  if (links.some(({ ifname }) => ifname !== 'lo')) {
    throw new LabError('STATE', 'the lab must run in a network namespace of its own: start it by its command line');
  }
}

// Promoted and Unpromoted were Master and Slave: pcs before 0.11 knows only those.
import type { Variant } from './command.js';

const LEGACY: ReadonlyMap<string, string> = new Map([
  ['Promoted', 'Master'],
  ['Unpromoted', 'Slave'],
  ['role=Promoted', 'role=master'],
  ['role=Unpromoted', 'role=slave'],
  ['--promoted', '--master'],
]);

/** The variant for a pcs that has only the old names; none when no such name is among the words and options. */
export function legacyRoles(words: readonly string[], options: readonly string[] = []): readonly Variant[] | undefined {
  if (![...words, ...options].some((word) => LEGACY.has(word))) return undefined;
  const legacy = (word: string) => LEGACY.get(word) ?? word;
  return [{ without: 'pcmk.cib.roles.promoted-unpromoted', words: words.map(legacy), options: options.map(legacy) }];
}

// The descriptions of elements, which pcs 0.12.2 and later read and set.
import { cibChange, type Change } from '../command/change.js';
import type { CibCommand } from '../command/command.js';
import { id, literal } from '../command/words.js';

const variants = [{ without: 'pcmk.cib.element-description', unsupported: 'it knows no descriptions of elements' }];

/** An element's id, or a node's, which is a number. */
function elementId(element: string): string {
  return /^\d+$/.test(element) ? element : id(element);
}

/** Reads a description; the empty text when there is none. */
export function readDescription(words: readonly string[], element: string): CibCommand<string> {
  return {
    ...cibChange([...words, elementId(element)], { variants }),
    parse: ({ stdout }) => stdout.toString('utf8').replace(/\n$/, ''),
  };
}

/** Sets a description; the empty text removes it. */
export function setDescription(words: readonly string[], element: string, text: string): CibCommand<Change> {
  return cibChange([...words, elementId(element), literal(text, 'description')], { variants });
}

// Tests that drive real programs (pcs, pacemaker-fenced, xmllint …) ask here whether they are on this machine.
import { findPart, partOf } from '../../parts/parts.mjs';

/** The absolute path of a program, or undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  partOf(name);
  return findPart(name);
}

/**
 * True when all programs and files are installed, for `describe.runIf(haveRealParts('pcs'))`. Where every part of
 * tools/parts is there, a test that is skipped all the same makes `npm test` fail: see tools/check. The quick tests do
 * without parts.
 */
export function haveRealParts(...names: readonly string[]): boolean {
  return names.every((name) => findProgram(name) !== undefined) && process.env['WITHOUT_PARTS'] === undefined;
}

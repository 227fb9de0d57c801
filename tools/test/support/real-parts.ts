// Tests that drive real programs (pcs, pacemaker-fenced, xmllint …) ask here whether they are on this machine.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const directories = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/sbin',
  '/sbin',
  '/usr/libexec/pacemaker',
  '/usr/lib/pacemaker',
];

/** The absolute path of a program, or undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  for (const directory of directories) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this directory
    }
  }
  return undefined;
}

/**
 * True when all programs are installed, for `describe.runIf(haveRealParts('pcs'))`. On CI, which installs them,
 * a missing one is an error and never a silent skip.
 */
export function haveRealParts(...programs: readonly string[]): boolean {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length > 0 && process.env['CI'] === 'true') {
    throw new Error(`CI must have ${missing.join(', ')}: add what brings them to .ci/run`);
  }
  return missing.length === 0;
}

// What the installed pcs can do, asked of pcs itself and never guessed from its version number.
import type { Command, Features } from './command.js';
import { PcsError } from '../errors.js';

/** Asks the installed pcs for its version and capabilities; about 0.3 s, so {@link Pcs} asks once. */
export const detectFeatures: Command<Features> = {
  program: 'pcs',
  options: ['--version', '--full'],
  parse: ({ stdout }) => parseFeatures(stdout.toString('utf8')),
};

/** Reads the two lines `pcs --version --full` prints. @throws PcsError `MALFORMED_ANSWER` */
export function parseFeatures(text: string): Features {
  const [version = '', list = ''] = text.split('\n').map((line) => line.trim());
  const ids = new Set(list.split(' ').filter((id) => /^[a-z][\w.-]*$/.test(id)));
  if (!/^\d+\.\d+/.test(version) || ids.size === 0) {
    throw new PcsError(
      'MALFORMED_ANSWER',
      `pcs --version --full answered something else: ${JSON.stringify(text.slice(0, 200))}`,
      { stdout: text },
    );
  }
  return { version, ids, has: (capability) => ids.has(capability) };
}

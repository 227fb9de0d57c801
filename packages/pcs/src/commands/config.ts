// pcs config: saving and restoring the files of a cluster.
import type { CibCommand, Command } from '../command/command.js';
import { cibChange, change, type Change, flags, type RequestTimeout } from '../command/change.js';
import { PcsError } from '../errors.js';
import { integer, invalid } from '../command/words.js';

/**
 * `pcs config backup`: the bzip2-compressed tarball, as bytes. It holds keys and passwords.
 * @throws PcsError `MALFORMED_ANSWER` when pcs printed something else.
 */
export const backup = (): Command<Buffer> => ({
  ...change(['config', 'backup']),
  parse: ({ stdout }) => {
    if (!stdout.subarray(0, 3).equals(Buffer.from('BZh'))) {
      throw new PcsError('MALFORMED_ANSWER', 'pcs config backup did not write a bzip2 archive');
    }
    return stdout;
  },
});

/** `pcs config restore`: on all nodes, or only the local one; the cluster must be stopped. */
export const restore = (
  archive: Uint8Array,
  { local, ...options }: { readonly local?: boolean } & RequestTimeout = {},
): Command<Change> => {
  if (archive.length === 0) invalid('the archive is empty');
  return change(['config', 'restore'], { ...options, options: flags({ '--local': local }), stdin: archive });
};

/** `pcs config checkpoint …`: the copies Pacemaker keeps of each configuration. */
export const checkpoint = {
  /** `pcs config checkpoint restore`. */
  restore: (number: number): CibCommand<Change> =>
    cibChange(['config', 'checkpoint', 'restore', String(integer(number, 0, 1_000_000, 'checkpoint'))]),
};

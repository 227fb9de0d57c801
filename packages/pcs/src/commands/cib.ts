// The CIB as a whole: read with cibadmin, written only as a difference.
import type { ClusterConfiguration } from '../cib/cluster-configuration.js';
import type { CibCommand, Command } from '../command/command.js';
import { change, type Change, type Wait } from '../command/change.js';
import { PcsError } from '../errors.js';
import { configuration } from '../read/reads.js';
import { path } from '../command/words.js';
import { readDescription, setDescription } from './description.js';

/**
 * `cibadmin -Q`: the whole CIB as XML text, 25 to 40 ms where `pcs cluster cib` takes ten times as long.
 * @throws PcsError `MALFORMED_ANSWER` when it is cut off or not a CIB.
 */
export const query = (): CibCommand<string> => ({
  onFile: true,
  program: 'cibadmin',
  options: ['--query'],
  parse: ({ stdout }) => {
    const text = stdout.toString('utf8');
    if (!/^\s*(?:<\?xml[^>]*>\s*)?<cib[\s>]/.test(text) || !/<\/cib>\s*$/.test(text)) {
      throw new PcsError('MALFORMED_ANSWER', 'cibadmin did not answer with a whole CIB', { stdout: text });
    }
    return text;
  },
});

/** The whole configuration, typed, from `cibadmin -Q`. */
export const config = (): CibCommand<ClusterConfiguration> => ({ ...configuration(), onFile: true });

/**
 * `pcs cluster cib-push FILE diff-against=ORIGINAL`: only the difference, so that what others changed meanwhile stays.
 * A push without `diff-against` silently erased a concurrent change (observed) and is not offered.
 */
export const push = (file: string, original: string, options: Wait = {}): Command<Change> =>
  change(['cluster', 'cib-push', path(file), `diff-against=${path(original)}`], options);

/** `pcs cib element …` */
export const element = {
  /** `pcs cib element description`, since pcs 0.12.2: of a node, resource, alert, ACL role …; empty when there is none. */
  description: (elementId: string): CibCommand<string> => readDescription(['cib', 'element', 'description'], elementId),
  /** `pcs cib element description`, since pcs 0.12.2: sets it; the empty text removes it. */
  setDescription: (elementId: string, text: string): CibCommand<Change> =>
    setDescription(['cib', 'element', 'description'], elementId, text),
};

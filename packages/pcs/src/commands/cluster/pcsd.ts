// pcs pcsd: the daemon that pcs on other nodes talks to.
import type { Command } from '../../command/command.js';
import { change, type Change, type Force, type SkipOffline } from '../../command/change.js';
import { invalid, literal, path } from '../../command/words.js';

/** `pcs pcsd certkey`: files on this machine. */
export const certkey = (certificate: string, key: string, options: Force = {}): Command<Change> =>
  change(['pcsd', 'certkey', path(certificate, 'certificate'), path(key, 'key')], options);

/** `pcs pcsd sync-certificates`: the local ones to all nodes. */
export const syncCertificates = (options: SkipOffline = {}): Command<Change> =>
  change(['pcsd', 'sync-certificates'], options);

/** `pcs pcsd deauth`: whoever holds these tokens, or any token, may no longer command this machine. */
export const deauth = (tokens: readonly string[] | { readonly all: true }): Command<Change> => {
  if ('all' in tokens) return change(['pcsd', 'deauth']);
  if (tokens.length === 0) invalid('name at least one token, or { all: true }');
  return change(['pcsd', 'deauth', ...tokens.map(token)], { secrets: tokens });
};

/** For users other than root pcs passes the words on without their `--`: a token must not look like an option. */
function token(value: string): string {
  return literal(value, 'token').startsWith('-') ? invalid('a token must not begin with -') : value;
}

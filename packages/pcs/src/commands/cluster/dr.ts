// pcs dr: a second cluster at a recovery site.
import type { Command } from '../../command/command.js';
import { change, type Change, type RequestTimeout, type SkipOffline } from '../../command/change.js';
import { nodeName } from '../../command/words.js';

/** `pcs dr set-recovery-site`: by any node of that cluster; this one becomes the primary. */
export const setRecoverySite = (node: string, options: RequestTimeout = {}): Command<Change> =>
  change(['dr', 'set-recovery-site', nodeName(node)], options);

/** `pcs dr destroy`: the recovery configuration on all sites. */
export const destroy = (options: SkipOffline & RequestTimeout = {}): Command<Change> =>
  change(['dr', 'destroy'], options);

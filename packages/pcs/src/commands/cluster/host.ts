// pcs host: which machines this one may command.
import type { Command } from '../../command/command.js';
import { change, type Change, type RequestTimeout } from '../../command/change.js';
import { type Credentials, withPassword } from '../../command/password.js';
import { address, integer, invalid, nodeName } from '../../command/words.js';

/** A host, and where to reach it when its name does not say so. */
export type Host = string | { readonly name: string; readonly address: string; readonly port?: number };

/** `pcs host auth`. */
export const auth = (
  hosts: Host | readonly Host[],
  { requestTimeout, ...credentials }: Credentials & RequestTimeout,
): Command<Change> => {
  const list = Array.isArray(hosts) ? (hosts as readonly Host[]) : [hosts as Host];
  if (list.length === 0) invalid('name at least one host');
  return withPassword(
    ['host', 'auth', ...list.flatMap(hostWords)],
    credentials,
    requestTimeout === undefined ? {} : { requestTimeout },
  );
};

/** `pcs host deauth`: forgets the named hosts, on every node of the cluster if there is one. */
export const deauth = (
  hosts: readonly string[] | { readonly all: true },
  options: RequestTimeout = {},
): Command<Change> => {
  if ('all' in hosts) return change(['host', 'deauth'], options);
  if (hosts.length === 0) invalid('name at least one host, or { all: true }');
  return change(['host', 'deauth', ...hosts.map((one) => nodeName(one, 'host'))], options);
};

function hostWords(host: Host): string[] {
  if (typeof host === 'string') return [nodeName(host, 'host')];
  const port = host.port === undefined ? '' : `:${integer(host.port, 1, 65_535, 'port')}`;
  // An IPv6 address needs its brackets when a port follows (pcs host auth).
  const at = address(host.address);
  const bracketed = port !== '' && at.includes(':') && !at.startsWith('[') ? `[${at}]` : at;
  return [nodeName(host.name, 'host'), `addr=${bracketed}${port}`];
}

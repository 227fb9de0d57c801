// pcs client: letting an ordinary user command the local pcsd.
import type { Command } from '../../command/command.js';
import type { Change, RequestTimeout } from '../../command/change.js';
import { integer } from '../../command/words.js';
import { type Credentials, withPassword } from '../../command/password.js';

/** `pcs client local-auth`: for users other than root; afterwards pcs does for them what needs root. */
export const localAuth = ({
  port,
  requestTimeout,
  ...credentials
}: Credentials & RequestTimeout & { readonly port?: number }): Command<Change> =>
  withPassword(
    ['client', 'local-auth', ...(port === undefined ? [] : [String(integer(port, 1, 65_535, 'port'))])],
    credentials,
    { requestTimeout },
  );

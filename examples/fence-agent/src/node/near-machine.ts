// What of the machine is at hand at once, in the first part of the program.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { KeeperConversation } from '../keeper/ask.js';
import { ask, ownAddresses, resolve } from '../target/network-of-linux.js';
import { callLineKeeper } from './line-keeper.js';
import type { Machine } from './machine.js';

export interface NearMachine extends Pick<Machine, 'hostname' | 'network' | 'readCorosyncConf'> {
  /** Undefined when there is none; rejects when it must not be asked. */
  readonly callLineKeeper: () => Promise<KeeperConversation | undefined>;
}

export const nearMachine: NearMachine = {
  hostname,
  network: { ownAddresses, resolve, ask },
  // By a plain call: node:fs/promises takes longer to get ready than all the rest.
  readCorosyncConf: (path) =>
    new Promise((settle) => {
      settle(readFileSync(path, 'utf8'));
    }),
  callLineKeeper,
};

// The machine that this process runs on.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { readDefaultsFile, systemClock } from '@sleepi3/driver';
import type { AgentMessage, KeeperEvent } from '../keeper/messages.js';
import { PowerRecord } from '../line/power-record.js';
import { ask, ownAddresses, resolve } from '../target/network-of-linux.js';
import { WireTestRecord } from '../wire-test/record.js';
import { openBoard } from './board.js';
import type { Machine } from './machine.js';
import { checkDirectoryOf, recordFile, stateFiles } from './state.js';

export function nodeMachine(onProgress?: Machine['onProgress']): Machine {
  const files = stateFiles();
  return {
    ...(onProgress && { onProgress }),
    date: () => new Date(),
    hostname,
    network: { ownAddresses, resolve: (name) => resolve(name), ask: (address, packets) => ask(address, packets) },
    readCorosyncConf: (path) => readText(path),
    readDefaults: (path) => readDefaultsFile(path),
    keeper: (board, context) => ({
      ...context,
      board,
      clock: systemClock,
      call: async () => {
        checkDirectoryOf(files.socket);
        const { callKeeper } = await import('../keeper/socket.js');
        return callKeeper<KeeperEvent, AgentMessage>(files.socket);
      },
    }),
    openBoard,
    clusterKey: () => {
      try {
        return readFileSync(files.clusterKey);
      } catch {
        return undefined;
      }
    },
    wireTest: new WireTestRecord(recordFile(files.wireTest)),
    observation: recordFile(files.observation),
  };
}

/** What was proven about the peer's power in this boot. */
export function powerRecord(): PowerRecord {
  return new PowerRecord(recordFile(stateFiles().powerOff), bootId());
}

/** /etc/machine-id; empty where there is none. */
export function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** A small file, by a plain call: see state.ts. */
const readText = (path: string) =>
  new Promise<string>((resolve) => {
    resolve(readFileSync(path, 'utf8'));
  });

/** Linux's id of this boot. */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

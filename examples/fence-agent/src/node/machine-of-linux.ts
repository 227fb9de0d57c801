// The machine that this process runs on.
import { readFileSync } from 'node:fs';
import { readDefaultsFile, systemClock } from '@sleepi3/driver';
import { PowerRecord } from '../line/power-record.js';
import { WireTestRecord } from '../wire-test/record.js';
import { openBoard } from './board.js';
import type { NearMachine } from './near-machine.js';
import type { Machine } from './machine.js';
import { recordFile } from './record-file.js';
import { stateFiles } from './state.js';

export function nodeMachine({ callLineKeeper, ...near }: NearMachine, onProgress?: Machine['onProgress']): Machine {
  const files = stateFiles();
  return {
    ...near,
    ...(onProgress && { onProgress }),
    date: () => new Date(),
    readDefaults: (path) => readDefaultsFile(path),
    keeper: (board, context) => ({
      ...context,
      board,
      clock: systemClock,
      call: callLineKeeper,
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

/** Linux's id of this boot. */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

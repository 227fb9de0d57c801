// The line keeper as a process of this machine.
import { writeFile } from 'node:fs';
import { promisify } from 'node:util';
import { systemClock } from '@sleepi3/driver';
import { boardLines, openBoard } from '../node/board.js';
import { type AgentMessage, type KeeperEvent, parseAgentMessage } from './messages.js';
import { listenForAgents } from './socket.js';
import type { KeeperHost } from './keeper.js';
import { startGuard } from './line-programs.js';
import { type LineOwner, powerRecord, tryLock } from '../node/machine-of-linux.js';

export function keeperHost(owner: LineOwner, processId: number): KeeperHost {
  const { board, files, log, stop } = owner;
  return {
    clock: systemClock,
    stop,
    log,
    record: powerRecord(owner),
    tryLock: () => tryLock(owner),
    listen: async (onCall) => {
      await promisify(writeFile)(files.keeper, `${processId}\n`, { mode: 0o600 }).catch((error: unknown) => {
        // It only helps to kill a keeper that hangs: a full /run is no reason not to fence.
        log(`the line keeper's process id could not be written: ${String(error)}`);
      });
      return listenForAgents<AgentMessage, KeeperEvent>(files.socket, onCall, parseAgentMessage);
    },
    openLines: async () => boardLines(await openBoard(board, log)),
    startGuard: () => startGuard(owner),
    date: () => new Date(),
  };
}

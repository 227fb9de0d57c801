// The agent as a process of this machine.
import { accessSync, constants, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { kill } from 'node:process';
import {
  acquireFileLock,
  type FileLock,
  type FileLockOptions,
  readDefaultsFile,
  Sleepi3Error,
  systemClock,
} from '@sleepi3/driver';
import { boardLines, openBoard } from './board.js';
import type { FencingHost } from '../keeper/ask.js';
import type { AgentMessage, KeeperEvent } from '../keeper/messages.js';
import type { Machine } from './machine.js';
import { PowerRecord, type RecordFile } from '../line/power-record.js';
import {
  type BoardName,
  filesElsewhere,
  makeStateDirectory,
  recordFile,
  type StateFiles,
  stateFiles,
} from './state.js';
import { ask, ownAddresses, resolve } from '../target/network-of-linux.js';
import { WireTestRecord } from '../wire-test/record.js';

/** What both sides need to know. */
export interface LineOwner {
  /** The file of this very program, and the Node that runs it: keeper and guard are started from them. */
  readonly program: string;
  readonly execPath: string;
  readonly board: BoardName;
  readonly files: StateFiles;
  readonly log: (message: string) => void;
  readonly stop: AbortSignal;
}

/** The program's own words for running as a line keeper or its guard; the arguments are the board and the state directories. */
export const keeperCommand = 'line-keeper';
export const guardCommand = 'line-guard';

/** This machine. `program`: the file of this very program. */
export function nodeMachine(
  { program, execPath }: Pick<LineOwner, 'program' | 'execPath'>,
  onProgress?: Machine['onProgress'],
): Machine {
  return {
    ...(onProgress && { onProgress }),
    date: () => new Date(),
    hostname,
    network: { ownAddresses, resolve: (name) => resolve(name), ask: (address, packets) => ask(address, packets) },
    readCorosyncConf: (path) => readText(path),
    readDefaults: (path) => readDefaultsFile(path),
    site: (board, directory, { configured, log, stop, onProgress: tell }) => {
      const files = stateFiles(directory, board, configured);
      return {
        ...fencingHost({ program, execPath, board, files, log, stop }),
        ...(tell && { onProgress: tell }),
        record: powerRecord({ files, board }),
        openBoard: () => openBoard(board, log),
        prepare: () =>
          promised(() => {
            prepareDirectory(files.directory);
          }),
        wireTest: new WireTestRecord(keptFile(files.wireTest)),
        observation: keptFile(files.observation),
      };
    },
  };
}

/** The agent's side. */
export function fencingHost(owner: LineOwner): FencingHost {
  const { board, files, log, stop } = owner;
  return {
    clock: systemClock,
    stop,
    log,
    // Loaded when needed: monitor and status have nothing to say to a keeper, nor to start one, while EXTOUT is idle.
    call: async () => {
      const { callKeeper } = await import('../keeper/socket.js');
      const own = await callKeeper<KeeperEvent, AgentMessage>(files.socket);
      if (own) return own;
      for (const { socket } of filesElsewhere(files, board)) {
        // What is wrong with a directory that is not ours is no reason not to fence: the lock decides.
        const other = await callKeeper<KeeperEvent, AgentMessage>(socket).catch(() => undefined);
        if (other) return other;
      }
      return undefined;
    },
    startKeeper: async () => {
      const { startKeeper } = await import('../keeper/line-programs.js');
      await startKeeper(owner);
    },
    killKeeper: () => killKeeper(owner),
    tryLock: () => tryLock(owner),
    openLines: async () => boardLines(await openBoard(board, log)),
  };
}

/** What is forgotten is forgotten everywhere: an act that went to another directory leaves no proof of old in the first. */
export function powerRecord({ files, board }: Pick<LineOwner, 'files' | 'board'>): PowerRecord {
  const file = recordFile(files.record);
  const remove = async () => {
    const others = filesElsewhere(files, board).map(({ record }) => recordFile(record));
    await Promise.all([file, ...others].map((one) => one.remove()));
  };
  return new PowerRecord({ ...file, remove }, bootId());
}

/** A small file, by a plain call: see state-files.ts. */
const readText = (path: string) => promised(() => readFileSync(path, 'utf8'));

/** A call that may throw, as a promise that may reject. */
function promised<T>(call: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(call());
  });
}

/** Linux's id of this boot. */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

function prepareDirectory(directory: string): void {
  makeStateDirectory(directory);
  try {
    accessSync(directory, constants.W_OK);
  } catch (error) {
    throw new Error(`the state directory ${directory} cannot be written: run as root, or set state_dir`, {
      cause: error,
    });
  }
}

/** A file whose directory need not be there yet. */
function keptFile(path: string): RecordFile {
  const file = recordFile(path);
  return {
    ...file,
    replace: async (text) => {
      makeStateDirectory(dirname(path));
      await file.replace(text);
    },
  };
}

/** The board's lock, or undefined when another process has it, be it in another directory. */
export async function tryLock(
  owner: Pick<LineOwner, 'files' | 'board' | 'log'>,
): Promise<{ release(): Promise<void> } | undefined> {
  const { files, board } = owner;
  makeStateDirectory(files.directory);
  const lock = await lockOrBusy(files.lock, { timeout: 0 });
  if (lock === 'busy') return undefined;
  // Only with the own one in hand: of two that look at each other's at the same time one sees it at least. So that they do
  // not both give way, again and again, the one in the directory that was configured waits a moment.
  const timeout = files.directory === files.configured ? 500 : 0;
  for (const other of filesElsewhere(files, board)) {
    if (!(await isLocked(other.lock, timeout, owner))) continue;
    await lock.release();
    return undefined;
  }
  return lock;
}

async function lockOrBusy(path: string, options: FileLockOptions): Promise<FileLock | 'busy'> {
  try {
    return await acquireFileLock(path, options);
  } catch (error) {
    if (error instanceof Sleepi3Error && error.code === 'LOCK_BUSY') return 'busy';
    throw error;
  }
}

/** Whether somebody has a lock that is not ours to take. */
async function isLocked(path: string, timeout: number, { log }: Pick<LineOwner, 'log'>): Promise<boolean> {
  try {
    const lock = await lockOrBusy(path, { timeout, shared: true, create: false });
    if (lock === 'busy') return true;
    await lock.release();
  } catch (error) {
    // A directory that cannot be read is no reason not to fence.
    if (!(error instanceof Sleepi3Error && error.errno === 'ENOENT'))
      log(`another line keeper's lock cannot be read: ${String(error)}`);
  }
  return false;
}

async function killKeeper({ files, board }: LineOwner): Promise<void> {
  for (const one of [files, ...filesElsewhere(files, board)]) await killKeeperOf(one, board);
}

async function killKeeperOf(files: StateFiles, board: BoardName): Promise<void> {
  const processId = Number.parseInt(await readText(files.keeper).catch(() => ''), 10);
  // The file may be an old one: only a process that still is the keeper of this board is killed.
  const commandLine = await readText(`/proc/${processId}/cmdline`).catch(() => '');
  const words = commandLine.split('\0');
  const isKeeper = [keeperCommand, String(board.address), files.directory].every((word) => words.includes(word));
  if (!(processId > 1) || !isKeeper) return;
  try {
    kill(processId, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended meanwhile
  }
}

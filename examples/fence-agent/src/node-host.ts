// The agent and its line keeper as processes of this machine.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants, readFileSync } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { kill } from 'node:process';
import type { Writable } from 'node:stream';
import { acquireFileLock, readDefaultsFile, runProgram, Sleepi3Error, systemClock } from '@sleepi3/driver';
import { boardLines, openBoard } from './board-access.js';
import type { FencingHost } from './fencing.js';
import { type AgentMessage, type KeeperEvent, parseAgentMessage } from './keeper-messages.js';
import { callKeeper, listenForAgents } from './keeper-socket.js';
import type { KeeperHost } from './line-keeper.js';
import type { Machine } from './machine.js';
import { PowerRecord, type RecordFile } from './power-record.js';
import { type BoardName, makeStateDirectory, recordFile, type StateFiles, stateFiles } from './state-files.js';
import { WireTestRecord } from './wire-test-record.js';

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

/** The program's own words for running as a line keeper or its guard; the arguments are the board and the state directory. */
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
    answers: ping,
    readCorosyncConf: (path) => readFile(path, 'utf8'),
    readDefaults: (path) => readDefaultsFile(path),
    site: (board, directory, { log, stop, onProgress: tell }) => {
      const files = stateFiles(directory, board);
      return {
        ...fencingHost({ program, execPath, board, files, log, stop }),
        ...(tell && { onProgress: tell }),
        record: powerRecord(files),
        openBoard: () => openBoard(board, log),
        prepare: () => prepareDirectory(files.directory),
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
    call: () => callKeeper<KeeperEvent, AgentMessage>(files.socket),
    startKeeper: () => startKeeper(owner),
    killKeeper: () => killKeeper(files.keeper),
    tryLock: () => tryLock(files),
    openLines: async () => boardLines(await openBoard(board, log)),
  };
}

/** The keeper's side. */
export function keeperHost(owner: LineOwner, processId: number): KeeperHost {
  const { board, files, log, stop } = owner;
  return {
    clock: systemClock,
    stop,
    log,
    record: powerRecord(files),
    tryLock: () => tryLock(files),
    listen: async (onCall) => {
      await writeFile(files.keeper, `${processId}\n`, { mode: 0o600 }).catch((error: unknown) => {
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

export function powerRecord(files: StateFiles): PowerRecord {
  return new PowerRecord(recordFile(files.record), bootId());
}

/** Linux's id of this boot; where there is none, one that no record bears, so that nothing is believed. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}

async function prepareDirectory(directory: string): Promise<void> {
  await makeStateDirectory(directory);
  await access(directory, constants.W_OK).catch((error: unknown) => {
    throw new Error(`the state directory ${directory} cannot be written: run as root, or set state_dir`, {
      cause: error,
    });
  });
}

/** A file whose directory need not be there yet. */
function keptFile(path: string): RecordFile {
  const file = recordFile(path);
  return {
    ...file,
    replace: async (text) => {
      await makeStateDirectory(dirname(path));
      await file.replace(text);
    },
  };
}

/** The board's lock, or undefined when another process has it. */
export async function tryLock(files: StateFiles): Promise<{ release(): Promise<void> } | undefined> {
  await makeStateDirectory(files.directory);
  try {
    return await acquireFileLock(files.lock, { timeout: 0 });
  } catch (error) {
    if (error instanceof Sleepi3Error && error.code === 'LOCK_BUSY') return undefined;
    throw error;
  }
}

/**
 * Starts a keeper in a session of its own, out of reach of a signal to the agent's process group, and holding none of
 * the agent's pipes open. Resolves when it says that it is armed, or when it has ended.
 */
function startKeeper(owner: LineOwner): Promise<void> {
  return new Promise((resolve, reject) => {
    const keeper = spawn(owner.execPath, programArguments(keeperCommand, owner), {
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    keeper.once('error', (error) => {
      reject(new Error(`the line keeper cannot be started: ${error.message}`, { cause: error }));
    });
    let words = '';
    const done = () => {
      keeper.stdout.destroy();
      keeper.unref();
      if (words.startsWith('failed: ')) reject(new Error(`the line keeper cannot work: ${words.slice(8).trim()}`));
      else resolve();
    };
    keeper.stdout.setEncoding('utf8').on('data', (text: string) => {
      words += text;
      if (words.includes('\n')) done();
    });
    keeper.stdout.once('close', done);
  });
}

/** One ping of Debian's iputils-ping, which ends with 0 when there was an answer and with 1 when there was none. */
async function ping(address: string): Promise<boolean | undefined> {
  const { status } = await runProgram('ping', ['-n', '-q', '-c', '1', '-W', '0.5', '--', address], {
    timeout: 2000,
  }).catch(
    () => ({ status: null }), // not installed
  );
  return status === 0 ? true : status === 1 ? false : undefined;
}

/** What waits for the keeper's end: a shell, a tenth of a Node, which becomes the guard only when there is work for it. */
const guardScript = 'read -r word; [ "$word" = dismissed ] || exec "$@"';

/**
 * Starts the guard. It is armed at once: the kernel ends its standard input when this process dies, and only a dismissal
 * comes before that end. It does not delay the line, which is about to be asserted, by the start of another Node.
 */
function startGuard(owner: LineOwner): { dismiss(): void } {
  const unguarded = (error: unknown) => {
    owner.log(`the line is held without a guard: ${String(error)}`);
  };
  try {
    const words = ['-c', guardScript, 'sh', owner.execPath, ...programArguments(guardCommand, owner)];
    const guard = spawn('/bin/sh', words, {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    guard.once('error', unguarded);
    // Without a file descriptor left there is no pipe.
    const stdin = guard.stdin as Writable | undefined;
    stdin?.on('error', () => undefined); // the guard is gone, and with it whoever would read the dismissal
    guard.unref();
    return { dismiss: () => stdin?.end('dismissed\n') };
  } catch (error) {
    unguarded(error); // for want of memory, fork fails at once
    return { dismiss: () => undefined };
  }
}

function programArguments(command: string, { program, board, files }: LineOwner): string[] {
  return [program, command, board.bus, String(board.address), files.directory];
}

async function killKeeper(pidFile: string): Promise<void> {
  const processId = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  // The file may be an old one: only a process that still is a keeper is killed.
  const commandLine = await readFile(`/proc/${processId}/cmdline`, 'utf8').catch(() => '');
  if (processId <= 1 || !commandLine.split('\0').includes(keeperCommand)) return;
  try {
    kill(processId, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended meanwhile
  }
}

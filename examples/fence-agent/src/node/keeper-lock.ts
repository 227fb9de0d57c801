// Each machine has one line keeper: a second one would take the first one's hold for a line without an owner, and let go of it.
// Whoever it is holds a lock, which the kernel takes from it when it dies, however it dies; the file says who that is.
import { ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { env, pid } from 'node:process';
import { acquireFileLock, type FileLock, Sleepi3Error } from '@sleepi3/driver';
import { directoryVariable, serviceRuntime, type StateFiles } from './state.js';
import { reasonOf } from '../reason.js';

const service = 'fence-sleepi3.service';
const socketUnit = 'fence-sleepi3.socket';
/** How long a service waits for a predecessor that is still ending, ms: less than the TimeoutStartSec= of its unit. */
const predecessorTimeout = 100_000;

/** Who wants to be the line keeper. */
export interface Candidate {
  /** Whether systemd started it, with its socket. */
  readonly isService: boolean;
  readonly stop: AbortSignal;
  readonly log: (message: string) => void;
}

type KeeperFiles = Pick<StateFiles, 'lock' | 'socket'>;

/**
 * Makes this process the line keeper of the machine.
 *
 * @throws Error that says who it is already, before the line or the socket was touched; the signal's reason when it is to stop.
 */
export async function becomeKeeper(files: KeeperFiles, candidate: Candidate): Promise<FileLock | undefined> {
  const lock = await (candidate.isService ? lockAsService(files, candidate) : lockByHand(files, candidate));
  if (lock) note(lock, candidate.isService);
  return lock;
}

/** Waits for the predecessor to end. Without a lock where the disk takes none: systemd starts no second service. */
async function lockAsService({ lock }: KeeperFiles, { stop, log }: Candidate): Promise<FileLock | undefined> {
  try {
    return await acquireFileLock(lock, { timeout: 0, signal: stop });
  } catch (error) {
    if (!(error instanceof Sleepi3Error)) throw error;
    if (!isBusy(error)) {
      log(`a second line keeper, started by hand, would not be refused: ${reasonOf(error)}`);
      return undefined;
    }
  }
  log(`waiting for another line keeper to end, ${holderOf(lock)}`);
  return acquireFileLock(lock, { timeout: predecessorTimeout, signal: stop }).catch(refuseSecond(lock));
}

/** Takes nothing from a service, which may be starting just now, or be another user's. */
async function lockByHand({ lock: path, socket }: KeeperFiles, { stop }: Candidate): Promise<FileLock> {
  const lock = await acquireFileLock(path, { timeout: 0, signal: stop }).catch(refuseSecond(path));
  const ofService = env[directoryVariable] ? [] : [join(serviceRuntime, basename(socket))];
  const taken = [socket, ...ofService].find(isListenedAt);
  if (taken === undefined) return lock;
  await lock.release();
  throw new Error(
    `${socketUnit} listens at ${taken}: the line keeper of this machine is ${service} (systemctl status ${service}); to run ` +
      `another one, stop both first (systemctl stop ${socketUnit} ${service})`,
  );
}

function isBusy(error: unknown): boolean {
  return error instanceof Sleepi3Error && error.code === 'LOCK_BUSY';
}

function refuseSecond(path: string): (error: unknown) => never {
  return (error) => {
    if (!isBusy(error)) throw error;
    throw new Error(`a line keeper is running already, ${holderOf(path)}: each machine has only one`);
  };
}

/** For whoever comes next, if the disk takes it. */
function note({ fd }: FileLock, isService: boolean): void {
  const who = isService
    ? `process ${pid} of ${service} (systemctl status ${service})`
    : `process ${pid}, which is not ${service} (ps -fp ${pid})`;
  try {
    ftruncateSync(fd);
    writeSync(fd, who);
  } catch {
    // The lock holds all the same.
  }
}

function holderOf(path: string): string {
  const unknown = `perhaps ${service} (systemctl status ${service})`;
  try {
    return readFileSync(path, 'utf8') || unknown;
  } catch {
    return unknown;
  }
}

/** __SO_ACCEPTCON of Linux (net.h): it is listened on. */
const listens = 0x10000;

/** Whether any process has a socket that listens at `path`; a call would start the service. See proc_pid_net(5). */
function isListenedAt(path: string): boolean {
  let sockets: string;
  try {
    sockets = readFileSync('/proc/net/unix', 'utf8');
  } catch {
    return false;
  }
  return sockets.split('\n').some((line) => {
    // Num RefCount Protocol Flags Type St Inode Path
    const [, , , flags = '', , , , ...name] = line.split(/\s+/);
    return name.join(' ') === path && (Number.parseInt(flags, 16) & listens) !== 0;
  });
}

// Where the line keeper is found, and where is kept what must outlive a single run: one directory for each of the two.
import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { env, getuid } from 'node:process';
import { reasonOf } from '../reason.js';

export interface StateFiles {
  /** The line keeper's socket. Gone at the next boot, as everything beside it should be. */
  readonly socket: string;
  /** Whoever holds the lock on it is the line keeper; it says who that is. */
  readonly lock: string;
  /** Where the line keeper's board is, for sh: see {@link noteBoard}. */
  readonly board: string;
  /** The last power-off that was verified, as long as nothing may have undone it. */
  readonly powerOff: string;
  /** The wake pulse that is owed to a target; outlives a boot, as everything below does. */
  readonly owedWake: string;
  /** What the last wire test found. */
  readonly wireTest: string;
  /** What people were told of this node, and how its acts ended. */
  readonly watch: string;
  /** The registers found at a boot. */
  readonly observation: string;
  /** Corosync's own key, by which the line keepers of the cluster know each other. */
  readonly clusterKey: string;
}

/** The variable of the environment that names one directory for all. */
export const directoryVariable = 'FENCE_SLEEPI3_DIRECTORY';
/** The runtime directory of root's line keeper, the service. */
export const serviceRuntime = '/run/fence_sleepi3';
export const boardFile = 'board';

/** The files of this user's line keeper; root's are those of the service. */
export function stateFiles(): StateFiles {
  const { runtime, kept, corosync } = directories();
  return {
    socket: join(runtime, 'keeper.sock'),
    lock: join(runtime, 'keeper.lock'),
    board: join(runtime, boardFile),
    powerOff: join(runtime, 'power-off'),
    owedWake: join(kept, 'owed-wake'),
    wireTest: join(kept, 'wire-test'),
    watch: join(kept, 'watch'),
    observation: join(kept, 'observed'),
    clusterKey: join(corosync, 'authkey'),
  };
}

/** The one directory in which the line keeper is found, and the one for what outlives a boot. */
function directories(): { readonly runtime: string; readonly kept: string; readonly corosync: string } {
  const name = 'fence_sleepi3';
  // Two nodes on one machine, as tests and the demo have them, cannot share the directories of the system.
  const own = env[directoryVariable];
  if (own) return { runtime: own, kept: own, corosync: own };
  const corosync = '/etc/corosync';
  const runtime = env['XDG_RUNTIME_DIR'];
  const home = env['HOME'];
  if (getuid?.() === 0 || !runtime || !home) return { runtime: serviceRuntime, kept: `/var/lib/${name}`, corosync };
  return {
    runtime: join(runtime, name),
    kept: join(env['XDG_STATE_HOME'] ?? join(home, '.local/state'), name),
    corosync,
  };
}

/** Makes the directory of `file` if it is not there, for this user alone, and sees that it is safe. */
export function makeDirectoryOf(file: string): void {
  const directory = dirname(file);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`the directory ${directory} cannot be made (${reasonOf(error)}): run as root`, { cause: error });
  }
  checkDirectoryOf(file);
}

/**
 * Throws when others may write to the directory of `file`: whoever can put a socket there can answer in the line keeper's
 * place. One that is not there is safe.
 */
export function checkDirectoryOf(file: string): void {
  const directory = dirname(file);
  // Of a link it is the link that is judged: where everybody may make one it could lead anywhere.
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (!found) return;
  const { uid, mode } = found;
  if (found.isDirectory() && (mode & 0o022) === 0 && (uid === 0 || uid === getuid?.())) return;
  throw new Error(`the directory ${directory} can be written by others: make it root's own (chown root, chmod 700)`);
}

// The procedure's outside on this machine.
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireFileLock, readDefaultsFile, runProgram, Sleepi3, Sleepi3Error, systemClock } from '@sleepi3/driver';
import { createNodeRunner, Pcs } from '@sleepi3/pcs';
import { type FenceCheck, parseFenceCheck, probe, replaceTextfile } from '@sleepi3/program';
import { RollError } from '../errors.js';
import { makeStateDirectory, recordFiles } from './files.js';
import type { Host } from './host.js';
import { inhibitors } from './inhibitors.js';
import { pcsCluster } from '../cluster/pcs-cluster.js';
import { reporter } from '../report/reporter.js';
import type { Settings } from '../settings.js';
import { sleepi3Board } from './sleepi3-board.js';

/** What this process knows. */
export interface NodeHostOptions {
  readonly stateDirectory: string;
  readonly json: boolean;
  readonly write: (text: string) => void;
  readonly toJournal: boolean;
  readonly pid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export function nodeHost(settings: Settings, options: NodeHostOptions): Host {
  const { stateDirectory, json, write, toJournal, pid, env, signal } = options;
  // Without the signal: a command that has begun is carried through, within its own time, and then undone.
  const pcs = new Pcs({ runner: createNodeRunner({ env }) });
  return {
    clock: systemClock,
    date: () => Date.now(),
    bootId: async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
    pid,
    cluster: pcsCluster({ pcs, service: settings.service, moveTimeout: settings['move-timeout'] }),
    board: settings.board
      ? sleepi3Board({ open: () => Sleepi3.fromDefaultsFile(), defaults: () => readDefaultsFile(), fenceCheck })
      : undefined,
    records: recordFiles(stateDirectory),
    probe: (url, timeoutMs) => probe(url, timeoutMs, 'rolling-reboot'),
    inhibitors: () => inhibitors(),
    fileExists: (path) => exists(path),
    reboot,
    goingDown,
    randomWord: () => randomBytes(4).toString('hex'),
    report: reporter(settings, { write, toJournal, json, runProgram, replaceTextfile }),
    signal,
  };
}

/** s for the fence agent to look at its node. */
const checkTimeout = 60;

async function fenceCheck(): Promise<FenceCheck | undefined> {
  const words = ['check', '--json'];
  const said = await runProgram('/usr/sbin/fence_sleepi3', words, { timeout: checkTimeout * 1000 }).catch(
    () => undefined,
  );
  return said && parseFenceCheck(said.stdout);
}

/** See ProgramHost.exclusive. */
export async function exclusive(stateDirectory: string, waitMs: number): Promise<() => Promise<void>> {
  await makeStateDirectory(stateDirectory);
  try {
    const lock = await acquireFileLock(join(stateDirectory, 'lock'), { timeout: waitMs });
    return () => lock.release();
  } catch (error) {
    if (!(error instanceof Sleepi3Error) || error.code !== 'LOCK_BUSY') throw error;
    throw new RollError('BUSY', 'rolling-reboot runs on this node already: rolling-reboot status', { cause: error });
  }
}

/** s for systemd to take the order. */
const rebootTimeout = 60;

async function reboot(): Promise<void> {
  const result = await runProgram('systemctl', ['--no-block', 'reboot'], { timeout: rebootTimeout * 1000 });
  if (result.status === 0) return;
  const end = result.timedOut
    ? `did not end within ${rebootTimeout} s`
    : `exited ${result.status ?? result.signal ?? ''}`;
  throw new RollError('STEP_FAILED', `systemctl reboot ${end}: ${result.stderr.trim()}`);
}

/** Every shutdown, reboot and power-off is a job of shutdown.target (bootup(7)). */
async function goingDown(): Promise<boolean> {
  const words = ['show', '--property=Job', 'shutdown.target'];
  const result = await runProgram('systemctl', words, { timeout: 10_000 }).catch(() => undefined);
  return result?.status === 0 && /^Job=[1-9]/m.test(result.stdout);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    },
  );
}

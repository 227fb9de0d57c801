// Two virtual boards on sockets, in real time, with the built agent: what the tests of real processes run on.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { editDefaults, systemClock } from '@sleepi3/driver';
import {
  type PacemakerCall,
  type ProcessOptions,
  type ProcessResult,
  runLikePacemaker,
} from '@sleepi3/fence-protocol/testing';
import { createHarness, type Harness, record, type Recording, serveBoard } from '@sleepi3/simulator';
import { type Service, startService } from './service.js';
import { timeout } from './until.js';
import { bundleProgram } from '../../../../tools/bundle/bundle-program.js';

const home = join(import.meta.dirname, '../..');

/** Builds the agent into `directory` and gives the program's path. */
export function buildAgent(directory: string): string {
  bundleProgram(home, directory);
  return join(directory, 'fence_sleepi3');
}

export interface LiveCluster extends AsyncDisposable {
  readonly harness: Harness;
  readonly recording: Recording;
  /** The line keeper of node2. */
  readonly service: Service;
  /** What node2 is configured with to fence node1. */
  readonly parameters: Readonly<Record<string, string>>;
  run(action: string, call?: Partial<PacemakerCall>, options?: Pick<ProcessOptions, 'signal'>): Promise<ProcessResult>;
  /** ms that node2 held EXTOUT, one number a pulse. */
  holds(): number[];
}

/** This host's name, as the node that it is: none is believed to be another one. */
export const self = hostname();

/**
 * `node2` is this side, called as this host is; `node1` is the target.
 *
 * @param prepare Is given the directory that the line keeper will have, before it starts.
 */
export async function liveCluster(program: string, prepare?: (state: string) => void): Promise<LiveCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'fence-live-'));
  const harness = createHarness({
    clock: systemClock,
    coldRegisters: { inputControl: 0b001 },
    names: ['node1', 'node2'],
  });
  const recording = record([...harness.boards]);
  const path = join(directory, 'board.sock');
  const server = await serveBoard(harness.boards[1], { path });
  const defaultsFile = join(directory, 'sleepi3');
  await writeFile(defaultsFile, editDefaults('', { EXTIN_FORCED_SHUTDOWN: true, HEARTBEAT_TIMEOUT: 0 }));
  const state = join(directory, 'state');
  await mkdir(state, { mode: 0o700 });
  prepare?.(state);
  const service = await startService(program, state, '--bus', `unix:${path}`, '--defaults-file', defaultsFile);
  const corosyncConf = join(directory, 'corosync.conf');
  const nodes = [self, 'node1'].map((name) => `  node {\n    name: ${name}\n  }\n`);
  await writeFile(corosyncConf, `nodelist {\n${nodes.join('')}}\n`);
  const parameters = {
    self,
    peer: 'node1',
    peer_address: 'none',
    corosync_conf: corosyncConf,
    defaults_file: defaultsFile,
  };
  return {
    harness,
    recording,
    service,
    parameters,
    run: (action, call = {}, { signal } = {}) =>
      runLikePacemaker(
        program,
        { action, target: 'node1', parameters, ...call },
        { timeout, env: service.env, ...(signal && { signal }) },
      ),
    holds: () => recording.pulses('node2', 'EXTOUT').map(({ start, end }) => end - start),
    [Symbol.asyncDispose]: async () => {
      await service.stop();
      await server.close();
      harness.close();
      await rm(directory, { recursive: true });
    },
  };
}

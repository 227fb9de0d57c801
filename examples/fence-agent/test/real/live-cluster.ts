// Two virtual boards on sockets, in real time, with the built agent: what the tests of real processes run on.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '@sleepi3/driver';
import { type PacemakerCall, type ProcessResult, runLikePacemaker } from '@sleepi3/fence-protocol/testing';
import { createHarness, type Harness, record, type Recording, serveBoard } from '@sleepi3/simulator';
import { bundleProgram } from '../../../../tools/bundle/bundle-program.js';

const home = join(import.meta.dirname, '../..');

/** Builds the agent into `directory` and gives the program's path. */
export function buildAgent(directory: string): string {
  bundleProgram(home, directory);
  return join(directory, 'fence_sleepi3');
}

export interface LiveCluster {
  readonly harness: Harness;
  readonly recording: Recording;
  /** What node2 is configured with to fence node1. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly stateDirectory: string;
  run(action: string, call?: Partial<PacemakerCall>, timeout?: number): Promise<ProcessResult>;
  /** The process that last kept this board's line. */
  keeperPid(): Promise<number>;
  /** ms that node2 held EXTOUT, one number a pulse. */
  holds(): number[];
  close(): Promise<void>;
}

/** This host's name, as the node that it is: none is believed to be another one. */
export const self = hostname();

/** `node2` is this side, called as this host is; `node1` is the target. */
export async function liveCluster(program: string): Promise<LiveCluster> {
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
  const stateDirectory = join(directory, 'state');
  await writeFile(defaultsFile, `I2C_BUS=unix:${path}\nEXTIN_FORCED_SHUTDOWN=1\nHEARTBEAT_TIMEOUT=0\n`);
  const corosyncConf = join(directory, 'corosync.conf');
  const nodes = [self, 'node1'].map((name) => `  node {\n    name: ${name}\n  }\n`);
  await writeFile(corosyncConf, `nodelist {\n${nodes.join('')}}\n`);
  const parameters = {
    self,
    peer: 'node1',
    peer_address: 'none',
    corosync_conf: corosyncConf,
    defaults_file: defaultsFile,
    state_dir: stateDirectory,
  };
  return {
    harness,
    recording,
    parameters,
    stateDirectory,
    run: (action, call = {}, timeout = 60) =>
      runLikePacemaker(program, { action, target: 'node1', parameters, ...call }, { timeout }),
    keeperPid: async () => {
      const name = readdirSync(stateDirectory).find((file) => file.endsWith('.pid'));
      return Number(await readFile(join(stateDirectory, name ?? 'none'), 'utf8'));
    },
    holds: () => recording.pulses('node2', 'EXTOUT').map(({ start, end }) => end - start),
    close: async () => {
      // A guard of a keeper that was killed may still be at work, with files in the directory.
      await until('all processes have ended', () => processesIn(directory).length === 0, 60);
      await server.close();
      harness.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** The agent processes (keepers and guards included) that work on this cluster's board. */
export function processesOf({ stateDirectory }: LiveCluster): string[] {
  return processesIn(dirname(stateDirectory));
}

/** Those whose board has its socket in `directory`. */
function processesIn(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
      } catch {
        return ''; // it has ended meanwhile
      }
    })
    .filter((commandLine) => commandLine.includes(`${directory}/`));
}

/** Resolves once `condition` is true; rejects after `seconds`, saying for what it waited. */
export async function until(what: string, condition: () => boolean, seconds = 20): Promise<void> {
  for (let waited = 0; !condition(); waited += 25) {
    if (waited > seconds * 1000) throw new Error(`after ${seconds} s not yet: ${what}`);
    await systemClock.sleep(25);
  }
}

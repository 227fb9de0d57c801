// fence_sleepi3 as whole processes: what Pacemaker starts at every monitor interval. Against `node` with an empty file,
// which no program on Node can beat, and against Debian's fence_dummy (Python, fencing.py). Then the time from the request
// to the answer, against the hold.
//
// Of each start everything is in it. For the metadata sh starts no Node (src/front.ts). The line keeper answers monitor and status
// in the agent's place (src/relay), which takes about 1.5 times what bare Node takes; a script of ten lines that asks at its socket
// takes 1.2 times. The rest is, where bare Node takes 18 ms of a processor (Node 20): 1 to read the program and compile its first
// part, 2.5 to read the request and corosync.conf, to tell the addresses, and to end.
//
// Needs the built agent (npm run build) and Debian's fence-agents.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { editDefaults, systemClock } from '@sleepi3/driver';
import { type PacemakerCall, runLikePacemaker } from '@sleepi3/fence-protocol/testing';
import { createHarness, serveBoard } from '@sleepi3/simulator';
import { cleanEnvironment, runRatioBenches } from '../../../tools/bench/ratio.js';

const ours = resolve('dist/fence_sleepi3');
const reference = '/usr/sbin/fence_dummy';
/** s, the agent's default. */
const hold = 12;

void main();

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'fence-bench-'));
  const harness = createHarness({ clock: systemClock, coldRegisters: { inputControl: 0b001 } });
  const path = join(directory, 'board.sock');
  const server = await serveBoard(harness.boards[1], { path });
  const defaultsFile = join(directory, 'sleepi3');
  await writeFile(defaultsFile, editDefaults('', { EXTIN_FORCED_SHUTDOWN: true, HEARTBEAT_TIMEOUT: 0 }));
  const corosyncConf = join(directory, 'corosync.conf');
  await writeFile(
    corosyncConf,
    `nodelist {\n  node {\n    name: ${hostname()}\n  }\n  node {\n    name: node1\n  }\n}\n`,
  );
  const parameters = {
    ...{ self: hostname(), peer: 'node1', peer_address: 'none', corosync_conf: corosyncConf },
    defaults_file: defaultsFile,
  };
  const state = join(directory, 'state');
  const env = { FENCE_SLEEPI3_DIRECTORY: state };
  // Of a wire that was never tested monitor has something to tell, which is not what it is to be measured at.
  await mkdir(state, { mode: 0o700 });
  await writeFile(join(state, 'wire-test'), `${new Date().toISOString()} sound\n`);
  const keeper = spawn(ours, ['keeper', '--bus', `unix:${path}`, '--defaults-file', defaultsFile], {
    env: { ...cleanEnvironment, ...env },
    stdio: 'ignore',
  });

  const run =
    (program: string, action: string, call: Partial<PacemakerCall> = {}) =>
    async () => {
      const { exitStatus, stderr } = await runLikePacemaker(program, { action, ...call }, { timeout: 60, env });
      if (exitStatus !== 0) throw new Error(`${program} ${action}: exit ${String(exitStatus)}: ${stderr}`);
    };
  // Started as the agent is: the shell that sets the umask, and env of the first line, are no part of what is compared.
  const empty = join(directory, 'empty');
  await writeFile(empty, '#!/usr/bin/env node\n', { mode: 0o755 });
  // Pacemaker asks for the metadata of an agent, and for all else of a device.
  const agent = (action: string) => ({
    name: 'fence_sleepi3',
    run: run(ours, action, action === 'metadata' ? {} : { target: 'node1', parameters }),
  });
  const againstNode = (action: string, target: number) => ({
    title: `${action}, whole process, against node with an empty file`,
    ours: agent(action),
    baseline: { name: 'node', run: run(empty, action) },
    target,
  });
  const againstPython = {
    title: "metadata, whole process, against Debian's Python agent",
    ours: agent('metadata'),
    baseline: { name: 'fence_dummy', run: run(reference, 'metadata') },
    // sh alone; an agent that started Node for it would take 0.5.
    target: 0.15,
  };

  try {
    const processes = await runRatioBenches([
      againstNode('metadata', 0.25),
      againstNode('monitor', 1.5),
      againstNode('status', 1.5),
      againstPython,
    ]);
    const pulses = [await pulse('off', agent('off').run, 0.3), await pulse('reboot', agent('reboot').run, 0.5)];
    process.exitCode = processes === 0 && pulses.every(Boolean) ? 0 : 1;
  } finally {
    keeper.kill('SIGTERM');
    await server.close();
    harness.close();
    await rm(directory, { recursive: true });
  }
}

/** One act, from the request to the answer, against the hold and what may come on top of it, s. */
async function pulse(action: string, run: () => Promise<void>, slack: number): Promise<boolean> {
  const start = performance.now();
  await run();
  const took = (performance.now() - start) / 1000;
  const met = took <= hold + slack;
  const limit = (hold + slack) / hold;
  console.log(
    `${met ? 'ok  ' : 'MISS'} ${action}, from the request to the answer, against the hold: ${(took / hold).toFixed(3)}× ` +
      `(target ≤ ${limit.toFixed(3)}×; fence_sleepi3 ${took.toFixed(2)} s, hold ${hold} s)`,
  );
  return met;
}

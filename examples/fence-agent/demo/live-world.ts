// Real time and real processes: the boards are served on unix sockets, each node's line keeper runs as it does as a service,
// and the built agent runs as pacemaker-fenced runs it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sleepi3, systemClock } from '@sleepi3/driver';
import { runLikePacemaker } from '@sleepi3/fence-protocol/testing';
import { createHarness, serveBoard } from '@sleepi3/simulator';
import { agentParameters, defaultsText, nodes, type World } from './world.js';

/** @param program The built agent. */
export async function liveWorld(program: string): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
  const harness = createHarness({ clock: systemClock, names: nodes });
  const defaultsFile = (node: 0 | 1) => join(directory, `sleepi3.${node + 1}`);
  const socket = (node: 0 | 1) => join(directory, `board-${node + 1}.sock`);
  const serve = async (node: 0 | 1) => {
    await writeFile(defaultsFile(node), defaultsText);
    return serveBoard(harness.boards[node], { path: socket(node) });
  };
  const servers = [await serve(0), await serve(1)];
  /** Where a node's line keeper is found: two nodes on one machine cannot share /run. */
  const environment = (node: 0 | 1) => ({ FENCE_SLEEPI3_DIRECTORY: join(directory, `node-${node + 1}`) });
  const startKeeper = (node: 0 | 1) =>
    spawn(program, ['keeper', '--bus', `unix:${socket(node)}`, '--defaults-file', defaultsFile(node)], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...environment(node) },
      stdio: 'ignore',
    });
  const keepers = [startKeeper(0), startKeeper(1)];
  return {
    harness,
    description: 'the built agent as a process of its own, started the way pacemaker-fenced starts it',
    openBoard: (node) => Sleepi3.fromDefaultsFile(defaultsFile(node), { bus: `unix:${socket(node)}` }),
    fence: (on) =>
      runLikePacemaker(
        program,
        {
          action: 'reboot',
          target: nodes[on === 0 ? 1 : 0],
          targetParameter: 'none',
          parameters: agentParameters(on, defaultsFile(on)),
        },
        { timeout: 60, env: environment(on) },
      ),
    wait: (milliseconds) => systemClock.sleep(milliseconds),
    close: async () => {
      await Promise.all(
        keepers.map((keeper) => {
          const ended = once(keeper, 'exit');
          keeper.kill('SIGTERM');
          return ended;
        }),
      );
      await Promise.all(servers.map((server) => server.close()));
      harness.close();
      await rm(directory, { recursive: true });
    },
  };
}

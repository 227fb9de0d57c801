// What is done in namespaces of the lab's own: machines live there, and scenarios are run or commands taken.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { benchTable, chooseContenders, measure, type Measured, pool, thereAndBack } from './bench/bench.js';
import type { Invocation } from './command-line.js';
import { carryOut } from './commands.js';
import { demandConfinement } from './confinement.js';
import { serveControl } from './control.js';
import { serveMirrors } from './image/mirror.js';
import type { Lab } from './lab.js';
import { type Acceleration, platformName } from './machine/platform.js';
import { labAddress, layNetwork } from './network/network.js';
import { serveTime } from './network/time-server.js';
import type { Workplace } from './start/prepare.js';
import { runProgram } from './program.js';
import { runScenarios } from './run-scenarios.js';
import { chooseScenarios } from './scenarios/index.js';
import { type LabDemand, startLab } from './start/start-lab.js';

/** What the confined process is to do. */
export interface Confined {
  readonly invocation: Invocation;
  readonly acceleration: Acceleration;
}

/** With the standard output, for what was asked for. */
interface InnerWorkplace extends Workplace {
  readonly write: (text: string) => void;
}

/** Lays the network, and does there what the command line asks for. Resolves to the exit status. */
export async function runInside({ invocation, acceleration }: Confined, workplace: InnerWorkplace): Promise<number> {
  const { paths, log, write } = workplace;
  // The first process of its namespace gets no signal that it does not listen for.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  await demandConfinement(runProgram);
  await layNetwork(runProgram);
  await serveTime(labAddress);
  await serveMirrors(paths.cache);
  const { options } = invocation;
  const start = (scenario: LabDemand) => startLab(scenario, options, acceleration, workplace);
  if (invocation.command === 'run') {
    const list = chooseScenarios(invocation.words).flatMap((scenario) =>
      Array.from({ length: options.times }, () => scenario),
    );
    const outcomes = await runScenarios(list, {
      startLab: start,
      // Where the outcomes of a platform go.
      directory: join(paths.output, platformName(options)),
      log,
      ...(options.within !== undefined && { within: options.within * 60_000 }),
    });
    const passed = outcomes.filter((outcome) => outcome.passed).length;
    write(`${passed} passed, ${outcomes.length - passed} failed\n`);
    return passed === outcomes.length ? 0 : 1;
  }
  if (invocation.command === 'bench') {
    const results: { name: string; measured: Measured }[] = [];
    for (const contender of thereAndBack(chooseContenders(invocation.words, options.only), options.times)) {
      log(`=== ${contender.name}`);
      const lab = await start(contender);
      const measured = await measure(lab, contender, log).finally(() => lab.close());
      results.push({ name: contender.name, measured });
    }
    write(benchTable(pool(results)));
    return 0;
  }
  return stayUp(await start({ boards: { extoutOnPowerCut: options.extout } }), paths.control);
}

/** Holds a lab for the commands, until it is told to go down. */
async function stayUp(lab: Lab, control: string): Promise<number> {
  let goDown: () => void = () => undefined;
  const down = new Promise<void>((resolve) => (goDown = resolve));
  const server = await serveControl(control, (invocation, tell) => {
    if (invocation.command !== 'down') return carryOut(lab, invocation, tell);
    goDown();
    return Promise.resolve(0);
  });
  await down;
  await lab.close();
  server.close();
  await rm(control, { force: true });
  return 0;
}

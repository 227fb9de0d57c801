// The main job, shown: one node physically fences the other, on virtual boards, through the real agent.
//
//   npm start                live, about 20 s        npm start -- --fast     on a virtual clock, at once
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { record } from '@sleepi3/simulator';
import { type Course, followCourse, judge } from './course.js';
import { fastWorld } from './fast-world.js';
import { liveWorld } from './live-world.js';
import { bootNode, keepBeating } from './node-life.js';
import { createView } from './view.js';
import { nodes, type World } from './world.js';

const usage = `npm start [-- OPTIONS]

Two virtual slee-Pi 3 boards are cross-wired, CN5 to CN4 both ways, and raspberrypi-2 fences raspberrypi-1 through
fence_sleepi3. The course is recorded in timeline.svg (open it in a browser) and timeline.vcd (open it in GTKWave).
Exit status 0 when all went as it must, 1 when not.

  --fast       on a virtual clock, within this process
  --out DIR    where the recording goes; default the current directory
  --help       this text
`;

const shooter = 1;
const target = 0;

void main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: { fast: { type: 'boolean' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  // pnpm runs this in the package's folder; the person stood where npm was called.
  const out = resolve(process.env['INIT_CWD'] ?? '.', options.out ?? '.');
  await mkdir(out, { recursive: true });
  const world = options.fast ? await fastWorld() : await liveWorld(resolve('dist/fence_sleepi3'));
  try {
    process.exitCode = (await show(world, out)) ? 0 : 1;
  } finally {
    await world.close();
  }
}

async function show(world: World, out: string): Promise<boolean> {
  const { harness } = world;
  const recording = record([...harness.boards], `${nodes[shooter]} fences ${nodes[target]}`);
  console.log(`${nodes[shooter]} fences ${nodes[target]}: ${world.description}.\n`);

  await Promise.all([bootNode(world, 0), bootNode(world, 1)]);
  const stopBeating = keepBeating(harness);
  await world.wait(1000);
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const view = createView(harness, process.stdout, colour);
  const start = harness.clock.now();
  const { course, answered } = followCourse(harness, shooter, (event) => {
    view.event(event);
  });
  const frames = setInterval(() => {
    view.frame(harness.clock.now() - start);
  }, 100);

  recording.event('fence_sleepi3', 'agent', 'asked to reboot', 'info');
  const agent = await world.fence(shooter);
  answered();
  recording.event('fence_sleepi3', 'agent', agent.stdout.trim() || 'failed', agent.exitStatus === 0 ? 'good' : 'bad');
  for (let waited = 0; waited < 10_000 && !isOver(course()); waited += 250) await world.wait(250);
  await world.wait(1000);
  clearInterval(frames);
  stopBeating();
  view.end();
  recording.stop();

  const board = await world.openBoard(target);
  const wakeupFlag = await board.get('wakeup-flag').finally(() => board.close());
  const problems = judge(course(), agent, harness, shooter, wakeupFlag);
  await writeFile(join(out, 'timeline.svg'), recording.toSvg());
  await writeFile(join(out, 'timeline.vcd'), recording.toVcd());
  report(course(), problems, wakeupFlag, out);
  return problems.length === 0;
}

/** Woken, and the wake pulse is over. */
function isOver({ wokenAt, events }: Course): boolean {
  return wokenAt !== undefined && events.some(({ time, text }) => time > wokenAt && text === 'EXTOUT released');
}

function report(course: Course, problems: readonly string[], wakeupFlag: readonly string[], out: string): void {
  const after = (time: number | undefined) =>
    time === undefined || course.assertedAt === undefined
      ? 'never'
      : `${((time - course.assertedAt) / 1000).toFixed(1)} s`;
  console.log(`
power cut            ${after(course.cutAt)} after EXTOUT was asserted
EXTOUT held          ${after(course.releasedAt)}
agent's answer       ${course.answeredAt === undefined ? 'never' : `${(course.answeredAt / 1000).toFixed(1)} s after it was asked`}
woken                ${after(course.wokenAt)} after EXTOUT was asserted
wakeup-flag          ${wakeupFlag.join(' ') || 'none'}
recorded in          ${['timeline.svg', 'timeline.vcd'].map((name) => relative(process.env['INIT_CWD'] ?? '.', join(out, name))).join(', ')}
`);
  if (problems.length === 0) console.log(`${nodes[target]} was fenced and came back; ${nodes[shooter]} never stopped.`);
  for (const problem of problems) console.error(`NOT AS EXPECTED: ${problem}`);
}

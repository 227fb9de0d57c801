// Plays crooked worlds, prints what was generated, and fails when an invariant does not hold or a kind never was.
//
//   pnpm --filter @sleepi3/fence-agent run crooked --worlds 100000 [--from 0] [--show SEED]
import { parseArgs } from 'node:util';
import { judge } from './invariants.js';
import { play } from './play.js';
import { Tally } from './tally.js';
import { drawWorld } from './world.js';

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    show: { type: 'string' },
  },
  allowPositionals: true,
});

void main();

async function main(): Promise<void> {
  if (values.show !== undefined) {
    await show(Number(values.show));
    return;
  }
  const from = Number(values.from);
  const tally = new Tally();
  let failed = 0;
  for (let seed = from; seed < from + Number(values.worlds); seed++) {
    const story = await play(drawWorld(seed));
    const judgement = judge(story);
    tally.add(story, judgement);
    for (const { invariant, message } of judgement.violations) {
      failed++;
      process.stdout.write(`world ${seed}: invariant ${invariant}: ${message}\n`);
    }
  }
  const { missing } = tally;
  process.stdout.write(`${tally.toString()}\n`);
  if (missing.length > 0) process.stdout.write(`never generated: ${missing.join(', ')}\n`);
  process.stdout.write(failed === 0 ? 'every invariant holds in each of them\n' : `${failed} violations\n`);
  process.exitCode = failed === 0 && missing.length === 0 ? 0 : 1;
}

async function show(seed: number): Promise<void> {
  const { log, ...story } = await play(drawWorld(seed));
  process.stdout.write(`${JSON.stringify(story, undefined, 2)}\n${log.join('\n')}\n`);
  const { excused, ...found } = judge({ log, ...story });
  process.stdout.write(`${JSON.stringify({ ...found, excused: [...excused] }, undefined, 2)}\n`);
}

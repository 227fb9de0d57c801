// Plays rings, prints what was generated, and fails when something does not hold or a kind never was.
//
//   pnpm --filter @sleepi3/fence-agent run ring --worlds 100000 [--from 0]
import { parseArgs } from 'node:util';
import { allKinds, judgeRing, kindsOf } from './judge.js';
import { playRing } from './play.js';
import { drawRing } from './world.js';

const { values } = parseArgs({
  options: { worlds: { type: 'string', default: '1000' }, from: { type: 'string', default: '0' } },
  allowPositionals: true,
});

void main();

async function main(): Promise<void> {
  const from = Number(values.from);
  const counts = new Map<string, number>();
  let failed = 0;
  for (let seed = from; seed < from + Number(values.worlds); seed++) {
    const story = await playRing(drawRing(seed));
    for (const kind of kindsOf(story)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    for (const violation of judgeRing(story)) {
      failed++;
      process.stdout.write(`ring ${seed}: ${violation}\n`);
    }
  }
  const missing = allKinds.filter((kind) => !counts.has(kind));
  process.stdout.write(`${[...counts].map(([kind, count]) => `${kind}: ${count}`).join('\n')}\n`);
  if (missing.length > 0) process.stdout.write(`never generated: ${missing.join(', ')}\n`);
  process.stdout.write(failed === 0 ? 'all of it holds in each of them\n' : `${failed} violations\n`);
  process.exitCode = failed === 0 && missing.length === 0 ? 0 : 1;
}

// The built package as its users get it, on the Node 18 of Debian 12 too.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringNode } from '../../../tools/bring-node.mjs';

const library = new URL('../dist/index.js', import.meta.url);
const driver = new URL('../../driver/dist/index.js', import.meta.url);
const built = [library, driver].every((url) => existsSync(fileURLToPath(url)));
if (!built && process.env['CI'] === 'true') throw new Error('the simulator has to be built before its tests');

describe.runIf(built).each([
  ['this Node', () => process.execPath],
  ['Node 18', () => bringNode(18)],
])('the built package on %s', (_, bring) => {
  let node: string;
  let directory: string;
  beforeAll(async () => {
    node = bring();
    directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('fences on the virtual clock, records it, and serves a board to the driver', async () => {
    const program = join(directory, 'program.mjs');
    await writeFile(
      program,
      `import { createHarness, record, serveBoard, SimulatedPi } from ${JSON.stringify(library.href)};
       import { Sleepi3 } from ${JSON.stringify(driver.href)};
       const { boards, clock } = createHarness();
       const recording = record(boards);
       for (const board of boards) new SimulatedPi(board, { defaults: { EXTIN_FORCED_SHUTDOWN: true } });
       await clock.advance(30_000);
       const path = ${JSON.stringify(join(directory, 'board'))};
       const server = await serveBoard(boards[0], { path });
       const shooter = await Sleepi3.open({ bus: 'unix:' + path });
       await shooter.set('extout', true);
       await clock.advance(12_000);
       await shooter.set('extout', false);
       await shooter.close();
       await server.close();
       const [pulse] = recording.pulses(boards[1].name, 'EXTIN');
       console.log(process.version, boards.map((board) => board.powered), pulse.end - pulse.start);
       if (!recording.toVcd().includes('$enddefinitions') || !recording.toSvg().includes('</svg>')) process.exit(1);`,
    );
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    expect(execFileSync(node, [program], { encoding: 'utf8' })).toBe(`${version} [ true, false ] 12000\n`);
  });
});

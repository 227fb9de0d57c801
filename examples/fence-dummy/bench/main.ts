// The built fence_dummy as a whole process, beside Debian's Python agent of the same name and beside Node itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '../../../tools/bundle/bundle-program.js';
import { processContender, runRatioBenches } from '../../../tools/bench/ratio.js';

const directory = mkdtempSync(join(tmpdir(), 'fence-dummy-bench-'));
const empty = join(directory, 'empty.js');
writeFileSync(empty, '');
const bundle = join(directory, 'bundle');
bundleProgram(join(import.meta.dirname, '..'), bundle);
const program = join(bundle, 'fence_dummy');

const statusFile = join(directory, 'status');
writeFileSync(statusFile, 'on');
const python = (action: string) =>
  processContender('Debian’s fence_dummy', '/usr/sbin/fence_dummy', [], {
    input: `action=${action}\nstatus_file=${statusFile}\n`,
  });
const ours = (action: string) => processContender('ours', program, [], { input: `action=${action}\n` });
const node = processContender('node on an empty file', process.execPath, [empty]);

void runRatioBenches([
  { title: 'metadata against node on an empty file', ours: ours('metadata'), baseline: node, target: 1.15 },
  { title: 'monitor against node on an empty file', ours: ours('monitor'), baseline: node, target: 1.25 },
  { title: 'metadata against Python', ours: ours('metadata'), baseline: python('metadata'), target: 0.55 },
  { title: 'monitor against Python', ours: ours('monitor'), baseline: python('monitor'), target: 0.6 },
]).then((exitCode) => {
  process.exitCode = exitCode;
  rmSync(directory, { recursive: true });
});

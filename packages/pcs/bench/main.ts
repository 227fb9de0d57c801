// npm run bench for this package: what it promises about speed, each against an alternative in the same run.
import { runRatioBenches } from '../../../tools/bench/ratio.js';
import { printGrowth, readBenches } from './reads.js';
import { statusBenches } from './status.js';

const status = await statusBenches();
if (status.length === 0) console.log('skip status(), end to end: pcs and crm_mon are not installed');
process.exitCode = await runRatioBenches([...status, ...readBenches]);
printGrowth(console.log);

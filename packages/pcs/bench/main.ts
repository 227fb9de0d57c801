// npm run bench for this package: what it promises about speed, each against an alternative in the same run.
import { runRatioBenches } from '../../../tools/bench/ratio.js';
import { printGrowth, readBenches } from './reads.js';

process.exitCode = await runRatioBenches([...readBenches]);
printGrowth(console.log);

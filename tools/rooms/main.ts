// Fails when a folder holds too many source files.
import { execFileSync } from 'node:child_process';
import { crowdedFolders } from './crowded.js';

// As Git knows them, and those that it is to know.
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
const crowded = crowdedFolders(paths.split('\n'));
for (const line of crowded) console.error(line);
process.exitCode = crowded.length > 0 ? 1 : 0;

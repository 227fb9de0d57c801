// Fails when a folder holds too many source files.
import { join } from 'node:path';
import { filesUnder } from '../test/support/repository.js';
import { crowdedFolders } from './crowded.js';

const crowded = crowdedFolders(filesUnder(join(import.meta.dirname, '../..'), ''));
for (const line of crowded) console.error(line);
process.exitCode = crowded.length > 0 ? 1 : 0;

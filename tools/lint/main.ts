import { join } from 'node:path';
import { lintFiles } from './lint.js';

const root = join(import.meta.dirname, '../..');
const { ok, text } = await lintFiles(root, join(root, '.cache/eslint'));
process.stdout.write(text);
process.exitCode = ok ? 0 : 1;

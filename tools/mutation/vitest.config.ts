// Vitest as Stryker runs it: the tests of one scope alone, since a mutant without a test of its own is put to all of them.
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.js';
import { scopes } from './scopes.js';

const scope = scopes[process.env['MUTATION_SCOPE'] ?? ''];
if (scope === undefined) throw new Error(`MUTATION_SCOPE must be one of ${Object.keys(scopes).join(', ')}`);

const { projects: _, ...test } = base.test ?? {};
export default defineConfig({ ...base, test: { ...test, include: [...scope.tests] } });

// The rules of a fencing that docs/threat-model.md lists are those that crooked worlds are played without, one by one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rules, withoutInvariant } from '../../examples/fence-agent/virtual/crooked/rules.js';

it('docs/threat-model.md lists each rule of a fencing, with what comes of it without the rule', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/threat-model.md'), 'utf8');
  const [, section = ''] = /#### The rules of a fencing[^\n]*\n([^#]*)/.exec(text) ?? [];
  const listed = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, words, without]) => `${words ?? ''}: ${without ?? ''}`);
  const wanted = rules.map(({ words, invariant }) => `${words}: ${withoutInvariant[invariant] ?? ''}`);
  expect(listed).toEqual([...new Set(wanted)]);
});

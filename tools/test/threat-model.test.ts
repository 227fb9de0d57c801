// docs/threat-model.md names a test for each claim: each of them is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/threat-model.md'), 'utf8').replaceAll(/\s+/g, ' ');

/** The file and the title of every test that the document names. */
const named = [...text.matchAll(/`([\w./-]+\.test\.ts)`: “([^”]+)”/g)].map(([, path = '', title = '']) => ({
  path,
  title,
}));

describe('docs/threat-model.md', () => {
  it('names tests, and no test file without a title', () => {
    expect(named.length).toBeGreaterThan(40);
    expect(text.match(/\.test\.ts`/g)).toHaveLength(named.length);
  });

  it.each(named)('names a test of $path that is there: $title', ({ path, title }) => {
    const file = join(root, path);
    expect(existsSync(file)).toBe(true);
    const quoted = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`);
    const source = readFileSync(file, 'utf8').replaceAll(String.raw`\'`, "'");
    expect(
      quoted.some((literal) => source.includes(literal)),
      title,
    ).toBe(true);
  });
});

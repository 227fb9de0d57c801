// The recorded answers, by name.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** One recorded answer. */
export function fixture(path: string): string {
  return readFileSync(directory + path, 'utf8');
}

/** All recorded answers of a kind, as [name, text]. */
export function fixtures(kind: string): readonly (readonly [string, string])[] {
  return readdirSync(directory + kind)
    .sort()
    .map((name) => [name, fixture(`${kind}/${name}`)] as const);
}

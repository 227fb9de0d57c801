// docs/dependencies.md accounts for every dependency, and for nothing that is gone.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const;

function dependenciesOf(directory: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')) as Partial<
    Record<(typeof kinds)[number], Record<string, string>>
  >;
  return kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
}

describe('docs/dependencies.md', () => {
  it('has a line for every dependency of the repository, and no other', () => {
    const workspaces = ['packages', 'examples'].flatMap((folder) =>
      readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? `${folder}/${entry.name}` : [],
      ),
    );
    const declared = new Set(['.', 'lab', ...workspaces].flatMap(dependenciesOf));
    const rows = readFileSync(join(root, 'docs/dependencies.md'), 'utf8').matchAll(/^\| (`[^|]+)\|/gm);
    const told = [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    expect(told.sort()).toEqual([...declared].sort());
  });
});

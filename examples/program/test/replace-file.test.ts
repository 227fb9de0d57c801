import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../src/index.js';

describe('a file that is replaced as a whole', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'replace-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('has the new text and its mode, and nothing is left beside it', async () => {
    const file = join(directory, 'file');
    await writeFile(file, 'old');
    await replaceFile(file, 'new', 0o600);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['file']);
  });

  it('follows no link that somebody has put in the way', async () => {
    const [victim, file] = [join(directory, 'victim'), join(directory, 'file')];
    await writeFile(victim, 'precious');
    await symlink(victim, file);
    await replaceFile(file, 'text');
    expect(await readFile(victim, 'utf8')).toBe('precious');
    expect(await readFile(file, 'utf8')).toBe('text');
  });

  it('stays what it was when the new one cannot take its place, and leaves no draft', async () => {
    const file = join(directory, 'file');
    await mkdir(file);
    await expect(replaceFile(file, 'text')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await readdir(directory)).toEqual(['file']);
  });
});

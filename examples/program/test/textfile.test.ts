import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MetricTable, replaceTextfile, textfileOf } from '../src/index.js';

const table = {
  plain: { help: 'One number.' },
  other: { help: 'Another one.' },
  parted: { help: 'Two numbers.', labels: ['part'] },
} as const satisfies MetricTable;

describe('a textfile', () => {
  it('has what is known, with its help and type, and nothing of what is not', () => {
    expect(
      textfileOf(table, {
        plain: true,
        other: undefined,
        parted: [
          [{ part: 'a"\\\n' }, 1.5],
          [{ part: 'b' }, undefined],
        ],
      }),
    ).toBe(
      '# HELP plain One number.\n# TYPE plain gauge\nplain 1\n' +
        '# HELP parted Two numbers.\n# TYPE parted gauge\nparted{part="a\\"\\\\\\n"} 1.5\n',
    );
  });

  it('is replaced as a whole, readable by all, and never through a link', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'textfile-'));
    const path = join(directory, 'x.prom');
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, 'mine');
    symlinkSync(elsewhere, `${path}.new`);
    const umask = process.umask(0o077);
    try {
      await replaceTextfile(path, 'one\n');
      await replaceTextfile(path, 'two\n');
    } finally {
      process.umask(umask);
    }
    expect(readFileSync(path, 'utf8')).toBe('two\n');
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
    expect(readdirSync(directory).sort()).toEqual(['elsewhere', 'x.prom']);
  });

  it('is not written where there is no node exporter; a directory that cannot be written is told', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'textfile-'));
    await replaceTextfile(join(directory, 'missing/x.prom'), 'one\n');
    expect(readdirSync(directory)).toEqual([]);
    writeFileSync(join(directory, 'file'), '');
    await expect(replaceTextfile(join(directory, 'file/x.prom'), 'one\n')).rejects.toThrow('ENOTDIR');
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { type Command, commands, execute, isPcsError, shellQuote, toScript } from '../src/index.js';
import { WarmPcs } from '../src/testing/index.js';
import { BASE_CIB } from './base-cib.js';

const runner = new WarmPcs();
afterAll(() => runner[Symbol.asyncDispose]());
let directory: string;
let file: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pcs-hostile-'));
  file = join(directory, 'cib.xml');
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Text that has meant something to pcs, to getopt, to a shell or to XML. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    ...[
      '--force',
      '-f',
      '/etc/passwd',
      '--',
      '--wait=5',
      '--wait',
      '-',
      '--forc',
      '-u x',
      'op',
      'meta',
      'clone',
      'x=y',
    ],
    ...[
      '$(touch pwned)',
      '`touch pwned`',
      '; touch pwned',
      "' ; touch pwned ; '",
      '"',
      '\\',
      '*',
      '~',
      '!!',
      '#',
      '&',
      '|',
    ],
    ...[
      '<nvpair/>',
      '&amp;',
      '&lt;',
      ']]>',
      '<!--',
      "'",
      'ä',
      '日本語',
      '👍',
      'a b',
      ' lead',
      'trail ',
      '%',
      'regexp%.*',
      '=',
    ],
  ),
);

describe.runIf(haveRealParts('pcs', 'xmllint'))('in the real pcs', () => {
  it('any value either arrives in the CIB as it is, or is refused and changes nothing', async () => {
    let arrived = 0;
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (value, description) => {
        writeFileSync(file, BASE_CIB);
        const made = await tryToRun(() =>
          commands.alert.create('/bin/true', { id: 'hostile', description, options: { option: value } }),
        );
        if (!made) {
          expect(readFileSync(file, 'utf8')).toBe(BASE_CIB);
          return;
        }
        arrived++;
        expect(text('string(//alert[@id="hostile"]/@description)')).toBe(description);
        expect(text('string(//alert[@id="hostile"]//nvpair[@name="option"]/@value)')).toBe(value);
        expect(text('count(//alert)')).toBe('2');
      }),
      {
        numRuns: 12,
        examples: [
          ['--force', '-f'],
          ['x=--wait=5', "' ; touch pwned ; '"],
          ['$(touch pwned)', '<nvpair/>&amp;'],
          [' lead', '日本語 👍'],
          ['"<&日本語', '監視 & "通知"'],
          ['é<', '\u00a0"\u00a0'],
        ],
      },
    );
    expect(arrived).toBeGreaterThan(3);
  });

  it('any id names exactly that element, or is refused and changes nothing', async () => {
    const ids = fc.oneof(
      hostile,
      fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,12}$/),
      fc.constantFrom('_-f', 'a--force', 'a.b', '_', 'ä', 'Z-'),
    );
    let made = 0;
    await fc.assert(
      fc.asyncProperty(ids, async (id) => {
        writeFileSync(file, BASE_CIB);
        if (!(await tryToRun(() => commands.tag.create(id, ['R1', 'R2'])))) {
          expect(readFileSync(file, 'utf8')).toBe(BASE_CIB);
          return;
        }
        made++;
        expect(text('count(//tag)')).toBe('2');
        expect(text('string(//tag[2]/@id)')).toBe(id);
      }),
      { numRuns: 10, examples: [['_-f'], ['a--force'], ['a.b-'], ['--force'], ['op']] },
    );
    expect(made).toBeGreaterThan(1);
  });
});

describe('a script', () => {
  it('gives every program exactly the words of its command, in a real sh', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'binary' }).map((word) => word.replaceAll(/[\0\p{Cs}]/gu, '')),
          { minLength: 1 },
        ),
        (words) => {
          const script = words.map((word) => `printf '%s\\0' ${shellQuote(word)}`).join('\n');
          expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('runs whole sequences, with secrets and input, as the commands say', () => {
    const sequence: readonly Command<unknown>[] = [
      commands.host.auth(['n1', 'n2'], { password: "pa'ss $HOME" }),
      commands.stonith.create('f', 'fence_x', { password: "pa'ss $HOMEx", ip: '::1', note: 'two words' }),
      { ...commands.cib.query(), env: { CIB_file: '/tmp/a b' } },
      commands.config.restore(Buffer.from([66, 90, 104, 0, 255])),
    ];
    const script = toScript(sequence);
    expect(script).not.toContain("pa'ss");
    writeFileSync(
      join(directory, 'pcs'),
      '#!/bin/sh\nprintf "%s|" pcs "$@"\n[ $1 = -- ] || { printf "<"; cat; printf ">"; }\n[ "$3" != restore ] || od -An -tx1\necho\n',
      { mode: 0o755 },
    );
    writeFileSync(join(directory, 'cibadmin'), '#!/bin/sh\nprintf "%s|" "$CIB_file" cibadmin "$@"; echo\n', {
      mode: 0o755,
    });
    const output = execFileSync('/bin/sh', ['-c', script], {
      encoding: 'utf8',
      input: '',
      env: { PATH: `${directory}:/usr/bin:/bin`, PCS_SECRET_1: "pa'ss $HOME", PCS_SECRET_2: "pa'ss $HOMEx" },
    });
    expect(output.split('\n')).toEqual([
      "pcs|-u|hacluster|--|host|auth|n1|n2|<pa'ss $HOME",
      '>',
      "pcs|--|stonith|create|f|fence_x|password=pa'ss $HOMEx|ip=::1|note=two words|",
      '/tmp/a b|cibadmin|--query|',
      'pcs|--|config|restore| 42 5a 68 00 ff',
      '',
      '',
    ]);
  });

  it('stops before it does anything when a secret is not there', () => {
    const script = toScript([commands.host.auth('n1', { password: 'x' })]);
    expect(() => execFileSync('/bin/sh', ['-c', script], { env: { PATH: directory }, stdio: 'pipe' })).toThrow(
      /PCS_SECRET_1/,
    );
  });

  it('does not carry on after a command that failed', () => {
    writeFileSync(join(directory, 'pcs'), '#!/bin/sh\necho "$3"\n[ "$3" != standby ]\n', { mode: 0o755 });
    const script = toScript([commands.node.standby('n1'), commands.node.unstandby('n1')]);
    const run = () =>
      execFileSync('/bin/sh', ['-c', script], {
        encoding: 'utf8',
        env: { PATH: `${directory}:/usr/bin:/bin` },
        stdio: 'pipe',
      });
    expect(run).toThrow(expect.objectContaining({ stdout: 'standby\n' }));
  });
});

async function tryToRun(make: () => Command<unknown>): Promise<boolean> {
  try {
    await execute(make(), runner, { file });
    return true;
  } catch (error) {
    if (!isPcsError(error)) throw error;
    return false;
  }
}

/** xmllint prints a string as it is, and a newline. */
function text(xpath: string): string {
  return execFileSync('xmllint', ['--encode', 'UTF-8', '--xpath', xpath, file], { encoding: 'utf8' }).replace(
    /\n$/,
    '',
  );
}

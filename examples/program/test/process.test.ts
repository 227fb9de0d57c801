import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../src/index.js';

describe('why something failed', () => {
  it('is told with its causes, each once, on one line', () => {
    const cause = new Error('no space left on device');
    expect(explain(new Error('cannot write /x', { cause }))).toBe('cannot write /x: no space left on device');
    expect(explain(new Error(`cannot write /x (${cause.message})`, { cause }))).toBe(
      'cannot write /x (no space left on device)',
    );
    expect(explain(new Error('two\n  lines', { cause: 'a text' }))).toBe('two lines: a text');
    const refused = Object.assign(new AggregateError([new Error('a')], ''), { code: 'ECONNREFUSED' });
    expect(explain(new TypeError('fetch failed', { cause: refused }))).toBe('fetch failed: ECONNREFUSED');
    expect(explain(new AggregateError([new Error('a'), new Error('b')], ''))).toBe('a, b');
    expect(explain('text')).toBe('text');
  });
});

describe('a program', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'program-'));
    const source = join(directory, 'main.ts');
    await writeFile(
      source,
      `import { runMain } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))};
runMain(process, 'tool', async ({ words: [what], write, signal, ask, colours, readStdin }) => {
  if (what === 'fail') throw new Error('it failed', { cause: new Error('the reason') });
  if (what === 'wait') {
    write('waiting\\n');
    const busy = setInterval(() => undefined, 1000);
    await new Promise((_, reject) => signal.addEventListener('abort', () => { clearInterval(busy); reject(new Error('other')); }));
  }
  if (what === 'flood') for (let line = 0; line < 100_000; line++) write('a line\\n');
  if (what === 'read') write(JSON.stringify([await readStdin(), ask === undefined, colours]));
  return 7;
}, { interrupted: 75, hint: '; run it again' });
`,
    );
    await build({
      entry: [source],
      outDir: directory,
      format: 'cjs',
      silent: true,
      config: false,
      outExtension: () => ({ js: '.cjs' }),
    });
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function start(what: string, input = '') {
    const child = spawn(process.execPath, [join(directory, 'main.cjs'), what]);
    const output = { out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (output.out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output.err += data.toString()));
    child.stdin.end(input);
    const ended = once(child, 'close').then(([status]) => ({ status: status as number, ...output }));
    return { child, ended };
  }

  it('exits with the status it has', async () => {
    expect(await (await start('go')).ended).toEqual({ status: 7, out: '', err: '' });
  });

  it('tells in one line why it failed', async () => {
    expect(await (await start('fail')).ended).toEqual({ status: 1, out: '', err: 'tool: it failed: the reason\n' });
  });

  it('tells that it was ended, whatever that broke', async () => {
    const { child, ended } = await start('wait');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 75, err: 'tool: ended by SIGTERM; run it again\n' });
  });

  it('ends quietly when nobody reads on', async () => {
    const { child, ended } = await start('flood');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await ended).toMatchObject({ status: 0, err: '' });
  });

  it('reads standard input, and asks nobody where nobody is', async () => {
    expect((await (await start('read', 'text')).ended).out).toBe('["text",true,false]');
  });
});

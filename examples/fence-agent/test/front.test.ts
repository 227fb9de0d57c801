// What sh does before Node: it tells the metadata, and hands all else on as it came.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderMetadata } from '@sleepi3/fence-protocol';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFakeI2cTools, type FakeI2cTools } from '../../../packages/driver/test/fake-i2c-tools.js';
import { opening } from '../../../tools/bundle/front.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { version } from '../package.json';
import { createAgent } from '../src/agent.js';
import front from '../src/front.js';
import { releasedText } from '../src/keeper/clear-line.js';

const metadata = renderMetadata(
  createAgent(version, () => Promise.reject(new Error('nothing is run here'))),
  'fence_sleepi3',
);

let directory: string;
let program: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fence-front-'));
  // In the place of Node: says what it was called with, and prints what it was given.
  const node = join(directory, 'node');
  writeFileSync(node, '#!/bin/sh\nprintf "<%s>" "$@" >&2\nprintf %s "$FENCE_SLEEPI3_READ"\nexec cat\n');
  program = join(directory, 'fence_sleepi3');
  writeFileSync(program, opening(front));
  for (const file of [node, program]) chmodSync(file, 0o755);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const shells: readonly (readonly string[])[] = [['sh'], ...(haveRealParts('bash') ? [['bash', '--posix']] : [])];

describe.each(shells)('%s', (shell, ...options) => {
  const call = (words: readonly string[], input: string, file = program) => {
    const { status, stdout, stderr } = spawnSync(shell, [...options, file, ...words], {
      ...{ input, encoding: 'utf8', env: { PATH: `${directory}:/usr/bin:/bin` } },
    });
    return { status, stdout, stderr };
  };
  const told = { status: 0, stdout: metadata, stderr: '' };
  const handedOn = (words: readonly string[], stdout: string, file = program) => ({
    ...{ status: 0, stdout, stderr: [file, ...words].map((word) => `<${word}>`).join('') },
  });

  it('tells the metadata in the words in which Pacemaker and people ask for it', () => {
    for (const words of [['-o', 'metadata'], ['--action', 'metadata'], ['--action=metadata']]) {
      expect(call(words, ''), words.join(' ')).toEqual(told);
    }
    for (const input of ['action=metadata\n', 'action=metadata']) expect(call([], input)).toEqual(told);
  });

  it('leaves whatever else is said to the parser', () => {
    for (const words of [
      ...[['-o'], ['-o', 'off'], ['-o metadata'], ['metadata', '-o'], ['-o', 'metadata', '-h'], ['-o:metadata', '']],
      ...[['--', '-o', 'metadata'], ['--action=metadata', '-h'], ['--action=metadata', 'off'], ['--action=metadata:']],
      ...[['--action', 'metadata', '--action', 'off'], [''], ['', ''], ['keeper', '--bus', "it's $HOME `id` *"]],
    ]) {
      // A command may read what it is given, or nobody may.
      expect(call(words, 'not touched'), words.join(' ')).toEqual(handedOn(words, 'not touched'));
    }
    for (const input of [
      ...['', 'action=off', 'action=metadata\naction=off', ' action=metadata', 'action=metadata ', '\naction=metadata'],
      ...['action=metadata\n', 'action=metadata\nhelp=1', 'ACTION=metadata', 'action=metadata=', 'action=metadata\r'],
    ]) {
      expect(call([], `${input}\n`), input).toEqual(handedOn([], `${input}\n`));
    }
  });

  it('hands on every request as it came', () => {
    const text = fc
      .array(
        fc.constantFrom('action=', 'off', '\n', '\\', '\\n', '$x', '`id`', '*', "'", '"', ' ', '\t', 'END', '–', '='),
      )
      .map((pieces) => pieces.join(''))
      .filter((input) => input.trimEnd() !== 'action=metadata');
    fc.assert(
      fc.property(text, (input) => {
        expect(call([], input)).toEqual(handedOn([], input));
      }),
    );
    const long = `${'plug=pi-1\n'.repeat(1000)}action=off\n`;
    expect(call([], long)).toEqual(handedOn([], long));
  });

  it('leaves it to Node where it is called by another name, which is in the metadata', () => {
    mkdirSync(join(directory, shell), { recursive: true });
    const link = join(directory, shell, 'fence_wire');
    symlinkSync(program, link);
    expect(call(['-o', 'metadata'], '', link)).toEqual(handedOn(['-o', 'metadata'], '', link));
    expect(call([], 'action=metadata\n', link)).toEqual(handedOn([], 'action=metadata\n', link));
  });
});

describe('the line of a line keeper that has died', () => {
  const state = () => join(directory, 'state');
  /** As it ends: what sh said, what it had Node called with, and the last writing to io_status. */
  const release = (words: readonly string[], note?: string) => {
    mkdirSync(state(), { recursive: true });
    rmSync(join(state(), 'board'), { force: true });
    if (note !== undefined) writeFileSync(join(state(), 'board'), note);
    const { status, stdout, stderr } = spawnSync('sh', [program, ...words], {
      encoding: 'utf8',
      input: '',
      env: { PATH: `${tools.directory}:${directory}:/usr/bin:/bin`, FENCE_SLEEPI3_DIRECTORY: state() },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: [program, ...words].map((word) => `<${word}>`).join('') });
    return stdout;
  };
  const lines = (value?: string) => {
    const register = join(tools.directory, '0x0d');
    if (value !== undefined) writeFileSync(register, `${value}\n`);
    return Number(readFileSync(register, 'utf8'));
  };
  const fault = (script: string) => {
    writeFileSync(join(tools.directory, 'fault'), script);
  };
  let tools: FakeI2cTools;

  beforeEach(async () => {
    tools = await createFakeI2cTools();
  });
  afterEach(async () => {
    await tools.dispose();
  });

  it('is released before Node starts', () => {
    lines('3');
    expect(release(['release'], '1 0x6e\n')).toBe(`${releasedText}\n`);
    expect(lines()).toBe(0);
  });

  it('is not written to where it is idle, where another board is meant, and for any other command', () => {
    lines('2');
    expect(release(['release'], '1 0x6e\n')).toBe('');
    expect(lines()).toBe(2);
    lines('3');
    for (const words of [['release', '--bus', '1'], ['keeper'], ['-o', 'off'], ['releases'], ['release', '']]) {
      expect(release(words, '1 0x6e\n')).toBe('');
    }
    for (const note of [undefined, '', '\n', '7 0x6e\n', '1 0x6d\n', '1', '1 0x6e']) {
      expect(release(['release'], note), note).toBe('');
      expect(lines(), note).toBe(3);
    }
  });

  it('is left to Node, which follows, where the bus fails; once is nothing', () => {
    lines('1');
    fault('exit 2\n');
    expect(release(['release'], '1 0x6e\n')).toBe('');
    expect(lines()).toBe(1);
    // One that hangs is ended, and Node is started all the same.
    const timeout = join(tools.directory, 'timeout');
    writeFileSync(timeout, '#!/bin/sh\nshift\nexec /usr/bin/timeout 0.05 "$@"\n', { mode: 0o755 });
    for (const hangs of ['*', '*/i2cset']) {
      fault(`case $0 in ${hangs}) exec sleep 60 ;; esac\n`);
      expect(release(['release'], '1 0x6e\n')).toBe('');
    }
    rmSync(timeout);
    // Each kind of transfer fails at first.
    fault('if [ ! -e "$0.failed" ]; then touch "$0.failed"; echo "Error: Read failed" >&2; exit 2; fi\n');
    expect(release(['release'], '1 0x6e\n')).toBe('');
    expect(lines()).toBe(0);
  });
});

it('is the process that Node is, so that a signal reaches it', () => {
  const node = join(directory, 'node');
  writeFileSync(node, '#!/bin/sh\necho $$\n');
  chmodSync(node, 0o755);
  const script = 'echo $$; exec "$0"';
  const { stdout } = spawnSync('sh', ['-c', script, program], {
    ...{ input: 'action=off\n', encoding: 'utf8', env: { PATH: `${directory}:/usr/bin:/bin` } },
  });
  const [own, nodes] = stdout.trim().split('\n');
  expect(nodes).toBe(own);
});

it.runIf(haveRealParts('shellcheck'))('pleases shellcheck', () => {
  expect(
    spawnSync('shellcheck', ['--shell=sh', '-'], {
      input: `#!/bin/sh\n${front}\nexec node "$0" "$@"\n`,
      encoding: 'utf8',
    }),
  ).toMatchObject({ stdout: '', status: 0 });
});

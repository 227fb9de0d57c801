import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../src/command-line.js';
import { callControl, type Control, isUp, serveControl } from '../src/control.js';

let directory = '';
let path = '';
const closing: (() => void)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lab-control-'));
  path = join(directory, 'control.socket');
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  rmSync(directory, { recursive: true });
});

async function up(control: Control): Promise<void> {
  const server = await serveControl(path, control);
  closing.push(() => server.close());
}

async function call(args: string[]): Promise<{ status: number; text: string }> {
  let text = '';
  const invocation = parseCommandLine(args);
  if (invocation.command === 'help') throw new Error('help is not asked of a lab');
  const status = await callControl(path, invocation, (piece) => (text += piece));
  return { status, text };
}

describe('commands to a lab that is up', () => {
  it('are carried out there, their text and status come back', async () => {
    await up(({ command, words }, say) => {
      say(`${command} `);
      say(words.join(','));
      return Promise.resolve(words.length);
    });
    expect(await call(['exec', '1', 'echo', 'ü\n'])).toEqual({ status: 3, text: 'exec 1,echo,ü\n' });
  });

  it('fail with what went wrong', async () => {
    await up(() => Promise.reject(new Error('no power')));
    expect(await call(['status'])).toEqual({ status: 1, text: 'no power\n' });
  });

  it('do not disturb each other', async () => {
    await up(async ({ words }, say) => {
      await new Promise((resolve) => setImmediate(resolve));
      say(words.join(' '));
      return 0;
    });
    const answers = await Promise.all(['a', 'b', 'c'].map((word) => call(['exec', '1', word])));
    expect(answers.map(({ text }) => text)).toEqual(['1 a', '1 b', '1 c']);
  });

  it('are refused with what to do when no lab is up', async () => {
    expect(await isUp(path)).toBe(false);
    await expect(call(['status'])).rejects.toMatchObject({ code: 'STATE', message: /lab up/ });
  });

  it('survive someone who hangs up, or says nothing sensible', async () => {
    await up(() => Promise.resolve(0));
    for (const said of ['', 'nonsense\n']) {
      const socket = connect(path);
      await new Promise<void>((resolve) => {
        socket.end(said, resolve);
      });
      socket.destroy();
    }
    expect(await call(['status'])).toEqual({ status: 0, text: '' });
  });
});

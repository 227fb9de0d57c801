import { commandHelp } from '@sleepi3/program';
import { describe, expect, it } from 'vitest';
import { commands, isCommand } from '../src/commands/table.js';
import { runCommand } from '../src/commands/run.js';
import { WireTestRecord } from '../src/wire-test/record.js';

describe('the table of the commands', () => {
  it('has a help that names every option, none wider than a terminal, and units and ranges of numbers', () => {
    for (const [name, command] of Object.entries(commands)) {
      const help = commandHelp(`fence_sleepi3 ${name}`, command);
      for (const option of Object.keys(command.options)) expect(help).toContain(`--${option}`);
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    }
    expect(commandHelp('fence_sleepi3 boot', commands.boot)).toMatch(
      /--timeout SECONDS\s+How long to try, 0 to 3600 s \(default 60 s\)/,
    );
  });

  it('is not taken from what every object has', () => {
    expect(isCommand('boot')).toBe(true);
    expect(isCommand('constructor')).toBe(false);
  });
});

describe('a first word that is no command', () => {
  const refused = async (...words: string[]) => {
    const output = { out: '', err: '' };
    const host = { write: (text: string) => (output.out += text), writeError: (text: string) => (output.err += text) };
    return { status: await runCommand(words, host as never), ...output };
  };

  it('is answered with the nearest one', async () => {
    expect(await refused('wiretest', '--both')).toEqual({
      status: 1,
      out: '',
      err: 'fence_sleepi3: unknown command wiretest: did you mean wire-test?\n',
    });
    expect((await refused('nonsense')).err).toMatch(
      /^fence_sleepi3: unknown command nonsense: the commands are keeper, [^\n]*\n$/,
    );
  });

  it('may ask for help', async () => {
    expect(await refused('help')).toMatchObject({ status: 0, out: expect.stringContaining('wire-test') });
    expect((await refused('help', 'boot')).out).toContain('Usage: fence_sleepi3 boot [OPTIONS]');
  });
});

describe('a command', () => {
  const run = async (...words: string[]) => {
    const output = { out: '', err: '' };
    const host = {
      write: (text: string) => (output.out += text),
      writeError: (text: string) => (output.err += text),
      machine: { readDefaults: () => Promise.reject(new Error('no such file')) },
    };
    return { status: await runCommand(['wire-test', ...words], host as never), ...output };
  };

  it('prints its help on standard output', async () => {
    expect(await run('--help')).toMatchObject({
      status: 0,
      out: expect.stringContaining('Usage: fence_sleepi3 wire-test'),
    });
  });

  it('says in one line what is wrong and where to look', async () => {
    expect(await run('--nonsense')).toEqual({
      status: 1,
      out: '',
      err: 'fence_sleepi3 wire-test: unknown option --nonsense: see fence_sleepi3 wire-test --help\n',
    });
    expect(await run('--self=a', '--peer=a')).toMatchObject({ status: 1, err: expect.stringMatching(/^[^\n]+\n$/) });
  });
});

describe('the record of the wire test', () => {
  const recordOf = (text: string | undefined) => {
    let content = text;
    return new WireTestRecord({
      read: () => Promise.resolve(content),
      replace: async (next) => {
        content = next;
      },
      remove: async () => {
        content = undefined;
      },
    });
  };

  it('says what was found and when', async () => {
    const record = recordOf(undefined);
    expect(await record.last()).toBeUndefined();
    const at = new Date('2026-01-02T03:04:05.678Z');
    await record.remember(at, 'sound');
    expect(await record.last()).toEqual({ at, works: true, verdict: 'sound' });
    await record.remember(at, 'open');
    expect(await record.last()).toEqual({ at, works: false, verdict: 'open' });
  });

  it('is nothing when it is cut off anywhere, or is something else', async () => {
    const text = '2026-01-02T03:04:05.678Z sound\n';
    for (let length = 0; length < text.length; length++) {
      expect(await recordOf(text.slice(0, length)).last()).toBeUndefined();
    }
    for (const other of ['yesterday sound\n', '\n', '{"works":true}\n'])
      expect(await recordOf(other).last()).toBeUndefined();
  });
});

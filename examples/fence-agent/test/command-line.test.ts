import { describe, expect, it } from 'vitest';
import { commandHelp, numberOption, parseCommandLine } from '../src/commands/command-line.js';
import { commands, isCommand } from '../src/commands/table.js';
import { runCommand } from '../src/commands/run.js';
import { WireTestRecord } from '../src/wire-test/record.js';

describe('the command line of a command', () => {
  it('takes values after a space or an equals sign, and flags', () => {
    const words = ['--bus', '1', '--address=0x6d', '--json', '--timeout=5'];
    expect(parseCommandLine(commands.boot, words)).toEqual({ bus: '1', address: '0x6d', json: true, timeout: '5' });
  });

  it('takes the last of several', () => {
    expect(parseCommandLine(commands.boot, ['--bus=1', '--bus=2'])).toEqual({ bus: '2' });
  });

  it.each([
    [['--nonsense'], 'there is no option --nonsense'],
    [['--toString'], 'there is no option --toString'],
    [['--bus'], '--bus needs a value'],
    [['--json=yes'], '--json takes no value'],
    [['boot'], '"boot" is no option'],
    [['-x'], '"-x" is no option'],
  ])('refuses %j', (words, why) => {
    expect(() => parseCommandLine(commands.boot, words)).toThrow(why);
  });

  it('takes a number in its range only', () => {
    const range = { min: 1, max: 10, fallback: 5 };
    expect(numberOption('timeout', undefined, range)).toBe(5);
    expect(numberOption('timeout', '2.5', range)).toBe(2.5);
    for (const wrong of ['0', '11', '-1', '1e1', '', '5s', 'NaN', ' 5']) {
      expect(() => numberOption('timeout', wrong, range)).toThrow(`--timeout=${wrong}: must be a number from 1 to 10`);
    }
  });

  it('has a help that names every option, none wider than a terminal', () => {
    for (const [name, command] of Object.entries(commands)) {
      const help = commandHelp(name, command);
      for (const option of Object.keys(command.options)) expect(help).toContain(`--${option}`);
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    }
  });

  it('is not taken from what every object has', () => {
    expect(isCommand('boot')).toBe(true);
    expect(isCommand('constructor')).toBe(false);
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
    return { status: await runCommand('wire-test', words, host as never), ...output };
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
      err: 'fence_sleepi3 wire-test: there is no option --nonsense; see fence_sleepi3 wire-test --help\n',
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

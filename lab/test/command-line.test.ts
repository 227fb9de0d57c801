import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commands, help, parseCommandLine } from '../src/command-line.js';
import { LabError } from '../src/errors.js';
import { others, scenarios } from '../src/scenarios/index.js';

describe('the command line of the lab', () => {
  it('takes a command, its arguments and options in any order', () => {
    expect(parseCommandLine(['--accel', 'tcg', 'run', 'fence', '--install', 'panic'])).toEqual({
      command: 'run',
      words: ['fence', 'panic'],
      options: {
        ...{ install: true, accel: 'tcg', extout: 'held', times: 1 },
        ...{ release: 'bookworm', architecture: 'amd64' },
      },
    });
    expect(parseCommandLine(['up', '--extout=released'])).toMatchObject({ options: { extout: 'released' } });
    expect(parseCommandLine(['run', '--release', 'trixie', '--arch=arm64'])).toMatchObject({
      options: { release: 'trixie', architecture: 'arm64' },
    });
  });

  it("leaves a guest's command alone, its options too", () => {
    expect(parseCommandLine(['exec', '2', 'pcs', 'status', '--full', '--install', '-h'])).toMatchObject({
      words: ['2', 'pcs', 'status', '--full', '--install', '-h'],
      options: { install: false },
    });
  });

  it('shows the help when asked nothing, or for help', () => {
    for (const args of [[], ['--help'], ['exec', '--help'], ['-h', 'run']]) {
      expect(parseCommandLine(args).command).toBe('help');
    }
    expect(parseCommandLine(['run', '--help'])).toEqual({ command: 'help', about: 'run' });
  });

  it.each([
    [['dance']],
    [['toString']],
    [['exec', '1']],
    [['up', 'now']],
    [['power', '1']],
    [['run', '--accel', 'fast']],
    [['run', '--accel']],
    [['run', '--fast']],
    [['run', '--times', '0']],
    [['run', '--times']],
    [['run', '--release', 'sid']],
    [['run', '--arch=armhf']],
    [['up', '--times', '2']],
    [['--version']],
  ])('refuses %j and says where the help is', (args) => {
    expect(() => parseCommandLine(args)).toThrow(/--help/);
    expect(() => parseCommandLine(args)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('answers an unknown word with the nearest one', () => {
    expect(() => parseCommandLine(['stauts'])).toThrow('did you mean status?');
    expect(() => parseCommandLine(['run', '--realease', 'trixie'])).toThrow('did you mean --release?');
  });

  it('understands or refuses anything, and never throws otherwise', () => {
    const word = fc.oneof(
      fc.constantFrom(...Object.keys(commands), '--accel', '--install', '--extout=held', '1'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (args) => {
        try {
          const { command } = parseCommandLine(args);
          expect(command === 'help' || Object.hasOwn(commands, command)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(LabError);
          expect(error).toMatchObject({ code: 'USAGE' });
        }
      }),
    );
  });

  it('helps with every command and every scenario, in lines that fit a terminal', () => {
    const [all, run] = [help(scenarios, others), help(scenarios, others, 'run')];
    for (const name of Object.keys(commands)) expect(all).toContain(name);
    for (const { name } of [...scenarios, ...others]) expect(run).toContain(name);
    for (const line of `${all}${run}`.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});

describe('the scenarios', () => {
  it('have names of their own that can be typed', () => {
    const names = [...scenarios, ...others].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z-]*$/);
  });
});

import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseCommand, parseCommandLine, type Program, UsageError } from '../src/index.js';

const common = {
  config: { value: 'FILE', description: 'The settings', default: '/etc/tool' },
  json: { description: 'Print JSON' },
} as const;

const tool = {
  name: 'tool',
  summary: 'a tool for tests',
  commands: {
    'wire-test': {
      summary: 'test the wire',
      description: 'Tests the wire.',
      options: {
        timeout: { value: 'SECONDS', min: 0, max: 60, unit: 's', default: 5, description: 'How long to wait' },
        times: { value: 'N', min: 1, max: 9, whole: true, description: 'How often' },
        color: { choices: ['auto', 'always', 'never'], description: 'When to paint' },
        node: { value: 'NODE', description: 'Which node' },
        secret: { value: 'TEXT', refused: 'would be seen by everybody: set it in the file', description: 'A secret' },
        ...common,
      },
    },
    get: {
      summary: 'get something',
      description: 'Gets it.',
      operands: [{ name: 'NAME' }, { name: 'CHANNEL', optional: true }],
      options: common,
      aliases: ['-g', '--get'],
    },
    exec: {
      summary: 'run something',
      description: 'Runs it.',
      operands: [{ name: 'N' }, { name: 'WORD', verbatim: true }],
      options: common,
    },
    list: {
      summary: 'list',
      description: 'Lists.',
      operands: [{ name: 'FILE', optional: true, many: true }],
      options: {},
    },
  },
} as const satisfies Program;

const parse = (...argv: string[]) => parseCommandLine(tool, argv);

describe('a command line', () => {
  it('is read by the table, with its defaults', () => {
    expect(parse('wire-test', '--timeout', '2.5', '--times=3', '--color=never', '--json')).toEqual({
      command: 'wire-test',
      values: { timeout: 2.5, times: 3, color: 'never', config: '/etc/tool', json: true },
      operands: [],
    });
    expect(parse('list')).toEqual({ command: 'list', values: {}, operands: [] });
  });

  it('has its types from the table', () => {
    const line = parse('wire-test');
    if (line.command !== 'wire-test') throw new Error('another command');
    expectTypeOf(line.values.timeout).toEqualTypeOf<number>();
    expectTypeOf(line.values.times).toEqualTypeOf<number | undefined>();
    expectTypeOf(line.values.color).toEqualTypeOf<'auto' | 'always' | 'never' | undefined>();
    expectTypeOf(line.values.config).toEqualTypeOf<string>();
    expectTypeOf(line.values.json).toEqualTypeOf<boolean>();
    // @ts-expect-error an option of another command
    expect(line.values.channel).toBeUndefined();
  });

  it('takes options anywhere, and the last of several', () => {
    expect(parse('--config=a', 'get', '--config', 'b', 'voltage', '--json', 'all')).toMatchObject({
      command: 'get',
      values: { config: 'b', json: true },
      operands: ['voltage', 'all'],
    });
  });

  it('takes a command by its alias, numbers below zero as words, and what follows -- as it is', () => {
    expect(parse('-g', '-15')).toMatchObject({ command: 'get', operands: ['-15'] });
    expect(parse('--get', '--', '--json')).toMatchObject({ command: 'get', operands: ['--json'] });
  });

  it('leaves the words of a command that is passed on alone', () => {
    expect(parse('--json', 'exec', '1', 'ls', '--config', '-l', '--', '-5')).toMatchObject({
      command: 'exec',
      values: { json: true },
      operands: ['1', 'ls', '--config', '-l', '--', '-5'],
    });
  });

  it.each([
    [[], undefined],
    [['help'], undefined],
    [['--help'], undefined],
    [['-h'], undefined],
    [['help', 'get'], 'get'],
    [['get', '-h'], 'get'],
    [['get', '--nonsense', '--help'], 'get'],
  ])('%j asks for help', (argv, about) => {
    expect(parse(...argv)).toEqual({ command: 'help', about });
  });

  it('knows --version', () => {
    expect(parse('--version')).toEqual({ command: 'version' });
  });

  it.each([
    [['wiretest'], 'unknown command wiretest: did you mean wire-test?'],
    [['Wire-Tset'], 'unknown command Wire-Tset: did you mean wire-test?'],
    [['constructor'], 'unknown command constructor: the commands are wire-test, get, exec, list'],
    [['get', 'a', '--jsno'], 'unknown option --jsno: did you mean --json?'],
    [['get', 'a', '--timeout=5'], 'unknown option --timeout: see tool get --help'],
    [['get', 'a', '-x'], 'unknown option -x: see tool get --help'],
    [['get', 'a', '--toString'], 'unknown option --toString: see tool get --help'],
    [['get'], 'missing NAME: tool get NAME [CHANNEL]'],
    [['get', 'a', 'b', 'c'], 'unexpected argument c: tool get NAME [CHANNEL]'],
    [['--json'], 'missing command: see tool --help'],
    [['wire-test', '--node'], '--node needs a value: --node NODE'],
    [['wire-test', '--node', '--json'], '--node needs a value: --node NODE'],
    [['wire-test', '--json=yes'], '--json takes no value'],
    [['wire-test', '--color=blue'], '--color must be auto, always or never, not blue'],
    [['wire-test', '--times=1.5'], '--times must be a whole number from 1 to 9, not 1.5'],
    [['wire-test', '--secret=x'], '--secret would be seen by everybody: set it in the file'],
  ])('%j is refused, with what to type instead', (argv, message) => {
    expect(() => parse(...argv)).toThrow(new UsageError(message));
  });

  it.each(['61', '-1', '1e1', '', '5s', 'NaN', ' 5'])('takes no %j for a number, and names range and unit', (text) => {
    expect(() => parse('wire-test', `--timeout=${text}`)).toThrow(
      new UsageError(`--timeout must be a number from 0 to 60 s, not ${text}`),
    );
  });

  it('of one command alone is read the same way', () => {
    const { get } = tool.commands;
    expect(parseCommand('tool get', get, ['a', '--json'])).toMatchObject({ values: { json: true }, operands: ['a'] });
    expect(parseCommand('tool get', get, ['-h'])).toBe('help');
    expect(() => parseCommand('tool get', get, [])).toThrow('missing NAME: tool get NAME [CHANNEL]');
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bashCompletion, commandHelp, helpText, nearest, type Program, wrap } from '../src/index.js';

const tool: Program = {
  name: 'a-tool',
  summary: 'a tool for tests',
  epilogue: ['Usually:', '  a-tool go'],
  commands: {
    go: {
      summary: 'go somewhere',
      description: `Goes there. ${'It takes a while to go there. '.repeat(10)}`,
      operands: [{ name: 'PLACE' }, { name: 'MORE', optional: true, many: true }],
      options: {
        timeout: { value: 'SECONDS', min: 0.5, max: 60, unit: 's', default: 5, description: 'How long to go' },
        times: { value: 'N', min: 1, max: 9, whole: true, description: 'How often' },
        color: { choices: ['auto', 'never'], default: 'auto', description: 'When to paint' },
        node: { value: 'NODE', otherwise: 'this one', description: 'Which node' },
        map: { value: 'FILE', description: 'Where to look' },
        token: { value: 'TEXT', refused: 'is a secret', description: 'A secret', section: 'Settings' },
        json: { description: 'Print JSON' },
      },
    },
    stop: { summary: 'stop', description: 'Stops.', options: {} },
  },
};

describe('help', () => {
  it('lists the commands with their operands, and what the program adds', () => {
    expect(helpText(tool)).toBe(`a-tool: a tool for tests

Usage: a-tool COMMAND [OPTIONS]

Commands:
  go PLACE [MORE…]  go somewhere
  stop              stop

a-tool COMMAND --help says more about a command.

Usually:
  a-tool go
`);
  });

  it('names range, unit and default of every option, under its heading, and none wider than a terminal', () => {
    const help = helpText(tool, 'go');
    expect(help).toContain('Usage: a-tool go PLACE [MORE…] [OPTIONS]\n\nGo somewhere.\n');
    expect(help).toMatch(/--timeout SECONDS {2,}How long to go, 0.5 to 60 s \(default 5 s\)\n/);
    expect(help).toMatch(/--times N {2,}How often, 1 to 9\n/);
    expect(help).toMatch(/--color auto\|never {2,}When to paint \(default auto\)\n/);
    expect(help).toMatch(/--node NODE {2,}Which node \(default: this one\)\n/);
    expect(help).toMatch(/-h, --help {2,}Print this help and exit\n\nSettings:\n {2}--token TEXT/);
    expect(commandHelp('a-tool go', tool.commands['go']!)).toBe(help);
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('of what is no command is that of the program', () => {
    expect(helpText(tool, 'nonsense')).toBe(helpText(tool));
  });
});

describe('the completion', () => {
  const complete = (...words: string[]) => {
    const script = `${bashCompletion(tool)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _a_tool; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'a-tool', ...words], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  };

  it('knows commands, options and choices, and offers no secret', () => {
    expect(complete('')).toEqual(['go', 'stop']);
    expect(complete('st')).toEqual(['stop']);
    expect(complete('-')).toEqual(['--help', '--version']);
    expect(complete('go', '--t')).toEqual(['--timeout=', '--times=']);
    expect(complete('stop', '-')).toEqual(['--help']);
    expect(complete('go', '--color', '')).toEqual(['auto', 'never']);
    expect(complete('go', '--color', '=', 'n')).toEqual(['never']);
    expect(complete('go', '--map', '=', '/etc/host')).toContain('/etc/hosts');
    expect(complete('go', '/etc/host')).toContain('/etc/hosts');
  });
});

describe('text', () => {
  it('is wrapped between its words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('overlong w', 3)).toEqual(['overlong', 'w']);
  });

  it.each([
    ['wiretest', 'wire-test'],
    ['doctr', 'doctor'],
    ['aplly', 'apply'],
    ['DOCTOR', 'doctor'],
    ['ru', undefined],
    ['status', undefined],
    ['', undefined],
  ])('%j is near to %j', (word, expected) => {
    expect(nearest(word, ['apply', 'doctor', 'wire-test', 'prepare'])).toBe(expected);
  });
});

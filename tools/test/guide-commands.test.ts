// What guides and READMEs tell people to type is understood by the programs of this repository.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program as clusterSetup } from '../../examples/cluster-setup/src/program/commands.js';
import { createAgent } from '../../examples/fence-agent/src/agent.js';
import { commands as agentCommands, isCommand } from '../../examples/fence-agent/src/commands/table.js';
import { parseCommand, parseCommandLine } from '../../examples/program/src/index.js';
import { program as rollingReboot } from '../../examples/rolling-reboot/src/program/commands.js';
import { commands as labCommands } from '../../lab/src/command-line.js';
import { parameters } from '../../packages/driver/src/index.js';
import { parseArgv } from '../../packages/fence-protocol/src/request/argv.js';
import { proseOf } from './support/markdown.js';
import { readText } from './support/repository.js';

const root = join(import.meta.dirname, '../..');
const files = [
  'README.md',
  'README.ja.md',
  'CONTRIBUTING.md',
  ...['docs/guide', 'docs/guide/ja'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((name) => (name.endsWith('.md') ? [join(folder, name)] : [])),
  ),
  ...['cluster-setup', 'fence-agent', 'rolling-reboot'].flatMap((name) =>
    ['README.md', 'README.ja.md'].map((file) => `examples/${name}/${file}`),
  ),
];

const agent = createAgent('0.0.0', () => Promise.reject(new Error('nothing is run here')));
const { scripts } = JSON.parse(readText(root, 'package.json')) as { scripts: Record<string, string> };

/** Each throws, or says what is wrong, when the program would not understand the words. */
const programs: Readonly<Record<string, (words: string[]) => unknown>> = {
  // A running text names the command alone; its file is understood.
  'cluster-setup': (words) => parseCommandLine(clusterSetup, words.length === 1 ? [...words, '--help'] : words),
  'rolling-reboot': (words) => parseCommandLine(rollingReboot, words),
  fence_sleepi3: ([first = '', ...words]) =>
    isCommand(first) ? parseCommand(first, agentCommands[first], words) : parseArgv(agent.options, [first, ...words]),
  sleepi3ctl: ([verb = '', name = '']) => {
    if (!['get', 'set'].includes(verb)) throw new Error(`${verb} is neither get nor set`);
    if (!Object.hasOwn(parameters, name)) throw new Error(`there is no parameter ${name}`);
  },
  npm: ([verb = '', name = '', dashes, command = '']) => {
    const script = verb === 'run' ? name : verb;
    if (
      ['init', 'install', 'install-scripts', 'approve-scripts', 'pkg', 'rebuild', 'ci'].includes(verb) ||
      script === 'build'
    )
      return;
    if (!Object.hasOwn(scripts, script)) throw new Error(`there is no script ${script}`);
    if (script === 'lab' && dashes === '--' && !command.startsWith('-') && !Object.hasOwn(labCommands, command)) {
      throw new Error(`the lab has no command ${command}`);
    }
  },
};

describe('the commands that people are told to type', () => {
  it.each(files)('in %s are understood', (file) => {
    expect(typedIn(readText(root, file)).flatMap(problemOf)).toEqual([]);
  });

  it('are found, and one that no program has is told', () => {
    const typed = typedIn(
      '```sh\nsudo fence_sleepi3 boot --wrong && rolling-reboot abort # end it\n```\n`npm run nothing`',
    );
    expect(typed).toEqual([
      ['fence_sleepi3', 'boot', '--wrong'],
      ['rolling-reboot', 'abort'],
      ['npm', 'run', 'nothing'],
    ]);
    expect(typed.map((words) => problemOf(words).length)).toEqual([1, 0, 1]);
    expect(files.flatMap((file) => typedIn(readText(root, file))).length).toBeGreaterThan(100);
  });
});

/** Command lines of the programs above, as words, in shell blocks and in code within a line. */
function typedIn(text: string): string[][] {
  const blocks = [...text.matchAll(/^```(?:sh|console|)\n(.*?)^```/gms)].flatMap(([, code = '']) => code.split('\n'));
  const inline = [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...inline]
    .flatMap((line) => line.replace(/(?:^|\s)#.*$/, '').split(/;|&&|\|/))
    .map((line) =>
      line
        .trim()
        .replace(/^\$ /, '')
        .replace(/^sudo /, '')
        .split(/\s+/),
    )
    .filter(([program = '', ...words]) => Object.hasOwn(programs, program) && words.length > 0)
    .map((words) => words.filter((word) => word !== '\\'));
}

function problemOf([program = '', ...words]: string[]): string[] {
  // COMMAND, FILE and the like stand for what a person puts there; in a running text a line may be cut short by an ellipsis.
  if (words.some((word) => word === 'COMMAND' || word.includes('…'))) return [];
  try {
    programs[program]?.(words);
    return [];
  } catch (error) {
    return [`${program} ${words.join(' ')}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

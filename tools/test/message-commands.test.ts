// What the messages of the programs tell people to run is there on a node: the programs that the Debian packages bring, and
// the vendor's. `sleepi3` comes with npm alone.
import ts from 'typescript';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program as alertAgent } from '../../examples/alert-agent/src/commands.js';
import { program as clusterSetup } from '../../examples/cluster-setup/src/program/commands.js';
import { program as fenceAgent } from '../../examples/fence-agent/src/commands/table.js';
import { program as rollingReboot } from '../../examples/rolling-reboot/src/program/commands.js';
import { filesUnder, readText } from './support/repository.js';

const root = join(import.meta.dirname, '../..');

/** The words that a program takes first. */
const programs: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [alertAgent, clusterSetup, fenceAgent, rollingReboot].map(({ name, commands }) => [name, Object.keys(commands)]),
  ),
  sleepi3ctl: ['get', 'set'],
  sleepi3: [],
};

/** How a sentence that is about a program goes on. Whatever else follows a program's name has to be a command of it. */
const verbs = new Set([
  ...[
    'are',
    'as',
    'by',
    'cuts',
    'does',
    'ends',
    'fences',
    'for',
    'from',
    'in',
    'is',
    'line',
    'marked',
    'must',
    'of',
    'on',
  ],
  ...['rebooted', 'restarts', 'runs', 'there', 'waits', 'with', 'wrote'],
]);

/** The files whose messages are read on a node; the command of the driver's own package says what it takes itself. */
const files = ['packages', 'examples']
  .flatMap((folder) => filesUnder(root, '.ts', folder))
  .filter((path) => /^\w+\/[\w-]+\/src\//.test(path) && !path.startsWith('packages/driver/src/command/'));

describe('the commands that messages name', () => {
  it('are there on a node', () => {
    const named = files.flatMap((file) => {
      return commandsIn(readText(root, file)).map((words) => ({ file, words }));
    });
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ words }) => !isThere(words))).toEqual([]);
  });

  it('are found in every kind of literal, and one that no package brings is told', () => {
    const found = commandsIn(
      "f('by sleepi3 set extin 1'); g(`run fence_sleepi3 boot on ${name}`, \"rolling-reboot stop\", '/usr/sbin/cluster-setup x');",
    );
    expect(found).toEqual([
      ['sleepi3', 'set'],
      ['fence_sleepi3', 'boot'],
      ['rolling-reboot', 'stop'],
    ]);
    expect(found.map(isThere)).toEqual([false, true, false]);
  });
});

/** The programs that the texts in a source name, each with the word behind it. */
function commandsIn(source: string): [program: string, word: string][] {
  const found: [string, string][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      for (const [, program = '', word = ''] of node.text.matchAll(mention)) found.push([program, word]);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.ESNext));
  return found;
}

const mention = new RegExp(`(?<![\\w/.-])(${Object.keys(programs).join('|')}) +(-?-?[a-z][a-z-]*)(?![\\w=])`, 'g');

function isThere([program, word]: [program: string, word: string]): boolean {
  return word.startsWith('-') ? program !== 'sleepi3' : verbs.has(word) || (programs[program] ?? []).includes(word);
}

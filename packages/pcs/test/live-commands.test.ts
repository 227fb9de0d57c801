import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { type Command, invocation } from '../src/index.js';
import { leftOut, onFile, onFileUnchanged } from './every-command/every-command.js';
import { live } from './every-command/live.js';

describe('a command that needs daemons', () => {
  it.each(live.map(([command, words]) => [words, command] as const))('becomes exactly: pcs %s', (words, command) => {
    expect(invocation(command).argv.join(' ')).toBe(words);
  });
});

describe.runIf(haveRealParts('pcs'))('the table of commands', () => {
  it('has every command that the installed pcs knows, or the reason why it is left out', () => {
    const known = completionTree();
    expect(known.length).toBeGreaterThan(150);
    const ours = [...live.map(([command]) => command), ...onFile.map(({ command }) => command), ...onFileUnchanged].map(
      (command: Command<unknown>) => `${(command.words ?? []).join(' ')} `,
    );
    const missing = known.filter(
      (words) =>
        !ours.some((one) => one.startsWith(`${words} `)) &&
        !readElsewhere.has(words) &&
        !Object.keys(leftOut).some((prefix) => `${words} `.startsWith(`${prefix} `)),
    );
    expect(missing).toEqual([]);
  });

  it('leaves nothing out that it also has', () => {
    const words = live.map(([command]) => `${(command.words ?? []).join(' ')} `);
    expect(Object.keys(leftOut).filter((prefix) => words.some((one) => one.startsWith(`${prefix} `)))).toEqual([]);
  });
});

/** Read under pcs's name, but from a program that answers better. */
const readElsewhere = new Set(['resource describe', 'stonith describe', 'quorum status']);

/** The commands of pcs's own shell completion, without placeholders; delete stands for its synonym remove. */
function completionTree(): string[] {
  const script = 'import json; from pcs import usage; print(json.dumps(usage.generate_completion_tree_from_usage()))';
  const tree = JSON.parse(execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' })) as Tree;
  return [...leaves(tree, [])].map((words) => words.join(' '));
}

interface Tree {
  readonly [word: string]: Tree;
}

function* leaves(tree: Tree, path: readonly string[]): Generator<readonly string[]> {
  const entries = Object.entries(tree);
  if (entries.length === 0) {
    const words = path.filter((word) => !/^-|[<(=>]/.test(word));
    const last = words.at(-1);
    const synonym = { remove: 'delete', 'delete-remote': 'remove-remote', 'delete-guest': 'remove-guest' }[last ?? ''];
    yield path[0] === 'cluster' && last === 'delete' && path[1] === 'node'
      ? ['cluster', 'node', 'remove']
      : path.join(' ') === 'cluster node remove' || synonym === undefined
        ? words
        : [...words.slice(0, -1), synonym];
  }
  for (const [word, below] of entries) yield* leaves(below, [...path, word]);
}

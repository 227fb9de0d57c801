// A file with secrets on a node: what is in it, and that nobody reads it who must not.
import type { Reality } from '../reality.js';
import { done, type Todo } from '../step.js';

export interface SecretFile {
  readonly path: string;
  readonly text: string;
  /** Reads it beside root; its group has no access. */
  readonly owner: 'root' | 'hacluster';
  /** The content in words without secrets: another one that is there, and the one that should be. */
  readonly words: { readonly other: string; readonly should: string };
  /** What stands in a script in the place of writing it. */
  readonly shell: string;
}

/** What makes the file of a node what it should be. */
export async function lookAtSecretFile(
  reality: Reality,
  node: string,
  { path, text, owner, words, shell }: SecretFile,
): Promise<Todo> {
  const before = await reality.file(node, path);
  const owned = await reality.machine(node).run('stat', ['--format=%U %a', path], { exitCodes: [0, 1] });
  const isPrivate = owned.stdout.trim() === `${owner} 600`;
  if (before === text && isPrivate) return done;
  const readers = owner === 'root' ? 'root alone' : `root and ${owner} alone`;
  return {
    differences: [
      ...(before === text
        ? []
        : [{ what: path, is: before === undefined ? undefined : words.other, should: words.should }]),
      ...(before !== undefined && !isPrivate ? [{ what: `${path} read by`, should: readers }] : []),
    ],
    actions: [
      { kind: 'write', node, path, before, text, mode: '600', secret: true, shell },
      { kind: 'run', node, program: 'chown', argv: [`${owner}:`, path] },
      { kind: 'run', node, program: 'chmod', argv: ['600', path] },
    ],
  };
}

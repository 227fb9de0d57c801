// A step of the way to the cluster that the file describes: why it is needed, how to see whether it is done, and what to do
// when it is not. Steps are data; planning, applying, undoing and writing the script read them.
import type { CibCommand, Command, Difference } from '@sleepi3/pcs';
import type { Reality } from './reality.js';

/** One change to make. */
export type Action =
  /** Commands of pcs on this machine, one after the other. */
  | { readonly kind: 'pcs'; readonly commands: readonly Command<unknown>[] }
  /** Changes of the CIB that become one push, so that nobody ever sees a half. */
  | { readonly kind: 'push'; readonly commands: readonly CibCommand<unknown>[] }
  /** A command of pcs that needs hacluster's password. */
  | { readonly kind: 'pcs-with-password'; readonly command: (password: string) => Command<unknown> }
  /** A program on a node; `passwordInput` makes its standard input from hacluster's password, `onlyIf` is for a script. */
  | {
      readonly kind: 'run';
      readonly node: string;
      readonly program: string;
      readonly argv: readonly string[];
      readonly passwordInput?: (password: string) => string;
      readonly timeoutMs?: number;
      readonly onlyIf?: string;
    }
  /** A file on a node, replaced as a whole. `shell` does the same in a script that does not know the file. */
  | {
      readonly kind: 'write';
      readonly node: string;
      readonly path: string;
      readonly before: string | undefined;
      readonly text: string;
      /** Of a file that is new; 644 by default. */
      readonly mode?: string;
      /** Its text is shown to nobody. */
      readonly secret?: true;
      readonly shell?: string;
    }
  | { readonly kind: 'remove'; readonly node: string; readonly path: string }
  /** Until reality has come so far; `shell` is a condition that says the same. */
  | {
      readonly kind: 'wait';
      readonly until: string;
      readonly reached: (reality: Reality) => Promise<boolean>;
      readonly timeoutS: number;
      readonly shell: string;
    };

/** What is left to do of a step; nothing when there are no differences. */
export interface Todo {
  readonly differences: readonly Difference[];
  readonly actions: readonly Action[];
}

export const done: Todo = { differences: [], actions: [] };

export interface Step {
  /** Stays the same from run to run. */
  readonly id: string;
  readonly title: string;
  /** Why it is needed, in a sentence or two. */
  readonly why: string;
  /** The node it is done on; a step of the cluster as a whole has none. */
  readonly node?: string;
  /**
   * Looks at reality alone; nothing is remembered between runs.
   * @throws SetupError when something stands in the way that this program must not decide.
   */
  look(reality: Reality): Promise<Todo>;
  /** For a script that cannot look, when what a bare node needs only shows itself on the way. */
  readonly bare?: { readonly actions: readonly Action[] };
}

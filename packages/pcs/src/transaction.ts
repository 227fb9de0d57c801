// Several changes at once: made on a copy of the CIB, checked there, and pushed as one difference.
import { join } from 'node:path';
import { type BoundOnFile, bind } from './command/bind.js';
import type { Change, Wait } from './command/change.js';
import type { Command } from './command/command.js';
import * as commands from './commands/index.js';
import { type EnsureCalls, ensureCalls } from './ensure/ensure.js';
import { PcsError } from './errors.js';
import { execute, type ExecuteContext } from './run/execute.js';
import type { TemporaryFiles } from './run/files.js';
import type { Runner } from './run/runner.js';

/** The calls of a transaction: everything that works on a CIB in a file, on this transaction's copy. */
export interface Transaction extends BoundOnFile<typeof commands> {
  readonly ensure: EnsureCalls;
  /** Runs any command that works on a file. */
  run<T>(command: Command<T> & { readonly onFile: true }): Promise<T>;
}

/** What came of a transaction. */
export interface TransactionResult<T> {
  /** What the callback returned. */
  readonly value: T;
  /** False when the copy ended as it began; nothing was pushed then. */
  readonly changed: boolean;
  /** What pcs said of the push. */
  readonly push?: Change;
}

/**
 * Runs `body` on a copy of the CIB and pushes the difference; when `body` throws, nothing is pushed.
 * @throws PcsError `CONFLICT` when what it changed was changed by someone else meanwhile: run it again.
 */
export async function runTransaction<T>(
  body: (transaction: Transaction) => Promise<T> | T,
  { runner, files, context, wait }: { runner: Runner; files: TemporaryFiles; context: ExecuteContext } & Wait,
): Promise<TransactionResult<T>> {
  const directory = await files.makeDirectory();
  try {
    const original = join(directory, 'original.xml');
    const copy = join(directory, 'new.xml');
    const before = await execute(commands.cib.query(), runner, context);
    await files.write(original, before);
    await files.write(copy, before);

    const run = <A>(command: Command<A>) => {
      if (!('onFile' in command)) {
        throw new PcsError(
          'INVALID_ARGUMENT',
          `pcs ${(command.words ?? []).slice(0, 2).join(' ')} does not work on a copy of the CIB`,
        );
      }
      return execute(command, runner, { ...context, file: copy });
    };
    const value = await body({ ...onFileFamilies(run), ensure: ensureCalls(run), run });
    if ((await files.read(copy)) === before) return { value, changed: false };
    const settings = wait === undefined ? {} : { wait };
    const push = await execute(commands.cib.push(copy, original, settings), runner, context);
    return { value, changed: true, push };
  } finally {
    await files.remove(directory);
  }
}

function onFileFamilies(run: <A>(command: Command<A>) => Promise<A>): BoundOnFile<typeof commands> {
  // The type leaves out what does not work on a file; from JavaScript `run` refuses it.
  return bind(commands, run);
}

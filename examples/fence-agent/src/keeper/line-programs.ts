// Starts the line keeper and its guard: this very program, called by other words.
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { guardCommand, keeperCommand, type LineOwner } from '../node/machine-of-linux.js';

/**
 * Starts a keeper in a session of its own, out of reach of a signal to the agent's process group, and holding none of
 * the agent's pipes open. Resolves when it says that it is armed, or when it has ended.
 */
export function startKeeper(owner: LineOwner): Promise<void> {
  return new Promise((resolve, reject) => {
    const keeper = spawn(owner.execPath, programArguments(keeperCommand, owner), {
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    keeper.once('error', (error) => {
      reject(new Error(`the line keeper cannot be started: ${error.message}`, { cause: error }));
    });
    let words = '';
    const done = () => {
      keeper.stdout.destroy();
      keeper.unref();
      if (words.startsWith('failed: ')) reject(new Error(`the line keeper cannot work: ${words.slice(8).trim()}`));
      else resolve();
    };
    keeper.stdout.setEncoding('utf8').on('data', (text: string) => {
      words += text;
      if (words.includes('\n')) done();
    });
    keeper.stdout.once('close', done);
  });
}

/** What waits for the keeper's end: a shell, a tenth of a Node, which becomes the guard only when there is work for it. */
const guardScript = 'read -r word; [ "$word" = dismissed ] || exec "$@"';

/**
 * Starts the guard. It is armed at once: the kernel ends its standard input when this process dies, and only a dismissal
 * comes before that end. It does not delay the line, which is about to be asserted, by the start of another Node.
 */
export function startGuard(owner: LineOwner): { dismiss(): void } {
  const unguarded = (error: unknown) => {
    owner.log(`the line is held without a guard: ${String(error)}`);
  };
  try {
    const words = ['-c', guardScript, 'sh', owner.execPath, ...programArguments(guardCommand, owner)];
    const guard = spawn('/bin/sh', words, {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    guard.once('error', unguarded);
    // Without a file descriptor left there is no pipe.
    const stdin = guard.stdin as Writable | undefined;
    stdin?.on('error', () => undefined); // the guard is gone, and with it whoever would read the dismissal
    guard.unref();
    return { dismiss: () => stdin?.end('dismissed\n') };
  } catch (error) {
    unguarded(error); // for want of memory, fork fails at once
    return { dismiss: () => undefined };
  }
}

function programArguments(command: string, { program, board, files }: LineOwner): string[] {
  return [program, command, board.bus, String(board.address), files.directory, files.configured];
}

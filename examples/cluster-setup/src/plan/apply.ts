// Carries steps out, one after the other. What is done already is left alone, and what was done is looked at again.
import { SetupError } from '../errors.js';
import { waitUntil, type WaitingHost } from '../waiting.js';
import type { Reality } from './reality.js';
import type { Action, Step, Todo } from './step.js';

export interface ApplyHost extends WaitingHost {
  /** hacluster's password; asked for when a step needs it, once. */
  password(): Promise<string>;
  /** Told as it happens. */
  onStep?(step: Step, todo: Todo, state: 'done already' | 'begins' | 'done'): void;
  onWarning?(text: string): void;
}

/**
 * Brings reality to where all steps are done. Interrupted at any point and run again, it goes on where reality is.
 * @throws SetupError, PcsError of the step that failed; those before it are done and stay.
 */
export async function apply(steps: readonly Step[], reality: Reality, host: ApplyHost): Promise<void> {
  for (const step of steps) {
    host.signal?.throwIfAborted();
    const todo = await step.look(reality);
    if (todo.differences.length === 0) {
      host.onStep?.(step, todo, 'done already');
      continue;
    }
    host.onStep?.(step, todo, 'begins');
    for (const action of todo.actions) {
      host.signal?.throwIfAborted();
      try {
        await perform(action, reality, host);
      } finally {
        reality.changed();
      }
    }
    const left = await step.look(reality);
    if (left.differences.length > 0) {
      const what = left.differences.map((one) => one.what).join(', ');
      throw new SetupError(
        'NO_EFFECT',
        `${step.title}: it was carried out, but the state is still not as it should be: ${what}`,
      );
    }
    host.onStep?.(step, todo, 'done');
  }
}

/** Carries out one action. */
export async function perform(action: Action, reality: Reality, host: ApplyHost): Promise<void> {
  switch (action.kind) {
    case 'pcs':
      for (const command of action.commands) warn(await reality.pcs.run(command), host);
      return;
    case 'push':
      await reality.pcs.transaction(async (transaction) => {
        for (const command of action.commands) warn(await transaction.run(command), host);
      });
      return;
    case 'pcs-with-password':
      warn(await reality.pcs.run(action.command(await host.password())), host);
      return;
    case 'run': {
      const { passwordInput, timeoutMs } = action;
      const secret = passwordInput && (await host.password());
      await reality.machine(action.node).run(action.program, action.argv, {
        ...(secret !== undefined && { stdin: passwordInput?.(secret) ?? '', secret }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      return;
    }
    case 'write':
      return reality.machine(action.node).writeFile(action.path, action.text, action.mode);
    case 'remove':
      return reality.machine(action.node).removeFile(action.path);
    case 'wait':
      return waitFor(action, reality, host);
  }
}

function warn(answer: unknown, host: ApplyHost): void {
  for (const text of (answer as { warnings?: readonly string[] } | undefined)?.warnings ?? []) host.onWarning?.(text);
}

async function waitFor(
  { until, reached, timeoutS }: Extract<Action, { kind: 'wait' }>,
  reality: Reality,
  host: ApplyHost,
): Promise<void> {
  const look = () => {
    reality.changed();
    return reached(reality);
  };
  if (await waitUntil(until, look, timeoutS, host)) return;
  throw new SetupError(
    'NO_EFFECT',
    `waited ${timeoutS} s until ${until}, without success; look at pcs status --full, mend what failed, and run this again`,
  );
}

// What would be done: every step held against reality, nothing touched.
import { SetupError } from '../errors.js';
import type { Reality } from './reality.js';
import type { Step, Todo } from './step.js';

/** One step of a plan. */
export type PlannedStep = { readonly step: Step } & (
  | { readonly state: 'done' }
  | { readonly state: 'to do'; readonly todo: Todo }
  /** Something must be done by hand first; `reason` says what. */
  | { readonly state: 'blocked'; readonly reason: SetupError }
);

/** Looks at all steps; what comes after a step is planned as if that were done. */
export async function plan(steps: readonly Step[], reality: Reality): Promise<readonly PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const step of steps) {
    try {
      const todo = await step.look(reality);
      planned.push(todo.differences.length === 0 ? { step, state: 'done' } : { step, state: 'to do', todo });
    } catch (error) {
      if (!(error instanceof SetupError) || error.code === 'COMMAND_FAILED') throw error;
      planned.push({ step, state: 'blocked', reason: error });
    }
  }
  return planned;
}

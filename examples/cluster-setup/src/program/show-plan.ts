// A plan for people: what differs, why it matters, and the exact commands.
import { type Command, type Difference, invocation, isPcsError, type Pcs, shellQuote } from '@sleepi3/pcs';
import type { ClusterDesign } from '../cluster/design.js';
import type { PlannedStep } from '../plan/plan.js';
import type { Action } from '../plan/step.js';
import { type Colours, wrap } from '@sleepi3/program';

/** The whole plan as text. */
export async function showPlan(
  design: ClusterDesign,
  planned: readonly PlannedStep[],
  pcs: Pcs,
  colour: Colours,
): Promise<string> {
  const lines = [colour.strong(`The cluster ${design.name}`)];
  let where: string | undefined;
  for (const one of planned) {
    const { step } = one;
    if (lines.length === 1 || step.node !== where) {
      where = step.node;
      lines.push('', colour.strong(step.node ?? 'The cluster as a whole'));
    }
    if (one.state === 'done') lines.push(colour.faint(`  = ${step.title}`));
    else if (one.state === 'blocked') lines.push(colour.bad(`  ! ${step.title}`), `      ${one.reason.message}`);
    else {
      lines.push(colour.add(`  + ${step.title}`), ...wrap(step.why, 100).map((line) => colour.faint(`      ${line}`)));
      lines.push(...one.todo.differences.map((difference) => `      ${showDifference(difference, colour)}`));
      for (const action of one.todo.actions) {
        lines.push(...(await showAction(action, pcs, colour)).map((line) => `      ${line}`));
      }
    }
  }
  const left = planned.filter(({ state }) => state === 'to do').length;
  const blocked = planned.filter(({ state }) => state === 'blocked').length;
  lines.push(
    '',
    [
      `${planned.length - left - blocked} of ${planned.length} steps are done, ${left} to do`,
      blocked > 0 ? colour.bad(`${blocked} blocked`) : '',
    ]
      .filter((part) => part !== '')
      .join(', '),
  );
  return `${lines.join('\n')}\n`;
}

/** The same for programs. Actions are not in it: they may have secrets, and are carried out by apply alone. */
export function planInJson(planned: readonly PlannedStep[]): string {
  const steps = planned.map((one) => ({
    id: one.step.id,
    node: one.step.node ?? null,
    title: one.step.title,
    state: one.state,
    ...(one.state === 'to do' && { differences: one.todo.differences }),
    ...(one.state === 'blocked' && { reason: one.reason.message }),
  }));
  return `${JSON.stringify({ steps }, undefined, 2)}\n`;
}

/** One difference on one line: `what: is → should`. */
export function showDifference({ what, is, should }: Difference, colour: Colours): string {
  if (is === undefined) return colour.add(`+ ${what}: ${should ?? ''}`);
  if (should === undefined) return colour.remove(`- ${what}: ${is}`);
  return colour.change(`~ ${what}: ${is} → ${should}`);
}

/** What an action does, as commands where it is one. */
export async function showAction(action: Action, pcs: Pcs, colour: Colours): Promise<readonly string[]> {
  switch (action.kind) {
    case 'pcs':
      return Promise.all(action.commands.map((command) => shown(command, pcs)));
    case 'push':
      return [
        ...(await Promise.all(action.commands.map((command) => shown(command, pcs)))),
        ...(action.commands.length > 1 ? [colour.faint('(on a copy of the CIB, pushed as one)')] : []),
      ];
    case 'pcs-with-password':
      return [
        `${await shown(action.command('the password of hacluster'), pcs)} ${colour.faint('(the password goes through a pipe)')}`,
      ];
    case 'run':
      return [
        `$ ${[action.program, ...action.argv].map(shellQuote).join(' ')}` +
          (action.passwordInput ? ` ${colour.faint('(the password goes through a pipe)')}` : ''),
      ];
    case 'write':
      if (action.secret) return [`write ${action.path} ${colour.faint('(it has secrets, which are not shown)')}`];
      return [`write ${action.path}`, ...changedLines(action.before, action.text, colour)];
    case 'remove':
      return [`remove ${action.path}`];
    case 'wait':
      return [colour.faint(`wait, at most ${action.timeoutS} s, until ${action.until}`)];
  }
}

async function shown(command: Command<unknown>, pcs: Pcs): Promise<string> {
  const { program, argv } = await pcs.dryRun(command).catch((error: unknown) => {
    // Before pcs is installed nobody can ask it what it can do.
    if (isPcsError(error, 'NOT_INSTALLED')) return invocation(command);
    throw error;
  });
  return `$ ${[program, ...argv].map(shellQuote).join(' ')}`;
}

/** The lines that come and go; enough for small files. */
function changedLines(before: string | undefined, after: string, colour: Colours): string[] {
  const old = (before ?? '').split('\n');
  const now = after.split('\n');
  return [
    ...old.filter((line) => line !== '' && !now.includes(line)).map((line) => colour.remove(`  - ${line}`)),
    ...now.filter((line) => line !== '' && !old.includes(line)).map((line) => colour.add(`  + ${line}`)),
  ];
}

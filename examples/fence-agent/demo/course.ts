// What happened on the wire and to the power, and whether it is what had to happen.
import type { Harness } from '@sleepi3/simulator';
import { type AgentResult, nodes } from './world.js';

/** One thing that happened; `time` in ms since the agent was started. */
export interface CourseEvent {
  readonly time: number;
  readonly node: 0 | 1;
  readonly text: string;
}

export interface Course {
  readonly events: readonly CourseEvent[];
  /** ms from the start of the agent, of the things that the verdict rests on; absent if they did not happen. */
  readonly assertedAt?: number;
  readonly cutAt?: number;
  readonly releasedAt?: number;
  readonly wokenAt?: number;
  readonly answeredAt?: number;
}

/** Follows both boards from now on. */
export function followCourse(harness: Harness, shooter: 0 | 1, onEvent: (event: CourseEvent) => void) {
  const start = harness.clock.now();
  const target = shooter === 0 ? 1 : 0;
  const events: CourseEvent[] = [];
  const marks: { -readonly [K in keyof Course]?: Course[K] } = {};
  const note = (node: 0 | 1, text: string) => {
    const event = { time: harness.clock.now() - start, node, text };
    events.push(event);
    onEvent(event);
    return event.time;
  };
  for (const node of [0, 1] as const) {
    const board = harness.boards[node];
    board.on('extout', ({ asserted }) => {
      const time = note(node, asserted ? 'EXTOUT asserted' : 'EXTOUT released');
      if (node !== shooter) return;
      if (asserted) marks.assertedAt ??= time;
      else marks.releasedAt ??= time;
    });
    board.on('power', (power) => {
      const time = note(node, power.on ? `power on, woken by ${power.cause}` : `power cut by ${power.cause}`);
      if (node !== target) return;
      if (power.on) marks.wokenAt ??= time;
      else marks.cutAt ??= time;
    });
  }
  return {
    /** The agent has answered. */
    answered: () => {
      marks.answeredAt = note(shooter, 'fence_sleepi3 answered');
    },
    course: (): Course => ({ ...marks, events }),
  };
}

/** What a course must not lack, each a sentence; empty when all is as it has to be. */
export function judge(
  course: Course,
  agent: AgentResult,
  harness: Harness,
  shooter: 0 | 1,
  wakeupFlag: readonly string[],
): string[] {
  const target = shooter === 0 ? 1 : 0;
  const { assertedAt, cutAt, releasedAt, wokenAt, answeredAt } = course;
  const problems: string[] = [];
  const demand = (condition: boolean, problem: string) => {
    if (!condition) problems.push(problem);
  };
  demand(
    agent.exitStatus === 0,
    `the agent exited ${String(agent.exitStatus)}: ${agent.stderr.trim() || 'without a message'}`,
  );
  demand(agent.stdout === 'Success: Rebooted\n', `the agent printed ${JSON.stringify(agent.stdout)}`);
  demand(assertedAt !== undefined, `${nodes[shooter]} never asserted EXTOUT`);
  demand(cutAt !== undefined, `the power of ${nodes[target]} was never cut`);
  demand(wokenAt !== undefined, `${nodes[target]} was never woken`);
  if (assertedAt !== undefined && cutAt !== undefined) {
    const after = (cutAt - assertedAt) / 1000;
    demand(
      after >= 9 && after <= 11.1,
      `the power was cut ${after.toFixed(1)} s after EXTOUT was asserted, not after 10 s`,
    );
  }
  if (cutAt !== undefined && answeredAt !== undefined) {
    demand(cutAt < answeredAt, 'the agent said success before the power was cut');
  }
  if (assertedAt !== undefined && releasedAt !== undefined) {
    demand(releasedAt - assertedAt >= 12_000, 'EXTOUT was held for less than 12 s');
  }
  demand(harness.boards[shooter].powered, `${nodes[shooter]} lost its power`);
  demand(harness.boards[target].powered, `${nodes[target]} is not powered`);
  demand(
    wakeupFlag.join() === 'extin',
    `the wakeup-flag of ${nodes[target]} reads ${wakeupFlag.join(' ') || 'nothing'}, not extin`,
  );
  demand(!harness.boards.some(({ extout }) => extout), 'EXTOUT is still asserted');
  return problems;
}

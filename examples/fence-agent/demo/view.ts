// What the terminal shows while the fencing runs: two live lanes on a terminal, plain lines of events elsewhere.
import type { Harness } from '@sleepi3/simulator';
import type { CourseEvent } from './course.js';
import { nodes } from './world.js';

export interface View {
  event(event: CourseEvent): void;
  /** To be called a few times a second; `time` in ms since the agent was started. */
  frame(time: number): void;
  end(): void;
}

/** `colour`: only for a terminal that may have it. */
export function createView(harness: Harness, stream: NodeJS.WriteStream, colour: boolean): View {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = ({ time, node, text }: CourseEvent) =>
    `${seconds(time)}  ${nodes[node].padEnd(14)} ${paint(colourOf(text), text)}\n`;
  if (!stream.isTTY) {
    return { event: (event) => stream.write(line(event)), frame: () => undefined, end: () => undefined };
  }

  let lanes = 0;
  const erase = () => {
    if (lanes > 0) stream.write(`\u001b[${lanes}A\u001b[J`);
    lanes = 0;
  };
  const lane = (node: 0 | 1) => {
    const board = harness.boards[node];
    const lamp = (on: boolean, text: string, code: number) => paint(on ? code : 2, `${on ? '●' : '○'} ${text}`);
    const count = board.peek('externalInputCount');
    return [
      ' '.repeat(8) + nodes[node].padEnd(14),
      lamp(board.powered, 'power', 32),
      lamp(board.extout, 'EXTOUT', 33),
      lamp(board.extin, 'EXTIN', 33),
      board.extin
        ? paint(33, `${'▮'.repeat(Math.min(count, 12))}${'▯'.repeat(Math.max(0, 10 - count))} ${count} s`)
        : '',
    ].join('  ');
  };
  return {
    event: (event) => {
      erase();
      stream.write(line(event));
    },
    frame: (time) => {
      erase();
      stream.write(`${seconds(time)}  ${countdown(harness)}\n${lane(0)}\n${lane(1)}\n`);
      lanes = 3;
    },
    end: erase,
  };
}

function countdown(harness: Harness): string {
  const target = harness.boards.find((board) => board.extin && board.powered);
  if (target) return `cut in about ${Math.max(0, 10 - target.peek('externalInputCount'))} s`;
  return harness.boards.every(({ powered }) => powered) ? 'both nodes have power' : 'waiting for the wake pulse';
}

function seconds(time: number): string {
  return `${(time / 1000).toFixed(1).padStart(5)} s`;
}

function colourOf(text: string): number {
  if (text.includes('cut')) return 31;
  if (text.includes('power on')) return 32;
  return 33;
}

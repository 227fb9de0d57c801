// What the two sides of characterize say to each other: the director asks, the subject reads and writes its own board and
// answers. Checked as everything that comes over the network.
import { type RegisterName, registers } from '@sleepi3/driver';
import { fieldsOf, record } from '../wire-test/messages.js';

/** The registers of a board as they were read, each a plain number. */
export type Registers = Readonly<Record<RegisterName, number>>;

export type DirectorMessage =
  | { readonly say: 'characterize'; readonly protocol: number; readonly node: string; readonly peer: string }
  /** Reads all registers. */
  | { readonly say: 'look' }
  /** Writes io_status, read-only bits and all. */
  | { readonly say: 'put'; readonly ioStatus: number }
  /** Sets EIPDE. */
  | { readonly say: 'powerdown'; readonly on: boolean }
  /** At the next boot the registers are to be kept as they are found, before anything writes them. */
  | { readonly say: 'arm' }
  /** What was kept since. */
  | { readonly say: 'recall' };

export type SubjectMessage =
  | { readonly say: 'looked'; readonly registers: Registers }
  | { readonly say: 'done' }
  /** Without registers: nothing was kept. */
  | { readonly say: 'recalled'; readonly registers?: Registers }
  | { readonly say: 'failed'; readonly reason: string };

/** @throws Error when the line is no message of a director's. */
export function parseDirectorMessage(line: string): DirectorMessage {
  const { say, ...rest } = record(JSON.parse(line));
  const read = fieldsOf(rest);
  switch (say) {
    case 'characterize':
      return { say, protocol: read.number('protocol'), node: read.text('node'), peer: read.text('peer') };
    case 'look':
    case 'arm':
    case 'recall':
      return { say };
    case 'put':
      return { say, ioStatus: read.number('ioStatus') };
    case 'powerdown':
      return { say, on: read.flag('on') };
    default:
      throw new Error('not a message of characterize');
  }
}

/** @throws Error when the line is no message of a subject's. */
export function parseSubjectMessage(line: string): SubjectMessage {
  const { say, ...rest } = record(JSON.parse(line));
  switch (say) {
    case 'looked':
      return { say, registers: parseRegisters(rest['registers']) };
    case 'done':
      return { say };
    case 'recalled':
      return rest['registers'] === undefined ? { say } : { say, registers: parseRegisters(rest['registers']) };
    case 'failed':
      return { say, reason: fieldsOf(rest).text('reason') };
    default:
      throw new Error('not a message of characterize');
  }
}

/** @throws Error unless it has every register, and nothing but whole numbers that fit. */
export function parseRegisters(value: unknown): Registers {
  const read = fieldsOf(record(value));
  const found = registerNames.map((name) => {
    const content = read.number(name);
    if (!Number.isInteger(content) || content >= 2 ** registers[name].width) throw new Error(`${name} does not fit`);
    return [name, content] as const;
  });
  return Object.fromEntries(found) as Registers;
}

export const registerNames = Object.keys(registers) as RegisterName[];

// The side of characterize that is cut: it reads and writes its own board for the director, and at boot keeps the registers as
// they are found, before the vendor's service or this project's writes them.
import { type Clock, type Sleepi3 } from '@sleepi3/driver';
import {
  type DirectorMessage,
  parseRegisters,
  registerNames,
  type Registers,
  type SubjectMessage,
} from './messages.js';
import type { Conversation } from '../keeper/messages.js';
import type { PulseOutcome } from '../line/act.js';
import { retry, within } from '../line/timeout.js';
import type { RecordFile } from '../line/power-record.js';
import { isSameNode } from '../target/node-names.js';
import { wireProtocol } from '../wire-test/messages.js';
import { reasonOf } from '../reason.js';

/** How long EXTOUT is asserted for the director, ms: from 7 s into its hold over the latest cut of this node. */
const assertedFor = 4900;
/** How long is waited for that to begin, ms. */
const beginTimeout = 1000;
/** How long a director may be silent, ms: it asks a person in between. After that nobody is there any more. */
const timeout = 600_000;

export interface SubjectHost {
  readonly node: string;
  readonly peer: string;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  openBoard(): Promise<Sleepi3>;
  /** Has the line keeper assert EXTOUT for so many ms, so that it is released whatever happens to this process. */
  readonly assert: (length: number) => Promise<PulseOutcome>;
  readonly observation: Observation;
}

/** The registers found at a boot, kept over it. */
export class Observation {
  readonly #file: RecordFile;

  constructor(file: RecordFile) {
    this.#file = file;
  }

  /** Asks the next boot to keep its registers. */
  async arm(): Promise<void> {
    await this.#file.replace('armed\n');
  }

  /** To be called at boot before anything writes to the board. Does nothing unless it was asked to. */
  async keep(read: () => Promise<Registers>): Promise<boolean> {
    if ((await this.#file.read()) !== 'armed\n') return false;
    await this.#file.replace(`${JSON.stringify(await read())}\n`);
    return true;
  }

  /** What the last boot that was asked to has kept; undefined when there is nothing, or it cannot be read. */
  async recall(): Promise<Registers | undefined> {
    try {
      return parseRegisters(JSON.parse((await this.#file.read()) ?? ''));
    } catch {
      return undefined; // none, or still armed
    }
  }

  async forget(): Promise<void> {
    await this.#file.remove();
  }
}

/** Every register, each read once. */
export async function readRegisters(board: Pick<Sleepi3, 'readRegister'>): Promise<Registers> {
  const contents: [string, number][] = [];
  for (const name of registerNames) contents.push([name, await board.readRegister(name)]);
  return Object.fromEntries(contents) as Registers;
}

/** Keeps the registers as this boot found them, with retries until the board answers or `timeout` ms are over. */
export async function observeBoot(
  host: Pick<SubjectHost, 'openBoard' | 'observation'>,
  clock: Clock,
  timeout: number,
): Promise<boolean> {
  return retry({ clock }, timeout, () =>
    host.observation.keep(async () => {
      const board = await host.openBoard();
      return readRegisters(board).finally(() => board.close());
    }),
  );
}

/**
 * Serves one director to its end. EXTOUT is released then, whatever happened.
 *
 * @returns Whether the director was the right one.
 */
export async function serveDirector(
  host: SubjectHost,
  conversation: Conversation<DirectorMessage, SubjectMessage>,
): Promise<boolean> {
  const { node, peer } = host;
  const hear = async () => {
    const message = await within(host.clock, timeout, conversation.receive());
    return message === 'late' ? undefined : message;
  };
  const greeting = await hear();
  if (greeting?.say !== 'characterize' || greeting.protocol !== wireProtocol) {
    conversation.close();
    return false;
  }
  if (!isSameNode(greeting.peer, node) || !isSameNode(greeting.node, peer)) {
    conversation.send({ say: 'failed', reason: `this is ${node}, wired to ${peer}: give --self and --peer` });
    conversation.close();
    return false;
  }
  const board = await host.openBoard();
  try {
    await board.set('extout', false);
    conversation.send({ say: 'done' });
    for (let message = await hear(); message; message = await hear()) {
      conversation.send(
        await obey(message, board, host).catch((error: unknown) => ({
          say: 'failed' as const,
          reason: reasonOf(error).slice(0, 300),
        })),
      );
    }
    return true;
  } finally {
    await board.set('extout', false).finally(() => board.close());
    conversation.close();
  }
}

async function obey(message: DirectorMessage, board: Sleepi3, host: SubjectHost): Promise<SubjectMessage> {
  const { observation } = host;
  switch (message.say) {
    case 'look':
      return { say: 'looked', registers: await readRegisters(board) };
    case 'put':
      // Whoever speaks over the network could shoot the peer. Who holds this EXTIN is at the other end of the wire.
      if (message.ioStatus % 2 === 1) return assertWhileHeld(board, host);
      await board.writeRegister('ioStatus', message.ioStatus);
      return { say: 'done' };
    case 'powerdown':
      await board.set('extin-powerdown', message.on);
      return { say: 'done' };
    case 'arm':
      await observation.arm();
      return { say: 'done' };
    case 'recall': {
      const found = await observation.recall();
      await observation.forget();
      return { say: 'recalled', ...(found && { registers: found }) };
    }
    case 'characterize':
      return { say: 'failed', reason: 'the greeting comes once' };
  }
}

async function assertWhileHeld(board: Sleepi3, { clock, assert, log }: SubjectHost): Promise<SubjectMessage> {
  if (!(await board.ioStatus()).extin) {
    return { say: 'failed', reason: 'EXTOUT is asserted only while the director holds EXTIN of this node' };
  }
  let reason = 'EXTOUT was not asserted in time';
  void assert(assertedFor).then((outcome) => {
    if (!('reason' in outcome)) return;
    log(outcome.reason);
    ({ reason } = outcome);
  });
  const deadline = clock.now() + beginTimeout;
  while (clock.now() < deadline) {
    if ((await board.ioStatus()).extout) return { say: 'done' };
    await clock.sleep(20);
  }
  return { say: 'failed', reason };
}

// The board of a node, here or behind ssh, by i2cget and i2cset, which every node has.
import { type Bus, BusError, parseBusSpec, parseDefaults, Sleepi3, Sleepi3Error } from '@sleepi3/driver';
import { SetupError } from '../errors.js';
import { defaultsPath } from '../plan/steps/node.js';
import type { Machine } from './machine.js';

const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;
/** ms for one transfer, with the way there. */
const timeout = 30_000;

/** Where a node's board is, and what its file says of it. */
export interface BoardPlace {
  /** For i2cset: the number of the bus, and the address. */
  readonly bus: string;
  readonly address: string;
  /** HEARTBEAT_TIMEOUT: what the board's watchdog is set to at each boot, s. */
  readonly heartbeat: number;
}

/** @throws SetupError `NOT_READY` where no kernel knows the bus. */
export async function boardPlace(machine: Machine): Promise<BoardPlace> {
  const { values } = parseDefaults((await machine.readFile(defaultsPath)) ?? '');
  const spec = parseBusSpec(values.I2C_BUS);
  if (spec.backEnd === 'unix') {
    throw new SetupError('NOT_READY', `${machine.name}: ${defaultsPath} names a board that is not on an I2C bus`);
  }
  return { bus: String(spec.number), address: hex(values.I2C_ADDRESS), heartbeat: values.HEARTBEAT_TIMEOUT };
}

/**
 * Asks or sets something of a node's board. The lock between processes stays on the node: only registers that hold one value
 * are for this.
 * @throws SetupError `COMMAND_FAILED` when the board does not answer, or does not do it.
 */
export async function withBoardOf<T>(machine: Machine, body: (board: Sleepi3) => Promise<T>): Promise<T> {
  const place = await boardPlace(machine);
  const board = await Sleepi3.open({ bus: busOf(machine, place), address: Number(place.address), probe: false });
  try {
    return await body(board);
  } catch (error) {
    if (!(error instanceof Sleepi3Error)) throw error;
    throw new SetupError('COMMAND_FAILED', `${machine.name}: ${error.message}`, { cause: error });
  } finally {
    await board.close();
  }
}

function busOf(machine: Machine, { bus, address }: BoardPlace): Bus {
  const transfer = async (program: 'i2cget' | 'i2cset', ...words: readonly string[]): Promise<number> => {
    const answer = await machine.run(program, ['-y', bus, address, ...words], {
      exitCodes: [0, 1, 2],
      timeoutMs: timeout,
    });
    if (answer.exitCode !== 0) throw new BusError('EREMOTEIO', `${machine.name}: ${answer.stderr.trim()}`);
    return Number(answer.stdout.trim());
  };
  const write = async (register: number, value: number, mode: 'b' | 'w'): Promise<void> => {
    await transfer('i2cset', hex(register), hex(value), mode);
  };
  return {
    name: `${machine.name}: i2c-tools:${bus}`,
    readByte: (_, register) => transfer('i2cget', hex(register), 'b'),
    readWord: (_, register) => transfer('i2cget', hex(register), 'w'),
    writeByte: (_, register, value) => write(register, value, 'b'),
    writeWord: (_, register, value) => write(register, value, 'w'),
    withLock: (body) => body(),
    close: () => Promise.resolve(),
  };
}

/**
 * What the `unix:` bus says over its socket, so that another process can be the board.
 *
 * Both directions carry one JSON object a line (`\n`, UTF-8). The client sends requests without waiting for answers;
 * the server carries them out and answers them in order, connection by connection:
 *
 * ```
 * → {"id":1,"op":"readByte","address":110,"register":13}
 * ← {"id":1,"value":2}
 * → {"id":2,"op":"writeByte","address":110,"register":9,"value":60}
 * ← {"id":2}
 * → {"id":3,"op":"readByte","address":111,"register":0}
 * ← {"id":3,"error":{"errno":"EREMOTEIO","message":"no acknowledge from 0x6f"}}
 * → {"id":4,"op":"lock"}      answered when this connection holds the lock; later requests of this connection wait
 * → {"id":5,"op":"unlock"}    answered at once; without the lock it does nothing
 * ```
 *
 * - The lock is one per bus. A connection that closes lets go of it and leaves the queue for it.
 * - A `lock` that fails is answered with an error, and the transfers that follow on that connection up to its `unlock`
 *   are not carried out but answered with `ENOLCK`: the client has sent them without waiting.
 * - A line that is not a request is answered with `EPROTO` (its id, or 0 if it has none), and the connection is closed.
 */
import { BusError, type Transfer } from './bus.js';

/** A request, client to server. `id` is a positive integer that the answer repeats. */
export type UnixRequest =
  | { readonly id: number; readonly op: 'readByte' | 'readWord'; readonly address: number; readonly register: number }
  | {
      readonly id: number;
      readonly op: 'writeByte' | 'writeWord';
      readonly address: number;
      readonly register: number;
      readonly value: number;
    }
  | { readonly id: number; readonly op: 'lock' | 'unlock' };

/** An answer, server to client: `value` for a read, `error` for a failure, neither for all else. */
export interface UnixResponse {
  readonly id: number;
  readonly value?: number;
  readonly error?: { readonly errno: string; readonly message: string };
}

/** The longest line, in UTF-16 code units, either side accepts; a peer that sends more is not speaking this protocol. */
export const maxLineLength = 4096;

/** One frame as the line to send. */
export function encodeFrame(frame: UnixRequest | UnixResponse): string {
  return `${JSON.stringify(frame)}\n`;
}

/**
 * Cuts a stream of text into lines: returns a function to feed each chunk to, which calls `onLine` for every line
 * completed (without its `\n`) and keeps the rest.
 *
 * @throws {@link BusError} `EPROTO` from the returned function when a line grows beyond {@link maxLineLength}.
 */
export function createLineDecoder(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const line = rest + chunk.slice(start, end);
      rest = '';
      start = end + 1;
      if (line.length > maxLineLength) throw tooLong();
      onLine(line);
    }
    rest += chunk.slice(start);
    if (rest.length > maxLineLength) throw tooLong();
  };
}

/**
 * Reads a line from a client.
 *
 * @throws {@link BusError} `EPROTO` when it is not a valid request.
 */
export function parseRequest(line: string): UnixRequest {
  const frame = parseObject(line);
  const { id, op, address, register, value } = frame;
  if (!isInteger(id, 1, Number.MAX_SAFE_INTEGER)) throw invalid('a request without a positive integer id', line);
  if (op === 'lock' || op === 'unlock') return { id, op };
  if (!isTransfer(op)) throw invalid('a request with an unknown op', line);
  if (!isInteger(address, 0x03, 0x77)) throw invalid('an address outside 0x03–0x77', line);
  if (!isInteger(register, 0, 255)) throw invalid('a register outside 0–255', line);
  if (op === 'readByte' || op === 'readWord') return { id, op, address, register };
  if (!isInteger(value, 0, op === 'writeByte' ? 255 : 65535)) throw invalid('a value out of range', line);
  return { id, op, address, register, value };
}

/**
 * Reads a line from a server.
 *
 * @throws {@link BusError} `EPROTO` when it is not a valid answer.
 */
export function parseResponse(line: string): UnixResponse {
  const { id, value, error } = parseObject(line);
  if (!isInteger(id, 0, Number.MAX_SAFE_INTEGER)) throw invalid('an answer without an id', line);
  if (error !== undefined) {
    if (!isObject(error) || typeof error['errno'] !== 'string' || typeof error['message'] !== 'string') {
      throw invalid('an error without errno and message', line);
    }
    return { id, error: { errno: error['errno'], message: error['message'] } };
  }
  if (value === undefined) return { id };
  if (!isInteger(value, 0, 65535)) throw invalid('an answer with a value out of range', line);
  return { id, value };
}

function parseObject(line: string): Record<string, unknown> {
  let frame: unknown;
  try {
    frame = JSON.parse(line);
  } catch (error) {
    throw invalid('a line that is not JSON', line, error);
  }
  if (!isObject(frame)) throw invalid('a line that is not a JSON object', line);
  return frame;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInteger(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isTransfer(op: unknown): op is Transfer {
  return op === 'readByte' || op === 'readWord' || op === 'writeByte' || op === 'writeWord';
}

function invalid(what: string, line: string, cause?: unknown): BusError {
  const shown = line.length > 80 ? `${line.slice(0, 80)}…` : line;
  return new BusError('EPROTO', `the peer sent ${what}: ${JSON.stringify(shown)}`, { cause });
}

function tooLong(): BusError {
  return new BusError('EPROTO', `the peer sent a line longer than ${maxLineLength} characters`);
}

// A board on a unix socket, so that other processes open it as `unix:/path`. What is said on it is defined by the
// driver's unix-protocol.ts.
import { lstat, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import {
  type Bus,
  BusError,
  createLineDecoder,
  encodeFrame,
  parseRequest,
  type UnixRequest,
  type UnixResponse,
} from '@sleepi3/driver';
import type { VirtualBoard } from './board/board.js';
import { SimulatorError } from './errors.js';

export interface ServeBoardOptions {
  /** Of the socket, at most 107 bytes. A socket left there by a server that is gone is removed; all else is left alone. */
  readonly path: string;
}

/** A board being served. */
export interface BoardServer {
  readonly path: string;
  /** How many clients are connected. */
  readonly clients: number;
  /** Closes all connections and removes the socket. A second call does nothing. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What fits into Linux's sockaddr_un beside the final zero. */
const longestPath = 107;

/**
 * Serves `board` until the server is closed. Any number of clients may connect; they share the bus's one lock with each
 * other and with this process.
 *
 * @throws SimulatorError `ADDRESS_IN_USE` when another server answers at the path, `NOT_A_SOCKET` when something else is
 *   there, `INVALID_ARGUMENT` when the path is too long, `NOT_SERVED` when the system refuses it (see `cause`).
 */
export async function serveBoard(board: VirtualBoard, options: ServeBoardOptions): Promise<BoardServer> {
  const { path } = options;
  if (Buffer.byteLength(path) > longestPath) {
    throw new SimulatorError('INVALID_ARGUMENT', `a socket's path has at most ${longestPath} bytes: ${path}`);
  }
  const sockets = new Set<Socket>();
  // A client may have said all it will and still wait for answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new Client(socket, board.bus);
  });
  await listen(server, path);
  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      for (const socket of sockets) socket.destroy();
    }));
  return {
    path,
    get clients() {
      return sockets.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listen(server: Server, path: string): Promise<void> {
  const attempt = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
  try {
    await attempt().catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await removeStaleSocket(path);
      await attempt();
    });
  } catch (cause) {
    if (cause instanceof SimulatorError) throw cause;
    throw new SimulatorError('NOT_SERVED', `cannot serve a board at ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function removeStaleSocket(path: string): Promise<void> {
  if (!(await lstat(path)).isSocket()) {
    throw new SimulatorError('NOT_A_SOCKET', `${path} exists and is not a socket: remove it or choose another path`);
  }
  if (await answers(path)) {
    throw new SimulatorError('ADDRESS_IN_USE', `another process serves ${path}: stop it or choose another path`);
  }
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => {
      end(true);
    });
    // Only a refused connection says that nobody is there; one that is not permitted, for instance, does not.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      end(code !== 'ECONNREFUSED');
    });
  });
}

/** A line that is not a request: answered like one, and the last thing said on its connection. */
interface Malformed {
  readonly id: number;
  readonly op: 'malformed';
  readonly error: BusError;
}

/** One connection: its requests are carried out and answered one after the other. */
class Client {
  readonly #socket: Socket;
  readonly #bus: Bus;
  readonly #requests: (UnixRequest | Malformed)[] = [];
  #working = false;
  /** The client will send no more. */
  #ended = false;
  #waitingForLock = false;
  #unlock: (() => void) | undefined;
  /** A lock was refused, and what was sent under it is not to be carried out. */
  #refused = false;

  constructor(socket: Socket, bus: Bus) {
    this.#socket = socket;
    this.#bus = bus;
    const decode = createLineDecoder((line) => {
      this.#receive(readRequest(line));
    });
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      try {
        decode(chunk);
      } catch (error) {
        this.#receive({ id: 0, op: 'malformed', error: error as BusError });
      }
    });
    socket.on('end', () => {
      this.#ended = true;
      // One that has died in the queue for the lock would never let go of it.
      if (this.#waitingForLock) socket.destroy();
      else if (!this.#working) this.#hangUp();
    });
    socket.on('error', () => {
      // A client that has gone without a word: 'close' follows.
    });
    socket.on('close', () => {
      this.#requests.length = 0;
      this.#unlock?.();
    });
  }

  /** Closes the connection when the last answer is sent. */
  #hangUp(): void {
    this.#requests.length = 0;
    this.#socket.destroySoon();
  }

  #receive(request: UnixRequest | Malformed): void {
    if (!this.#socket.writable) return;
    this.#requests.push(request);
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let request = this.#requests.shift(); request !== undefined; request = this.#requests.shift()) {
      const response = await this.#carryOut(request);
      if (!this.#socket.writable) return;
      this.#socket.write(encodeFrame(response));
      if (request.op === 'malformed') this.#hangUp();
    }
    this.#working = false;
    if (this.#ended) this.#hangUp();
  }

  async #carryOut(request: UnixRequest | Malformed): Promise<UnixResponse> {
    const { id } = request;
    try {
      switch (request.op) {
        case 'lock':
          await this.#lock();
          return { id };
        case 'unlock':
          if (!this.#refused) this.#unlock?.();
          this.#refused = false;
          return { id };
        case 'malformed':
          throw request.error;
        default:
          return { id, ...(await this.#transfer(request)) };
      }
    } catch (error) {
      const { errno, message } = error as BusError;
      return { id, error: { errno, message } };
    }
  }

  async #transfer(request: Exclude<UnixRequest, { op: 'lock' | 'unlock' }>): Promise<{ value?: number }> {
    if (this.#refused) throw new BusError('ENOLCK', 'the lock for this transfer was refused');
    const { address, register } = request;
    if ('value' in request) {
      await this.#bus[request.op](address, register, request.value);
      return {};
    }
    return { value: await this.#bus[request.op](address, register) };
  }

  async #lock(): Promise<void> {
    if (this.#unlock !== undefined) {
      this.#refused = true;
      throw new BusError('EDEADLK', 'this connection holds the lock already');
    }
    this.#waitingForLock = true;
    await new Promise<void>((granted) => {
      void this.#bus.withLock(async () => {
        granted();
        // To one that has gone while it waited the lock is worth nothing.
        if (this.#socket.destroyed) return;
        await new Promise<void>((unlocked) => {
          this.#unlock = unlocked;
        });
        this.#unlock = undefined;
      });
    });
    this.#waitingForLock = false;
  }
}

function readRequest(line: string): UnixRequest | Malformed {
  try {
    return parseRequest(line);
  } catch (error) {
    return { id: idOf(line), op: 'malformed', error: error as BusError };
  }
}

/** The id that a line has all the same, or 0. */
function idOf(line: string): number {
  try {
    const { id } = JSON.parse(line) as { id?: unknown };
    return Number.isSafeInteger(id) && (id as number) > 0 ? (id as number) : 0;
  } catch {
    return 0;
  }
}

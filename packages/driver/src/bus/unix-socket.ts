/** A board in another process through a unix socket; what is said on it stands in `unix-protocol.ts`. */
import { createConnection, type Socket } from 'node:net';
import { type Bus, BusError } from './bus.js';
import { Sleepi3Error } from '../errors.js';
import { Mutex } from '../system/mutex.js';
import { createLineDecoder, encodeFrame, parseResponse, type UnixRequest } from './unix-protocol.js';

interface UnixBusOptions {
  readonly lockTimeout: number;
  readonly transferTimeout: number;
}

/**
 * Connects to the socket at `path`.
 *
 * @throws {@link Sleepi3Error} `BUS_UNAVAILABLE` when nobody serves it.
 */
export async function openUnixSocket(path: string, options: UnixBusOptions): Promise<Bus> {
  const bus = new UnixBus(path, options);
  try {
    await bus.connect();
  } catch (cause) {
    const { errno } = cause as BusError;
    throw new Sleepi3Error(
      'BUS_UNAVAILABLE',
      `cannot connect to ${path}: ${errno}; start the process that serves the board, or correct I2C_BUS`,
      { bus: bus.name, path, errno, cause },
    );
  }
  return bus;
}

class UnixBus implements Bus {
  readonly name: string;
  readonly #locks = new Mutex();
  /** The connection in use, once it stands. A lost one is kept until the next transfer makes a new one. */
  #connection: Connection | undefined;
  #connecting: Promise<Connection> | undefined;
  /** The connection that holds the lock: a transfer under the lock must not move to another one. */
  #locked: Connection | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly path: string,
    private readonly options: UnixBusOptions,
  ) {
    this.name = `unix:${path}`;
  }

  readByte(address: number, register: number): Promise<number> {
    return this.#read({ id: 0, op: 'readByte', address, register }, 255);
  }

  readWord(address: number, register: number): Promise<number> {
    return this.#read({ id: 0, op: 'readWord', address, register }, 65535);
  }

  async writeByte(address: number, register: number, value: number): Promise<void> {
    await this.#request({ id: 0, op: 'writeByte', address, register, value });
  }

  async writeWord(address: number, register: number, value: number): Promise<void> {
    await this.#request({ id: 0, op: 'writeWord', address, register, value });
  }

  withLock<T>(body: () => Promise<T>): Promise<T> {
    return this.#locks.run(async () => {
      const connection = await this.connect().catch((cause: unknown) => this.#lockFailed(cause));
      try {
        await connection
          .request({ id: 0, op: 'lock' }, this.options.lockTimeout)
          .catch((cause: unknown) => this.#lockFailed(cause));
        this.#locked = connection;
        return await body();
      } finally {
        this.#locked = undefined;
        // A lock that was refused is let go of as well: until then the server refuses what comes. If the connection breaks, the
        // lock goes with it.
        await connection.request({ id: 0, op: 'unlock' }, this.options.transferTimeout).catch(() => undefined);
      }
    });
  }

  #lockFailed(cause: unknown): never {
    const { errno, message } = cause as BusError;
    throw new Sleepi3Error(
      errno === 'ETIMEDOUT' ? 'LOCK_BUSY' : 'LOCK_FAILED',
      `cannot lock ${this.name}: ${message}; see that its process runs, and what other process uses the board`,
      { bus: this.name, path: this.path, errno, cause },
    );
  }

  close(): Promise<void> {
    const connection = this.#connecting?.catch(() => undefined) ?? Promise.resolve(this.#connection);
    return (this.#closed ??= connection.then((standing) => standing?.close()));
  }

  /** The connection that stands, or a new one. */
  async connect(): Promise<Connection> {
    if (this.#closed !== undefined) throw new BusError('EBADF', `${this.name} is closed`);
    if (this.#connection?.open) return this.#connection;
    this.#connecting ??= connect(this.path, this.options.transferTimeout);
    try {
      return (this.#connection = await this.#connecting);
    } finally {
      this.#connecting = undefined;
    }
  }

  async #read(request: UnixRequest, max: number): Promise<number> {
    const value = await this.#request(request);
    if (value === undefined || value > max) throw new BusError('EPROTO', `${this.name} answered ${String(value)}`);
    return value;
  }

  #request(request: UnixRequest): Promise<number | undefined> {
    const { transferTimeout } = this.options;
    if (this.#locked !== undefined) return this.#locked.request(request, transferTimeout);
    if (this.#connection?.open && this.#closed === undefined) return this.#connection.request(request, transferTimeout);
    return this.connect().then((connection) => connection.request(request, transferTimeout));
  }
}

interface Pending {
  readonly id: number;
  readonly timeout: number;
  readonly resolve: (value: number | undefined) => void;
  readonly reject: (error: BusError) => void;
}

/** One connection: requests out, answers in, in the same order. After its first failure it is of no more use. */
class Connection {
  readonly #socket: Socket;
  readonly #pending: Pending[] = [];
  #nextId = 1;
  #failure: BusError | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const decode = createLineDecoder((line) => {
      this.#receive(line);
    });
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      try {
        decode(chunk);
      } catch (error) {
        this.#fail(error as BusError);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#fail(gone(error));
    });
    socket.on('close', () => {
      this.#fail(gone());
    });
  }

  get open(): boolean {
    return this.#failure === undefined;
  }

  /** Sends `request` under the next id. `timeout` (ms) runs while it is the oldest one without an answer. */
  request(request: UnixRequest, timeout: number): Promise<number | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    this.#socket.write(encodeFrame({ ...request, id }));
    return new Promise((resolve, reject) => {
      this.#pending.push({ id, timeout, resolve, reject });
      if (this.#pending.length === 1) this.#watchOldest();
    });
  }

  /** Sends what is still to be sent, then closes; requests without an answer fail. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) {
        resolve();
        return;
      }
      this.#socket.once('close', () => {
        resolve();
      });
      this.#socket.end(() => this.#socket.destroy());
    });
  }

  #receive(line: string): void {
    const { id, value, error } = parseResponse(line);
    const oldest = this.#pending[0];
    if (id !== oldest?.id) {
      throw new BusError('EPROTO', `the peer answered request ${id} instead of ${String(oldest?.id)}`);
    }
    this.#pending.shift();
    this.#watchOldest();
    if (error === undefined) oldest.resolve(value);
    else oldest.reject(new BusError(error.errno, error.message));
  }

  #watchOldest(): void {
    clearTimeout(this.#timer);
    const oldest = this.#pending[0];
    if (oldest === undefined) return;
    this.#timer = setTimeout(() => {
      this.#fail(new BusError('ETIMEDOUT', `no answer within ${oldest.timeout} ms`));
    }, oldest.timeout);
  }

  /** Answers come in order, so a missing or a wrong one says that no later one can be trusted: give up the connection. */
  #fail(failure: BusError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#socket.destroy();
    clearTimeout(this.#timer);
    for (const { reject } of this.#pending.splice(0)) reject(failure);
  }
}

/** However the kernel puts it (EPIPE, ECONNRESET, no error at all): it means the same. */
function gone(cause?: Error): BusError {
  return new BusError('ECONNRESET', 'the process that serves the board has gone', { cause });
}

function connect(path: string, timeout: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const fail = (failure: BusError) => {
      clearTimeout(timer);
      socket.destroy();
      reject(failure);
    };
    const timer = setTimeout(() => {
      fail(new BusError('ETIMEDOUT', `no connection within ${timeout} ms`));
    }, timeout);
    const failed = (error: NodeJS.ErrnoException) => {
      fail(new BusError(error.code ?? 'ECONNREFUSED', error.message, { cause: error }));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(new Connection(socket));
    });
  });
}

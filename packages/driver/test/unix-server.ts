// Serves any bus on a unix socket in the protocol of unix-protocol.ts, with hooks to misbehave.
import { createServer, type Server, type Socket } from 'node:net';
import type { Bus, BusError } from '../src/bus/bus.js';
import {
  createLineDecoder,
  encodeFrame,
  parseRequest,
  type UnixRequest,
  type UnixResponse,
} from '../src/bus/unix-protocol.js';

export interface UnixServer {
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
  /** Every request received. */
  readonly requests: UnixRequest[];
  /** Resolves when no client is connected. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface Misbehaviour {
  /** What to send instead of the honest answer; undefined answers nothing at all. */
  answer?: (request: UnixRequest, honest: UnixResponse, socket: Socket) => string | undefined;
  /** Fails a lock. */
  lock?: () => UnixResponse['error'];
}

export async function serveBus(bus: Bus, path: string, misbehaviour: Misbehaviour = {}): Promise<UnixServer> {
  const sockets = new Set<Socket>();
  const requests: UnixRequest[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    let queue = Promise.resolve();
    let unlock: (() => void) | undefined;
    let refused = false;
    const free = () => {
      unlock?.();
      unlock = undefined;
    };
    const lock = () =>
      new Promise<void>((granted, failed) => {
        bus
          .withLock(() => {
            granted();
            // One that has gone leaves the queue.
            return socket.destroyed ? Promise.resolve() : new Promise<void>((done) => (unlock = done));
          })
          .catch(failed);
      });
    const carryOut = async (request: UnixRequest): Promise<UnixResponse> => {
      const { id } = request;
      try {
        switch (request.op) {
          case 'lock': {
            const error = misbehaviour.lock?.();
            if (error !== undefined) {
              refused = true;
              return { id, error };
            }
            await lock();
            return { id };
          }
          case 'unlock':
            refused = false;
            free();
            return { id };
          default:
            if (refused) return { id, error: { errno: 'ENOLCK', message: 'the lock was refused' } };
        }
        if (request.op === 'readByte' || request.op === 'readWord') {
          return { id, value: await bus[request.op](request.address, request.register) };
        }
        const { op, address, register, value } = request as Extract<UnixRequest, { value: number }>;
        await bus[op](address, register, value);
        return { id };
      } catch (error) {
        const { errno, message } = error as BusError;
        return { id, error: { errno, message } };
      }
    };
    const decode = createLineDecoder((line) => {
      const request = parseRequest(line);
      requests.push(request);
      queue = queue.then(async () => {
        const honest = await carryOut(request);
        const line =
          misbehaviour.answer === undefined ? encodeFrame(honest) : misbehaviour.answer(request, honest, socket);
        if (line !== undefined && !socket.destroyed) socket.write(line);
      });
    });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      decode(chunk);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      free();
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    server,
    sockets,
    requests,
    idle: async () => {
      for (const socket of sockets) await new Promise((resolve) => socket.once('close', resolve));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

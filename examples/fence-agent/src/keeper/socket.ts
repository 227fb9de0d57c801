// How callers and the line keeper reach each other: a unix socket, one JSON object a line. It is systemd's, or a file of the
// keeper's own; that of a dead keeper is removed by the next one, which may do so because it holds the lock beside it.
import { chmod, rm } from 'node:fs';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import type { Conversation } from './messages.js';

/** Longest message, bytes: anything longer is no message of ours. */
const longestMessage = 64 * 1024;

/** How long an agent may take to hang up once the keeper has, ms. One that was stopped never does. */
const hangUpTimeout = 500;

/** Calls the keeper behind a socket file; undefined when nobody listens there. */
export function callKeeper<Incoming, Outgoing>(path: string): Promise<Conversation<Incoming, Outgoing> | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(converse(socket));
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else reject(new Error(`the line keeper's socket ${path} cannot be reached: ${error.message}`, { cause: error }));
    });
  });
}

/**
 * Takes calls on a socket that only this user may reach.
 *
 * @param where The path of a file, to be called with the lock beside it in hand; or the descriptor of a socket that
 * listens already, and goes on when this process has ended.
 * @param parse Makes a message of a line, or throws; that ends the conversation.
 */
export async function listenForAgents<Incoming, Outgoing>(
  where: string | number,
  onCall: (conversation: Conversation<Incoming, Outgoing>) => void,
  parse?: (line: string) => Incoming,
): Promise<AgentServer> {
  if (typeof where === 'string') await promisify(rm)(where, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onCall(converse(socket, parse && { parse }));
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject); // a call that cannot be accepted later on ends neither the others nor the keeper
    server.listen(typeof where === 'string' ? { path: where } : { fd: where }, resolve);
  });
  try {
    if (typeof where === 'string') await promisify(chmod)(where, 0o600);
  } catch (error) {
    server.close(); // nobody may reach a keeper that is not armed
    throw error;
  }
  const stopped = new Promise<void>((resolve) => {
    server.once('close', resolve);
  });
  return {
    stop: () => {
      server.close();
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.end();
      const hangUp = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, hangUpTimeout);
      await stopped;
      clearTimeout(hangUp);
    },
  };
}

export interface AgentServer {
  /** Takes no more calls. The conversations go on. */
  stop(): void;
  /** Hangs up. */
  close(): Promise<void>;
}

/** What the other side of a conversation is held to. */
export interface ConversationRules<Incoming> {
  /** Longest message, bytes. */
  readonly longest?: number;
  /** How many messages may wait to be received. */
  readonly mostWaiting?: number;
  /** Makes a message of a line, or throws. */
  readonly parse?: (line: string) => Incoming;
}

/** A socket as a conversation. A message that breaks the rules ends it: the other side is none of ours. */
export function converse<Incoming, Outgoing>(
  socket: Socket,
  {
    longest = longestMessage,
    mostWaiting = Number.POSITIVE_INFINITY,
    parse = (line) => JSON.parse(line) as Incoming,
  }: ConversationRules<Incoming> = {},
): Conversation<Incoming, Outgoing> {
  const received: Incoming[] = [];
  let waiting: ((message: Incoming | undefined) => void) | undefined;
  let over = false;
  let rest = '';

  const deliver = (message: Incoming) => {
    if (!waiting) {
      received.push(message);
      return;
    }
    const take = waiting;
    waiting = undefined;
    take(message);
  };
  const end = () => {
    over = true;
    waiting?.(undefined);
    waiting = undefined;
    socket.destroy();
  };

  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    try {
      for (const line of lines) deliver(parse(line));
    } catch {
      end(); // no message of ours: nothing that follows can be trusted either
    }
    if (rest.length > longest || received.length > mostWaiting) end();
  });
  socket.on('end', end);
  socket.on('close', end);
  socket.on('error', end);

  return {
    send: (message) => {
      if (!over) socket.write(`${JSON.stringify(message)}\n`);
    },
    receive: () =>
      new Promise((resolve) => {
        const message = received.shift();
        if (message !== undefined) resolve(message);
        else if (over) resolve(undefined);
        else waiting = resolve;
      }),
    close: () => {
      socket.end();
    },
  };
}

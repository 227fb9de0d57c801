// The line keeper's end of the socket. It is systemd's, or a file of the keeper's own; that of a dead keeper is removed by the next
// one, which may do so because it holds the lock beside it.
import { chmod, rm } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { converse } from '../node/converse.js';
import type { Conversation } from './messages.js';

/** How long an agent may take to hang up once the keeper has, ms. One that was stopped never does. */
const hangUpTimeout = 500;

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

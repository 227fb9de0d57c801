// How the two ends of a wire test, or of characterize, reach each other: TCP.
import { connect, createServer, type Socket } from 'node:net';
import type { Conversation } from '../keeper/messages.js';
import { converse } from '../node/converse.js';
import { longestWireMessage } from './messages.js';

/** More than this many messages are never under way in a test. */
const mostWaiting = 4;

/** How long the other side may take to hang up, ms, before it is hung up for. */
const hangUpTimeout = 500;

/** Makes a message of a line, or throws. */
type Parse<Message> = (line: string) => Message;

/**
 * Connects to the listener of the peer.
 *
 * @param timeout ms to wait for the connection.
 */
export function callListener<Incoming, Outgoing>(
  { host, port, timeout }: { readonly host: string; readonly port: number; readonly timeout: number },
  parse: Parse<Incoming>,
): Promise<Conversation<Incoming, Outgoing>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeout, () => {
      fail(new Error(`no answer within ${timeout / 1000} s`));
    });
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.setNoDelay();
      socket.off('error', fail);
      resolve(converse(socket, { longest: longestWireMessage, mostWaiting, parse }));
    });
  });
}

export interface WireServer {
  /** Where it listens. */
  readonly port: number;
  /** Stops listening and hangs up. */
  close(): Promise<void>;
}

/** Listens for callers; without `bind` on every address of this machine. */
export async function listenForCalls<Incoming, Outgoing>(
  { bind, port }: { readonly bind?: string | undefined; readonly port: number },
  parse: Parse<Incoming>,
  onCall: (conversation: Conversation<Incoming, Outgoing>) => void,
): Promise<WireServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay();
    onCall(converse(socket, { longest: longestWireMessage, mostWaiting, parse }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: bind, port }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => {
      const hangUp = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, hangUpTimeout);
      return new Promise((resolve) => {
        server.close(() => {
          clearTimeout(hangUp);
          resolve();
        });
        for (const socket of sockets) socket.end();
      });
    },
  };
}

// How processes speak with each other: by a socket, one JSON object a line.
import type { Socket } from 'node:net';
import type { Conversation } from '../keeper/messages.js';

/** Longest message, bytes: anything longer is no message of ours. */
const longestMessage = 64 * 1024;

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

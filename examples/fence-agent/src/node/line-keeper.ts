// How callers reach the line keeper of this machine.
import type { KeeperConversation } from '../keeper/ask.js';
import type { AgentMessage, Conversation, KeeperEvent } from '../keeper/messages.js';
import { converse } from './converse.js';
import { checkDirectoryOf, stateFiles } from './state.js';

/** Undefined when there is none; rejects when whoever answers there may be somebody else. */
export async function callLineKeeper(): Promise<KeeperConversation | undefined> {
  const { socket } = stateFiles();
  checkDirectoryOf(socket);
  return callKeeper<KeeperEvent, AgentMessage>(socket);
}

/** Calls the keeper behind a socket file; undefined when nobody listens there. */
export async function callKeeper<Incoming, Outgoing>(
  path: string,
): Promise<Conversation<Incoming, Outgoing> | undefined> {
  const { connect } = await import('node:net'); // the metadata does without
  return new Promise((resolve, reject) => {
    const socket = connect(path);
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

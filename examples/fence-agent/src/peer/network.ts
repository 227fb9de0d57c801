// How the two nodes reach each other: over TCP, secured by corosync's key where there is one.
import type { Clock } from '@sleepi3/driver';
import type { Conversation } from '../keeper/messages.js';
import type { callListener, listenForCalls, WireServer } from '../wire-test/socket.js';
import { type Frame, inMessages, parseFrame, type PeerLines, secured } from './channel.js';

/** The calls of a machine. */
export interface Sockets {
  readonly callListener: typeof callListener;
  readonly listenForCalls: typeof listenForCalls;
}

export interface Where {
  readonly host: string;
  readonly port: number;
  /** ms to wait for the connection. */
  readonly timeout: number;
}

/** Calls the line keeper at an address. Undefined when nobody answers there who has the key. */
export async function callKeeperAt(
  sockets: Sockets,
  where: Where,
  key: Uint8Array,
  clock: Clock,
): Promise<PeerLines | undefined> {
  try {
    return await secured(await sockets.callListener<Frame, Frame>(where, parseFrame), key, 'caller', clock);
  } catch {
    return undefined;
  }
}

/** Calls whoever listens for messages; without a key without one. Rejects when nobody answers. */
export async function callFor<Incoming, Outgoing>(
  sockets: Sockets,
  where: Where,
  parse: (line: string) => Incoming,
  key: Uint8Array | undefined,
  clock: Clock,
): Promise<Conversation<Incoming, Outgoing>> {
  if (!key) return sockets.callListener<Incoming, Outgoing>(where, parse);
  const lines = await secured(await sockets.callListener<Frame, Frame>(where, parseFrame), key, 'caller', clock);
  if (!lines) throw new Error('whoever answers there does not have the key of this cluster (/etc/corosync/authkey)');
  return inMessages(lines, parse);
}

/** Takes calls; with a key only of those who have it, too. */
export function listenFor<Incoming, Outgoing>(
  sockets: Sockets,
  where: { readonly bind?: string | undefined; readonly port: number },
  parse: (line: string) => Incoming,
  onCall: (conversation: Conversation<Incoming, Outgoing>) => void,
  key: Uint8Array | undefined,
  clock: Clock,
): Promise<WireServer> {
  if (!key) return sockets.listenForCalls<Incoming, Outgoing>(where, parse, onCall);
  return listenForLines(
    sockets,
    where,
    (lines) => {
      onCall(inMessages(lines, parse));
    },
    () => key,
    clock,
  );
}

/**
 * The same for lines of text, by the key as it is at each call: `pcs cluster authkey corosync` changes it under a line keeper
 * that runs. While there is none, or an empty one that is only being written, nobody is talked with.
 */
export function listenForLines(
  sockets: Sockets,
  where: { readonly bind?: string | undefined; readonly port: number },
  onCall: (lines: PeerLines) => void,
  keyNow: () => Uint8Array | undefined,
  clock: Clock,
): Promise<WireServer> {
  return sockets.listenForCalls<Frame, Frame>(where, parseFrame, (conversation) => {
    const key = keyNow();
    if (!key?.length) {
      conversation.close();
      return;
    }
    secured(conversation, key, 'listener', clock).then(
      (lines) => {
        if (lines) onCall(lines);
      },
      () => {
        conversation.close();
      },
    );
  });
}

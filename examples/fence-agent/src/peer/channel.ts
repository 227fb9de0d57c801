// A conversation over the network that only the two nodes of the cluster can hold: each line carries a code that takes
// corosync's own key to make, over a fresh nonce of each side, the direction and a number. What was overheard cannot be said
// again, neither later nor to the other side; nothing is kept secret by it.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@sleepi3/driver';
import type { Conversation } from '../keeper/messages.js';
import { within } from '../line/timeout.js';
import { fieldsOf, record } from '../wire-test/messages.js';

/** What goes over the network, one JSON object a line. */
export type Frame = { readonly nonce: string } | { readonly mac: string; readonly line: string };

export type Side = 'caller' | 'listener';

/** Lines of text between the two line keepers. */
export type PeerLines = Conversation<string, string>;

/** Stands in what is signed, so that a code made for this cannot serve for anything else that has the key. */
const purpose = 'fence_sleepi3 line keepers 1';
const nonceBytes = 16;
/** How long the other side may take for its nonce, ms. */
const greetingTimeout = 2000;

/** @throws Error when the line is no frame. */
export function parseFrame(text: string): Frame {
  const fields = record(JSON.parse(text));
  if (fields['nonce'] !== undefined) return { nonce: fieldsOf(fields).text('nonce') };
  const { line } = fields;
  // Longer than any name; whoever made it is known once the code is checked.
  if (typeof line !== 'string') throw new Error('not a frame');
  return { mac: fieldsOf(fields).text('mac'), line };
}

/** Exchanges nonces. Undefined when the other side does not; what breaks the rules later ends the conversation. */
export async function secured(
  conversation: Conversation<Frame, Frame>,
  key: Uint8Array,
  side: Side,
  clock: Clock,
): Promise<PeerLines | undefined> {
  const own = randomBytes(nonceBytes).toString('hex');
  conversation.send({ nonce: own });
  const greeting = await within(clock, greetingTimeout, conversation.receive());
  if (greeting === 'late' || greeting === undefined || !('nonce' in greeting)) {
    conversation.close();
    return undefined;
  }
  const nonces = side === 'caller' ? [own, greeting.nonce] : [greeting.nonce, own];
  const codeOf = (from: Side, number: number, line: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify([purpose, ...nonces, from, number, line]))
      .digest();
  const other: Side = side === 'caller' ? 'listener' : 'caller';
  let sent = 0;
  let received = 0;
  return {
    send: (line) => {
      conversation.send({ mac: codeOf(side, sent++, line).toString('hex'), line });
    },
    receive: async () => {
      const frame = await conversation.receive();
      if (!frame) return undefined;
      if ('line' in frame && isSame(Buffer.from(frame.mac, 'hex'), codeOf(other, received++, frame.line))) {
        return frame.line;
      }
      conversation.close();
      return undefined;
    },
    close: () => {
      conversation.close();
    },
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The same conversation in messages. What is none ends it. */
export function inMessages<Incoming, Outgoing>(
  lines: PeerLines,
  parse: (line: string) => Incoming,
): Conversation<Incoming, Outgoing> {
  return {
    send: (message) => {
      lines.send(JSON.stringify(message));
    },
    receive: async () => {
      const line = await lines.receive();
      if (line === undefined) return undefined;
      try {
        return parse(line);
      } catch {
        lines.close();
        return undefined;
      }
    },
    close: () => {
      lines.close();
    },
  };
}

/** The same lines with one before them that was read already. */
export function startingWith(first: string, lines: PeerLines): PeerLines {
  let rest: string | undefined = first;
  return {
    ...lines,
    receive: () => {
      const next = rest;
      rest = undefined;
      return next === undefined ? lines.receive() : Promise.resolve(next);
    },
  };
}

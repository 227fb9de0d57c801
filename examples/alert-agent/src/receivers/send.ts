// One message to one receiver, within a time limit. What went wrong is said without the receiver's secrets.
import type { RunProgram } from '@sleepi3/driver';
import type { Severity } from '@sleepi3/program';
import { AlertError } from '../errors.js';
import type { AlertEvent } from '../event.js';
import { nameOf, type Receiver } from './receivers.js';

/** What sending needs of the outside. */
export interface SendHost {
  /** Posts a body. @returns the HTTP status. */
  readonly post: (
    url: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ) => Promise<number>;
  readonly runProgram: RunProgram;
}

/** How long one receiver may take, ms. */
const timeout = 10_000;

/** Resolves when the receiver has taken the message. @throws AlertError `NOT_DELIVERED` */
export async function send(event: AlertEvent, receiver: Receiver, host: SendHost): Promise<void> {
  try {
    await sendAs[receiver.kind](event, receiver as never, host);
  } catch (error) {
    if (error instanceof AlertError) throw error;
    // The error of a request may repeat its address, and so a secret.
    const { code, name, cause } = error as NodeJS.ErrnoException;
    const why = (cause as NodeJS.ErrnoException | undefined)?.code ?? code ?? name;
    throw new AlertError('NOT_DELIVERED', `${nameOf(receiver)}: ${why}`);
  }
}

type ReceiverOf<Kind extends Receiver['kind']> = Extract<Receiver, { kind: Kind }>;
type Send<Kind extends Receiver['kind']> = (
  event: AlertEvent,
  receiver: ReceiverOf<Kind>,
  host: SendHost,
) => Promise<void>;

const sendAs: { readonly [Kind in Receiver['kind']]: Send<Kind> } = {
  mail: async (event, receiver, { runProgram }) => {
    // -t: the receivers are in the message, not in the arguments, where every user of the machine sees them.
    const { status, signal, timedOut, stderr } = await runProgram('/usr/sbin/sendmail', ['-t', '-i'], {
      timeout,
      input: mailOf(event, receiver),
    });
    if (status === 0) return;
    const how = timedOut ? `did not end within ${timeout / 1000} s` : `exited ${status ?? signal ?? ''}`;
    throw new AlertError('NOT_DELIVERED', `${nameOf(receiver)}: sendmail ${how}: ${stderr.trim()}`);
  },
  webhook: async (event, receiver, { post }) => {
    const { key: _key, quietSeconds: _quiet, ...message } = event;
    const headers = { 'content-type': 'application/json', ...receiver.headers };
    accepted(receiver, await post(receiver.url, JSON.stringify(message), headers, timeout));
  },
  ntfy: async (event, receiver, { post }) => {
    const headers = {
      title: encodedWord(event.title),
      priority: ntfyPriority[event.severity],
      tags: ntfyTag[event.severity],
      ...(receiver.token !== undefined && { authorization: `Bearer ${receiver.token}` }),
    };
    accepted(receiver, await post(receiver.url, event.text, headers, timeout));
  },
};

const ntfyPriority: Readonly<Record<Severity, string>> = { info: '3', warning: '4', error: '5' };
const ntfyTag: Readonly<Record<Severity, string>> = {
  info: 'information_source',
  warning: 'warning',
  error: 'rotating_light',
};

function accepted(receiver: Receiver, status: number): void {
  if (status < 200 || status > 299) throw new AlertError('NOT_DELIVERED', `${nameOf(receiver)}: HTTP ${status}`);
}

/** A whole message (RFC 5322), in UTF-8. */
function mailOf({ title, text, severity, reporter, at }: AlertEvent, { to, from }: ReceiverOf<'mail'>): string {
  return [
    `To: ${to}`,
    ...(from === undefined ? [] : [`From: ${from}`]),
    `Subject: ${encodedWord(`${severity === 'info' ? '' : `${severity}: `}${title}`)}`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(`${text}\n\nTold by ${reporter}. It happened at ${at}.\n`)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '',
  ].join('\n');
}

/** A header's text: as it is in ASCII, else as an encoded word (RFC 2047, which ntfy reads too). */
function encodedWord(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ');
  return /^[\x20-\x7e]*$/.test(line) ? line : `=?UTF-8?B?${Buffer.from(line).toString('base64')}?=`;
}

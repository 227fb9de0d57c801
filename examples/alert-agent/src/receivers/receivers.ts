// Who gets alerts: a JSON file that only root and hacluster may read, since it has secrets. The CIB names the file alone.
import { type EventKind, eventKinds } from '@sleepi3/program';
import { AlertError } from '../errors.js';
import { isEventKind } from '../event.js';

interface Common {
  /** The kinds of events that are told; see {@link usualKinds}. */
  readonly events: readonly EventKind[];
}

export type Receiver = Common &
  (
    | {
        readonly kind: 'mail';
        /** One address, or more with commas between them. */
        readonly to: string;
        readonly from: string | undefined;
      }
    | {
        readonly kind: 'webhook';
        readonly url: string;
        readonly headers: Readonly<Record<string, string>>;
      }
    | {
        readonly kind: 'ntfy';
        /** Server and topic: https://ntfy.example/topic. */
        readonly url: string;
        readonly token: string | undefined;
      }
  );

/** What is sent where a receiver does not say: what a person has to know. A node that comes and goes is sent on request. */
export const usualKinds: readonly EventKind[] = ['fencing', 'resource', 'readiness', 'roll', 'test'];

/** Where the file is when nobody says. */
export const defaultReceiversFile = '/etc/sleepi3/alerts.json';

/**
 * The receivers of a file: `{"receivers": [{"mail": "a@example.com"}, {"webhook": "https://…"}, {"ntfy": "https://…"}]}`.
 *
 * @throws AlertError `RECEIVERS` with all that is wrong, and never with a value: it may be a secret.
 */
export function parseReceivers(text: string, file: string): Receiver[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AlertError('RECEIVERS', `${file} is not JSON; check it with: alert_sleepi3 check ${file}`);
  }
  const list = isObject(value) ? value['receivers'] : undefined;
  if (!Array.isArray(list)) throw new AlertError('RECEIVERS', `${file} has no list "receivers"`);
  const problems: string[] = [];
  const receivers = list.map((one: unknown, index) =>
    receiverIn(one, (problem) => {
      problems.push(`receivers[${index}]: ${problem}`);
    }),
  );
  if (problems.length > 0) throw new AlertError('RECEIVERS', `${file}: ${problems.join('; ')}`);
  return receivers.filter((receiver) => receiver !== undefined);
}

/** What a receiver is called in logs: never its path, query, user or token. */
export function nameOf(receiver: Receiver): string {
  return receiver.kind === 'mail' ? `mail to ${receiver.to}` : `${receiver.kind} ${new URL(receiver.url).host}`;
}

/** Takes note of something that is wrong. */
type Problem = (text: string) => void;

const keysOf: Readonly<Record<Receiver['kind'], readonly string[]>> = {
  mail: ['mail', 'from', 'events'],
  webhook: ['webhook', 'headers', 'events'],
  ntfy: ['ntfy', 'token', 'events'],
};

function receiverIn(value: unknown, problem: Problem): Receiver | undefined {
  if (!isObject(value)) {
    problem('is not an object');
    return undefined;
  }
  const kinds = Object.keys(keysOf).filter((key) => key in value) as Receiver['kind'][];
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    problem('needs exactly one of mail, webhook, ntfy');
    return undefined;
  }
  const unknown = Object.keys(value).filter((key) => !keysOf[kind].includes(key));
  if (unknown.length > 0) problem(`unknown key ${unknown.join(', ')}; ${kind} takes ${keysOf[kind].join(', ')}`);
  const events = eventsIn(value['events'], problem);
  const place = value[kind];
  if (kind === 'mail') {
    const from = optionalText(value, 'from', problem);
    if (!isAddresses(place)) {
      problem('mail is not an address');
      return undefined;
    }
    if (from !== undefined && !isAddresses(from)) {
      problem('from is not an address');
      return undefined;
    }
    return { kind, to: place, from, events };
  }
  if (!isHttpUrl(place)) {
    problem(`${kind} is not an http or https URL without user and password`);
    return undefined;
  }
  if (kind === 'ntfy') return { kind, url: place, token: optionalText(value, 'token', problem), events };
  return { kind, url: place, headers: headersIn(value['headers'], problem), events };
}

function eventsIn(value: unknown, problem: Problem): readonly EventKind[] {
  if (value === undefined) return usualKinds;
  if (!Array.isArray(value)) {
    problem('events is not a list');
    return usualKinds;
  }
  for (const one of value) {
    if (!isEventKind(one)) problem(`unknown event ${String(one)}; the events are ${eventKinds.join(', ')}`);
  }
  return [...value.filter(isEventKind), 'test'];
}

function headersIn(value: unknown, problem: Problem): Record<string, string> {
  if (value === undefined) return {};
  const entries = isObject(value) ? Object.entries(value) : [];
  if (!isObject(value) || entries.some(([name, one]) => !isHeaderName(name) || !isOneLine(one))) {
    problem('headers is not an object of texts of one line');
    return {};
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function optionalText(value: Readonly<Record<string, unknown>>, key: string, problem: Problem): string | undefined {
  const text = value[key];
  if (text === undefined || isOneLine(text)) return text;
  problem(`${key} is not a text of one line`);
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOneLine = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !/[\p{Cc}]/u.test(value);

const isHeaderName = (name: string) => /^[!#$%&'*+.^_`|~\w-]+$/.test(name);

/** What a mail header can carry and no more; whether it is right only its receiver knows. */
const isAddresses = (value: unknown): value is string =>
  isOneLine(value) && value.split(',').every((one) => /^\s*[^\s@<>"]+(@[^\s@<>"]+)?\s*$/.test(one));

function isHttpUrl(value: unknown): value is string {
  if (!isOneLine(value) || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

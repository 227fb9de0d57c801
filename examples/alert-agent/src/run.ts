// What each command does. Without a command it is Pacemaker that calls.
import { parseArgs } from 'node:util';
import { deliver, type DeliveryHost } from './deliver.js';
import { AlertError } from './errors.js';
import { type AlertEvent, eventKinds, isEventKind, isSeverity, severities } from './event.js';
import { type AgentHost, attendAlert } from './pacemaker/attend.js';
import { defaultReceiversFile, nameOf } from './receivers/receivers.js';

export interface ProgramHost extends AgentHost, Omit<DeliveryHost, 'log'> {
  readonly version: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Lines carry the journal's priorities (sd-daemon(3)). */
  readonly toJournal: boolean;
}

const help = `Usage: alert_sleepi3 [COMMAND]

Without a command, called by Pacemaker as an alert agent: takes in what happened (CRM_alert_* in the environment).

Commands:
  tell --kind KIND --severity SEVERITY --subject SUBJECT TITLE [TEXT]
                  take in an event of another program
  deliver         tell the receivers what waits, until nothing is left (run by alert-sleepi3.service)
  check [FILE]    check the file of receivers, by default ${defaultReceiversFile}
  test [FILE]     send a test message to each receiver, and say who took it
  --help, --version

Kinds: ${eventKinds.join(', ')}. Severities: ${severities.join(', ')}.
`;

const priorities = { error: '<3>', warning: '<4>', info: '<6>' } as const;

/** @returns the exit status: 0, 1 when it failed, 64 when the command line cannot be carried out. */
export async function run(argv: readonly string[], host: ProgramHost): Promise<number> {
  try {
    return await carryOut(argv, host);
  } catch (error) {
    host.writeError(`alert_sleepi3: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof AlertError && error.code === 'USAGE' ? 64 : 1;
  }
}

async function carryOut([command, ...words]: readonly string[], host: ProgramHost): Promise<number> {
  switch (command) {
    case undefined:
      if (host.environment['CRM_alert_kind'] === undefined) {
        throw new AlertError('USAGE', 'no command, and not called by Pacemaker: see alert_sleepi3 --help');
      }
      host.write(`${await attendAlert(host)}\n`);
      return 0;
    case 'tell':
      return tell(words, host);
    case 'deliver':
      await deliver({
        ...host,
        log: (level, text) => {
          host.write(`${host.toJournal ? priorities[level] : ''}${text}\n`);
        },
      });
      return 0;
    case 'check': {
      const file = onlyFile(words);
      const receivers = await host.receivers(file);
      for (const receiver of receivers) host.write(`${nameOf(receiver)}: ${receiver.events.join(', ')}\n`);
      if (receivers.length === 0) host.writeError(`${file} has no receivers: nobody is told anything\n`);
      return 0;
    }
    case 'test':
      return test(onlyFile(words), host);
    case 'help':
    case '--help':
    case '-h':
      host.write(help);
      return 0;
    case '--version':
      host.write(`${host.version}\n`);
      return 0;
    default:
      throw new AlertError('USAGE', `unknown command ${command}: see alert_sleepi3 --help`);
  }
}

async function tell(words: readonly string[], host: ProgramHost): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parsed(() =>
    parseArgs({
      args: [...words],
      options: { kind: text, severity: text, subject: text, receivers: text },
      allowPositionals: true,
    }),
  );
  const { kind, severity = 'warning', subject, receivers = defaultReceiversFile } = values;
  const [title, explanation = '', surplus] = positionals;
  if (!isEventKind(kind)) throw new AlertError('USAGE', `--kind is one of ${eventKinds.join(', ')}`);
  if (!isSeverity(severity)) throw new AlertError('USAGE', `--severity is one of ${severities.join(', ')}`);
  if (!subject || !title || surplus !== undefined)
    throw new AlertError('USAGE', 'needs --subject, a title, and at most one text');
  const event = eventNow(host, { kind, severity, subject, title, text: explanation, quietSeconds: 60 });
  const added = await host.spool.add(event, receivers);
  host.write(added ? `to be told: ${title}\n` : `told a moment ago: ${title}\n`);
  return 0;
}

/** Asks each receiver at once: whoever tests wants to know now. */
async function test(file: string, host: ProgramHost): Promise<number> {
  const event = eventNow(host, {
    kind: 'test',
    severity: 'info',
    subject: host.hostname(),
    title: 'test message',
    text: `This is a test message of ${host.hostname()}. Nothing has happened, and nothing has to be done.`,
    quietSeconds: 0,
  });
  const receivers = await host.receivers(file);
  const results = await Promise.all(
    receivers.map((receiver) =>
      host.send(event, receiver).then(
        () => `told ${nameOf(receiver)}`,
        (error: unknown) => new Error(error instanceof Error ? error.message : String(error)),
      ),
    ),
  );
  for (const result of results) {
    if (typeof result === 'string') host.write(`${result}\n`);
    else host.writeError(`not told: ${result.message}\n`);
  }
  if (receivers.length === 0) throw new AlertError('RECEIVERS', `${file} has no receivers`);
  return results.every((result) => typeof result === 'string') ? 0 : 1;
}

function eventNow(host: ProgramHost, event: Omit<AlertEvent, 'reporter' | 'at' | 'key'>): AlertEvent {
  const key = `${event.kind} ${event.subject} ${event.title}`;
  return { ...event, reporter: host.hostname(), at: host.date().toISOString(), key };
}

function onlyFile(words: readonly string[]): string {
  const [file = defaultReceiversFile, surplus] = words;
  if (surplus !== undefined) throw new AlertError('USAGE', `unexpected argument ${surplus}`);
  return file;
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new AlertError('USAGE', (error as Error).message, { cause: error });
  }
}

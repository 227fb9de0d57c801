// What each command does. Without a command it is Pacemaker that calls.
import { explain, helpText, parseCommandLine, UsageError } from '@sleepi3/program';
import { type CommandLine, program } from './commands.js';
import { deliver, type DeliveryHost } from './deliver.js';
import { AlertError } from './errors.js';
import type { AlertEvent } from './event.js';
import { type AgentHost, attendAlert } from './pacemaker/attend.js';
import { defaultReceiversFile, nameOf } from './receivers/receivers.js';

export interface ProgramHost extends AgentHost, Omit<DeliveryHost, 'log'> {
  readonly version: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Lines carry the journal's priorities (sd-daemon(3)). */
  readonly toJournal: boolean;
}

const priorities = { error: '<3>', warning: '<4>', info: '<6>' } as const;

/** @returns the exit status: 0, 1 when it failed, 64 when the command line cannot be carried out. */
export async function run(argv: readonly string[], host: ProgramHost): Promise<number> {
  try {
    if (argv.length === 0 && host.environment['CRM_alert_kind'] !== undefined) {
      host.write(`${await attendAlert(host)}\n`);
      return 0;
    }
    return await carryOut(parseCommandLine(program, argv), host);
  } catch (error) {
    if (!(error instanceof AlertError) && !(error instanceof UsageError)) throw error;
    host.writeError(`alert_sleepi3: ${explain(error)}\n`);
    return error instanceof UsageError ? 64 : 1;
  }
}

async function carryOut(line: CommandLine, host: ProgramHost): Promise<number> {
  switch (line.command) {
    case 'help':
      host.write(helpText(program, line.about));
      return 0;
    case 'version':
      host.write(`${host.version}\n`);
      return 0;
    case 'send':
      return queue(line, host);
    case 'deliver':
      await deliver({
        ...host,
        log: (level, text) => {
          host.write(`${host.toJournal ? priorities[level] : ''}${text}\n`);
        },
      });
      return 0;
    case 'check': {
      const [file = defaultReceiversFile] = line.operands;
      const receivers = await host.receivers(file);
      for (const receiver of receivers) host.write(`${nameOf(receiver)}: ${receiver.events.join(', ')}\n`);
      if (receivers.length === 0) host.writeError(`${file} has no receivers: nothing is sent\n`);
      return 0;
    }
    case 'test':
      return test(line.operands[0] ?? defaultReceiversFile, host);
  }
}

async function queue(
  { values, operands: [title = '', text = ''] }: Extract<CommandLine, { readonly command: 'send' }>,
  host: ProgramHost,
): Promise<number> {
  const { kind, severity, subject = host.hostname(), receivers } = values;
  const added = await host.spool.add(
    eventNow(host, { kind, severity, subject, title, text, quietSeconds: 60 }),
    receivers,
  );
  host.write(`${added ? 'queued' : 'sent a moment ago'}: ${title}\n`);
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
  if (receivers.length === 0) throw new AlertError('RECEIVERS', `${file} has no receivers`);
  const taken = receivers.map(async (receiver) => {
    try {
      await host.send(event, receiver);
      host.write(`sent to ${nameOf(receiver)}\n`);
      return true;
    } catch (error) {
      host.writeError(`not sent: ${explain(error)}\n`);
      return false;
    }
  });
  return (await Promise.all(taken)).every(Boolean) ? 0 : 1;
}

function eventNow(host: ProgramHost, event: Omit<AlertEvent, 'reporter' | 'at' | 'key'>): AlertEvent {
  const key = `${event.kind} ${event.subject} ${event.title}`;
  return { ...event, reporter: host.hostname(), at: host.date().toISOString(), key };
}

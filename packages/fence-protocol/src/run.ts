// One run of an agent: read the request, check it, carry it out, answer.
import { checkRequest, type CheckedRequest, requestedInformation } from './request/check.js';
import type { FenceAgent } from './definition.js';
import { type Answer, carryOut } from './engine.js';
import { FenceError, messageOf } from './errors.js';
import type { FenceHost } from './host/host.js';
import { createLog, formatLine, type Log, type LogSink } from './host/log.js';
import { renderManpage, renderMetadata } from './describe/metadata.js';
import { parseArgv } from './request/argv.js';
import type { Request } from './request/request.js';
import { parseStdin } from './request/stdin.js';
import { parseValue } from './options/parse-value.js';
import { renderUsage } from './describe/usage.js';

/**
 * Runs `agent` once in `host` and resolves to the exit status: 0, 1 for every failure, 2 for a status of OFF. It never
 * rejects, never ends the process itself, and writes to stdout only when it resolves to 0 or 2.
 */
export async function runFenceAgent(agent: FenceAgent, host: FenceHost): Promise<number> {
  const exitStatus = await run(agent, host);
  // What cannot be waited for is lost; the answer stands.
  await host.finish?.().catch(() => undefined);
  return exitStatus;
}

async function run(agent: FenceAgent, host: FenceHost): Promise<number> {
  const startedAt = host.clock.now();
  // Until the options are known: as if none were given.
  let log = createLog(openSinks(host, {}));
  try {
    const onCommandLine = host.argv.length > 0;
    if (!onCommandLine && (await host.stdinIsTerminal())) {
      host.writeStderr(renderUsage(agent, host.name));
      return 1;
    }
    const request = onCommandLine
      ? parseArgv(agent.options, host.argv)
      : parseStdin(agent.options, await host.readStdin());

    const information = requestedInformation(agent, request, onCommandLine);
    if (information !== undefined) {
      await host.writeStdout(renderInformation[information](agent, host.name));
      return 0;
    }

    const checked = checkRequest(agent, request, host.env['PCMK_service'] === 'pacemaker-fenced');
    const given = secretsOf(agent, request.values);
    const sinks = openSinks(host, checked.options);
    log = createLog(sinks, given);
    tellOddities(request, log);
    const options = await withPassword(checked, host);
    if (options !== checked) log = createLog(sinks, [...given, String(options.options['password'])]);

    const signal = host.signal ?? new AbortController().signal;
    const answer: Answer = await carryOut(agent, options, { clock: host.clock, log, signal, startedAt });
    if (answer.lines.length > 0) await host.writeStdout(answer.lines.join('\n') + '\n');
    return answer.exitStatus;
  } catch (error) {
    log.error(messageOf(error));
    // By name: what an agent throws may be of a copy of this package that is bundled apart.
    if (error instanceof Error && error.name !== 'FenceError') log.debug(error.stack ?? '');
    return 1;
  }
}

const renderInformation = {
  help: renderUsage,
  version: (agent: FenceAgent) => `${agent.version ?? '0.0.0'}\n`,
  metadata: renderMetadata,
  manpage: renderManpage,
};

/** A sink, and what people call it. */
interface NamedSink extends LogSink {
  readonly name: string;
}

/** Log lines go to stderr unless quiet, to syslog, and to the debug file if there is one. */
function openSinks(host: FenceHost, options: CheckedRequest['options']): LogSink[] {
  const threshold = Number(options['verbose_level'] ?? 0) > 0 ? 'debug' : 'warning';
  const sinks: NamedSink[] = [
    {
      name: 'syslog',
      threshold,
      write: (level, message) => {
        host.syslog(level, message);
      },
    },
  ];
  if (options['quiet'] !== true) {
    sinks.push({
      name: 'standard error',
      threshold,
      write: (level, message) => {
        host.writeStderr(formatLine(host.date(), level, message));
      },
    });
  }
  const path = options['debug_file'];
  if (typeof path === 'string') {
    const append = openDebugFile(host, path);
    sinks.push({
      name: 'the debug file',
      threshold: 'debug',
      write: (level, message) => {
        append(formatLine(host.date(), level, message));
      },
    });
  }
  return forgiving(sinks);
}

/**
 * The same sinks, none of which throws: a full disk is no reason to answer otherwise for what was done to the device. What
 * each of them loses is told once, by the others.
 */
function forgiving(sinks: readonly NamedSink[]): LogSink[] {
  return sinks.map((sink) => {
    let told = false;
    return {
      threshold: sink.threshold,
      write: (level, message) => {
        const failure = failureOf(sink, level, message);
        if (failure === undefined || told) return;
        told = true;
        const loss = `Log lines are lost: ${sink.name} cannot be written: ${failure}`;
        for (const other of sinks) if (other !== sink) failureOf(other, 'warning', loss);
      },
    };
  });
}

/** Why a sink does not take a line; undefined when it does. */
function failureOf(sink: LogSink, ...line: Parameters<LogSink['write']>): string | undefined {
  try {
    sink.write(...line);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function openDebugFile(host: FenceHost, path: string): (text: string) => void {
  try {
    return host.openDebugFile(path);
  } catch (cause) {
    throw new FenceError('REQUEST', `Failed: Unable to create file ${path}: ${messageOf(cause)}`, { cause });
  }
}

function tellOddities(request: Request, log: Log): void {
  for (const doubt of request.doubts) log.warning(`Unused argument on the command line: ${doubt}`);
  for (const warning of request.warnings) log.warning(warning);
}

async function withPassword(checked: CheckedRequest, host: FenceHost): Promise<CheckedRequest> {
  const script = checked.options['password_script'];
  if (typeof script !== 'string') return checked;
  return { ...checked, options: { ...checked.options, password: await host.runScript(script) } };
}

/** The secrets as they were given: the text, and what it is read as. */
function secretsOf(agent: FenceAgent, values: Request['values']): string[] {
  return [...agent.options.values()].flatMap((option) => {
    const text = values.get(option.name) ?? option.default;
    if (option.secret !== true || text === undefined) return [];
    const parsed = parseValue(option, text);
    return parsed.problem === undefined ? [text, String(parsed.value)] : [text];
  });
}

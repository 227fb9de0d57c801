// What a failed run means: the same rules for every command, read from what pcs 0.10 to 0.12 and Pacemaker print.
import type { Command } from './command.js';
import { type ForceOption, PcsError, type PcsErrorCode } from './errors.js';
import { mask, maskText } from './mask.js';
import { readReport, type Report } from './report.js';
import type { RawResult, RunRequest } from './runner.js';

/** The typed error for a run that was killed, timed out or exited with a code that is not an answer. */
export function failure(command: Command<unknown>, request: RunRequest, result: RawResult): PcsError {
  const { secrets } = command;
  const stderr = maskText(result.stderr.toString('utf8'), secrets);
  const stdout = maskText(result.stdout.toString('utf8'), secrets);
  const report = readReport(stderr, stdout);
  const { code, message, forceHint } = diagnose(request, result, report, stderr);
  return new PcsError(message, {
    code,
    argv: mask([request.program, ...request.argv], secrets),
    exitCode: result.exitCode,
    signal: result.signal,
    stderr,
    stdout,
    nodes: report.nodes,
    ...(forceHint !== undefined && { forceHint }),
  });
}

interface Diagnosis {
  readonly code: PcsErrorCode;
  readonly message: string;
  readonly forceHint?: ForceOption;
}

function diagnose(request: RunRequest, result: RawResult, report: Report, stderr: string): Diagnosis {
  const { program } = request;
  if (result.timedOut) {
    const seconds = String((request.timeoutMs ?? 0) / 1000);
    return {
      code: 'TIMEOUT',
      message: `${program} did not end within ${seconds} s and was killed; read the status before doing it again`,
    };
  }
  if (result.signal !== null) {
    return {
      code: 'KILLED',
      message: `${program} was ended by ${result.signal}; read the status before doing it again`,
    };
  }
  if (/^Traceback \(most recent call last\):/m.test(stderr)) {
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    return { code: 'TRACEBACK', message: `${program} crashed: ${last}` };
  }
  const said = report.errors.length > 0 ? report.errors.join('; ') : firstLine(stderr);
  const message = `${program}: ${said === '' ? `exit ${String(result.exitCode)} without a word` : said}`;
  const rule = RULES.find(({ pattern }) => pattern.test(stderr));
  if (rule?.always === true) return { code: rule.code, message };
  const outcomes = Object.values(report.nodes);
  if (outcomes.some(({ ok }) => ok) && outcomes.some(({ ok }) => !ok)) return { code: 'PARTIAL', message };
  if (rule !== undefined) return { code: rule.code, message };
  if (report.forceHint !== undefined) return { code: 'NEEDS_FORCE', message, forceHint: report.forceHint };
  return { code: 'REFUSED', message };
}

/** First match wins. The texts are those of pcs 0.10–0.12 and Pacemaker 2.0–3.0. */
const RULES: readonly { readonly pattern: RegExp; readonly code: PcsErrorCode; readonly always?: boolean }[] = [
  {
    pattern:
      /cluster is not (?:currently )?running|Could not connect to the CIB|Connection to cluster failed|not connected to cluster|Transport endpoint is not connected/i,
    code: 'NOT_RUNNING',
    always: true,
  },
  {
    // cibadmin --patch, by which pcs pushes a difference.
    pattern: /Application of an update diff failed|Update was older than existing configuration/i,
    code: 'CONFLICT',
    always: true,
  },
  { pattern: /Permission denied|must be root|not permitted|EACCES/i, code: 'PERMISSION_DENIED', always: true },
];

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

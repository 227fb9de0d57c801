// What a failed run means: the same rules for every command, read from what pcs 0.10 to 0.12 and Pacemaker print.
import type { Command } from '../command/command.js';
import { type ForceOption, notRunning, PcsError, type PcsErrorCode } from '../errors.js';
import { mask } from './mask.js';
import { readReport, type Report } from './report.js';
import type { RawResult, RunRequest } from './runner.js';

/** The typed error for a run that was killed, timed out or exited with a code that is not an answer; secrets masked already. */
export function failure(command: Command<unknown>, request: RunRequest, result: RawResult): PcsError {
  const stderr = result.stderr.toString('utf8');
  const stdout = result.stdout.toString('utf8');
  const report = readReport(stderr, stdout);
  const { code, message, forceHint } = diagnose(request, result, report, stderr, stdout);
  return new PcsError(code, message, {
    argv: mask([request.program, ...request.argv], command.secrets),
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

function diagnose(request: RunRequest, result: RawResult, report: Report, stderr: string, stdout: string): Diagnosis {
  const { program } = request;
  if (result.timedOut) {
    const seconds = String(Number(request.timeoutMs) / 1000);
    return {
      code: 'TIMEOUT',
      message: `${program} did not end within ${seconds} s and was killed; read the status before doing it again`,
    };
  }
  if (result.tooMuchOutput === true) {
    return {
      code: 'TOO_MUCH_OUTPUT',
      message: `${program} wrote more than may be kept and was killed; read the status before doing it again`,
    };
  }
  if (result.signal !== null) {
    return {
      code: 'KILLED',
      message: `${program} was ended by ${result.signal}; read the status before doing it again`,
    };
  }
  if (/^Traceback \(most recent call last\):/m.test(stderr)) {
    return { code: 'TRACEBACK', message: `${program} crashed: ${stderr.trimEnd().replace(/.*\n/s, '')}` };
  }
  const complaints = withoutWarnings(stderr);
  const message = `${program}: ${whatItSaid(report, complaints, stdout, result.exitCode)}`;
  // Pacemaker's tools say why in XML on stdout and in the exit code, pcs on stderr.
  const rule =
    EXIT_CODES.get(program === 'pcs' ? null : result.exitCode) ??
    RULES.find(({ pattern }) => pattern.test(complaints) || pattern.test(stdout))?.code;
  if (rule === 'NOT_RUNNING') return { code: rule, message: notRunning(message) };
  if (rule === 'PERMISSION_DENIED' || rule === 'CONFLICT') return { code: rule, message };
  const outcomes = Object.values(report.nodes);
  if (outcomes.some(({ ok }) => ok) && outcomes.some(({ ok }) => !ok)) return { code: 'PARTIAL', message };
  if (report.forceHint !== undefined) return { code: 'NEEDS_FORCE', message, forceHint: report.forceHint };
  return { code: rule ?? 'REFUSED', message };
}

/** What is wrong with the whole call comes first; the rest is the most telling line. First match wins. */
const RULES: readonly { readonly pattern: RegExp; readonly code: PcsErrorCode }[] = [
  // pcs prints its usage, and nothing else that is of use, for words it does not understand.
  { pattern: /^Usage: pcs /m, code: 'USAGE' },
  {
    pattern:
      /cluster is not (?:currently )?running|Cannot initialize QUORUM service|unable to get cib|Could not connect to the CIB|Connection to (?:the )?cluster failed|Transport endpoint is not connected/i,
    code: 'NOT_RUNNING',
  },
  { pattern: /Permission denied|must be (?:run as )?root|Operation not permitted|EACCES/i, code: 'PERMISSION_DENIED' },
  {
    // cibadmin --patch, by which pcs pushes a difference.
    pattern: /Application of (?:an )?update diff failed|Update was older than existing configuration/i,
    code: 'CONFLICT',
  },
  // Why is in the words of the fencer, to which "No such device" means that none could do it.
  { pattern: /unable to fence|Couldn't fence/i, code: 'REFUSED' },
  { pattern: /waiting timeout|is not running on any node/i, code: 'WAIT_TIMEOUT' },
  {
    pattern: /Unable to authenticate|not authenticated|(?:is|are) not known to pcs|password is incorrect/i,
    code: 'NOT_AUTHENTICATED',
  },
  { pattern: /Unable to connect to|Unable to communicate with/i, code: 'UNREACHABLE' },
  { pattern: /already exists?\b|is already in use|is already a/i, code: 'ALREADY_EXISTS' },
  { pattern: /do(?:es)? not exist|unable to find|not found|No such/i, code: 'NOT_FOUND' },
];

/** Pacemaker's exit codes (crm_error --list), the same in 2.0 to 3.0. */
const EXIT_CODES: ReadonlyMap<number | null, PcsErrorCode> = new Map([
  [4, 'PERMISSION_DENIED'],
  [102, 'NOT_RUNNING'],
  [105, 'NOT_FOUND'],
  [108, 'ALREADY_EXISTS'],
  [124, 'WAIT_TIMEOUT'],
]);

/** What was said but for warnings, which are about other things (a missing known-hosts file) and decide nothing. */
function withoutWarnings(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !isWarning(line))
    .join('\n');
}

function isWarning(line: string): boolean {
  return /^\s*(?:\(\w+\)\s+)?(?:[\w-]+: )?(?:deprecation )?warning:/i.test(line);
}

/** How many lines under an error are told of: the first say why. */
const TOLD = 8;

function whatItSaid(report: Report, complaints: string, stdout: string, exitCode: number | null): string {
  if (report.errors.length > 0) {
    // `unable to start all nodes`, and in the lines under it the nodes; `unable to fence`, and under it why.
    const usage = report.details.findIndex((text) => text.startsWith('Usage: '));
    const reasons = report.details
      .slice(0, usage < 0 ? undefined : usage)
      .filter((text) => !isWarning(text) && !wentWell(report, text));
    return [...report.errors, ...reasons.slice(0, TOLD)].join('; ');
  }
  if (/^Usage: pcs /m.test(complaints)) return 'it does not understand these words';
  const inXml = [...stdout.matchAll(/<error>([^<]*)<\/error>/g)].map(([, text]) => text);
  if (inXml.length > 0) return inXml.join('; ');
  const first = firstLine(complaints);
  return first === '' ? `exit ${String(exitCode)} without output` : first;
}

/** Whether a line tells of a node that did what it was to do. */
function wentWell({ nodes }: Report, line: string): boolean {
  return Object.entries(nodes).some(
    ([name, { ok, messages }]) => ok && messages.some((message) => line === `${name}: ${message}`),
  );
}

function firstLine(text: string): string {
  return text.trim().replace(/\n.*/s, '');
}

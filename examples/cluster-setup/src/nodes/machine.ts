// One node as this program sees it: commands and files. The same for this machine and for one behind ssh.
import { createHash } from 'node:crypto';
import { type RawResult, type Runner, shellQuote } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';

export interface RunOptions {
  readonly stdin?: string;
  /** A part of the input that no error shows. */
  readonly secret?: string;
  /** Milliseconds; default 5 minutes. */
  readonly timeoutMs?: number;
  /** Exit codes that are an answer; default only 0. */
  readonly exitCodes?: readonly number[];
}

/** How a command ended and what it printed. */
export interface CommandAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Machine {
  /** The node's name. */
  readonly name: string;
  /** @throws SetupError `COMMAND_FAILED` for every other exit code, and when it cannot be run. */
  run(program: string, argv: readonly string[], options?: RunOptions): Promise<CommandAnswer>;
  /** One character a byte, so that what is no UTF-8 survives an edit; undefined when there is no such file. */
  readFile(path: string): Promise<string | undefined>;
  /** Replaces the file as a whole; a new one gets this mode, an old one keeps its owner and mode. */
  writeFile(path: string, text: string, mode?: string): Promise<void>;
  removeFile(path: string): Promise<void>;
}

const defaultTimeoutMs = 300_000;

/** A machine whose files are reached by commands too, so that ssh needs nothing else. */
export function commandMachine(name: string, runner: Runner): Machine {
  const run = async (
    program: string,
    argv: readonly string[],
    {
      exitCodes = [0],
      secret,
      as = [program, ...argv].map(shellQuote).join(' '),
      ...options
    }: Omit<RunOptions, 'stdin'> & {
      readonly stdin?: string | Uint8Array;
      /** What it is called in an error; the command by default. */
      readonly as?: string;
    } = {},
  ): Promise<CommandAnswer> => {
    const masked = (text: string) => (secret ? text.replaceAll(secret, '***') : text);
    let result: RawResult;
    try {
      result = await runner.run({ program, argv, timeoutMs: defaultTimeoutMs, ...options });
    } catch (cause) {
      // It says what is wrong with the way there, and not of this program.
      if (cause instanceof SetupError && !secret) throw cause;
      const why = masked((cause as Error).message);
      throw new SetupError('COMMAND_FAILED', `${name}: ${program} cannot be run: ${why}`, secret ? {} : { cause });
    }
    const { exitCode, signal, timedOut } = result;
    const answer = { stdout: result.stdout.toString('latin1'), stderr: result.stderr.toString('utf8') };
    if (exitCode !== null && !timedOut && exitCodes.includes(exitCode)) return { exitCode, ...answer };
    const how = timedOut
      ? 'did not end in time'
      : signal
        ? `was ended by ${signal}`
        : `failed (exit ${String(exitCode)})`;
    const said = masked(answer.stderr).trim().split('\n').slice(-3).join('; ');
    throw new SetupError('COMMAND_FAILED', `${name}: ${as} ${how}${said === '' ? '' : `: ${said}`}`);
  };
  return {
    name,
    run,
    readFile: async (path) => {
      const { exitCode, stdout } = await run('sh', ['-c', readScript, 'sh', path], {
        exitCodes: [0, noSuchFile],
        as: `reading ${path}`,
      });
      return exitCode === 0 ? stdout : undefined;
    },
    writeFile: async (path, text, mode = '644') => {
      const bytes = Buffer.from(text, 'latin1');
      const hash = createHash('sha256').update(bytes).digest('hex');
      await run('sh', ['-c', writeScript, 'sh', path, mode, hash], { stdin: bytes, as: `writing ${path}` });
    },
    removeFile: async (path) => {
      await run('rm', ['-f', '--', path]);
    },
  };
}

const noSuchFile = 44;
const readScript = `[ -e "$1" ] || exit ${noSuchFile}; exec cat -- "$1"`;
/** Written beside the file, and whole and on the disk before it takes the file's place: a connection may break. */
const writeScript = [
  'set -eu; mkdir -p -- "$(dirname -- "$1")"; file=$(readlink -f -- "$1"); new="$file.new.$$"',
  // It has to get as far as its end, also where nobody hears its words any more.
  'trap \'rm -f -- "$new"\' EXIT; trap "" PIPE; trap "exit 46" HUP TERM; umask 077; cat >"$new"',
  '[ "$(sha256sum <"$new" | cut -d" " -f1)" = "$3" ] || { echo "$1 did not arrive whole: the old one is kept" >&2; exit 45; }',
  'if [ -e "$file" ]; then chmod --reference="$file" -- "$new"; chown --reference="$file" -- "$new"; else chmod "$2" -- "$new"; fi',
  'sync -- "$new"; mv -f -- "$new" "$file"',
].join('\n');

/**
 * Runs everything on another machine through ssh, as root or with sudo there. Nothing is asked: keys must be in place.
 * @param destination What ssh is to be given: a host, `user@host` or an alias of its configuration.
 */
export function sshRunner(runner: Runner, destination: string): Runner {
  return {
    run: async ({ program, argv, env = {}, ...request }) => {
      const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
      const command = ['env', 'LC_ALL=C', 'TZ=UTC', ...variables, program, ...argv].map(shellQuote).join(' ');
      const result = await runner.run({
        ...request,
        program: 'ssh',
        argv: [
          ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', '--', destination],
          `if [ "$(id -u)" = 0 ]; then exec ${command}; else exec sudo -n ${command}; fi`,
        ],
      });
      if (result.exitCode === sshFailed) {
        throw new SetupError(
          'COMMAND_FAILED',
          `ssh to ${destination} does not work: ${lastLineOf(result.stderr.toString('utf8'))}; ` +
            (result.stderr.includes('Host key verification failed')
              ? `look at it with: ssh ${destination}; if that machine was installed again, first: ssh-keygen -R ${destination}`
              : "put this machine's key there, or prepare that node by running cluster-setup prepare on it and use --no-ssh here"),
        );
      }
      return result;
    },
  };
}

/** What it comes down to: ssh draws a box round a host key that is another one. */
const lastLineOf = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';

/** ssh's own exit code for its own failures (ssh(1)). */
const sshFailed = 255;

// The process around an agent, as the package sees it. `nodeHost` makes it of a real one.
import { existsSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { type Clock, systemClock } from './clock.js';
import type { LogLevel } from './log.js';

/** Everything an agent needs of the process it runs in. */
export interface FenceHost {
  /** The base name the program was called by. */
  readonly name: string;
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The time of day, for log lines. */
  date(): Date;
  /** Whether a person sits at stdin. */
  stdinIsTerminal(): Promise<boolean>;
  /** Everything on stdin, up to its end. */
  readStdin(): Promise<string>;
  /** Writes all of `text`; resolves when the system has taken it, rejects when it cannot. */
  writeStdout(text: string): Promise<void>;
  /** Writes all of `text`; there is nobody to tell when that fails. */
  writeStderr(text: string): void;
  /** Opens a file for appending; the result writes to it. Both throw when they cannot: a run goes on without what is lost then. */
  openDebugFile(path: string): (text: string) => void;
  /** Sends a line to syslog, or nowhere on a machine without. Never waits. */
  syslog(level: LogLevel, message: string): void;
  /** What a program prints, for --password-script. */
  runScript(path: string): Promise<string>;
  /** Resolves when nothing would be lost if the process ended now. */
  finish?(): Promise<void>;
  /** Aborts when the process shall end early; absent when only killing ends it. */
  readonly signal?: AbortSignal;
}

/** The parts of Node's `process` that {@link nodeHost} uses. */
export interface NodeProcess {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
}

/** The socket by which programs reach syslog. */
const syslogSocket = '/dev/log';

/**
 * Node's own process as a host: `runFenceAgent(agent, nodeHost(process)).then((exitStatus) => process.exit(exitStatus))`.
 * All output has been written by then, and a socket or timer that the device's code left open does not keep the
 * process, for which Pacemaker waits.
 */
export function nodeHost(process: NodeProcess): FenceHost {
  const name = basename(process.argv[1] ?? 'fence');
  const syslog = loggerSyslog(name, process.pid);
  return {
    name,
    argv: process.argv.slice(2),
    env: process.env,
    clock: systemClock,
    date: () => new Date(),
    stdinIsTerminal: async () => fstatSync(0).isCharacterDevice() && (await import('node:tty')).isatty(0),
    readStdin: () => settled(() => readAll(0)),
    writeStdout: (text) =>
      settled(() => {
        writeAll(1, text);
      }),
    writeStderr: (text) => {
      try {
        writeAll(2, text);
      } catch {
        // Nobody listens any more; what the caller is owed is the exit status.
      }
    },
    openDebugFile: (path) => {
      const file = openSync(path, 'a', 0o600);
      return (text) => {
        writeAll(file, text);
      };
    },
    syslog: syslog.write,
    finish: syslog.finish,
    runScript,
  };
}

/** A call that may throw, as a promise that may reject. */
function settled<T>(call: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(call());
  });
}

// Plain reads and writes: node's streams for stdin and stdout take milliseconds to load, and a process that ends
// before a stream has drained loses what was in it.

function readAll(file: number): string {
  const chunks: Buffer[] = [];
  const chunk = Buffer.allocUnsafe(65536);
  for (;;) {
    const length = retried(() => readSync(file, chunk));
    if (length === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(Buffer.from(chunk.subarray(0, length)));
  }
}

function writeAll(file: number, text: string): void {
  let rest = Buffer.from(text, 'utf8');
  while (rest.length > 0) rest = rest.subarray(retried(() => writeSync(file, rest)));
}

/** Whoever gave us the descriptor may have made it non-blocking: then wait for it here. */
function retried(transfer: () => number): number {
  for (;;) {
    try {
      return transfer();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN' && code !== 'EINTR') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Priorities of the facility daemon. */
const priorities: Readonly<Record<LogLevel, number>> = { error: 27, warning: 28, info: 30, debug: 31 };

/**
 * Syslog through logger(1) of bsdutils, which every Debian has: Node cannot write to a datagram socket. It is started
 * for the first line and fed by a pipe; nobody waits for it. Most runs log nothing and never start it.
 */
function loggerSyslog(tag: string, pid: number): { write: FenceHost['syslog']; finish: () => Promise<void> } {
  let logger: Promise<(line: string) => void> | undefined;
  let written: Promise<void> = Promise.resolve();
  return {
    write: (level, message) => {
      if (logger === undefined && !existsSync(syslogSocket)) return;
      logger ??= startLogger(tag, pid);
      const started = logger;
      const send = async () => {
        (await started)(`<${priorities[level]}>${message}\n`);
      };
      // A logger that cannot even be started must not end the process: it has the device to think of.
      written = written.then(send).catch(() => undefined);
    },
    finish: () => written,
  };
}

async function startLogger(tag: string, pid: number): Promise<(line: string) => void> {
  const { spawn } = await import('node:child_process');
  const logger = spawn('logger', ['--prio-prefix', '--tag', tag, `--id=${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A machine without logger(1), or one that ends early: the lines still go to stderr.
  logger.on('error', () => undefined);
  logger.stdin.on('error', () => undefined);
  logger.unref();
  (logger.stdin as unknown as { unref(): void }).unref();
  // The line is in the pipe when write returns: libuv tries at once, and only queues what the pipe does not take.
  return (line) => logger.stdin.write(line);
}

async function runScript(path: string): Promise<string> {
  const [{ execFile }, { promisify }] = await Promise.all([import('node:child_process'), import('node:util')]);
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', path], { encoding: 'utf8' });
  return stdout.trimEnd();
}

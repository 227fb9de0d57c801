import { FenceError } from '../errors.js';
import type { FenceAgent } from '../definition.js';
import type { FenceHost } from '../host/host.js';
import type { LogLevel } from '../host/log.js';
import { runFenceAgent } from '../run.js';
import { VirtualClock } from './virtual-clock.js';

/** What an agent in memory is started with. Without argv and stdin, a terminal is at stdin. */
export interface MemoryInput {
  /** The base name it is called by; default the agent's. */
  readonly name?: string;
  readonly argv?: readonly string[];
  /** What stands on stdin. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a new one. */
  readonly clock?: VirtualClock;
  /** Paths of debug files that cannot be opened. */
  readonly unwritable?: readonly string[];
  /** stdout cannot be written, as when the reader has gone. */
  readonly brokenStdout?: boolean;
  /** What programs print, by their path. */
  readonly scripts?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** All that an agent in memory left behind. */
export interface MemoryResult {
  readonly exitStatus: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Syslog lines as `level: message`. */
  readonly syslog: readonly string[];
  readonly debugFiles: ReadonlyMap<string, string>;
  /** Virtual seconds it took. */
  readonly seconds: number;
}

/** Runs an agent in this process, without touching anything outside of it, on a virtual clock. */
export async function runInMemory(agent: FenceAgent, input: MemoryInput): Promise<MemoryResult> {
  const host = new MemoryHost({ name: agent.name, ...input });
  const start = host.clock.now();
  const exitStatus = await runFenceAgent(agent, host);
  const seconds = (host.clock.now() - start) / 1000;
  return {
    exitStatus,
    stdout: host.stdout,
    stderr: host.stderr,
    syslog: host.syslogLines,
    debugFiles: host.debugFiles,
    seconds,
  };
}

/** A process that exists in memory only. */
export class MemoryHost implements FenceHost {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly clock: VirtualClock;
  readonly signal?: AbortSignal;
  stdout = '';
  stderr = '';
  readonly syslogLines: string[] = [];
  readonly debugFiles = new Map<string, string>();
  readonly #input: MemoryInput;

  constructor(input: MemoryInput) {
    this.#input = input;
    this.name = input.name ?? 'fence_agent';
    this.argv = input.argv ?? [];
    this.env = input.env ?? {};
    this.clock = input.clock ?? new VirtualClock();
    if (input.signal !== undefined) this.signal = input.signal;
  }

  date(): Date {
    return new Date(this.clock.now());
  }

  stdinIsTerminal(): Promise<boolean> {
    return Promise.resolve(this.#input.stdin === undefined);
  }

  readStdin(): Promise<string> {
    return Promise.resolve(this.#input.stdin ?? '');
  }

  writeStdout(text: string): Promise<void> {
    if (this.#input.brokenStdout) return Promise.reject(new FenceError('OUTPUT', 'EPIPE: broken pipe, write'));
    this.stdout += text;
    return Promise.resolve();
  }

  writeStderr(text: string): void {
    this.stderr += text;
  }

  openDebugFile(path: string): (text: string) => void {
    if (this.#input.unwritable?.includes(path)) throw new Error(`EACCES: permission denied, open '${path}'`);
    return (text) => {
      this.debugFiles.set(path, (this.debugFiles.get(path) ?? '') + text);
    };
  }

  syslog(level: LogLevel, message: string): void {
    this.syslogLines.push(`${level}: ${message}`);
  }

  runScript(path: string): Promise<string> {
    const printed = this.#input.scripts?.[path];
    return printed === undefined ? Promise.reject(new Error(`${path}: not found`)) : Promise.resolve(printed);
  }
}

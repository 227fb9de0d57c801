// Commands in a guest, through QEMU's guest agent on a virtio-serial port: works with no network, and tells apart a
// command that failed from a guest that does not answer.
import { connect, type Socket } from 'node:net';
import type { Clock } from '@sleepi3/driver';
import { LabError } from '../errors.js';
import type { ProgramResult } from '../program.js';

/** Options of a command in a guest. */
export interface ExecOptions {
  /** Milliseconds until the command is given up (it is left running). 60 000 by default. */
  readonly timeout?: number;
  /** Written to its standard input. */
  readonly input?: string;
}

/** One answer takes no longer than this when the guest lives, in milliseconds; emulated and with others at work. */
const answerTimeout = 10_000;
/** The part of a command's own time that an answer of a guest may take that is busy with it: pcs and a Node at once. */
const busyPart = 1 / 10;
/** ms between two looks whether a program has ended: soon at first, then less often. */
const pollIntervals = { first: 50, last: 250 };

interface Waiting {
  readonly id: number;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A connection to the guest agent of one machine, for as long as that machine has power. */
export class GuestAgent {
  readonly #name: string;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #received = '';
  #waiting: Waiting | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #requests = 0;
  #closed: LabError | undefined;

  private constructor(name: string, socket: Socket, clock: Clock) {
    this.#name = name;
    this.#socket = socket;
    this.#clock = clock;
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#take(text);
    });
    const close = () => {
      this.#closed ??= new LabError('MACHINE', `${name} has no power`);
      this.#waiting?.reject(this.#closed);
    };
    socket.on('error', close).on('close', close);
  }

  /** Connects to the socket that QEMU serves; the guest behind it may still be booting. */
  static async connect(name: string, path: string, clock: Clock): Promise<GuestAgent> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    return new GuestAgent(name, socket, clock);
  }

  /** Whether the agent answers now. */
  async answers(): Promise<boolean> {
    try {
      await this.#request('guest-ping');
      return true;
    } catch (error) {
      if (error instanceof LabError) return false;
      throw error;
    }
  }

  /** Runs a program in the guest to its end. Rejects with code `machine` or `timeout` when the guest does not answer. */
  async exec(words: readonly string[], options: ExecOptions = {}): Promise<ProgramResult> {
    const [path = '', ...rest] = words;
    const timeout = options.timeout ?? 60_000;
    const deadline = this.#clock.now() + timeout;
    const patience = Math.max(answerTimeout, timeout * busyPart);
    const call = {
      path,
      arg: rest,
      'capture-output': true,
      ...(options.input === undefined ? {} : { 'input-data': Buffer.from(options.input).toString('base64') }),
    };
    const { pid } = (await this.#request('guest-exec', call, patience)) as { pid: number };
    for (let interval = pollIntervals.first; ; interval = Math.min(interval * 1.5, pollIntervals.last)) {
      await this.#clock.sleep(interval);
      const status = (await this.#request('guest-exec-status', { pid }, patience)) as ExecStatus;
      if (status.exited) {
        return { stdout: decode(status['out-data']), stderr: decode(status['err-data']), status: status.exitcode };
      }
      if (this.#clock.now() > deadline) {
        throw new LabError('TIMEOUT', `${words.join(' ')} did not end in time on ${this.#name}`);
      }
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** One request at a time. Each has its own id: answers to what was asked before a reboot or a time-out are nobody's. */
  #request(execute: string, args: object = {}, patience = answerTimeout): Promise<unknown> {
    const turn = this.#queue.then(() => this.#ask(execute, args, patience));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #ask(execute: string, args: object, patience: number): Promise<unknown> {
    if (this.#closed) throw this.#closed;
    this.#requests += 1;
    const id = this.#requests;
    const answered = new AbortController();
    const late = this.#clock.sleep(patience, answered.signal).then(() => {
      throw new LabError('TIMEOUT', `${this.#name} does not answer`);
    });
    late.catch(() => undefined); // told by the race below, or aborted by the answer
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting = { id, resolve, reject };
    });
    this.#socket.write(`${JSON.stringify({ execute, arguments: args, id })}\n`);
    try {
      return await Promise.race([answer, late]);
    } finally {
      answered.abort();
      this.#waiting = undefined;
    }
  }

  #take(text: string): void {
    const [last = '', ...lines] = `${this.#received}${text}`.split('\n').reverse();
    this.#received = last;
    for (const line of lines.reverse()) {
      const answer = parseAnswer(line);
      if (answer?.id === undefined || answer.id !== this.#waiting?.id) continue;
      if (answer.error) this.#waiting.reject(new LabError('MACHINE', `${this.#name}: ${answer.error.desc}`));
      else this.#waiting.resolve(answer.return);
    }
  }
}

interface ExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly 'out-data'?: string;
  readonly 'err-data'?: string;
}

interface Answer {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** An answer, or undefined for the remains of one that a power cut has torn. */
function parseAnswer(line: string): Answer | undefined {
  try {
    return JSON.parse(line) as Answer;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const decode = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('utf8');

// The real pcs without its start-up: importing pcs takes most of the second that a call costs. A Python process imports
// it once and forks for each call; the fork runs pcs's own main with the words, environment and input of that call.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createNodeRunner, scrubEnvironment } from '../run/node-runner.js';
import type { RawResult, Runner, RunRequest } from '../run/runner.js';

/** Reads a request a line, forks, runs it with its files as standard streams, answers a line: exit code and signal. */
const FORKING_PCS = `
import json, os, signal, sys, traceback
from pcs import app

def run(request):
    os.setsid()
    for fd, (name, flags) in enumerate((("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY))):
        os.dup2(os.open(request[name], flags), fd)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    signal.alarm(request["seconds"])
    code = 0
    try:
        sys.argv = ["pcs", *request["argv"]]
        app.main(request["argv"])
    except SystemExit as exit:
        code = exit.code if isinstance(exit.code, int) else 0 if exit.code is None else 1
        if isinstance(exit.code, str):
            print(exit.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

for line in iter(sys.stdin.buffer.readline, b""):
    pid = os.fork()
    if pid == 0:
        run(json.loads(line))
    status = os.waitpid(pid, 0)[1]
    signalled = os.WIFSIGNALED(status)
    print(json.dumps({
        "exitCode": None if signalled else os.WEXITSTATUS(status),
        "signal": signal.Signals(os.WTERMSIG(status)).name if signalled else None,
    }), flush=True)
`;

/** What ends a call that takes too long; pcs itself never uses it. */
const TIME_IS_UP = 'SIGALRM';

/**
 * A {@link Runner} for tests: pcs runs in forks of one warm process, everything else as usual. The very code of the
 * installed pcs runs, some ten times faster. Calls run one after another.
 */
export class WarmPcs implements Runner, AsyncDisposable {
  readonly #others: Runner;
  #python: Python | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(others: Runner = createNodeRunner()) {
    this.#others = others;
  }

  /** Runs pcs in a process that has loaded it already, and every other program as usual. */
  run(request: RunRequest): Promise<RawResult> {
    if (request.program !== 'pcs') return this.#others.run(request);
    this.#python ??= new Python();
    const result = this.#queue.then(() => this.#python?.run(request) ?? this.#others.run(request));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue;
    await this.#python?.end();
    this.#python = undefined;
  }
}

class Python {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #directory: Promise<string>;
  #stderr = '';

  constructor() {
    this.#directory = mkdtemp(join(tmpdir(), 'sleepi3-warm-pcs-'));
    this.#process = spawn('/usr/bin/python3', ['-Es', '-c', FORKING_PCS], { env: scrubEnvironment({}) });
    this.#process.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.#process.stdin.on('error', () => undefined);
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async run({ argv, stdin = '', env, cwd = '/', timeoutMs }: RunRequest): Promise<RawResult> {
    const directory = await this.#directory;
    const files = { stdin: join(directory, 'in'), stdout: join(directory, 'out'), stderr: join(directory, 'err') };
    await Promise.all([writeFile(files.stdin, stdin), writeFile(files.stdout, ''), writeFile(files.stderr, '')]);
    const seconds = timeoutMs === undefined ? 0 : Math.max(1, Math.ceil(timeoutMs / 1000));
    const request = { argv, cwd, env: { ...scrubEnvironment({}), ...env }, seconds, ...files };
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#answers.next();
    if (line.done === true) throw new Error(`pcs cannot be kept warm: ${this.#stderr}`);
    const { exitCode, signal } = JSON.parse(line.value) as Pick<RawResult, 'exitCode' | 'signal'>;
    const [stdout, stderr] = await Promise.all([readFile(files.stdout), readFile(files.stderr)]);
    return { exitCode, signal, stdout, stderr, durationMs: 0, timedOut: signal === TIME_IS_UP };
  }

  async end(): Promise<void> {
    this.#process.stdin.end();
    await new Promise<void>((resolve) => {
      if (this.#process.exitCode !== null) resolve();
      else this.#process.once('exit', () => resolve());
    });
    await rm(await this.#directory, { recursive: true, force: true });
  }
}

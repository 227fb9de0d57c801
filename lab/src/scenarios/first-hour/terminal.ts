// A person at a terminal of a machine: a command on a pty, and answers that are typed when they are asked for.
import { LabError } from '../../errors.js';
import type { Lab } from '../../lab.js';
import type { Machine } from '../../machine/machine.js';

/** Where it is kept what the terminal shows, what is typed, and how the command ended. */
const files = { shown: '/root/terminal.log', typed: '/root/terminal.in', status: '/root/terminal.status' } as const;

/** One after the other: a machine has one terminal. */
export class Terminal {
  /** How often something was typed: commands and answers. */
  typed = 0;

  constructor(
    private readonly lab: Lab,
    private readonly machine: Machine,
  ) {}

  /** Types a command. It goes on until {@link Terminal.ended}. */
  async command(command: string): Promise<void> {
    this.typed += 1;
    this.lab.note(`${this.machine.name} $ ${command}`);
    const { shown, typed, status } = files;
    // The fifo is held open, or the command would see the end of its input after the first answer.
    const session = [
      `sleep 100000 >${typed} & holder=$!`,
      `script --quiet --return --flush --command ${quoted(command)} ${shown} <${typed} >/dev/null 2>&1`,
      `echo $? >${status}; kill $holder`,
    ].join('\n');
    await this.machine.mustExec([
      'sh',
      '-c',
      `rm -f ${shown} ${typed} ${status}; mkfifo -m 600 ${typed}; setsid sh -c ${quoted(session)} >/dev/null 2>&1 </dev/null &`,
    ]);
  }

  /** Waits for a question, and types the answer. */
  async answer(question: RegExp, answer: string, timeout: number): Promise<void> {
    await this.lab.until(
      `${this.machine.name} asks ${question.source}`,
      async () => {
        const { said, status } = await this.#look();
        if (question.test(said)) return true;
        if (status !== undefined) throw new LabError('VERDICT', `it ended before it asked ${question.source}: ${said}`);
        return false;
      },
      { timeout },
    );
    this.typed += 1;
    await this.machine.mustExec(['sh', '-c', `printf '%s\\r' ${quoted(answer)} >${files.typed}`]);
  }

  /** Waits until the command has ended. @returns its exit status, and what it showed */
  async ended(timeout: number): Promise<{ readonly status: number; readonly said: string }> {
    return this.lab.until(
      `the command on ${this.machine.name} has ended`,
      async () => {
        const { said, status } = await this.#look();
        return status !== undefined && { status, said };
      },
      { timeout },
    );
  }

  async #look(): Promise<{ readonly said: string; readonly status: number | undefined }> {
    const { shown, status } = files;
    // The status is read first: once it is there, nothing more is shown.
    const script = `status=$(cat ${status} 2>/dev/null); cat ${shown} 2>/dev/null; printf '\\nended:%s' "$status"`;
    const { stdout } = await this.machine.exec(['sh', '-c', script]);
    const [, said = stdout, ended = ''] = /^([^]*)\nended:(\d*)$/.exec(stdout) ?? [];
    return { said, status: ended === '' ? undefined : Number(ended) };
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

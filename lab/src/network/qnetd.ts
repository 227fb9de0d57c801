// The machine of the quorum device is this side of the network: Debian's corosync-qnetd, in the namespace of the lab.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../errors.js';

export class Qnetd {
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(process: ChildProcess, directory: string) {
    this.#process = process;
    this.#directory = directory;
  }

  /** @throws LabError `REQUIREMENT` where it is not installed. */
  static async start(): Promise<Qnetd> {
    const directory = await mkdtemp(join(tmpdir(), 'lab-qnetd-'));
    const settings = `lock_file=${directory}/pid,local_socket_file=${directory}/socket`;
    const qnetd = spawn('corosync-qnetd', ['-f', '-s', 'off', '-S', settings], { stdio: 'ignore' });
    await new Promise<void>((resolve, reject) => {
      qnetd.once('spawn', resolve);
      qnetd.once('error', (cause) => {
        const message = 'corosync-qnetd does not start: apt-get install corosync-qnetd';
        reject(new LabError('REQUIREMENT', message, { cause }));
      });
    });
    return new Qnetd(qnetd, directory);
  }

  /** As a machine that loses its power. */
  async kill(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGKILL');
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

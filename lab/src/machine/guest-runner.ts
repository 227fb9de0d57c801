// @sleepi3/pcs in a guest: programs are run through the guest agent.
import type { Runner } from '@sleepi3/pcs';
import type { Machine } from './machine.js';

/** Runs the programs of a `Pcs` on this machine. What takes too long rejects, and is left running in the guest. */
export const guestRunner = (machine: Machine): Runner => ({
  async run({ program, argv, stdin, env = {}, cwd = '/', timeoutMs }) {
    const begun = performance.now();
    const variables = Object.entries({ LC_ALL: 'C', ...env }).map(([name, value]) => `${name}=${value}`);
    const { stdout, stderr, status } = await machine.exec(['env', `--chdir=${cwd}`, ...variables, program, ...argv], {
      ...(stdin === undefined ? {} : { input: Buffer.from(stdin).toString('utf8') }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    return {
      exitCode: status ?? null,
      signal: null,
      stdout: Buffer.from(stdout),
      stderr: Buffer.from(stderr),
      durationMs: performance.now() - begun,
      timedOut: false,
    };
  },
});

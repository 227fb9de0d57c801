import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeRunner, type Runner, type RunRequest } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import { commandMachine, sshRunner } from '../src/nodes/machine.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cluster-setup-machine-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** What ssh does with its last word, on this machine: a shell gets it. */
const loopback: Runner = {
  run: (request) => createNodeRunner().run({ ...request, program: 'sh', argv: ['-c', request.argv.at(-1) ?? ''] }),
};

const machines = {
  'this machine': () => commandMachine('pi', createNodeRunner()),
  'a machine behind ssh': () => commandMachine('pi', sshRunner(loopback, 'pi')),
};

describe.each(Object.entries(machines))('%s', (_, machine) => {
  it('gives back each byte that was written, makes directories, and keeps mode and link of what was there', async () => {
    const path = join(directory, 'a/new place/file');
    const bytes = Array.from({ length: 256 }, (_unused, code) => String.fromCharCode(code)).join('');
    await machine().writeFile(path, bytes, '600');
    expect(await machine().readFile(path)).toBe(bytes);
    expect((await stat(path)).mode & 0o777).toBe(0o600);

    await chmod(path, 0o640);
    const link = join(directory, 'link');
    await symlink(path, link);
    await machine().writeFile(link, 'x');
    expect(await readFile(path, 'latin1')).toBe('x');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('tells a file that is not there from one that cannot be read', async () => {
    expect(await machine().readFile(join(directory, 'nothing'))).toBeUndefined();
    await expect(machine().readFile(directory)).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
  });

  it('takes words as they are, whatever is in them', async () => {
    const words = ["it's", '$(reboot)', '`x`', '', 'a b', '*', '\\', 'ü'];
    const { stdout } = await machine().run('printf', ['%s\\n', ...words]);
    expect(Buffer.from(stdout, 'latin1').toString('utf8')).toBe(words.map((word) => `${word}\n`).join(''));
  });

  it('says which command failed and what it said', async () => {
    await expect(machine().run('sh', ['-c', 'echo no luck >&2; exit 7'])).rejects.toThrow(
      /pi: sh -c 'echo no luck >&2; exit 7' failed \(exit 7\): no luck/,
    );
    expect((await machine().run('sh', ['-c', 'exit 7'], { exitCodes: [0, 7] })).exitCode).toBe(7);
  });

  it('removes a file, also one that is gone', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '');
    await machine().removeFile(path);
    await machine().removeFile(path);
    expect(await machine().readFile(path)).toBeUndefined();
  });
});

/** Runs a command whose input does not end, and signals it once it has begun to write beside the file. */
const endedBy = (signal: string): string =>
  [
    'cd "${5%/*}"; rest=../fifo.$$; mkfifo $rest; sleep 60 >$rest & writer=$!; "$@" <$rest &',
    'until ls | grep -q new; do sleep 0.01; done',
    `kill -${signal} $!; kill $writer; wait; rm $rest`,
  ].join('\n');

describe('a connection that breaks', () => {
  const text = 'HEARTBEAT_TIMEOUT=60\n'.repeat(500);
  it.each([0, 1, 5000, text.length - 1])(
    'after %i bytes of a file leaves the old one whole, nothing beside it, and says so on one line',
    async (arrived) => {
      const path = join(directory, 'sleepi3');
      await writeFile(path, 'the old one');
      const real = createNodeRunner();
      const broken = commandMachine('pi', {
        // The other side sees the end of its input; what it says then nobody may hear, but it does it.
        run: (request) =>
          real.run(
            request.stdin === undefined
              ? request
              : { ...request, stdin: Buffer.from(request.stdin).subarray(0, arrived) },
          ),
      });
      const failure = await broken.writeFile(path, text).catch((error: unknown) => (error as Error).message);
      expect(failure).toBe(`pi: writing ${path} failed (exit 45): ${path} did not arrive whole: the old one is kept`);
      expect(await readFile(path, 'utf8')).toBe('the old one');
      expect(await readdir(directory)).toEqual(['sleepi3']);
      await commandMachine('pi', real).writeFile(path, text);
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  it.each([
    ['nobody hears what it says', '"$@" 2>&1 | true; wait'],
    ['it gets SIGHUP', endedBy('HUP')],
    ['it gets SIGTERM', endedBy('TERM')],
  ])('leaves the old one whole and nothing beside it when %s', async (_, script) => {
    const path = join(directory, 'sleepi3');
    await writeFile(path, 'the old one');
    const real = createNodeRunner();
    const broken = commandMachine('pi', {
      run: ({ program, argv, ...request }) =>
        real.run({ ...request, program: 'sh', argv: ['-c', script, 'sh', program, ...argv], stdin: text.slice(1) }),
    });
    await broken.writeFile(path, text).catch(() => undefined);
    expect(await readFile(path, 'utf8')).toBe('the old one');
    expect(await readdir(directory)).toEqual(['sleepi3']);
  });
});

describe('ssh', () => {
  it('never asks, takes no option from the host, and says what to do when it does not get in', async () => {
    const requests: RunRequest[] = [];
    const runner: Runner = {
      run: async (request) => {
        requests.push(request);
        return answer({ exitCode: 255, stderr: 'Permission denied (publickey).' });
      },
    };
    await expect(commandMachine('pi', sshRunner(runner, '-oProxyCommand=x')).run('true', [])).rejects.toThrow(
      /^ssh to -oProxyCommand=x does not work: Permission denied.*--no-ssh/,
    );
    const { argv } = requests[0]!;
    expect(argv).toContain('BatchMode=yes');
    expect(argv.indexOf('--')).toBeLessThan(argv.indexOf('-oProxyCommand=x'));
  });
});

import { describe, expect, it } from 'vitest';
import type { RunProgram } from '../src/program.js';
import { meetRequirements } from '../src/start/requirements.js';

function host(present: (program: string) => boolean, root = true) {
  const ran: string[] = [];
  const run: RunProgram = (words) => {
    ran.push(words.join(' '));
    return Promise.resolve({ stdout: '', stderr: '', status: 0 });
  };
  return { ran, host: { run, has: present, root } };
}

describe('what the lab needs of the machine', () => {
  it('is nothing more when all is there', async () => {
    const { ran, host: complete } = host(() => true);
    await meetRequirements(complete, 'amd64', false);
    expect(ran).toEqual([]);
  });

  it('is told with the command that brings it', async () => {
    const { ran, host: lacking } = host((program) => !program.startsWith('qemu'));
    const refusal = { code: 'REQUIREMENT', message: /qemu-utils, qemu-system-x86.*--install.*apt-get install/ };
    await expect(meetRequirements(lacking, 'amd64', false)).rejects.toMatchObject(refusal);
    expect(ran).toEqual([]);
  });

  it('is installed when asked for, and nothing else is', async () => {
    const { ran, host: lacking } = host((program) => program !== 'debootstrap');
    await meetRequirements(lacking, 'amd64', true);
    expect(ran.at(-1)).toBe('apt-get install --yes --no-install-recommends debootstrap');
  });

  it('is an emulator, an interpreter and a compiler for guests of another architecture', async () => {
    const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
    const expected = {
      amd64: /qemu-system-x86, g\+\+-x86-64-linux-gnu, qemu-user-static/,
      arm64: /qemu-system-arm, g\+\+-aarch64-linux-gnu, qemu-user-static/,
    };
    const { host: lacking } = host(() => false);
    await expect(meetRequirements(lacking, other, false)).rejects.toMatchObject({ message: expected[other] });
  });

  it('is root, before anything', async () => {
    const { host: user } = host(() => true, false);
    await expect(meetRequirements(user, 'amd64', true)).rejects.toMatchObject({ code: 'REQUIREMENT', message: /root/ });
  });
});

// Programs of another architecture, run on this machine: the kernel hands them to QEMU's user emulation.
import { readFile, writeFile } from 'node:fs/promises';
import { type Architecture, machineKinds } from '../machine/platform.js';
import { mustRun, type RunProgram } from '../program.js';

const binfmt = '/proc/sys/fs/binfmt_misc';

/** How a program of an architecture begins: the ELF header of 64-bit little-endian programs and libraries, with its machine. */
const headers: Readonly<Record<Architecture, { readonly magic: readonly number[]; readonly machine: number }>> = {
  amd64: { magic: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], machine: 0x3e },
  arm64: { magic: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], machine: 0xb7 },
};

/** Has the kernel run the architecture's programs, in every root: the interpreter is opened now (flag F). Needs root. */
export async function registerInterpreter(run: RunProgram, architecture: Architecture): Promise<void> {
  const name = `sleepi3-lab-${architecture}`;
  const mounted = await readFile(`${binfmt}/status`, 'utf8').catch(() => undefined);
  if (mounted === undefined) await mustRun(run, ['mount', '-t', 'binfmt_misc', 'binfmt_misc', binfmt]);
  const registered = await readFile(`${binfmt}/${name}`, 'utf8').catch(() => undefined);
  if (registered !== undefined) return;
  const { program } = machineKinds[architecture].interpreter;
  const path = (await mustRun(run, ['which', program])).trim();
  await writeFile(`${binfmt}/register`, registration(name, architecture, path));
}

/** What the kernel is told, as Documentation/admin-guide/binfmt-misc.rst has it. */
export function registration(name: string, architecture: Architecture, interpreter: string): string {
  const { magic, machine } = headers[architecture];
  // e_ident, of which the system and what follows are left open; e_type 2 or 3; e_machine.
  const pattern = [...magic, ...Array<number>(16 - magic.length).fill(0), 2, 0, machine, 0];
  const mask = [...magic.map(() => 0xff), ...Array<number>(16 - magic.length).fill(0), 0xfe, 0xff, 0xff, 0xff];
  const escaped = (bytes: readonly number[]) =>
    bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  return `:${name}:M::${escaped(pattern)}:${escaped(mask)}:${interpreter}:F`;
}

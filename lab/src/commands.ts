// What the commands do to a lab that is up.
import { writeFile } from 'node:fs/promises';
import { type BitName, bits } from '@sleepi3/driver';
import type { VirtualBoard } from '@sleepi3/simulator';
import type { Invocation } from './command-line.js';
import { LabError } from './errors.js';
import type { Lab } from './lab.js';
import type { Machine } from './machine/machine.js';

/** Carries out one command on a lab. Resolves to the exit status. */
export async function carryOut(
  lab: Lab,
  { command, words }: Invocation,
  write: (text: string) => void,
): Promise<number> {
  const [first = '', ...rest] = words;
  switch (command) {
    case 'status':
      write(await describe(lab));
      return 0;
    case 'exec':
      return execute(machineOf(lab, first), rest, write);
    case 'power':
      await power(lab, machineOf(lab, first), rest[0] ?? '');
      return 0;
    case 'panic':
      await panic(lab, machineOf(lab, first));
      return 0;
    case 'hang':
      machineOf(lab, first).hang();
      lab.note(`${machineOf(lab, first).name} hangs`);
      return 0;
    case 'cut-link':
      await lab.cutLink(true);
      return 0;
    case 'heal':
      await lab.cutLink(false);
      return 0;
    case 'record':
      await writeRecording(lab, first);
      lab.record('The two-Pi lab');
      write(`${first}.svg, ${first}.vcd and ${first}.json written\n`);
      return 0;
    default:
      throw new LabError('USAGE', `lab ${command} is not for a lab that is up: run lab down first`);
  }
}

/** Has the kernel panic. The command that does it never returns. */
export async function panic(lab: Lab, machine: Machine): Promise<void> {
  lab.note(`${machine.name} panics`);
  const words = ['sh', '-c', 'echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger'];
  await machine.exec(words, { timeout: 1000 }).catch((error: unknown) => {
    if (!(error instanceof LabError)) throw error;
  });
}

/** Writes what has been recorded, for people, waveform viewers and programs. */
export async function writeRecording({ recording }: Lab, path: string): Promise<void> {
  await writeFile(`${path}.svg`, recording.toSvg({ width: 1200 }));
  await writeFile(`${path}.vcd`, recording.toVcd());
  await writeFile(`${path}.json`, `${JSON.stringify(recording.timeline(), undefined, 2)}\n`);
}

const machineOf = (lab: Lab, word: string): Machine => lab.machine(/^\d$/.test(word) ? Number(word) : word);

async function execute(machine: Machine, words: readonly string[], write: (text: string) => void): Promise<number> {
  const { stdout, stderr, status } = await machine.exec(words, { timeout: 600_000 });
  write(stdout + stderr);
  return status ?? 1;
}

async function power(lab: Lab, machine: Machine, what: string): Promise<void> {
  switch (what) {
    case 'on':
      await pressSwitch(lab, machine);
      return;
    case 'off':
      await machine.mustExec(['systemctl', 'poweroff']);
      return;
    case 'cut':
      await takeSupply(lab, machine);
      return;
    default:
      throw new LabError('USAGE', `power ${what}: on, off or cut`);
  }
}

/** Presses the switch of a machine's board for a moment. */
export async function pressSwitch(lab: Lab, { board }: Machine): Promise<void> {
  board.setSwitch(true);
  await lab.clock.sleep(200);
  board.setSwitch(false);
}

/** Takes the supply of a machine's board, and gives it back. */
export async function takeSupply(lab: Lab, { board, name }: Machine): Promise<void> {
  lab.note(`${name}: supply taken for 5 s`);
  board.setSupply({ voltage1: 0, voltage2: 0 });
  await lab.clock.sleep(5000);
  board.setSupply({ voltage1: 12_000 });
}

async function describe(lab: Lab): Promise<string> {
  const boards = lab.machines.map(({ board, name }) => `${name}: ${describeBoard(board)}\n`);
  const lines = [`link: ${lab.linkCut ? 'cut' : 'sound'}`, `service: ${lab.http.answers ? 'answers' : 'silent'}`];
  const cluster = (await firstStatus(lab)) ?? 'no node answers for the cluster\n';
  return `${boards.join('')}${lines.join('\n')}\n\n${cluster}`;
}

function describeBoard(board: VirtualBoard): string {
  const flags = (Object.keys(bits) as BitName[]).filter((name) => board.bit(name));
  const power = board.powered ? `on (woken by ${board.wakeupCause ?? 'nothing'})` : 'off';
  return `power ${power}, EXTOUT ${Number(board.extout)}, EXTIN ${Number(board.extin)}, bits ${flags.join(' ') || 'none'}`;
}

async function firstStatus(lab: Lab): Promise<string | undefined> {
  for (const machine of lab.machines) {
    if (!machine.powered) continue;
    const result = await machine.exec(['crm_mon', '-1', '--inactive'], { timeout: 15_000 }).catch(() => undefined);
    if (result?.status === 0) return `as ${machine.name} sees it:\n${result.stdout}`;
  }
  return undefined;
}

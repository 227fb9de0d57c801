// The commands that hold the nodes of a file against it: plan, prepare, apply and undo.
import { Pcs, sameName } from '@sleepi3/pcs';
import type { Colours } from '@sleepi3/program';
import { type ClusterDesign, isRing } from '../cluster/design.js';
import { SetupError } from '../errors.js';
import { commandMachine, type Machine, sshRunner } from '../nodes/machine.js';
import { apply, type ApplyHost } from '../plan/apply.js';
import { plan, type PlannedStep } from '../plan/plan.js';
import { Reality } from '../plan/reality.js';
import type { Step } from '../plan/step.js';
import { allSteps, preparation } from '../plan/steps.js';
import { undoSteps } from '../plan/steps/undo.js';
import { waitingLine } from '../waiting.js';
import type { CommandLine } from './commands.js';
import type { ProgramHost } from './host.js';
import { planInJson, showDifference, showPlan } from './show-plan.js';

type Carried = Extract<CommandLine, { readonly command: 'plan' | 'prepare' | 'apply' | 'undo' }>;

/** Exit statuses of plan: something would change, something stands in the way. */
const changes = 2;
const blocked = 3;

/** @returns the exit status. */
export async function carryOutSteps(
  design: ClusterDesign,
  line: Carried,
  host: ProgramHost,
  colour: Colours,
): Promise<number> {
  const typed = new Set<string>();
  if (line.values.destroy !== undefined) typed.add(line.values.destroy);
  const reality = realityFor(design, line, typed, host);

  switch (line.command) {
    case 'plan': {
      const planned = await plan(allSteps(design, reality), reality);
      host.write(line.values.json ? planInJson(planned) : await showPlan(design, planned, reality.pcs, colour));
      return statusOf(planned);
    }
    case 'prepare':
      await carry(preparation(design, [reality.local.name]));
      host.write(`\n${reality.local.name} is ready.\n`);
      return 0;
    case 'apply':
      await carry(allSteps(design, reality));
      host.write(
        `\n${design.name} runs, and serves at ${String(design.vip.options['ip'])}. Before you rely on it, see that ` +
          `${isRing(design) ? 'each' : 'either'} node can be lost: cluster-setup prove\n`,
      );
      return 0;
    case 'undo': {
      const steps = undoSteps(design, reality);
      host.write(await showPlan(design, await plan(steps, reality), reality.pcs, colour));
      if (!line.values.yes) await confirm('Undo all this? [y/N] ', host);
      await carry(steps);
      host.write(
        typed.has(design.name)
          ? '\nUndone.\n'
          : `\nUndone, but for the cluster itself; to have it destroyed, type its name: --destroy ${design.name}\n`,
      );
      return 0;
    }
  }

  async function carry(steps: readonly Step[]): Promise<void> {
    if (!host.isRoot()) throw new SetupError('USAGE', `${line.command} changes the system: run it as root`);
    await apply(steps, reality, applyHost());
  }

  function applyHost(): ApplyHost {
    let password: Promise<string> | undefined;
    return {
      clock: host.clock,
      signal: host.signal,
      password: () => (password ??= askPassword(line, host)),
      onWarning: (text) => host.writeError(`${colour.change('warning')}: ${text}\n`),
      onWait: (...waiting) => host.write(colour.faint(`    ${waitingLine(...waiting)}\n`)),
      onStep: (step, { differences }, state) => {
        const where = step.node === undefined ? '' : `${step.node}: `;
        if (state === 'done already') host.write(colour.faint(`= ${where}${step.title}\n`));
        if (state === 'begins') {
          host.write(`+ ${where}${step.title}\n`);
          host.write(differences.map((one) => `    ${showDifference(one, colour)}\n`).join(''));
        }
        if (state === 'done') host.write(colour.good(`    done\n`));
      },
    };
  }
}

function statusOf(planned: readonly PlannedStep[]): number {
  if (planned.some(({ state }) => state === 'blocked')) return blocked;
  return planned.some(({ state }) => state === 'to do') ? changes : 0;
}

async function confirm(question: string, host: ProgramHost): Promise<void> {
  if (host.ask === undefined) throw new SetupError('USAGE', 'undo asks first: run it at a terminal, or give --yes');
  if (!/^y(?:es)?$/i.test((await host.ask(question)).trim())) throw new SetupError('USAGE', 'nothing was changed');
}

function realityFor(
  design: ClusterDesign,
  line: Carried,
  destroyable: ReadonlySet<string>,
  host: ProgramHost,
): Reality {
  const names = design.nodes.map(({ name }) => name);
  const here = String(line.values.self ?? host.hostname().split('.')[0]);
  const self = names.find((name) => sameName(name, here));
  if (self === undefined) {
    throw new SetupError(
      'USAGE',
      `this machine is ${here}, which is ${names.length === 2 ? 'neither' : 'not one of'} ${names.join(names.length === 2 ? ' nor ' : ', ')}: run it on one of them, or say which one it is ` +
        'with --self',
    );
  }
  const local = commandMachine(self, host.runner);
  const alone = line.command === 'prepare' || line.values['no-ssh'];
  const ssh = line.command === 'prepare' ? undefined : line.values.ssh;
  if (isRing(design) && line.command !== 'prepare' && (alone || ssh !== undefined)) {
    throw new SetupError(
      'USAGE',
      'in a ring of three or more each wire is tested before it fences, through ssh to every node at its first address: leave out ' +
        '--no-ssh and --ssh, and put what ssh needs to know into ~/.ssh/config',
    );
  }
  const others = names
    .filter((name) => name !== self && !alone)
    .map((name): Machine => commandMachine(name, sshRunner(host.runner, ssh ?? addressOf(design, name))));
  return new Reality({ local, others, pcs: new Pcs({ runner: host.runner, signal: host.signal }), destroyable });
}

async function askPassword({ values }: Carried, host: ProgramHost): Promise<string> {
  const file = 'password-file' in values ? values['password-file'] : undefined;
  const fromStdin = 'password-stdin' in values && values['password-stdin'];
  const text =
    file !== undefined
      ? await host.readFile(file).catch((cause: unknown) => {
          throw new SetupError('PASSWORD', `cannot read the password from ${file}: ${(cause as Error).message}`, {
            cause,
          });
        })
      : fromStdin
        ? await host.readStdin()
        : await host.ask?.('Password for hacluster, the same on every node: ', { secret: true });
  const password = text?.split(/\r?\n/, 1)[0];
  if (password === undefined || password === '') {
    throw new SetupError(
      'PASSWORD',
      "hacluster's password is needed: run it at a terminal, or use --password-file or --password-stdin",
    );
  }
  return password;
}

/** ssh goes to the address of the file: nobody may know the name yet. */
function addressOf({ nodes }: ClusterDesign, node: string): string {
  return nodes.find(({ name }) => name === node)?.addresses[0] ?? node;
}

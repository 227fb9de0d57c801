// What each command does, with the outside passed in.
import { isPcsError, Pcs } from '@sleepi3/pcs';
import { colours, helpText, parseCommandLine, UsageError } from '@sleepi3/program';
import { version } from '../../package.json';
import { clusterFile } from '../config/cluster-file.js';
import { jsonSchema } from '../config/json-schema.js';
import { readClusterFile } from '../config/read-cluster-file.js';
import { type ClusterDesign, designOf } from '../cluster/design.js';
import { runDoctor } from '../doctor/run-doctor.js';
import { SetupError } from '../errors.js';
import { runHistory } from '../history/run-history.js';
import { commandMachine, type Machine, sshRunner } from '../nodes/machine.js';
import { testAlerts } from '../nodes/test-alerts.js';
import { apply, type ApplyHost } from '../plan/apply.js';
import { plan } from '../plan/plan.js';
import { Reality } from '../plan/reality.js';
import { scriptFor } from '../plan/script.js';
import { allSteps, preparation } from '../plan/steps.js';
import { undoSteps } from '../plan/undo-steps.js';
import type { Step } from '../plan/step.js';
import { type CommandLine, program } from './commands.js';
import type { ProgramHost } from './host.js';
import { showDifference, showPlan } from './show-plan.js';

/** The commands that look at the nodes of a file. */
type Carried = Extract<CommandLine, { readonly command: 'plan' | 'prepare' | 'apply' | 'undo' }>;

/** Exit statuses besides doctor's. */
const failed = 1;
const usageError = 64;

/** Runs one command line. @returns the exit status. */
export async function run(argv: readonly string[], host: ProgramHost): Promise<number> {
  try {
    const line = parseCommandLine(program, argv);
    if (line.command === 'help') host.write(helpText(program, line.about));
    else if (line.command === 'version') host.write(`${version}\n`);
    else return await carryOut(line, host);
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError) && !(error instanceof UsageError) && !isPcsError(error)) throw error;
    host.writeError(`cluster-setup: ${error.message}\n`);
    return error instanceof UsageError || (error instanceof SetupError && error.code === 'USAGE') ? usageError : failed;
  }
}

async function carryOut(line: CommandLine, host: ProgramHost): Promise<number> {
  if (line.command === 'schema') {
    host.write(`${JSON.stringify(jsonSchema(clusterFile), undefined, 2)}\n`);
    return 0;
  }
  if (line.command === 'doctor') {
    const { all, fix, json, ssh } = line.values;
    return runDoctor({ all, fix, json, ssh }, host, coloursFor(line, host));
  }
  if (line.command === 'alert') {
    const [action] = line.operands;
    if (action !== 'test') throw new UsageError(`unknown action ${String(action)}: cluster-setup alert test`);
    return testAlerts(line.values.ssh, host);
  }
  if (line.command === 'history') {
    const { since, ssh, json, svg } = line.values;
    return runHistory({ since, ssh, json, svg }, host);
  }
  const design = designOf(await readFile(line.operands[0] ?? '-', host));
  if (line.command === 'script') {
    host.write(await scriptFor(design));
    return 0;
  }
  const carried: Carried = line;
  const typed = new Set<string>();
  if (line.values.destroy !== undefined) typed.add(line.values.destroy);
  const reality = realityFor(design, line, typed, host);
  const colour = coloursFor(line, host);

  switch (line.command) {
    case 'plan':
      host.write(await showPlan(design, await plan(allSteps(design, reality), reality), reality.pcs, colour));
      return 0;
    case 'prepare':
      await carry(preparation(design, [reality.local.name]));
      host.write(`\n${reality.local.name} is ready.\n`);
      return 0;
    case 'apply':
      await carry(allSteps(design, reality));
      host.write(
        `\n${design.name} runs, and serves at ${String(design.vip.options['ip'])}. Prove the fencing once before you rely on ` +
          `it: pcs stonith fence NODE. Then: cluster-setup doctor --all\n`,
      );
      return 0;
    case 'undo':
      await carry(undoSteps(design, reality));
      host.write(
        typed.has(design.name)
          ? '\nUndone.\n'
          : `\nUndone, but for the cluster itself; to have it destroyed, type its name: --destroy ${design.name}\n`,
      );
      return 0;
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
      password: () => (password ??= askPassword(carried, host)),
      onWarning: (text) => host.writeError(`${colour.change('warning')}: ${text}\n`),
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

function coloursFor({ values }: { readonly values: { readonly color: string } }, host: ProgramHost) {
  return colours(values.color === 'always' || (values.color !== 'never' && host.colours));
}

async function readFile(path: string, host: ProgramHost) {
  if (path === '-') return readClusterFile(await host.readStdin(), 'standard input');
  const text = await host.readFile(path).catch((cause: unknown) => {
    throw new SetupError('UNREADABLE', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  });
  return readClusterFile(text, path);
}

function realityFor(
  design: ClusterDesign,
  line: Carried,
  destroyable: ReadonlySet<string>,
  host: ProgramHost,
): Reality {
  const names = design.nodes.map(({ name }) => name);
  const self = line.values.self ?? host.hostname().split('.')[0];
  const peer = names.find((name) => name !== self);
  if (typeof self !== 'string' || !names.includes(self) || peer === undefined) {
    throw new SetupError(
      'USAGE',
      `this machine is ${String(self)}, which is neither ${names.join(' nor ')}: run it on one of them, or say which one it is ` +
        'with --self',
    );
  }
  const local = commandMachine(self, host.runner);
  const alone = line.command === 'prepare' || line.values['no-ssh'];
  const other: Machine | undefined = alone
    ? undefined
    : commandMachine(peer, sshRunner(host.runner, line.values.ssh ?? peer));
  return new Reality({ local, peer: other, pcs: new Pcs({ runner: host.runner, signal: host.signal }), destroyable });
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
        : await host.ask?.('Password for hacluster, the same on both nodes: ', { secret: true });
  const password = text?.split(/\r?\n/, 1)[0];
  if (password === undefined || password === '') {
    throw new SetupError(
      'PASSWORD',
      "hacluster's password is needed: run it at a terminal, or use --password-file or --password-stdin",
    );
  }
  return password;
}

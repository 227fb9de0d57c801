// Runs the commands that go with the agent: reads their options, gives each what it needs, prints what came of it.
import { commandHelp, explain, helpText, parseCommand, parseCommandLine, UsageError } from '@sleepi3/program';
import { boardChoice, type CommandHost, finish, logTo, openBoard } from './host.js';
import { type CommandName, commands, type CommandValues, program } from './table.js';

/** Resolves to the exit status: 0, or 1 with one line of why on standard error. */
export async function runCommand(name: CommandName, words: readonly string[], host: CommandHost): Promise<number> {
  try {
    return await runners[name](words, host);
  } catch (error) {
    host.writeError(`fence_sleepi3 ${name}: ${error instanceof UsageError ? error.message : explain(error)}\n`);
    return 1;
  }
}

/** For a first word that is neither a command nor an option. Resolves to the exit status. */
export function refuseCommand(words: readonly string[], host: Pick<CommandHost, 'write' | 'writeError'>): number {
  try {
    const line = parseCommandLine(program, words);
    host.write(helpText(program, line.command === 'help' ? line.about : undefined));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    host.writeError(`fence_sleepi3: ${error.message}\n`);
    return 1;
  }
}

/** How long the release of a line without its keeper is tried for, ms: less than what the unit gives it. */
const releaseTimeout = 30_000;

type Runner = (words: readonly string[], host: CommandHost) => Promise<number>;

const runners: Readonly<Record<CommandName, Runner>> = {
  keeper: withOptions('keeper', async (values, host) => {
    const { runKeeper } = await import('../keeper/service.js');
    const nodes = {
      self: values.self,
      peer: values.peer,
      corosync_conf: values['corosync-conf'],
      port: values.port,
      bind: values.bind,
    };
    await runKeeper(boardChoice(values), nodes, values.metrics, host);
    return 0;
  }),

  release: withOptions('release', async (values, host) => {
    const [{ clearLine }, { boardLines }] = await Promise.all([
      import('../keeper/clear-line.js'),
      import('../node/board.js'),
    ]);
    const openLines = async () => boardLines(await openBoard(values, host));
    const care = await clearLine({ clock: host.clock, log: logTo(host), openLines }, releaseTimeout);
    if (care === 'stuck') throw new Error('EXTOUT is asserted and cannot be released');
    if (care === 'released') host.write('EXTOUT was asserted and has been released\n');
    return 0;
  }),

  boot: withOptions('boot', async (values, host) => {
    const { boot } = await import('./boot.js');
    return finish('boot', await boot(values, host, values.timeout * 1000), values.json, host);
  }),

  check: withOptions('check', async (values, host) => {
    const { check, describe } = await import('./check.js');
    const found = await check(values, host);
    if (values.json) host.write(`${JSON.stringify(found)}\n`);
    else host.write(describe(found));
    return found.ready ? 0 : 1;
  }),

  'wire-test': withOptions('wire-test', async (values, host) => {
    const { wireTest } = await import('./wire.js');
    return wireTest(values, host);
  }),

  'wire-listen': withOptions('wire-listen', async (values, host) => {
    const { wireListen } = await import('./wire.js');
    return wireListen(values, host);
  }),

  characterize: withOptions('characterize', async (values, host) => {
    const { runCharacterize } = await import('../characterize/command.js');
    return runCharacterize(values, host);
  }),
};

/** A command with its options read, or its help printed. */
function withOptions<N extends CommandName>(
  name: N,
  run: (values: CommandValues<N>, host: CommandHost) => Promise<number>,
): Runner {
  return (words, host) => {
    const title = `fence_sleepi3 ${name}`;
    const line = parseCommand(title, commands[name], words);
    if (line !== 'help') return run(line.values as unknown as CommandValues<N>, host);
    host.write(commandHelp(title, commands[name]));
    return Promise.resolve(0);
  };
}

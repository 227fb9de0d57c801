// Runs the commands that go with the agent: reads their options, gives each what it needs, prints what came of it.
import { commandHelp, explain, helpText, parseCommand, parseCommandLine, UsageError } from '@sleepi3/program';
import { runKeeper } from '../keeper/service.js';
import { clearLine, releasedText } from '../keeper/clear-line.js';
import { boardLines } from '../node/board.js';
import { boot } from './boot.js';
import { check, describe } from './check.js';
import { wireListen, wireTest } from './wire.js';
import { runCharacterize } from '../characterize/command.js';
import { boardChoice, type CommandHost, finish, logTo, openBoard } from './host.js';
import { type CommandName, commands, type CommandValues, isCommand, program } from './table.js';

/** The command and its options. Resolves to the exit status: 0, or 1 with one line of why on standard error. */
export async function runCommand(line: readonly string[], host: CommandHost): Promise<number> {
  const [name = '', ...words] = line;
  if (!isCommand(name)) return refuseCommand(line, host);
  try {
    return await runners[name](words, host);
  } catch (error) {
    host.writeError(`fence_sleepi3 ${name}: ${error instanceof UsageError ? error.message : explain(error)}\n`);
    return 1;
  }
}

/** For a first word that is neither a command nor an option. */
function refuseCommand(words: readonly string[], host: CommandHost): number {
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
    const openLines = async () => boardLines(await openBoard(values, host));
    const care = await clearLine({ clock: host.clock, log: logTo(host), openLines }, releaseTimeout);
    if (care === 'stuck') throw new Error('EXTOUT is asserted and cannot be released');
    if (care === 'released') host.write(`${releasedText}\n`);
    return 0;
  }),

  boot: withOptions('boot', async (values, host) => {
    return finish('boot', await boot(values, host, values.timeout * 1000), values.json, host);
  }),

  check: withOptions('check', async (values, host) => {
    const found = await check(values, host);
    if (values.json) host.write(`${JSON.stringify(found)}\n`);
    else host.write(describe(found));
    return found.ready ? 0 : 1;
  }),

  'wire-test': withOptions('wire-test', wireTest),
  'wire-listen': withOptions('wire-listen', wireListen),
  characterize: withOptions('characterize', runCharacterize),
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

// Runs the commands that go with the agent: reads their options, gives each what it needs, prints what came of it.
import { type Clock, defaultsFilePath } from '@sleepi3/driver';
import { type BoardChoice, boardOf, defaultsOf } from './actions.js';
import { commandHelp, type CommandValues, numberOption, parseCommandLine, UsageError } from './command-line.js';
import { type CommandName, commands } from './commands.js';
import type { Machine } from './machine.js';
import { defaultStateDirectory } from './state-files.js';

export interface CommandHost {
  readonly clock: Clock;
  /** Aborts when the program is asked to end. */
  readonly stop: AbortSignal;
  /** To standard output. */
  write(text: string): void;
  /** To standard error. */
  writeError(text: string): void;
  readonly machine: Machine;
}

/** Resolves to the exit status: 0, or 1 with one line of why on standard error. */
export async function runCommand(name: CommandName, words: readonly string[], host: CommandHost): Promise<number> {
  try {
    return await runners[name](words, host);
  } catch (error) {
    const hint = error instanceof UsageError ? `; see fence_sleepi3 ${name} --help` : '';
    host.writeError(`fence_sleepi3 ${name}: ${error instanceof Error ? error.message : String(error)}${hint}\n`);
    return 1;
  }
}

type Runner = (words: readonly string[], host: CommandHost) => Promise<number>;

const runners: Readonly<Record<CommandName, Runner>> = {
  boot: withOptions('boot', async (values, host) => {
    const { prepareNode } = await import('./boot.js');
    const patience = numberOption('timeout', values.timeout, { min: 0, max: 3600, fallback: 60 }) * 1000;
    const { clock, stop, machine } = host;
    const log = logTo(host);
    const choice = boardChoice(values);
    const report = await prepareNode(
      {
        clock,
        stop,
        log,
        readDefaults: () => defaultsOf(choice, machine),
        site: (defaults) =>
          machine.site(boardOf(choice, defaults), values['state-dir'] ?? defaultStateDirectory, { log, stop }),
      },
      patience,
    );
    return finish('boot', report, values.json, host);
  }),
};

/** A command with its options read, or its help printed. */
function withOptions<N extends CommandName>(
  name: N,
  run: (values: CommandValues<(typeof commands)[N]>, host: CommandHost) => Promise<number>,
): Runner {
  return (words, host) => {
    const values = parseCommandLine(commands[name], words);
    if (!values.help) return run(values, host);
    host.write(commandHelp(name, commands[name]));
    return Promise.resolve(0);
  };
}

/** The options that choose the board, in the agent's words. */
function boardChoice(values: CommandValues<(typeof commands)['boot']>): BoardChoice {
  return {
    bus: values.bus,
    address: values.address,
    defaults_file: values['defaults-file'] ?? defaultsFilePath,
  };
}

/** What is going on, for people and for the journal. */
function logTo(host: CommandHost): (message: string) => void {
  return (message) => {
    host.writeError(`${message}\n`);
  };
}

/** Prints a report: as JSON whatever it says, or its message, as the reason on standard error if it is no success. */
function finish(
  name: CommandName,
  report: { readonly ok: boolean; readonly message: string },
  json: true | undefined,
  host: CommandHost,
): number {
  if (json) host.write(`${JSON.stringify(report)}\n`);
  else if (report.ok) host.write(`${report.message}\n`);
  else host.writeError(`fence_sleepi3 ${name}: ${report.message}\n`);
  return report.ok ? 0 : 1;
}

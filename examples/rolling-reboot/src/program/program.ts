// What each command does, with the outside passed in.
import { Sleepi3Error } from '@sleepi3/driver';
import { isPcsError } from '@sleepi3/pcs';
import { helpText, parseCommandLine, UsageError } from '@sleepi3/program';
import { version } from '../../package.json';
import { isSystemError, messageOf, RollError } from '../errors.js';
import type { Host } from '../node/host.js';
import { readJournal } from '../journal.js';
import { abort, type Ending, resume, run } from '../roll.js';
import { readSettings, rightSettings } from '../read-settings.js';
import { defaultConfigPath, settingNames, type Settings } from '../settings.js';
import { type CommandLine, program } from './commands.js';
import { dryRun, type Shown, status } from './show.js';

/** What the program needs besides the host that it makes for a turn. */
export interface ProgramHost {
  readonly hostname: () => string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Undefined when the file is not there. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** Makes everything the procedure needs of the outside. */
  readonly host: (settings: Settings, options: { readonly stateDirectory: string; readonly json: boolean }) => Host;
  /**
   * Keeps a second run of this program on this node out until the returned function is called.
   *
   * @throws RollError `BUSY` when one runs, and does not end within `waitMs`.
   */
  readonly exclusive: (stateDirectory: string, waitMs: number) => Promise<() => Promise<void>>;
  /** Tells a process of this program to end; one that is gone is no error. */
  readonly terminate: (pid: number) => void;
}

/** Exit statuses, from sysexits.h where it has one. */
export const exitStatus = {
  success: 0,
  /** The turn ended otherwise than well; nothing is left of it. */
  failure: 1,
  /** Something is left, and a person, or the next run, must see to it. */
  unfinished: 2,
  usage: 64,
  /** A gate is shut, or it is another node's turn: nothing was begun. */
  notNow: 75,
  badSetting: 78,
} as const;

/** ms for a run to stand down when it is told to end. */
const abortPatienceMs = 900_000;

/** Runs one command line. @returns the exit status. */
export async function runCommandLine(argv: readonly string[], outside: ProgramHost): Promise<number> {
  try {
    const line = parseCommandLine(program, argv);
    if (line.command === 'version') {
      outside.write(`${version}\n`);
      return exitStatus.success;
    }
    if (line.command === 'help') {
      outside.write(helpText(program, line.about));
      return exitStatus.success;
    }
    return await carryOut(line, outside);
  } catch (error) {
    if (error instanceof UsageError) {
      outside.writeError(`rolling-reboot: ${error.message}\n`);
      return exitStatus.usage;
    }
    const expected =
      error instanceof RollError || error instanceof Sleepi3Error || isPcsError(error) || isSystemError(error);
    if (!expected) throw error;
    for (const line of messageOf(error).split('\n')) outside.writeError(`rolling-reboot: ${line}\n`);
    return error instanceof RollError ? statusOf(error) : exitStatus.failure;
  }
}

async function carryOut(line: CommandLine, outside: ProgramHost): Promise<number> {
  const { command, values } = line;
  const { json, 'state-dir': stateDirectory } = values;
  const settings = await settingsFor(line, outside);
  const host = outside.host(settings, { stateDirectory, json });

  if (command === 'status') return show(await status(host, settings), exitStatus.failure);
  if (command === 'run' && values['dry-run']) {
    return show(await dryRun(host, settings, values.now), exitStatus.notNow);
  }

  if (command === 'abort') {
    const journal = await readJournal(host.records).catch(() => undefined);
    // It stands down by itself; whatever it leaves is undone below.
    if (journal !== undefined) await terminateRunning(journal.pid);
  }
  const release = await outside.exclusive(stateDirectory, command === 'abort' ? abortPatienceMs : 0);
  try {
    switch (line.command) {
      case 'run':
        return conclude(await run(host, settings, { byHand: line.values.now }));
      case 'resume':
        return conclude(await resume(host, settings));
      case 'abort':
        return conclude(await abort(host, settings, { force: line.values.force }));
    }
  } finally {
    await release();
  }

  async function terminateRunning(pid: number): Promise<void> {
    try {
      await (
        await outside.exclusive(stateDirectory, 0)
      )();
    } catch (error) {
      // Only a process that holds the lock is this program; the number alone may be anyone's by now.
      if (!(error instanceof RollError) || error.code !== 'BUSY') throw error;
      outside.terminate(pid);
    }
  }

  function show({ text, data, well }: Shown, otherwise: number): number {
    outside.write(json ? `${JSON.stringify(data, undefined, 2)}\n` : text);
    return well ? exitStatus.success : otherwise;
  }

  function conclude(ending: Ending): number {
    if (json) outside.write(`${JSON.stringify(ending)}\n`);
    else if (ending.result === 'nothing') outside.write(`${ending.reason}\n`);
    // A turn that a person has ended was to end.
    const failed = ending.result === 'failed' || (ending.result === 'stood-down' && command !== 'abort');
    return failed ? exitStatus.failure : exitStatus.success;
  }
}

async function settingsFor({ command, values }: CommandLine, outside: ProgramHost): Promise<Settings> {
  const path = values.config ?? defaultConfigPath;
  // What begins a turn wants all of its settings right; what shows, goes on with or ends one must not be stopped by any.
  const forgiving = command !== 'run';
  const text = await outside.readFile(path).catch((cause: unknown) => {
    const problem = new RollError('BAD_SETTING', `cannot read ${path}: ${messageOf(cause)}`, { cause });
    if (!forgiving) throw problem;
    outside.writeError(`rolling-reboot: ${problem.message}; using the defaults\n`);
    return '';
  });
  if (text === undefined && values.config !== undefined) throw new RollError('BAD_SETTING', `there is no file ${path}`);
  const given = Object.fromEntries(
    settingNames.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const])),
  );
  const sources = { text: text ?? '', path, given, hostname: outside.hostname() };
  if (!forgiving) return rightSettings(sources);
  const { settings, problems } = readSettings(sources);
  for (const problem of problems) outside.writeError(`rolling-reboot: ${problem}; ignored by ${command}\n`);
  return settings;
}

function statusOf({ code }: RollError): number {
  switch (code) {
    case 'BAD_SETTING':
      return exitStatus.badSetting;
    case 'REFUSED':
    case 'NOT_MY_TURN':
    case 'BUSY':
    case 'INTERRUPTED':
      return exitStatus.notNow;
    case 'UNFINISHED':
      return exitStatus.unfinished;
    case 'ROLL_FAILED':
    case 'LOCK_LOST':
    case 'STEP_FAILED':
    case 'BAD_RECORD':
      return exitStatus.failure;
  }
}

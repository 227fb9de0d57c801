// Runs the commands that go with the agent: reads their options, gives each what it needs, prints what came of it.
import { type Clock, defaultsFilePath } from '@sleepi3/driver';
import { type BoardChoice, boardOf, defaultsOf, wiringOf } from './actions.js';
import { commandHelp, type CommandValues, numberOption, parseCommandLine, UsageError } from './command-line.js';
import { type CommandName, commands } from './commands.js';
import { performAct } from './fencing.js';
import type { BoardSite, Machine } from './machine.js';
import { defaultStateDirectory } from './state-files.js';
import { wirePort } from './wire-messages.js';
import type * as wireSocket from './wire-socket.js';
import type { WireEnd } from './wire-test.js';

export interface CommandHost {
  readonly clock: Clock;
  /** Aborts when the program is asked to end. */
  readonly stop: AbortSignal;
  /** To standard output. */
  write(text: string): void;
  /** To standard error. */
  writeError(text: string): void;
  readonly machine: Machine;
  /** From 0 up to 1. */
  random(): number;
  network(): Promise<WireNetwork>;
}

/** How the two ends of a wire test reach each other. */
export type WireNetwork = Pick<typeof wireSocket, 'callListener' | 'listenForTesters'>;

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

  'wire-test': withOptions('wire-test', async (values, host) => {
    const [{ testWire, noTest }, { callListener }] = await Promise.all([import('./wire-test.js'), host.network()]);
    const { end, site } = await wireEnd(values, host);
    const port = portOf(values);
    const address = values.host ?? end.peer;
    const conversation = await callListener(address, port, connectPatience).catch((error: unknown) => String(error));
    if (typeof conversation === 'string') {
      const remedy = `run fence_sleepi3 wire-listen on ${end.peer}, or name its address with --host`;
      const report = noTest('no-listener', `nobody answers at ${address}, port ${port} (${conversation}): ${remedy}`);
      return finish('wire-test', report, values.json, host);
    }
    const hangUp = () => {
      conversation.close();
    };
    host.stop.addEventListener('abort', hangUp, { once: true });
    const report = await testWire(end, conversation, values.both ?? false);
    host.stop.removeEventListener('abort', hangUp);
    await rememberWireTest(site, report.directions.find(({ from }) => from === end.node)?.verdict, host);
    return finish('wire-test', report, values.json, host);
  }),

  'wire-listen': withOptions('wire-listen', async (values, host) => {
    const [{ listenForWireTests }, { listenForTesters }] = await Promise.all([
      import('./wire-listen.js'),
      host.network(),
    ]);
    const { end, site } = await wireEnd(values, host);
    const patience = numberOption('timeout', values.timeout, { min: 1, max: 86_400, fallback: 600 }) * 1000;
    const report = await listenForWireTests(end, {
      patience,
      keep: values.keep ?? false,
      stop: host.stop,
      listen: async (onCall) => {
        const server = await listenForTesters({ bind: values.bind, port: portOf(values) }, onCall);
        end.log(`listening on port ${server.port} for wire-test on ${end.peer}`);
        return server;
      },
      onTested: async ({ back, result }) => {
        await rememberWireTest(site, back?.verdict, host);
        if (values.keep && result) host.write(`${values.json ? JSON.stringify(result) : result.message}\n`);
      },
    });
    return finish('wire-listen', report, values.json, host);
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

/** How long the peer's machine may take to answer a connection, ms. */
const connectPatience = 5000;
/** How long a pulse may wait for other acts on the line, ms. */
const pulsePatience = 10_000;

/** This node's end of the wire, and its board. */
async function wireEnd(
  values: CommandValues<(typeof commands)['wire-test' | 'wire-listen']>,
  host: CommandHost,
): Promise<{ end: WireEnd; site: BoardSite }> {
  const { clock, stop, machine } = host;
  const log = logTo(host);
  const { self, peer } = await wiringOf(
    { self: values.self, peer: values.peer, corosync_conf: values['corosync-conf'] ?? '/etc/corosync/corosync.conf' },
    machine,
  );
  const choice = boardChoice(values);
  const board = boardOf(choice, await defaultsOf(choice, machine));
  const site = machine.site(board, values['state-dir'] ?? defaultStateDirectory, { log, stop });
  await site.prepare();
  const request = { action: 'test', target: peer, holdTimeout: 0, wakeDelay: 0, preferred: false } as const;
  return {
    site,
    end: {
      node: self,
      peer,
      clock,
      random: () => host.random(),
      log,
      openBoard: () => site.openBoard(),
      pulse: (hold) => performAct({ ...request, hold }, site, pulsePatience),
    },
  };
}

function portOf({ port }: { readonly port?: string }): number {
  return numberOption('port', port, { min: 0, max: 65_535, fallback: wirePort });
}

/** Keeps what was found out about the wire that leaves this node; an inconclusive test has found out nothing. */
async function rememberWireTest(
  { wireTest }: BoardSite,
  verdict: string | undefined,
  host: CommandHost,
): Promise<void> {
  if (verdict === undefined || verdict === 'inconclusive') return;
  try {
    await wireTest.remember(host.machine.date(), verdict);
  } catch (error) {
    host.writeError(`the result could not be kept: ${error instanceof Error ? error.message : String(error)}\n`);
  }
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
function logTo(host: Pick<CommandHost, 'writeError'>): (message: string) => void {
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

// Runs the commands that go with the agent: reads their options, gives each what it needs, prints what came of it.
import { commandHelp, explain, helpText, parseCommand, parseCommandLine, UsageError } from '@sleepi3/program';
import { boardChoice, type CommandHost, connectPatience, finish, logTo, openBoard, wireEnd } from './host.js';
import { type CommandName, commands, type CommandValues, program } from './table.js';
import {
  type ListenerMessage,
  parseListenerMessage,
  parseTesterMessage,
  type TesterMessage,
} from '../wire-test/messages.js';

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

/** The line keeper of this node serves wire tests itself. */
function takenPort(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  throw new Error('the port is taken: the line keeper of this node answers wire-test by itself', { cause: error });
}

/** How long the release of a line without its keeper is tried for, ms: less than what the unit gives it. */
const releasePatience = 30_000;

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
    const care = await clearLine({ clock: host.clock, log: logTo(host), openLines }, releasePatience);
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
    const [sockets, { testWire, noTest }, { callFor }] = await Promise.all([
      host.network(),
      import('../wire-test/test.js'),
      import('../peer/network.js'),
    ]);
    const { end } = await wireEnd(values, host);
    const { port } = values;
    const address = values.host ?? end.peer;
    const conversation = await callFor<ListenerMessage, TesterMessage>(
      sockets,
      { host: address, port, patience: connectPatience },
      parseListenerMessage,
      host.machine.clusterKey(),
      host.clock,
    ).catch((error: unknown) => String(error));
    if (typeof conversation === 'string') {
      const remedy =
        `see systemctl status fence-sleepi3.service on ${end.peer} (or, where it does not run, run fence_sleepi3 ` +
        'wire-listen there), or name its address with --host';
      const report = noTest('no-listener', `nobody answers at ${address}, port ${port} (${conversation}): ${remedy}`);
      return finish('wire-test', report, values.json, host);
    }
    const hangUp = () => {
      conversation.close();
    };
    host.stop.addEventListener('abort', hangUp, { once: true });
    const report = await testWire(end, conversation, values.both);
    host.stop.removeEventListener('abort', hangUp);
    await rememberWireTest(report.directions.find(({ from }) => from === end.node)?.verdict, host);
    return finish('wire-test', report, values.json, host);
  }),

  'wire-listen': withOptions('wire-listen', async (values, host) => {
    const [sockets, { listenForWireTests }, { listenFor }] = await Promise.all([
      host.network(),
      import('../wire-test/listen.js'),
      import('../peer/network.js'),
    ]);
    const { end } = await wireEnd(values, host);
    const patience = values.timeout * 1000;
    const report = await listenForWireTests(end, {
      patience,
      keep: values.keep,
      stop: host.stop,
      listen: async (onCall) => {
        const where = { bind: values.bind, port: values.port };
        const key = host.machine.clusterKey();
        const server = await listenFor(sockets, where, parseTesterMessage, onCall, key, host.clock).catch(takenPort);
        end.log(`listening on port ${server.port} for wire-test on ${end.peer}`);
        return server;
      },
      onTested: async ({ back, result }) => {
        await rememberWireTest(back?.verdict, host);
        if (values.keep && result) host.write(`${values.json ? JSON.stringify(result) : result.message}\n`);
      },
    });
    return finish('wire-listen', report, values.json, host);
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

/** Keeps what was found out about the wire that leaves this node; an inconclusive test has found out nothing. */
async function rememberWireTest(verdict: string | undefined, host: CommandHost): Promise<void> {
  if (verdict === undefined || verdict === 'inconclusive') return;
  try {
    await host.machine.wireTest.remember(host.machine.date(), verdict);
  } catch (error) {
    host.writeError(`the result could not be kept: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

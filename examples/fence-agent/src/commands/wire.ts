// wire-test and wire-listen: the two ends of a test of the wire, as commands.
import { callFor, listenFor } from '../peer/network.js';
import { reasonOf } from '../reason.js';
import type { FoundWiring } from '../target/wiring.js';
import { listenForWireTests, listening } from '../wire-test/listen.js';
import {
  type ListenerMessage,
  parseListenerMessage,
  parseTesterMessage,
  type TesterMessage,
} from '../wire-test/messages.js';
import { testedOf } from '../wire-test/record.js';
import { noTest, testWire } from '../wire-test/test.js';
import { type CommandHost, connectTimeout, finish, wireEnd } from './host.js';
import type { CommandValues } from './table.js';

/** Resolves to the exit status. */
export async function wireTest(values: CommandValues<'wire-test'>, host: CommandHost): Promise<number> {
  const sockets = host.network;
  const { end, wiring } = await wireEnd(values, host);
  if (values.both && wiring.before !== undefined) {
    throw new Error(`in a ring each wire is tested from one end: run fence_sleepi3 wire-test on ${wiring.before}, too`);
  }
  const { port } = values;
  const address = values.host ?? end.peer;
  const conversation = await callFor<ListenerMessage, TesterMessage>(
    sockets,
    { host: address, port, timeout: connectTimeout },
    parseListenerMessage,
    host.machine.clusterKey(),
    host.clock,
  ).catch(reasonOf);
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
  await rememberWireTest(report.directions.find(({ from }) => from === end.node)?.verdict, wiring, host);
  return finish('wire-test', report, values.json, host);
}

/** Resolves to the exit status. */
export async function wireListen(values: CommandValues<'wire-listen'>, host: CommandHost): Promise<number> {
  const sockets = host.network;
  const { end: own, wiring } = await wireEnd(values, host);
  const end = { ...own, ...listening(wiring) };
  const timeout = values.timeout * 1000;
  const report = await listenForWireTests(end, {
    timeout,
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
      await rememberWireTest(back?.verdict, wiring, host);
      if (values.keep && result) host.write(`${values.json ? JSON.stringify(result) : result.message}\n`);
    },
  });
  return finish('wire-listen', report, values.json, host);
}

/** The line keeper of this node serves wire tests itself. */
function takenPort(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  throw new Error(
    'the port is taken: the line keeper of this node answers wire-test by itself, or another wire-listen runs',
    { cause: error },
  );
}

/** Keeps what was found out about the wire that leaves this node; an inconclusive test has found out nothing. */
async function rememberWireTest(verdict: string | undefined, wiring: FoundWiring, host: CommandHost): Promise<void> {
  if (verdict === undefined || verdict === 'inconclusive') return;
  try {
    await host.machine.wireTest.remember(host.machine.date(), verdict, testedOf(wiring));
  } catch (error) {
    host.writeError(`the result could not be kept: ${reasonOf(error)}\n`);
  }
}

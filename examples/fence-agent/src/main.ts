// The program fence_sleepi3: the fence agent, and the commands that go with it. The only file that touches the process.
import { type FenceHost, nodeHost } from '@sleepi3/fence-protocol';
import { version } from '../package.json';
import { relay } from './relay/ask.js';
import { nearMachine as machine } from './node/near-machine.js';
import { readBefore } from './read-before.js';
import { reasonOf } from './reason.js';

let stop: AbortController | undefined;

/** Aborts when the process is asked to end, however often. What has nothing to leave in order just ends. */
function stopSignal(): AbortSignal {
  if (!stop) {
    const controller = (stop = new AbortController());
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        controller.abort(new Error(`ended by ${signal}`));
      });
    }
  }
  return stop.signal;
}

const own = nodeHost(process);
let input: Promise<string> | undefined;
const host: FenceHost = {
  ...own,
  // It can be read only once, and sh has begun.
  readStdin: () => (input ??= own.readStdin().then((rest) => (own.env[readBefore] ?? '') + rest)),
  get signal() {
    return stopSignal();
  },
};

void run()
  .catch(explained)
  .then((status) => {
    process.exitCode = status;
    // What is left to do by then (a line to syslog) takes no time; a transfer that hangs must not keep
    // whoever waits for the answer. Where nothing was begun nothing is left.
    if (!stop) return;
    setTimeout(() => process.exit(), 500).unref();
  });

/** In a line: an upgrade may have put another program there while this one started. */
function explained(error: unknown): number {
  own.writeStderr(`fence_sleepi3: ${reasonOf(error)}\n`);
  return 1;
}

async function run(): Promise<number> {
  // A command begins with a letter, and what else the agent is told with a dash.
  if (!/^[a-z]/i.test(own.argv[0] ?? '')) return answer();
  const { runCommand, nodeMachine, wireSocket } = await import('./workings.js');
  return runCommand(own.argv, {
    clock: own.clock,
    stop: stopSignal(),
    write: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
    machine: nodeMachine(machine),
    random: Math.random,
    network: wireSocket,
    ask,
  });
}

/** Runs the agent. All that it says has been written when it has ended: for Node to take itself apart would take longer. */
async function answer(): Promise<never> {
  const { argv, name } = own;
  const isRequest = argv.length === 0 && name === 'fence_sleepi3' && !(await own.stdinIsTerminal());
  const relayed = isRequest ? await relay(version, await host.readStdin(), { ...own, machine }) : undefined;
  return process.exit(relayed ?? (await answerItself()));
}

async function answerItself(): Promise<number> {
  const { nodeMachine, runAgent } = await import('./workings.js');
  return runAgent(host, nodeMachine(machine, showProgress()));
}

/** Asks the person at the terminal. */
async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // A file on standard input has neither.
  const input: Partial<Pick<typeof process.stdin, 'ref' | 'unref'>> = process.stdin;
  input.ref?.();
  return new Promise((resolve) => {
    terminal.once('close', () => {
      input.unref?.(); // a terminal that stays open is no reason to go on running
      resolve(false);
    });
    terminal.question(`${question} [yes/no] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      terminal.close();
    });
  });
}

/** A countdown for a person at the terminal; nothing for a daemon. */
function showProgress(): (held: number, hold: number) => void {
  return (held, hold) => {
    const stream = process.stderr; // not before it is needed: it is opened by being asked for
    if (!stream.isTTY) return;
    const left = Math.max(0, hold - held) / 1000;
    stream.write(left > 0 ? `\rholding EXTOUT, ${left.toFixed(1)} s to go ` : '\r\u001b[K');
  };
}

// The program fence_sleepi3: the fence agent, and the commands that go with it. The only file that touches the process.
import { type FenceHost, nodeHost, runFenceAgent } from '@sleepi3/fence-protocol';
import { version } from '../package.json';
import { createAgent } from './agent.js';
import metadata from './metadata.js?built';
import { asksForMetadata } from './metadata-request.js';

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
  // It can be read only once.
  readStdin: () => (input ??= own.readStdin()),
  get signal() {
    return stopSignal();
  },
};

void run().then((status) => {
  process.exitCode = status;
  // What is left to do by then (a line to syslog) takes no time; a transfer that hangs must not keep
  // whoever waits for the answer. Where nothing was begun nothing is left.
  if (!stop) return;
  setTimeout(() => process.exit(), 500).unref();
});

async function run(): Promise<number> {
  const [command = '', ...words] = process.argv.slice(2);
  switch (command) {
    case 'keeper':
    case 'release':
    case 'boot':
    case 'check':
    case 'wire-listen':
    case 'wire-test':
    case 'characterize': {
      const { commands, nodeMachine, wireSocket } = await import('./workings.js');
      const { runCommand } = await commands();
      return runCommand(command, words, {
        clock: host.clock,
        stop: stopSignal(),
        write: (text) => process.stdout.write(text),
        writeError: (text) => process.stderr.write(text),
        machine: nodeMachine(),
        random: Math.random,
        network: wireSocket,
        ask,
      });
    }
    default: {
      if (/^[a-z]/i.test(command)) {
        const { refuseCommand } = await (await import('./workings.js')).commands();
        return refuseCommand([command, ...words], {
          write: (text) => process.stdout.write(text),
          writeError: (text) => process.stderr.write(text),
        });
      }
      const load = async () => {
        const { actions, nodeMachine } = await import('./workings.js');
        return { actions: await actions(), machine: nodeMachine(showProgress()) };
      };
      return answer(load);
    }
  }
}

/** Runs the agent. All that it says has been written when it has ended: for Node to take itself apart would take longer. */
async function answer(load: Parameters<typeof createAgent>[1]): Promise<never> {
  const { argv, name } = host;
  const request = argv.length > 0 || (await host.stdinIsTerminal()) ? undefined : await host.readStdin();
  if (name === 'fence_sleepi3' && asksForMetadata(argv, request)) {
    await host.writeStdout(metadata);
    return process.exit(0);
  }
  return process.exit(await runFenceAgent(createAgent(version, load), host));
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

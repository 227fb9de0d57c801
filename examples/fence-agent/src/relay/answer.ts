// The line keeper's side: runs the agent on a request that another process was called with. What that process knows of its host is
// asked of it, so that the answer is the one that it would have come to itself.
import { type FenceHost, runFenceAgent } from '@sleepi3/fence-protocol';
import { version } from '../../package.json';
import { monitor, powerStatus } from '../actions.js';
import { createAgent } from '../agent.js';
import type { KeeperConversation } from '../keeper/ask.js';
import type { KeeperHost } from '../keeper/host.js';
import type { AgentConversation } from '../keeper/messages.js';
import type { Machine } from '../node/machine.js';
import { type AgentAnswer, type AgentCall, type HostAnswer, type HostAnswers, type HostQuestion } from './messages.js';

/**
 * What the agent is to answer.
 *
 * @param conversation - With it; nobody else may listen meanwhile.
 * @param callKeeper - Calls the line keeper, as an agent does.
 * @param leaving - Aborts when the line keeper is asked to end.
 * @throws Error when it has to do it itself.
 */
export async function answerFor(
  call: AgentCall,
  conversation: AgentConversation,
  { clock, date, wireTest }: Pick<KeeperHost, 'clock' | 'date' | 'wireTest'>,
  callKeeper: () => KeeperConversation,
  leaving: AbortSignal,
): Promise<AgentAnswer> {
  if (call.version !== version) throw new Error(`the line keeper is of version ${version}`);
  leaving.throwIfAborted();
  const stop = new AbortController();
  const leave = () => {
    stop.abort(leaving.reason);
  };
  leaving.addEventListener('abort', leave);
  const questions = new Questions(conversation, stop);
  const refuse = (): never => {
    stop.abort(new Error('this is for the agent itself'));
    throw stop.signal.reason;
  };
  const refuseLater = () => Promise.resolve().then(refuse);
  const machine = {
    wireTest,
    hostname: () => call.hostname,
    network: {
      ownAddresses: () => call.addresses,
      resolve: (name: string) => questions.ask({ of: 'resolve', at: name }),
      ask: (address: string, packets: number) => questions.ask({ of: 'ask', at: address, packets }),
    },
    readCorosyncConf: (wanted: string) =>
      Promise.resolve().then(() => {
        const { path, text, failed } = call.conf;
        if (wanted !== path) return refuse();
        if (text === undefined) throw new Error(failed);
        return text;
      }),
    keeper: (...[board, context]: Parameters<Machine['keeper']>) => ({
      ...context,
      board,
      clock,
      call: () => Promise.resolve(callKeeper()),
    }),
  };
  const said = { stdout: '', stderr: '', syslog: [] as AgentAnswer['syslog'][number][] };
  const host: FenceHost = {
    name: 'fence_sleepi3',
    argv: [],
    env: {}, // PCMK_service, which lifts the time limits of a power action
    clock,
    date,
    signal: stop.signal,
    stdinIsTerminal: () => Promise.resolve(false),
    readStdin: () => Promise.resolve(call.input),
    writeStdout: (text) => {
      said.stdout += text;
      return Promise.resolve();
    },
    writeStderr: (text) => {
      said.stderr += text;
    },
    syslog: (...line) => {
      said.syslog.push(line);
    },
    openDebugFile: refuse,
    runScript: refuseLater,
  };
  // No shot: whom it is at is judged by whoever asks for it.
  const agent = createAgent(version, () =>
    Promise.resolve({
      monitor: (context) => monitor(context, machine),
      powerStatus: (context) => powerStatus(context, machine),
      power: refuseLater,
      list: refuseLater,
      validate: refuseLater,
    }),
  );
  try {
    const exitStatus = await runFenceAgent(agent, host);
    stop.signal.throwIfAborted();
    return { ...said, exitStatus };
  } finally {
    leaving.removeEventListener('abort', leave);
  }
}

/** What is asked of the agent; when that has gone nobody needs the answer any more, and the run is stopped. */
class Questions {
  readonly #conversation: AgentConversation;
  readonly #stop: AbortSignal;
  readonly #open = new Map<number, (answer: HostAnswer | undefined) => void>();
  #asked = 0;

  constructor(conversation: AgentConversation, stop: AbortController) {
    this.#conversation = conversation;
    this.#stop = stop.signal;
    stop.signal.addEventListener('abort', () => {
      for (const settle of this.#open.values()) settle(undefined);
    });
    void this.#listen().then(() => {
      stop.abort(new Error('the agent is gone'));
    });
  }

  async ask<Of extends HostQuestion['of']>(question: HostQuestion & { readonly of: Of }): Promise<HostAnswers[Of]> {
    this.#stop.throwIfAborted();
    const number = this.#asked++;
    const answered = new Promise<HostAnswer | undefined>((resolve) => this.#open.set(number, resolve));
    this.#conversation.send({ event: 'asks', to: number, question });
    const answer = await answered;
    this.#open.delete(number);
    if (answer?.found === undefined) throw new Error(answer?.failed ?? 'the agent does not say');
    return answer.found as HostAnswers[Of];
  }

  async #listen(): Promise<void> {
    for (;;) {
      const message = await this.#conversation.receive();
      if (!message) return;
      if ('told' in message) this.#open.get(message.told.to)?.(message.told);
    }
  }
}

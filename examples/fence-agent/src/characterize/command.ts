// characterize as a command: the director and the subject.
import { characterize, renderReport } from './director.js';
import { type DirectorMessage, parseDirectorMessage, parseSubjectMessage, type SubjectMessage } from './messages.js';
import { Observation, serveDirector } from './subject.js';
import { type CommandHost, connectTimeout, finish, wireEnd } from '../commands/host.js';
import type { CommandValues } from '../commands/table.js';
import { reasonOf } from '../reason.js';

/** Resolves to the exit status. */
export function runCharacterize(values: CharacterizeValues, host: CommandHost): Promise<number> {
  return values.subject ? beSubject(values, host) : direct(values, host);
}

type CharacterizeValues = CommandValues<'characterize'>;

async function beSubject(values: CharacterizeValues, host: CommandHost): Promise<number> {
  const { listenForCalls } = host.network;
  const { end, act } = await crossWired(values, host);
  const subject = {
    ...end,
    observation: new Observation(host.machine.observation),
    assert: (length: number) => act('test', length, true),
  };
  let busy = false;
  const server = await listenForCalls<DirectorMessage, SubjectMessage>(
    { bind: values.bind, port: values.port },
    parseDirectorMessage,
    (conversation) => {
      if (busy) {
        conversation.close();
        return;
      }
      busy = true;
      serveDirector(subject, conversation)
        .catch((error: unknown) => {
          end.log(reasonOf(error));
        })
        .finally(() => {
          busy = false;
        });
    },
  );
  end.log(`listening on port ${server.port} for characterize on ${end.peer}; end it with Ctrl-C`);
  await new Promise((resolve) => {
    host.stop.addEventListener('abort', resolve, { once: true });
  });
  await server.close();
  return 0;
}

async function direct(values: CharacterizeValues, host: CommandHost): Promise<number> {
  const { callListener } = host.network;
  const { end, act } = await crossWired(values, host);
  const address = { host: values.host ?? end.peer, port: values.port, timeout: connectTimeout };
  const report = await characterize({
    node: end.node,
    peer: end.peer,
    clock: end.clock,
    log: (message) => {
      end.log(message);
    },
    ask: (question) => host.ask(question),
    openBoard: () => end.openBoard(),
    act: (action, hold) => act(action, hold, action === 'off'),
    // Nobody answers while the subject boots.
    call: () => callListener<SubjectMessage, DirectorMessage>(address, parseSubjectMessage).catch(() => undefined),
  });
  if (!values.json && report.measurements.length > 0) host.write(`${renderReport(report)}\n`);
  return finish('characterize', report, values.json, host);
}

/** This node's end where the peer has the other end of both wires. */
async function crossWired(values: CharacterizeValues, host: CommandHost): ReturnType<typeof wireEnd> {
  const found = await wireEnd(values, host);
  if (found.wiring.before === undefined) return found;
  throw new Error('two boards are wired to each other for this, and this cluster is a ring: take both out of it');
}

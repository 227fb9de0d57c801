// characterize as a command: the director, the subject, and what the boot-time unit runs.
import type { DirectorMessage, SubjectMessage } from './messages.js';
import { type CommandHost, connectPatience, finish, portOf, siteOf, wireEnd } from '../commands/host.js';
import type { CommandValues } from '../commands/command-line.js';
import type { commands } from '../commands/table.js';

/** Resolves to the exit status. */
export function runCharacterize(values: CharacterizeValues, host: CommandHost): Promise<number> {
  if (values.observe) return observe(values, host);
  return values.subject ? beSubject(values, host) : direct(values, host);
}

type CharacterizeValues = CommandValues<(typeof commands)['characterize']>;

/** How long a boot's board may take to answer, ms. */
const observePatience = 30_000;

async function observe(values: CharacterizeValues, host: CommandHost): Promise<number> {
  const { Observation, observeBoot } = await import('./subject.js');
  const site = await siteOf(values, host);
  const observation = new Observation(site.observation);
  const kept = await observeBoot({ openBoard: () => site.openBoard(), observation }, host.clock, observePatience);
  const message = kept ? 'the registers of this boot have been kept' : 'nothing to keep: nobody has asked for it';
  return finish('characterize', { ok: true, message }, values.json, host);
}

async function beSubject(values: CharacterizeValues, host: CommandHost): Promise<number> {
  const [{ Observation, serveDirector }, { parseDirectorMessage }, { listenForCalls }] = await Promise.all([
    import('./subject.js'),
    import('./messages.js'),
    host.network(),
  ]);
  const { end, site } = await wireEnd(values, host);
  const subject = { ...end, observation: new Observation(site.observation) };
  let busy = false;
  const server = await listenForCalls<DirectorMessage, SubjectMessage>(
    { bind: values.bind, port: portOf(values) },
    parseDirectorMessage,
    (conversation) => {
      if (busy) {
        conversation.close();
        return;
      }
      busy = true;
      serveDirector(subject, conversation)
        .catch((error: unknown) => {
          end.log(error instanceof Error ? error.message : String(error));
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
  const [{ characterize, renderReport }, { parseSubjectMessage }, { callListener }] = await Promise.all([
    import('./director.js'),
    import('./messages.js'),
    host.network(),
  ]);
  const { end, act } = await wireEnd(values, host);
  const address = { host: values.host ?? end.peer, port: portOf(values), patience: connectPatience };
  const report = await characterize({
    node: end.node,
    peer: end.peer,
    clock: end.clock,
    tell: (message) => {
      end.log(message);
    },
    ask: (question) => host.ask(question),
    openBoard: () => end.openBoard(),
    act: (action, hold) => act(action, hold),
    // Nobody answers while the subject boots.
    call: () => callListener<SubjectMessage, DirectorMessage>(address, parseSubjectMessage).catch(() => undefined),
  });
  if (!values.json && report.measurements.length > 0) host.write(`${renderReport(report)}\n`);
  return finish('characterize', report, values.json, host);
}

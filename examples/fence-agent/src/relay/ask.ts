// The agent's side: a monitor or a status is handed to the line keeper as it came in, so that the agent neither reads the rules
// nor compiles them. Where that comes to nothing, for whatever reason, the agent does it itself, and says what is the matter.
import type { FenceHost } from '@sleepi3/fence-protocol';
import type { NearMachine } from '../node/near-machine.js';
import { reasonOf } from '../reason.js';
import { corosyncConf } from '../target/corosync-conf-path.js';
import type { AgentAnswer, HostAnswer, HostQuestion } from './messages.js';

/** Silence of the line keeper, ms, after which it is not waited for. It gives a sign of life each second. */
const longestSilence = 2000;

export interface RelayHost extends Pick<FenceHost, 'clock' | 'writeStdout' | 'writeStderr' | 'syslog' | 'finish'> {
  readonly machine: NearMachine;
}

/**
 * Has the line keeper answer a request, and prints what it answered.
 *
 * @param input - Standard input.
 * @returns The exit status; undefined when nothing was printed, and the agent must answer itself.
 */
export async function relay(version: string, input: string, host: RelayHost): Promise<number | undefined> {
  // Only to spare others the way: what the request is about is judged by whoever answers it.
  if (!/^action=(monitor|status)$/m.test(input)) return undefined;
  const answer = await ask(version, input, host).catch(() => undefined);
  if (!answer) return undefined;
  for (const [level, message] of answer.syslog) host.syslog(level, message);
  if (answer.stderr !== '') host.writeStderr(answer.stderr);
  if (answer.stdout !== '') await host.writeStdout(answer.stdout);
  await host.finish?.();
  return answer.exitStatus;
}

async function ask(version: string, input: string, host: RelayHost): Promise<AgentAnswer | undefined> {
  const { clock, machine } = host;
  const conversation = await machine.callLineKeeper();
  if (!conversation) return undefined;
  // Which one is meant is for the line keeper to judge: where that is another one, the agent answers itself.
  const path = /^corosync_conf=(.+)$/m.exec(input)?.[1] ?? corosyncConf;
  const conf = await machine.readCorosyncConf(path).then(
    (text) => ({ path, text }),
    (error: unknown) => ({ path, failed: reasonOf(error) }),
  );
  const call = { version, input, conf, hostname: machine.hostname(), addresses: machine.network.ownAddresses() };
  conversation.send({ ask: 'run', call, board: {} });
  try {
    for (;;) {
      const late = clock.sleep(longestSilence).then(() => undefined);
      const event = await Promise.race([conversation.receive(), late]);
      switch (event?.event) {
        case 'alive':
          break;
        case 'asks':
          void find(event.question, machine).then((answer) => {
            conversation.send({ told: { to: event.to, ...answer } });
          });
          break;
        case 'answered':
          return event.answer;
        default:
          return undefined;
      }
    }
  } finally {
    conversation.close();
  }
}

async function find(question: HostQuestion, { network }: NearMachine): Promise<Omit<HostAnswer, 'to'>> {
  const { of, at } = question;
  try {
    return { found: await (of === 'resolve' ? network.resolve(at) : network.ask(at, question.packets)) };
  } catch (error) {
    return { failed: reasonOf(error) };
  }
}

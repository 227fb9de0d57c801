// One call of Pacemaker: what it says, whether a person should know, and whether it is this node that sends.
import type { RunProgram } from '@sleepi3/driver';
import { defaultReceiversFile } from '../receivers/receivers.js';
import type { Spool } from '../spool.js';
import { alertIn } from './environment.js';
import { eventOf, isNews } from './event-of.js';
import { isSender, type Position } from './sender.js';

export interface AgentHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly date: () => Date;
  readonly hostname: () => string;
  readonly runProgram: RunProgram;
  readonly spool: Spool;
}

/** ms for a question to the cluster; Pacemaker gives the whole agent 30 s by default. */
const timeout = 5000;

/** Puts the event into the spool. @returns what was done, for the log. */
export async function attendAlert(host: AgentHost): Promise<string> {
  const alert = alertIn(host.environment, host.date());
  // Without asking the cluster: this is how most of them end, and Pacemaker starts one of us for each.
  if (alert === undefined || !isNews(alert)) return 'nothing to send';
  if (alert.kind === 'node') {
    // Each node keeps this for itself: at the start of the cluster everybody comes, and nobody is back.
    if (alert.state === 'lost') await host.spool.rememberLost(alert.node);
    else if (!(await host.spool.wasLost(alert.node))) return `${alert.node} was not lost: nothing to send`;
  }
  const position = await positionOf(host);
  const event = eventOf(alert, position.self);
  if (!isSender(alert, position)) return `another node sends: ${event.title}`;
  const added = await host.spool.add(event, alert.receivers ?? defaultReceiversFile);
  return added ? `queued: ${event.title}` : `sent a moment ago: ${event.title}`;
}

async function positionOf({ runProgram, hostname }: AgentHost): Promise<Position> {
  const ask = async (option: string) => {
    const { status, stdout } = await runProgram('crm_node', [option], { timeout }).catch(() => ({
      status: null,
      stdout: '',
    }));
    return status === 0 ? stdout.trim() : '';
  };
  const [name, partition] = await Promise.all([ask('--name'), ask('--partition')]);
  return { self: name || hostname(), members: partition.split(/\s+/).filter((word) => word !== '') };
}

// What must hold before a node may be taken out, as data: each gate says what it asks for, and when it is shut, why.
import { nodeNamed } from '@sleepi3/pcs';
import type { ClusterFacts, NodeFacts, VoteFacts } from './cluster/cluster.js';
import type { Board, Host, Inhibitor } from './node/host.js';
import type { Outcome } from './journal.js';
import type { Settings } from './settings.js';
import { clockTime, describeWindow, isOpen } from './window.js';

/** What gates look at. */
export interface GateView {
  readonly facts: ClusterFacts;
  readonly settings: Settings;
  readonly history: readonly Outcome[];
  /** ms since 1970. */
  readonly now: number;
  readonly board: Board | undefined;
  readonly probe: Host['probe'];
  readonly inhibitors: () => Promise<readonly Inhibitor[]>;
}

export interface Gate {
  readonly name: string;
  /** What it asks for. */
  readonly requires: string;
  /** `plan`: about when and how often, and open for a person who says so. `reboot`: looked at again just before the reboot. */
  readonly kind?: 'plan' | 'reboot';
  /** What shuts it often ends by itself in a minute or two: a start, a backup. It is waited for. */
  readonly passes?: true;
  /** Neither another node's turn nor anything that passes changes it. */
  readonly lasting?: true;
  /** What is odd and does not shut it; told to people. */
  readonly note?: (view: GateView) => string | undefined;
  /** Why it is shut; undefined when it is open. */
  readonly reason: (view: GateView) => string | undefined | Promise<string | undefined>;
}

/** ms that a healthy service may take to answer. */
export const probeTimeoutMs = 5000;
const dayMs = 86_400_000;

export const gates = [
  {
    name: 'node',
    requires: 'this node is a member of the cluster',
    lasting: true,
    reason: ({ facts, settings: { node } }) =>
      facts.nodes.some(({ name }) => name === node)
        ? undefined
        : `there is no node ${node} in this cluster, it has ${facts.nodes.map(({ name }) => name).join(', ')}: set NODE` +
          (nodeNamed(facts.nodes, node) === undefined
            ? ''
            : `=${nodeNamed(facts.nodes, node)?.name ?? ''}, as the cluster writes it`),
  },
  {
    name: 'peers',
    requires: 'there is another node to run the service',
    lasting: true,
    reason: ({ facts }) =>
      facts.nodes.length > 1 ? undefined : 'this cluster has one node: nothing could run the service while it reboots',
  },
  {
    name: 'service',
    requires: 'the resource that clients depend on is there, managed and enabled',
    lasting: true,
    reason: ({ facts, settings: { service } }) => {
      const found = facts.resources.find(({ id }) => id === service);
      if (found === undefined) return `there is no resource ${service} in this cluster: set SERVICE to the VIP's id`;
      if (!found.managed) return `${service} is not managed: the cluster would not move it`;
      return found.disabled ? `${service} is disabled: pcs resource enable ${service}` : undefined;
    },
  },
  {
    name: 'managed',
    requires: 'all that runs on this node is managed, so that it can leave',
    reason: ({ facts, settings: { node } }) => {
      const left = facts.resources.find(({ managed, activeOn }) => !managed && activeOn.includes(node));
      return left && `${left.id} is not managed and would stay on ${node}: pcs resource manage ${left.id}`;
    },
  },
  {
    name: 'window',
    requires: 'the window is open',
    kind: 'plan',
    lasting: true,
    reason: ({ settings: { window }, now }) =>
      isOpen(window, new Date(now))
        ? undefined
        : `it is ${clockTime(now)}, and the window is ${describeWindow(window, new Date(now))}`,
    note: ({ settings: { window }, now }) => {
      const today = describeWindow(window, new Date(now));
      return today === window.text ? undefined : `the window is ${today}`;
    },
  },
  {
    name: 'interval',
    requires: 'the last reboot of this node is long enough ago',
    kind: 'plan',
    lasting: true,
    reason: ({ settings, history, now }) => {
      const last = Math.max(-Infinity, ...rebootsUntil(history, now));
      const ago = Math.max(0, now - last) / 1000;
      return ago >= settings['min-interval']
        ? undefined
        : `the last was ${Math.round(ago)} s ago, and min-interval is ${settings['min-interval']} s`;
    },
    note: ({ history, now }) => {
      const ahead = Math.max(...history.map(({ ended }) => ended)) - now;
      return ahead > clockSlackMs
        ? `the last turn on record ended ${inWords(ahead)} from now, which cannot be: a clock was wrong then, or is now; ` +
            'how long ago it was is not known'
        : undefined;
    },
  },
  {
    name: 'limit',
    requires: 'this node was not rebooted too often in the last 24 hours',
    kind: 'plan',
    lasting: true,
    reason: ({ settings, history, now }) => {
      const count = rebootsUntil(history, now).filter((ended) => ended > now - dayMs).length;
      const most = settings['max-per-day'];
      return count < most ? undefined : `it was rebooted ${count} times, and max-per-day is ${most}`;
    },
  },
  {
    name: 'quorum',
    requires: 'the cluster has a controller and quorum',
    kind: 'reboot',
    reason: ({ facts }) =>
      !facts.controlled ? 'there is no designated controller' : facts.quorate ? undefined : 'there is no quorum',
  },
  {
    name: 'others',
    requires: 'all other nodes are in the cluster and take resources',
    kind: 'reboot',
    reason: ({ facts, settings }) => othersReason(facts, settings),
  },
  {
    name: 'votes',
    requires: 'the others keep quorum without this node, and the quorum device, if there is one, gives its vote',
    kind: 'reboot',
    reason: ({ facts: { votes } }) => votes && votesReason(votes),
  },
  {
    name: 'self',
    requires: 'this node is in the cluster and takes resources',
    reason: ({ facts, settings }) => first(facts.nodes.filter(({ name }) => name === settings.node).map(outOfUse)),
  },
  {
    name: 'settled',
    requires: 'nothing is under way in the cluster',
    passes: true,
    reason: ({ facts }) => facts.unsettled[0],
  },
  {
    name: 'failures',
    requires: 'nothing has failed',
    reason: ({ facts }) => facts.failures[0] && `${facts.failures[0]}: look, then pcs resource cleanup`,
  },
  {
    name: 'constraints',
    requires: 'no move or ban was left over',
    reason: ({ facts }) =>
      facts.leftConstraints[0] &&
      `${facts.leftConstraints[0]} is left from a move or a ban: pcs resource clear RESOURCE`,
  },
  {
    name: 'settings',
    requires: "the cluster's settings let the service move and stay where it is",
    lasting: true,
    reason: ({ facts }) => facts.unsuitable[0],
  },
  {
    name: 'fencing',
    requires: 'fencing works: devices started, their last monitor good and fresh',
    reason: ({ facts, settings }) => fencingReason(facts, settings['fence-monitor-age']),
  },
  {
    name: 'inhibitors',
    requires: 'no program on this node asks systemd to hold a shutdown back',
    kind: 'reboot',
    passes: true,
    reason: async ({ inhibitors }) => {
      const found = (await inhibitors()).find(
        ({ what, mode }) => what.split(':').includes('shutdown') && mode === 'block',
      );
      return (
        found &&
        `${found.who} (process ${found.pid}) holds a shutdown back: ${found.why}; wait for it, or end it: systemd-inhibit --list`
      );
    },
  },
  {
    name: 'answers',
    requires: 'the service answers',
    kind: 'reboot',
    reason: async ({ settings: { url }, probe }) => {
      const { ok, fact } = await probe(url, probeTimeoutMs);
      return ok ? undefined : `${url}: ${fact}`;
    },
  },
  {
    name: 'instances',
    requires: "the other nodes' own instances answer",
    kind: 'reboot',
    reason: async (view) => {
      const others = view.facts.nodes.filter(({ name }) => name !== view.settings.node);
      return first(await Promise.all(others.map(({ name }) => instanceReason(view, name))));
    },
  },
  {
    name: 'board',
    requires: 'a node that hangs in its reboot is power-cycled by its board',
    lasting: true,
    reason: async ({ board }) => {
      if (board === undefined) return undefined;
      // What the alarm reads does not matter here; that it can be read does.
      await board.wakeAlarm();
      await board.rtcTime();
      const [problem] = await board.watchdogProblems();
      return problem;
    },
  },
] as const satisfies readonly Gate[];

export type GateName = (typeof gates)[number]['name'];

/** Why the rest would have no quorum while this node is away; undefined when it would. */
function votesReason({ total, needed, own, device }: VoteFacts): string | undefined {
  if (device === 0) {
    return (
      'the quorum device gives no vote, and one node less may be one vote too few: look at corosync-qnetd on its machine ' +
      '(pcs quorum device status)'
    );
  }
  const rest = total - own;
  return rest >= needed
    ? undefined
    : `without this node there are ${rest} votes, and ${needed} are needed: the others would stop everything`;
}

/** Why another node could not run the service; undefined when all could. */
export function othersReason({ nodes }: ClusterFacts, { node }: Settings): string | undefined {
  return first(nodes.filter(({ name }) => name !== node).map(outOfUse));
}

/** Why a node's own instance is not healthy; undefined when it is, or when nobody said how to ask it. */
export async function instanceReason(
  { settings, probe }: Pick<GateView, 'settings' | 'probe'>,
  node: string,
): Promise<string | undefined> {
  if (settings['health-url'] === '') return undefined;
  const url = settings['health-url'].replaceAll('{node}', node);
  const { ok, fact } = await probe(url, probeTimeoutMs);
  return ok ? undefined : `${node}'s instance, ${url}: ${fact}`;
}

/** Why a fence device would not work; undefined when all would. */
export function fencingReason({ fencingEnabled, fenceDevices }: ClusterFacts, maxAge: number): string | undefined {
  if (!fencingEnabled) return 'stonith-enabled is not true: pcs property set stonith-enabled=true';
  if (fenceDevices.length === 0) return 'there is no fence device';
  return first(
    fenceDevices.map(({ id, startedOn, monitorInterval, monitorResult }) => {
      if (startedOn.length === 0) return `fence device ${id} is not started`;
      if (monitorInterval === undefined) return `fence device ${id} has no recurring monitor`;
      if (monitorInterval > maxAge) {
        return `fence device ${id} is monitored every ${monitorInterval} s, and fence-monitor-age is ${maxAge} s`;
      }
      return monitorResult === 0
        ? undefined
        : `the monitor of fence device ${id} gave ${monitorResult ?? 'no answer yet'}`;
    }),
  );
}

function outOfUse({ name, online, standby, maintenance, unclean, pending }: NodeFacts): string | undefined {
  if (unclean) return `node ${name} is unclean: it must be fenced`;
  if (!online) return `node ${name} is offline`;
  if (pending) return `node ${name} is joining or leaving`;
  if (standby) return `node ${name} is in standby: pcs node unstandby ${name}`;
  return maintenance ? `node ${name} is in maintenance mode: pcs node unmaintenance ${name}` : undefined;
}

function first(reasons: readonly (string | undefined)[]): string | undefined {
  return reasons.find((reason) => reason !== undefined);
}

/** ms that clocks are set back and forth when they are synchronised. */
const clockSlackMs = 300_000;

/** When this node was rebooted; what is in the future was written by a clock that was wrong, or is read by one. */
function rebootsUntil(history: readonly Outcome[], now: number): readonly number[] {
  return history.flatMap(({ rebooted, ended }) => (rebooted && ended <= now + clockSlackMs ? ended : []));
}

function inWords(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  return hours >= 48
    ? `${Math.round(hours / 24)} days`
    : hours >= 1
      ? `${Math.round(hours)} h`
      : `${Math.round(hours * 60)} min`;
}

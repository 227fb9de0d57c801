// What the cluster would do: Pacemaker's own scheduler, run on a copy of a configuration (crm_simulate).
import type { Command } from '../../command/command.js';
import { baseId } from '../ids.js';
import { parseScore } from '../values.js';
import { type NodeStatus, nodeStatus } from '../../status/nodes.js';
import { indexResources, type ResourceView } from '../../status/resource-view.js';
import { type ResourceStatus, resourceStatus } from '../../status/resources.js';
import { parseXml } from '../../xml/tree.js';
import { readToolAnswer, type ToolAnswer, toolAnswer } from '../../xml/pacemaker-result.js';
import { listIn, maybe, one, optional, requiredListIn, shape, text, type WithUnknown } from '../../xml/shape.js';

/** A cluster's nodes and resources at one moment of a simulation. */
export interface SimulatedState {
  readonly nodes: readonly NodeStatus[];
  /** Every resource by its id, members and instances too. */
  readonly resources: ReadonlyMap<string, ResourceView>;
}

/** A node that the scheduler has fenced. */
export interface SimulatedFencing {
  readonly target: string;
  /** `reboot` or `off`. */
  readonly action: string;
}

/** A resource that runs, and that the scheduler does something to. */
export interface SimulatedDisturbance {
  /** The primitive, by its configured id. */
  readonly resource: string;
  /** Where it runs. */
  readonly node: string;
  /** `restart`, `recover`, `move`, `demote`, `stop` … */
  readonly action: string;
}

/** What the scheduler makes of a cluster. */
export interface Simulation {
  /** As it was. */
  readonly before: SimulatedState;
  /**
   * False when the scheduler could not bring its plan to an end, as without quorum beside a node that must be fenced and may not
   * be: {@link Simulation.after} is where it got stuck then.
   */
  readonly complete: boolean;
  /** Once everything the scheduler wants is done, with success. */
  readonly after: SimulatedState;
  /** In order. */
  readonly fencings: readonly SimulatedFencing[];
  /** Why the scheduler acts on nodes, by the node's name: `peer is no longer part of the cluster`. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Instances that are restarted, recovered, demoted or moved where they run. */
  readonly disturbed: readonly SimulatedDisturbance[];
  /** The scheduler's last score of each resource on each node, by id of the resource, then the node's name; `-INFINITY` is -`Infinity`. */
  readonly scores: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

interface State extends WithUnknown {
  readonly nodes: readonly NodeStatus[];
  readonly resources: readonly ResourceStatus[];
}

interface Scored extends WithUnknown {
  readonly id: string;
  readonly node: string | undefined;
  readonly score: string;
}

interface NodeAction extends WithUnknown {
  readonly node: string;
  readonly reason: string | undefined;
}

interface ResourceAction extends WithUnknown {
  readonly action: string;
  readonly resource: string;
  readonly node: string | undefined;
  readonly source: string | undefined;
}

interface FencingAction extends WithUnknown {
  readonly target: string;
  readonly op: string;
}

interface Answer extends ToolAnswer {
  readonly before: State;
  readonly scores: readonly Scored[];
  readonly actions: readonly (NodeAction | ResourceAction)[];
  readonly fencings: readonly FencingAction[];
  readonly after: State | undefined;
}

const state = shape<State>({
  nodes: requiredListIn('nodes', { node: nodeStatus }),
  resources: listIn('resources', resourceStatus),
});

const answer = shape<Answer>({
  ...toolAnswer,
  before: one('cluster_status', state),
  scores: listIn('allocations', {
    node_weight: shape<Scored>({ id: text('id'), node: optional(text('node')), score: text('score') }),
  }),
  actions: listIn<NodeAction | ResourceAction>('actions', {
    node_action: shape<NodeAction>({ node: text('node'), reason: optional(text('reason')) }),
    rsc_action: shape<ResourceAction>({
      action: text('action'),
      resource: text('resource'),
      node: optional(text('node')),
      source: optional(text('source')),
    }),
  }),
  fencings: listIn('transition', {
    fencing_action: shape<FencingAction>({ target: text('target'), op: text('op') }),
  }),
  after: maybe('revised_cluster_status', state),
});

/** A simulation takes tens of milliseconds, of the largest clusters seconds. */
const SIMULATION_TIMEOUT_MS = 60_000;

/**
 * Runs Pacemaker's scheduler (`crm_simulate --simulate --show-scores`) on a CIB and carries out all it wants, in a copy. Nothing
 * of the cluster is touched, and it need not run.
 *
 * @param cib - A whole CIB with a status section, as XML; it goes through the program's standard input.
 * @param saveTo - A file in which the CIB is left as it is at the end.
 */
export function simulate(cib: string, saveTo?: string): Command<Simulation> {
  return {
    program: 'crm_simulate',
    options: [
      '--simulate',
      '--show-scores',
      '--xml-pipe',
      '--output-as=xml',
      ...(saveTo === undefined ? [] : [`--save-output=${saveTo}`]),
    ],
    env: { TZ: 'UTC' },
    stdin: cib,
    exitCodes: [0, 1, 4, 64, 66, 70, 78],
    timeoutMs: SIMULATION_TIMEOUT_MS,
    parse: ({ stdout }) => parseSimulation(stdout.toString('utf8')),
  };
}

/** Reads what {@link simulate} is answered with. @throws PcsError `MALFORMED_ANSWER`, or as the answer says it failed. */
export function parseSimulation(xml: string): Simulation {
  const root = parseXml(xml, { root: 'pacemaker-result', source: 'crm_simulate' });
  const wentOn = root.children.some(({ name }) => name === 'revised_cluster_status');
  const whole = wentOn ? answer.read(root, 'crm_simulate') : readToolAnswer(xml, 'crm_simulate', answer);
  const { before, after = before, fencings, actions, scores, status } = whole;
  return {
    complete: status.code === 0,
    before: stateOf(before),
    after: stateOf(after),
    fencings: fencings.map(({ target, op }) => ({ target, action: op })),
    reasons: new Map(
      actions.flatMap((one) =>
        'resource' in one || one.reason === undefined ? [] : [[one.node, one.reason] as const],
      ),
    ),
    disturbed: actions.flatMap((one) => ('resource' in one ? disturbance(one) : [])),
    scores: scoresOf(scores),
  };
}

/** What is only started or promoted was not disturbed. */
function disturbance({ action, resource, node, source = node }: ResourceAction): readonly SimulatedDisturbance[] {
  if (source === undefined || /^(?:start|promote|leave)/i.test(action)) return [];
  return [{ resource: baseId(resource), node: source, action: action.toLowerCase() }];
}

function stateOf({ nodes, resources }: State): SimulatedState {
  return { nodes, resources: indexResources(resources) };
}

/** A resource is scored several times, each better informed than the one before. */
function scoresOf(list: readonly Scored[]): Map<string, Map<string, number>> {
  const scores = new Map<string, Map<string, number>>();
  for (const { id, node, score } of list) {
    if (node === undefined) continue;
    const ofResource = scores.get(id) ?? new Map<string, number>();
    scores.set(id, ofResource.set(node, parseScore(score) ?? 0));
  }
  return scores;
}

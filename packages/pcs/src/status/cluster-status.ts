// The status of a cluster as one typed value, with the questions people ask of it.
import { baseId } from '../semantics/ids.js';
import { isMember, nodeNamed } from '../semantics/nodes.js';
import { sameName } from '../semantics/values.js';
import { readToolAnswer, type ToolAnswer, toolAnswer } from '../xml/pacemaker-result.js';
import { type AsJson, asJson } from '../xml/as-json.js';
import { fieldsOf } from '../xml/fields-of.js';
import { parseTime } from '../xml/times.js';
import {
  each,
  integer,
  lenient,
  listIn,
  maybe,
  one,
  optional,
  type Parts,
  requiredListIn,
  shape,
  text,
  type WithUnknown,
} from '../xml/shape.js';
import { type Ban, ban, type Ticket, ticket } from './bans-and-tickets.js';
import { type ResourceFailure, resourceFailure } from './failures.js';
import { type FencingEvent, fencingEvent } from './fencing-events.js';
import {
  type NodeAttributes,
  nodeAttributes,
  type NodeHistory,
  nodeHistory,
  type NodeStatus,
  nodeStatus,
} from './nodes.js';
import { type ResourceStatus, resourceStatus } from './resources.js';
import { indexResources, type ResourceView, type ResourceViewJson } from './resource-view.js';
import { type StatusSummary, statusSummary } from './summary.js';
import { unsettledParts } from './settled.js';

/** How the local pacemakerd is. Left out when a CIB file was read, and before Pacemaker 2.1.3. */
export interface PacemakerdStatus extends WithUnknown {
  readonly sysFrom: string | undefined;
  /** `running`, or where it is on its way up or down: `starting_daemons`, `shutting_down` … */
  readonly state: string;
  readonly lastUpdated: Date | undefined;
}

/** The fencing operations that are remembered, newest first. */
export interface StatusFenceHistory extends WithUnknown {
  /** Non-zero when the history could not be read; the events are then none, and that means nothing. */
  readonly status: number | undefined;
  readonly events: readonly FencingEvent[];
}

/** What `crm_mon` wrote, part by part. */
export interface ClusterStatusParts extends ToolAnswer {
  readonly pacemakerd: PacemakerdStatus | undefined;
  readonly summary: StatusSummary;
  /** All nodes, guest and bundle nodes too. */
  readonly nodes: readonly NodeStatus[];
  /** The resources as a tree: {@link ClusterStatus.resource} finds one in it. */
  readonly resources: readonly ResourceStatus[];
  readonly nodeAttributes: readonly NodeAttributes[];
  readonly nodeHistory: readonly NodeHistory[];
  /** Failed operations, until `resource cleanup` or a failure-timeout removes them. */
  readonly failures: readonly ResourceFailure[];
  readonly fenceHistory: StatusFenceHistory | undefined;
  readonly tickets: readonly Ticket[];
  readonly bans: readonly Ban[];
}

const parts: Parts<ClusterStatusParts> = {
  ...toolAnswer,
  pacemakerd: maybe(
    'pacemakerd',
    shape<PacemakerdStatus>({
      sysFrom: optional(text('sys_from')),
      state: text('state'),
      lastUpdated: lenient(['last_updated'], parseTime),
    }),
  ),
  summary: one('summary', statusSummary),
  nodes: requiredListIn('nodes', { node: nodeStatus }),
  resources: listIn('resources', resourceStatus),
  nodeAttributes: listIn('node_attributes', { node: nodeAttributes }),
  nodeHistory: listIn('node_history', { node: nodeHistory }),
  failures: listIn('failures', { failure: resourceFailure }),
  fenceHistory: maybe(
    'fence_history',
    shape<StatusFenceHistory>({ status: optional(integer('status')), events: each({ fence_event: fencingEvent }) }),
  ),
  tickets: listIn('tickets', { ticket }),
  bans: listIn('bans', { ban }),
};

const clusterStatusParts = shape<ClusterStatusParts>(parts);
const anyParts = shape<ClusterStatusParts>({ ...parts, nodes: listIn('nodes', { node: nodeStatus }) });

/**
 * Reads what `TZ=UTC crm_mon -1 --inactive --output-as=xml` wrote (or `pcs status xml`, which passes the same on), of
 * Pacemaker 2.0.3 to 3.0 (api-version 2.0 to 2.42). What crm_mon was told to leave out (`--exclude=nodes`) is empty then.
 *
 * Elements and attributes that this version does not know are kept in `unknown`, never fatal. Times without a zone are
 * taken as UTC.
 *
 * @throws PcsError `MALFORMED_ANSWER` for anything but one whole, well-formed answer with a summary, nodes and a final
 * status; `NOT_RUNNING` and the like when the answer says that crm_mon failed. Never returns an empty cluster instead.
 */
export function parseClusterStatus(xml: string): ClusterStatus {
  return new ClusterStatus(readToolAnswer(xml, 'crm_mon', LEAVES_OUT.test(xml) ? anyParts : clusterStatusParts));
}

/** An answer for which crm_mon was told to leave sections out. */
const LEAVES_OUT = /^[^]{0,200}<pacemaker-result\b[^>]*\srequest="[^"]*\s(?:--exclude|-U)/;

/** A status as `JSON.stringify` writes it. */
export type ClusterStatusJson = AsJson<ClusterStatusParts> &
  Pick<ClusterStatus, 'dc' | 'quorate' | 'settled' | 'unsettled'> & {
    /** Every resource in the tree, each id once: where it is started, whether it has failed … */
    readonly allResources: readonly ResourceViewJson[];
  };

/** A cluster at one moment. The fields are what `crm_mon` wrote; the rest are questions to them. */
export class ClusterStatus extends fieldsOf<ClusterStatusParts>() {
  #views: ReadonlyMap<string, ResourceView> | undefined;

  /** The name of the designated controller; undefined while there is none. */
  get dc(): string | undefined {
    return this.summary.currentDc?.name;
  }

  /** Whether the partition that answered has quorum. False while there is no DC to say so. */
  get quorate(): boolean {
    return this.summary.currentDc?.withQuorum === true;
  }

  /** When the status was taken. */
  get takenAt(): Date | undefined {
    return this.summary.lastUpdate?.time;
  }

  /** The node of this name, in any case. */
  node(name: string): NodeStatus | undefined {
    return nodeNamed(this.nodes, name);
  }

  /** The nodes of the cluster proper, without remote, guest and bundle nodes. */
  get members(): readonly NodeStatus[] {
    return this.nodes.filter(isMember);
  }

  /** The nodes whose state is not known and that must be fenced. */
  get uncleanNodes(): readonly NodeStatus[] {
    return this.nodes.filter(({ unclean }) => unclean);
  }

  /**
   * The resource of this id, wherever it is in the tree: a primitive, group, clone or bundle. All copies of a cloned
   * resource are seen as one; `ID:N` is one copy of a globally unique clone.
   */
  resource(id: string): ResourceView | undefined {
    return this.#resourceViews.get(id);
  }

  /** Every resource in the tree, each id once, in the order of the answer. */
  get allResources(): readonly ResourceView[] {
    return [...this.#resourceViews.values()];
  }

  /** The primitives that are active on a node. */
  resourcesOn(node: string): readonly ResourceView[] {
    return this.allResources.filter((view) => view.kind === 'primitive' && view.activeOn.includes(node));
  }

  /**
   * Failures counted against a resource: on one node, or on the worst without `node`. `Infinity` after a fatal one;
   * 0 when none is counted. Those of all instances of a globally unique clone count together for its id, and for `ID:N`
   * those of that one.
   */
  failCount(resource: string, node?: string): number {
    const counts = this.nodeHistory
      .filter(({ name }) => node === undefined || sameName(name, node))
      .map(({ resources }) =>
        resources
          .filter(({ id }) => id === resource || baseId(id) === resource)
          .reduce((sum, { failCount = 0 }) => sum + failCount, 0),
      );
    return Math.max(0, ...counts);
  }

  /** The value of a node's attribute. */
  attribute(node: string, name: string): string | undefined {
    const attributes = nodeNamed(this.nodeAttributes, node)?.attributes;
    return attributes?.find((attribute) => attribute.name === name)?.value;
  }

  /** Fencing operations that have not ended. */
  get pendingFencing(): readonly FencingEvent[] {
    return (this.fenceHistory?.events ?? []).filter(({ status }) => status === 'pending');
  }

  /**
   * What is visibly still under way, as sentences; empty when nothing is. Between a change of the configuration and
   * the scheduler's answer to it there is a moment when nothing is visible yet.
   */
  get unsettled(): readonly string[] {
    return unsettledParts(this);
  }

  /** Whether nothing is visibly under way: there is a DC, no node joins or leaves, no operation or fencing runs. */
  get settled(): boolean {
    return this.unsettled.length === 0;
  }

  /**
   * What `JSON.stringify` writes: the fields, and the answers that most ask for. What has no end is `INFINITY` or
   * `-INFINITY`, times are ISO 8601.
   */
  toJSON(): ClusterStatusJson {
    const { dc, quorate, settled, unsettled, allResources } = this;
    return {
      ...{ dc, quorate, settled, unsettled },
      allResources: allResources.map((view) => view.toJSON()),
      ...asJson<ClusterStatusParts>(this),
    };
  }

  get #resourceViews(): ReadonlyMap<string, ResourceView> {
    return (this.#views ??= indexResources(this.resources));
  }
}

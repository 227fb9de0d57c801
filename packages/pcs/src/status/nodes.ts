// The nodes of a cluster status, and what was set and what happened on each.
import { parseTime } from '../xml/times.js';
import {
  each,
  flag,
  integer,
  lenient,
  milliseconds,
  optional,
  score,
  shape,
  text,
  type WithUnknown,
} from '../xml/shape.js';

/** A node as the cluster sees it. */
export interface NodeStatus extends WithUnknown {
  readonly name: string;
  readonly id: string;
  /** In the membership and running Pacemaker. */
  readonly online: boolean;
  /** Runs no resources because someone said so. */
  readonly standby: boolean;
  /** Runs no resources because an operation with `on-fail=standby` failed there. */
  readonly standbyOnFail: boolean;
  /** Its resources are not managed. */
  readonly maintenance: boolean;
  /** Joined the membership, but the controller is not ready yet. */
  readonly pending: boolean;
  /** Its state is not known and it must be fenced before its resources can run elsewhere. */
  readonly unclean: boolean;
  /** `green`, `yellow` or `red`. Missing in old versions. */
  readonly health: string | undefined;
  /** The feature set its Pacemaker speaks: `3.16.1`. */
  readonly featureSet: string | undefined;
  /** Is shutting down. */
  readonly shutdown: boolean;
  /** Should be up, as far as the cluster knows. */
  readonly expectedUp: boolean;
  /** Is the designated controller. */
  readonly isDc: boolean;
  /** Number of resource instances running on it. */
  readonly resourcesRunning: number;
  /** `member`, `remote` (guest and bundle nodes too), `ping` or `unknown`. */
  readonly type: string;
  /** For guest and bundle nodes, the resource that is their container. */
  readonly idAsResource: string | undefined;
}

/** How {@link NodeStatus} is read. */
export const nodeStatus = shape<NodeStatus>({
  name: text('name'),
  id: text('id'),
  online: flag('online'),
  standby: flag('standby'),
  standbyOnFail: flag('standby_onfail'),
  maintenance: flag('maintenance'),
  pending: flag('pending'),
  unclean: flag('unclean'),
  health: optional(text('health')),
  featureSet: optional(text('feature_set')),
  shutdown: flag('shutdown'),
  expectedUp: flag('expected_up'),
  isDc: flag('is_dc'),
  resourcesRunning: integer('resources_running'),
  type: text('type'),
  idAsResource: optional(text('id_as_resource', 'container_id')),
});

/** The attributes of one node, permanent and transient. Internal ones (`fail-count-…`, `#…`) are not shown by crm_mon. */
export interface NodeAttributes extends WithUnknown {
  /** The node's name. */
  readonly name: string;
  readonly attributes: readonly NodeAttribute[];
}

/** One node attribute. */
export interface NodeAttribute extends WithUnknown {
  readonly name: string;
  readonly value: string;
  /** For the attribute of a `ping` resource, the value when all hosts answer. */
  readonly expected: number | undefined;
}

/** How {@link NodeAttributes} is read. */
export const nodeAttributes = shape<NodeAttributes>({
  name: text('name'),
  attributes: each({
    attribute: shape<NodeAttribute>({
      name: text('name'),
      value: text('value'),
      expected: optional(integer('expected')),
    }),
  }),
});

/** What resources did on one node, as far as it is remembered. */
export interface NodeHistory extends WithUnknown {
  /** The node's name. */
  readonly name: string;
  readonly resources: readonly ResourceHistory[];
}

/** What one resource did on one node. */
export interface ResourceHistory extends WithUnknown {
  /** The resource's id; an instance of a globally unique clone has `:N` after it. */
  readonly id: string;
  /** The resource is no longer configured. Written `removed` as well by newer versions. */
  readonly orphaned: boolean;
  /** Failures after which it moves away; `Infinity` when it never does. */
  readonly migrationThreshold: number | undefined;
  /** Failures counted on this node; `Infinity` after a fatal one. Undefined when none is counted. */
  readonly failCount: number | undefined;
  readonly lastFailure: Date | undefined;
  readonly operations: readonly OperationHistory[];
}

/** The last run of one operation of one resource on one node. */
export interface OperationHistory extends WithUnknown {
  /** The executor's number for the call; rises with each. */
  readonly call: string;
  /** `start`, `stop`, `monitor`, `promote`, `migrate_to` … */
  readonly task: string;
  /** Exit code by the OCF standard: 0 ok, 7 not running, 8 promoted; {@link OPERATION_PENDING} while it runs. */
  readonly rc: number;
  /** The exit code in words. */
  readonly rcText: string;
  /** Milliseconds between runs, for a recurring monitor. */
  readonly intervalMs: number | undefined;
  /** When the outcome last changed. */
  readonly lastRcChange: Date | undefined;
  /** When it last ran (old versions). */
  readonly lastRun: Date | undefined;
  /** Milliseconds it took. */
  readonly execTimeMs: number | undefined;
  /** Milliseconds it waited before. */
  readonly queueTimeMs: number | undefined;
}

/** {@link OperationHistory.rc} of an operation that has not ended (Pacemaker's PCMK_OCF_UNKNOWN). */
export const OPERATION_PENDING = 193;

/** How {@link NodeHistory} is read. */
export const nodeHistory = shape<NodeHistory>({
  name: text('name'),
  resources: each({
    resource_history: shape<ResourceHistory>({
      id: text('id'),
      orphaned: flag('orphan', 'removed'),
      migrationThreshold: optional(score('migration-threshold')),
      failCount: optional(score('fail-count')),
      lastFailure: lenient(['last-failure'], parseTime),
      operations: each({
        operation_history: shape<OperationHistory>({
          call: text('call'),
          task: text('task'),
          rc: integer('rc'),
          rcText: text('rc_text'),
          intervalMs: optional(milliseconds('interval')),
          lastRcChange: lenient(['last-rc-change'], parseTime),
          lastRun: lenient(['last-run'], parseTime),
          execTimeMs: optional(milliseconds('exec-time')),
          queueTimeMs: optional(milliseconds('queue-time')),
        }),
      }),
    }),
  }),
});

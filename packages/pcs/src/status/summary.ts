// The head of a cluster status: who is in charge, how much is configured, and the options that matter most.
import { parseTime } from '../xml/times.js';
import { flag, integer, lenient, maybe, optional, shape, text, type WithUnknown } from '../xml/shape.js';

/** `crm_mon`'s summary. A part is undefined when this crm_mon left it out. */
export interface StatusSummary extends WithUnknown {
  readonly stack: ClusterStack | undefined;
  /** The designated controller and what it says of the partition. */
  readonly currentDc: CurrentDc | undefined;
  /** When the status was taken. */
  readonly lastUpdate: LastUpdate | undefined;
  /** The last change of the configuration. */
  readonly lastChange: LastChange | undefined;
  readonly nodesConfigured: NodesConfigured | undefined;
  readonly resourcesConfigured: ResourcesConfigured | undefined;
  readonly clusterOptions: StatusClusterOptions | undefined;
}

/** The layer below Pacemaker. */
export interface ClusterStack extends WithUnknown {
  /** `corosync`; `unknown` when read from a CIB file. */
  readonly type: string;
  /** State of the local pacemakerd (newer versions). */
  readonly pacemakerdState: string | undefined;
}

/** The designated controller (DC): the node whose scheduler decides. */
export interface CurrentDc extends WithUnknown {
  /** False while there is none, as after a start: nothing is decided then. */
  readonly present: boolean;
  /** Pacemaker's version on the DC. */
  readonly version: string | undefined;
  readonly name: string | undefined;
  readonly id: string | undefined;
  /** Whether the DC's partition has quorum. */
  readonly withQuorum: boolean | undefined;
  /** Whether nodes run different versions of Pacemaker. */
  readonly mixedVersion: boolean | undefined;
}

export interface LastUpdate extends WithUnknown {
  readonly time: Date | undefined;
  /** The node that said so (newer versions). */
  readonly origin: string | undefined;
}

export interface LastChange extends WithUnknown {
  /** Undefined when the configuration was never changed. */
  readonly time: Date | undefined;
  /** The user who changed it; empty when not known. */
  readonly user: string;
  /** The program that changed it: `cibadmin`, `crmd` … */
  readonly client: string;
  /** The node it was changed on. */
  readonly origin: string;
}

export interface NodesConfigured extends WithUnknown {
  readonly number: number;
}

/** Counts of resource instances. */
export interface ResourcesConfigured extends WithUnknown {
  readonly number: number;
  /** Those with target-role Stopped. */
  readonly disabled: number;
  /** Those that may not be touched because a failure could not be cleaned up. */
  readonly blocked: number;
}

/** The cluster properties that `crm_mon` shows; all are in {@link ClusterConfiguration}. */
export interface StatusClusterOptions extends WithUnknown {
  /** Written `fencing-enabled` as well by newer versions. */
  readonly stonithEnabled: boolean;
  readonly symmetricCluster: boolean;
  /** `stop`, `freeze`, `ignore`, `demote` or `suicide` (`fence` in newer versions). */
  readonly noQuorumPolicy: string;
  readonly maintenanceMode: boolean;
  /** Missing before Pacemaker 2.0.5. */
  readonly stopAllResources: boolean | undefined;
  /** Milliseconds. */
  readonly stonithTimeoutMs: number | undefined;
  /** Milliseconds. */
  readonly priorityFencingDelayMs: number | undefined;
}

/** How {@link StatusSummary} is read. */
export const statusSummary = shape<StatusSummary>({
  stack: maybe(
    'stack',
    shape<ClusterStack>({ type: text('type'), pacemakerdState: optional(text('pacemakerd-state')) }),
  ),
  currentDc: maybe(
    'current_dc',
    shape<CurrentDc>({
      present: flag('present'),
      version: optional(text('version')),
      name: optional(text('name')),
      id: optional(text('id')),
      withQuorum: optional(flag('with_quorum')),
      mixedVersion: optional(flag('mixed_version')),
    }),
  ),
  lastUpdate: maybe(
    'last_update',
    shape<LastUpdate>({ time: lenient(['time'], parseTime), origin: optional(text('origin')) }),
  ),
  lastChange: maybe(
    'last_change',
    shape<LastChange>({
      time: lenient(['time'], parseTime),
      user: text('user'),
      client: text('client'),
      origin: text('origin'),
    }),
  ),
  nodesConfigured: maybe('nodes_configured', shape<NodesConfigured>({ number: integer('number') })),
  resourcesConfigured: maybe(
    'resources_configured',
    shape<ResourcesConfigured>({
      number: integer('number'),
      disabled: integer('disabled'),
      blocked: integer('blocked'),
    }),
  ),
  clusterOptions: maybe(
    'cluster_options',
    shape<StatusClusterOptions>({
      stonithEnabled: flag('stonith-enabled', 'fencing-enabled'),
      symmetricCluster: flag('symmetric-cluster'),
      noQuorumPolicy: text('no-quorum-policy'),
      maintenanceMode: flag('maintenance-mode'),
      stopAllResources: optional(flag('stop-all-resources')),
      stonithTimeoutMs: optional(integer('stonith-timeout-ms', 'fencing-timeout-ms')),
      priorityFencingDelayMs: optional(integer('priority-fencing-delay-ms')),
    }),
  ),
});

// What the procedure asks of a cluster and does to it. The real one is in pcs-cluster.ts; a test brings its own.

/** A member of the cluster. */
export interface NodeFacts {
  readonly name: string;
  readonly online: boolean;
  readonly standby: boolean;
  readonly maintenance: boolean;
  readonly unclean: boolean;
  /** Joining or leaving. */
  readonly pending: boolean;
}

/** A resource at the top of the configuration, fence devices left out. */
export interface ResourceFacts {
  readonly id: string;
  /** The online nodes where it is started. */
  readonly startedOn: readonly string[];
  /** How many of it are started: the copies of a clone or bundle, of which one node may run several; else 1 at most. */
  readonly copies: number;
  /** Every node where something of it may still be active. */
  readonly activeOn: readonly string[];
  /** Runs on several nodes at once: a clone, or a bundle. */
  readonly cloned: boolean;
  readonly managed: boolean;
  readonly disabled: boolean;
}

export interface FenceDeviceFacts {
  readonly id: string;
  /** The node that monitors it, if any. */
  readonly startedOn: readonly string[];
  /** Seconds between monitors; undefined without a recurring monitor. The last answer is at most this old. */
  readonly monitorInterval: number | undefined;
  /** Exit code of the last monitor; undefined when none has ended. */
  readonly monitorResult: number | undefined;
}

/** How the votes stand in this partition. */
export interface VoteFacts {
  /** With those of this node and of the quorum device. */
  readonly total: number;
  readonly needed: number;
  /** This node's. */
  readonly own: number;
  /** What the quorum device gives now; undefined without one. */
  readonly device: number | undefined;
}

/** A cluster at one moment. */
export interface ClusterFacts {
  /** Whether there is a designated controller. */
  readonly controlled: boolean;
  readonly quorate: boolean;
  /** The votes as corosync counts them; undefined where it counts none. */
  readonly votes: VoteFacts | undefined;
  readonly nodes: readonly NodeFacts[];
  readonly resources: readonly ResourceFacts[];
  readonly fenceDevices: readonly FenceDeviceFacts[];
  readonly fencingEnabled: boolean;
  /** What is under way, one sentence each. */
  readonly unsettled: readonly string[];
  /** Failed operations and resources, one sentence each. */
  readonly failures: readonly string[];
  /** Ids of constraints that moves and bans left. */
  readonly leftConstraints: readonly string[];
  /** Settings of the cluster with which nodes cannot be rebooted without losing the service, one sentence each. */
  readonly unsuitable: readonly string[];
  /** The text of the lock; undefined when there is none. */
  readonly lock: string | undefined;
}

/** The cluster, as seen from this node. Everything rejects when this node's cluster software does not answer. */
export interface Cluster {
  facts(): Promise<ClusterFacts>;
  /** Starts the cluster software of this node. */
  start(): Promise<void>;
  standby(node: string): Promise<void>;
  unstandby(node: string): Promise<void>;
  /** Moves a resource, waits until it runs there, and leaves no constraint. */
  move(resource: string, node: string): Promise<void>;
  /** Removes constraints by their ids. */
  removeConstraints(ids: readonly string[]): Promise<void>;
  /**
   * Replaces the text of the lock if it is still `before`, in one indivisible step for the whole cluster; undefined is
   * no lock. The texts are those of {@link writeLock}, and need no quoting.
   *
   * @returns whether it was replaced.
   */
  compareAndSetLock(before: string | undefined, after: string | undefined): Promise<boolean>;
  /** Removes the lock, whatever it says: for a person who forces it. */
  removeLock(): Promise<void>;
}

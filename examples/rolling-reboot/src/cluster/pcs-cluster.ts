// The cluster as it is, through pcs and Pacemaker's own tools.
import {
  type ClusterConfiguration,
  type ClusterStatus,
  type Command,
  commands,
  describeFailure,
  fenceDevicesIn,
  type FencingEvent,
  type Pcs,
  type QuorumStatus,
  type ResourceStatus,
  ResourceView,
  staysPut,
  valueIn,
} from '@sleepi3/pcs';
import type { Cluster, ClusterFacts, FenceDeviceFacts, ResourceFacts } from './cluster.js';

export interface PcsClusterOptions {
  readonly pcs: Pcs;
  /** The resource that clients depend on: its settings are looked at. */
  readonly service: string;
  /** s that a move may take. */
  readonly moveTimeout: number;
}

/** This node's view of its cluster. */
export function pcsCluster({ pcs, service, moveTimeout }: PcsClusterOptions): Cluster {
  return {
    facts: async () => {
      // The status first: a change made in between then shows as one that is under way.
      const status = await pcs.status();
      const [configuration, quorum] = await Promise.all([pcs.cib.config(), pcs.quorum.status()]);
      return factsOf(status, configuration, service, quorum);
    },
    start: async () => {
      await pcs.cluster.start();
    },
    standby: async (node) => {
      await pcs.node.standby(node);
    },
    unstandby: async (node) => {
      await pcs.node.unstandby(node);
    },
    move: async (resource, node) => {
      await pcs.resource.move(resource, { node, wait: moveTimeout });
    },
    removeConstraints: async (ids) => {
      await pcs.run(commands.constraint.delete(...ids));
    },
    compareAndSetLock: async (before, after) => {
      if (before === undefined && after === undefined) return lockIn(await pcs.cib.config()) === undefined;
      const done = await pcs.run(compareAndSet(before, after));
      return after === undefined ? lockIn(await pcs.cib.config()) === undefined : done;
    },
    removeLock: () => pcs.run(removal),
  };
}

/** The property set of the lock, beside pcs's own cib-bootstrap-options; Pacemaker passes over names it does not know. */
const lockSet = 'rolling-reboot';
const lockPair = 'rolling-reboot-lock';

/** crm_exit_t: what was to be created exists; what was to be changed does not. */
const exists = 108;
const noSuch = 105;
/** As long as Pacemaker's tools may take by themselves. */
const cibTimeoutMs = 60_000;

/**
 * One change of the lock as one request to the cluster's configuration manager, which carries out all requests of all
 * nodes one after the other. The condition is part of the request, so nothing comes between looking and changing:
 * creating fails when the id exists, changing fails when no element has the old value. Deleting says 0 either way, and
 * deletes only the old value: what is there after it has to be looked at.
 */
function compareAndSet(before: string | undefined, after: string | undefined): Command<boolean> {
  const pair = `<nvpair id="${lockPair}" name="${lockPair}" value="${after ?? ''}"/>`;
  const held = `nvpair[@id='${lockPair}'][@value='${before ?? ''}']`;
  const set = `<cluster_property_set id="${lockSet}">${pair}</cluster_property_set>`;
  const request =
    before === undefined
      ? ['--create', '--scope=crm_config', `--xml-text=${set}`]
      : after === undefined
        ? ['--delete', `--xpath=//cluster_property_set[@id='${lockSet}'][${held}]`]
        : ['--modify', `--xpath=//${held}`, `--xml-text=${pair}`];
  return {
    program: 'cibadmin',
    options: ['--sync-call', ...request],
    timeoutMs: cibTimeoutMs,
    exitCodes: [0, before === undefined ? exists : noSuch],
    parse: ({ exitCode }) => exitCode === 0,
  };
}

/** Deletes the lock, whatever it says. */
const removal: Command<void> = {
  program: 'cibadmin',
  options: ['--sync-call', '--delete', `--xpath=//cluster_property_set[@id='${lockSet}']`],
  timeoutMs: cibTimeoutMs,
  parse: () => undefined,
};

function lockIn({ properties }: ClusterConfiguration): string | undefined {
  return valueIn(
    properties.filter(({ id }) => id === lockSet),
    lockPair,
  );
}

/** What the procedure looks at, from status and configuration. */
export function factsOf(
  status: ClusterStatus,
  configuration: ClusterConfiguration,
  service: string,
  { votes, members, device }: Pick<QuorumStatus, 'votes' | 'members' | 'device'>,
): ClusterFacts {
  const devices = new Set(configuration.stonithDevices.map(({ id }) => id));
  const resources = status.allResources.filter(({ id }) => !id.includes(':') && !devices.has(id));
  return {
    controlled: status.summary.currentDc?.present === true,
    quorate: status.quorate,
    votes: votes && {
      total: votes.total,
      needed: votes.needed,
      own: members.find(({ local }) => local)?.votes ?? 0,
      device: device?.votes,
    },
    nodes: status.members.map(({ name, online, standby, standbyOnFail, maintenance, unclean, pending, shutdown }) => ({
      name,
      online,
      standby: standby || standbyOnFail,
      maintenance,
      unclean,
      pending: pending || shutdown,
    })),
    resources: resources.map((view) => resourceFacts(view, configuration)),
    // One that is disabled is a spare, or is none: it fences nobody, and is missed by nobody.
    fenceDevices: fenceDevicesIn(configuration)
      .filter(({ disabled }) => !disabled)
      .map(({ id }) => fenceDeviceFacts(id, status)),
    fencingEnabled: configuration.effectiveProperty('stonith-enabled').value === true,
    unsettled: [
      ...status.unsettled.filter((text) => !text.startsWith('fencing ')),
      ...status.pendingFencing.map(pendingFencing),
    ],
    failures: [...failuresOf(status)],
    leftConstraints: configuration.cliConstraints.map(({ id }) => id),
    unsuitable: [...unsuitable(configuration, service)],
    lock: lockIn(configuration),
  };
}

function resourceFacts(view: ResourceView, configuration: ClusterConfiguration): ResourceFacts {
  const { id, startedOn, activeOn, managed, disabled } = view;
  return {
    ...{ id, startedOn, activeOn, managed, disabled },
    copies: copiesOf(view).filter((copy) => copy.startedOn.length > 0).length,
    cloned: isCloned(id, configuration),
  };
}

/** Each copy by itself: of a clone, of a bundle, of what is in a clone; of anything else there is one. */
function copiesOf({ id, parts }: ResourceView): readonly ResourceView[] {
  return parts
    .flatMap((part): readonly ResourceStatus[] => {
      if (part.kind === 'clone') return part.copies;
      if (part.kind === 'bundle') return part.replicas.map((replica) => ({ ...part, replicas: [replica] }));
      return [part];
    })
    .map((copy) => new ResourceView(id, [copy]));
}

/** Whether it is a clone or a bundle, or in one. */
function isCloned(id: string, configuration: ClusterConfiguration): boolean {
  const kind = configuration.resource(id)?.kind;
  if (kind === 'clone' || kind === 'bundle') return true;
  const parent = configuration.parentOf(id);
  return parent !== undefined && isCloned(parent.id, configuration);
}

function fenceDeviceFacts(id: string, status: ClusterStatus): FenceDeviceFacts {
  const startedOn = status.resource(id)?.startedOn ?? [];
  const monitors = status.nodeHistory
    .filter(({ name }) => startedOn.includes(name))
    .flatMap(({ resources }) => resources)
    .filter((resource) => resource.id === id)
    .flatMap(({ operations }) => operations)
    .filter(({ task, intervalMs }) => task === 'monitor' && intervalMs !== undefined && intervalMs > 0);
  // The last answer is at most one interval old: a recurring monitor that gives another result is recorded at once.
  const [monitor] = monitors;
  return {
    id,
    startedOn,
    monitorInterval: monitor?.intervalMs === undefined ? undefined : monitor.intervalMs / 1000,
    monitorResult: monitor?.rc,
  };
}

function* failuresOf(status: ClusterStatus): Generator<string> {
  yield* status.failures.map(describeFailure);
  for (const { id, kind, failed, blocked, orphaned } of status.allResources) {
    if (kind !== 'primitive' || id.includes(':')) continue;
    if (failed) yield `resource ${id} has failed`;
    if (blocked) yield `resource ${id} is blocked`;
    if (orphaned) yield `resource ${id} runs and is not configured`;
  }
}

/** Settings with which a rolling reboot costs the service, or moves it more than once. */
function* unsuitable(configuration: ClusterConfiguration, service: string): Generator<string> {
  const is = (name: 'shutdown-lock' | 'maintenance-mode' | 'stop-all-resources') =>
    configuration.effectiveProperty(name).value === true;
  if (is('shutdown-lock')) {
    yield 'shutdown-lock=true keeps resources on a node that is down: pcs property set shutdown-lock=false';
  }
  if (configuration.effectiveProperty('no-quorum-policy').value === 'ignore') {
    yield 'no-quorum-policy=ignore lets a node that starts alone fence the other: pcs property set no-quorum-policy=stop';
  }
  if (configuration.effectiveProperty('startup-fencing').value === false) {
    yield 'startup-fencing=false takes a node that was not seen yet for off: pcs property unset startup-fencing';
  }
  if (is('maintenance-mode')) yield 'the cluster is in maintenance mode: pcs property set maintenance-mode=false';
  if (is('stop-all-resources')) yield 'all resources are stopped: pcs property set stop-all-resources=false';
  if (staysPut(configuration, service) === false) {
    yield `resource-stickiness of ${service} is 0: it would move back by itself: pcs resource defaults update resource-stickiness=100`;
  }
}

/**
 * A fencing that is pending, and how to be rid of one that never ends: the fencer that was asked for it has ended without it, and
 * a cleanup of the history keeps what is pending; when that fencer starts anew, it gives up what it does not know of.
 */
function pendingFencing({ target, action, origin }: FencingEvent): string {
  return (
    `fencing (${action}) of ${target}, which ${origin} asked for, is pending; one that is not under way ends when the ` +
    `cluster is restarted on ${origin}: pcs cluster stop ${origin}, then pcs cluster start ${origin}`
  );
}

// What a cluster file comes to: the resources and constraints with their ids, options and meta attributes. Everything that
// makes a cluster, undoes it or looks it over reads it from here.
import type { Options } from '@sleepi3/pcs';
import type { ClusterFile } from '../config/cluster-file.js';
import { readPublishedPort } from '../config/published-ports.js';
import { initIn } from '../config/run-options.js';
import { secondId, secondPasswordPath } from './second-ids.js';
import { urlAt } from './service-url.js';

/** A resource or fence device as it should be. */
export interface PrimitiveDesign {
  readonly id: string;
  readonly family: 'resource' | 'stonith';
  /** `fence_sleepi3`, `ocf:heartbeat:docker` … */
  readonly agent: string;
  /** null: must not be set. */
  readonly options: Readonly<Record<string, string | number | null>>;
  readonly meta: Readonly<Record<string, string | null>>;
  /** Seconds. */
  readonly operations: Readonly<Record<string, { readonly interval?: number; readonly timeout: number }>>;
}

export interface FenceDesign extends PrimitiveDesign {
  /** The node it cuts off. */
  readonly target: string;
  /** The only node whose wire leads there. */
  readonly shooter: string;
  /** Where it may not run: on the target, and in a ring on every other node but the shooter. */
  readonly bans: readonly { readonly node: string; readonly id: string }[];
}

/** A device of the second means. */
export interface SecondDesign extends PrimitiveDesign {
  /** The node it cuts off. */
  readonly target: string;
}

export interface AddressDesign extends PrimitiveDesign {
  /** The interface on each node where they differ; otherwise it is an option, `nic`, like any other. */
  readonly interfaces: readonly { readonly node: string; readonly name: string }[];
}

export interface ContainerDesign extends PrimitiveDesign {
  /** The id of its clone; undefined when it is not cloned. */
  readonly clone: string | undefined;
  /** The container's name and image, for docker. */
  readonly name: string;
  readonly image: string;
}

export interface ClusterDesign {
  readonly name: string;
  readonly nodes: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly preferred: string;
  readonly fences: readonly FenceDesign[];
  /** The second means for each node; none when the wire is the only one. */
  readonly second: readonly SecondDesign[];
  /** The second means' password, which is in no configuration. */
  readonly secondPassword: string | undefined;
  readonly containers: readonly ContainerDesign[];
  readonly vip: AddressDesign;
  readonly stickiness: number;
  /** Who gets which alerts; of no interest to the cluster itself, and with secrets. */
  readonly alerts: ClusterFile['alerts'];
  /** The quorum device; undefined: as it is. */
  readonly device: ClusterFile['quorum']['device'];
  /** corosync's totem token, ms; undefined: as it is. */
  readonly token: number | undefined;
  /** The restart in turn; undefined: none by this program. */
  readonly reboot: RebootDesign | undefined;
}

/** What rolling-reboot has to know. */
export interface RebootDesign {
  /** The resource that clients depend on, and where it answers. */
  readonly service: string;
  readonly url: string;
  readonly healthUrl: string | undefined;
  readonly window: string;
  readonly when: string;
  /** Seconds. */
  readonly soak: number;
  readonly failback: string;
}

/** What can hold the VIP: the one is the other, and can besides be on the new node before it leaves the old one. */
export const addressAgents = { plain: 'ocf:heartbeat:IPaddr2', migratable: 'ocf:sleepi3:IPaddr2' } as const;

/** What can hold a container: the one is the other, and starts it before it asks anything. */
export const containerAgents = { plain: 'ocf:heartbeat:docker', prompt: 'ocf:sleepi3:docker' } as const;

/** The score by which the VIP prefers a node: enough for the first start, never enough to move it back. */
export const preference = 1;

/** What a fencing takes besides its hold: the wake pulse of a reboot, and slow transfers (seconds). */
const besidesHold = 8;
/** The agent's own default, which need not be said. */
const agentHoldTimeout = 40;

export function designOf(file: ClusterFile): ClusterDesign {
  const { nodes, vip, timers, takeover } = file;
  const preferred = file.preferred ?? nodes[0]?.name ?? '';
  const requires = takeover === 'at-once' ? 'quorum' : null;
  const interfaces = nodes.flatMap(({ name, interface: own = vip.interface }) =>
    own === undefined ? [] : [{ node: name, name: own }],
  );
  const [nic, ...otherNics] = new Set(interfaces.map(({ name }) => name));
  const oneForAll = otherNics.length === 0 && interfaces.length === nodes.length;
  // Where the containers move as well, Pacemaker would stop the address anyway.
  const live = file.mode === 'hot-standby' && vip.handover === 'make-before-break';
  return {
    name: file.cluster,
    nodes,
    preferred,
    fences: nodes.map((_, place) => fenceDesign(file, place, preferred)),
    second: file.fencing.second === undefined ? [] : nodes.map(({ name }) => secondDesign(file.fencing, name)),
    secondPassword: file.fencing.second?.password,
    containers: file.containers.map((container) => containerDesign(file, container, requires)),
    vip: {
      id: vip.resource,
      family: 'resource',
      agent: live ? addressAgents.migratable : addressAgents.plain,
      options: { ip: vip.address, cidr_netmask: vip.prefix, nic: oneForAll ? (nic ?? null) : null },
      interfaces: oneForAll ? [] : interfaces,
      meta: { requires, 'allow-migrate': live ? 'true' : null },
      operations: { monitor: { interval: timers.monitor, timeout: 20 } },
    },
    stickiness: timers.stickiness,
    alerts: file.alerts,
    device: file.quorum.device,
    token: timers.token,
    reboot: rebootDesign(file),
  };
}

function rebootDesign(file: ClusterFile): RebootDesign | undefined {
  if (file.reboot === undefined) return undefined;
  const { health_url: healthUrl, url = serviceUrl(file) ?? '', ...rest } = file.reboot;
  return { service: file.vip.resource, url, healthUrl, ...rest };
}

/** Where the service answers: the VIP at the first TCP port of the first container; undefined when none is published. */
export function serviceUrl({ vip, containers }: ClusterFile): string | undefined {
  const ports = containers.flatMap((one) => one.ports).flatMap((port) => readPublishedPort(port) ?? []);
  return urlAt(vip.address, ports);
}

/** Whether the nodes are wired in a ring, in which one part alone has quorum and whoever is shot yields. */
export function isRing({ nodes }: Pick<ClusterDesign, 'nodes'>): boolean {
  return nodes.length > 2;
}

/** The id of the constraint that keeps a fence device off a node. */
export function banId(target: string, node: string): string {
  return `fence_${target}-not-on-${node}`;
}

/**
 * A device whose start has failed once stays away until somebody cleans up: without this, also where both nodes came up after a
 * power cut, and the peer's line keeper only a moment later than the device.
 */
const fenceMeta = { 'failure-timeout': '120s' };

/** The device for the node at a place of the file, which the node before it runs. */
function fenceDesign({ fencing, quorum, nodes }: ClusterFile, place: number, preferred: string): FenceDesign {
  const names = nodes.map(({ name }) => name);
  const [target = '', shooter = ''] = [names[place], names.at(place - 1)];
  const ring = isRing({ nodes });
  const holdTimeout = fencing.timeout - fencing.hold - besidesHold;
  return {
    id: `fence_${target}`,
    family: 'stonith',
    agent: 'fence_sleepi3',
    target,
    shooter,
    bans: names.filter((name) => name !== shooter).map((node) => ({ node, id: banId(target, node) })),
    options: {
      pcmk_host_list: target,
      pcmk_host_check: 'static-list',
      pcmk_reboot_action: 'reboot',
      pcmk_reboot_timeout: `${fencing.timeout}s`,
      pcmk_off_timeout: `${fencing.timeout}s`,
      pcmk_reboot_retries: 1,
      pcmk_off_retries: 1,
      // With real quorum one side alone has it, and nobody shoots without: there is no race to decide.
      pcmk_delay_base: target === preferred && quorum.device === undefined && !ring ? `${fencing.delay}s` : null,
      preferred: ring ? null : preferred,
      // The agent refuses it where its wire leads elsewhere.
      peer: ring ? target : null,
      hold: fencing.hold,
      hold_timeout: holdTimeout === agentHoldTimeout ? null : holdTimeout,
    },
    meta: fenceMeta,
    // The usual 20 s are not enough for an agent that starts on a node that is busy coming up (measured).
    operations: {
      start: { timeout: fencing.timeout },
      monitor: { interval: fencing.monitor, timeout: fencing.timeout },
    },
  };
}

function secondDesign({ second, timeout, monitor }: ClusterFile['fencing'], target: string): SecondDesign {
  const plug = second?.plugs[target];
  return {
    id: secondId(target),
    family: 'stonith',
    agent: second?.agent ?? '',
    target,
    options: {
      ...second?.options,
      ...(second?.password !== undefined && { password_script: `cat ${secondPasswordPath}` }),
      pcmk_host_check: 'static-list',
      pcmk_host_list: plug === undefined ? target : null,
      pcmk_host_map: plug === undefined ? null : `${target}:${plug}`,
    },
    meta: fenceMeta,
    operations: { start: { timeout }, monitor: { interval: monitor, timeout } },
  };
}

function containerDesign(
  { mode, timers }: ClusterFile,
  container: ClusterFile['containers'][number],
  requires: string | null,
): ContainerDesign {
  const { health } = container;
  return {
    id: container.resource,
    family: 'resource',
    agent: containerAgents.prompt,
    clone: mode === 'hot-standby' ? `${container.resource}-clone` : undefined,
    name: container.name,
    image: container.image,
    options: {
      image: container.image,
      name: container.name,
      run_opts: [
        // Without an init process the container ignores SIGTERM, and a stop takes its whole timeout (measured: 80 s).
        ...(initIn(container.run_options ?? '') === undefined ? ['--init'] : []),
        ...container.ports.map((port) => `-p ${port}`),
        ...(container.run_options === undefined ? [] : [container.run_options]),
      ].join(' '),
      run_cmd: container.command ?? null,
      monitor_cmd: health?.command ?? null,
    },
    meta: { requires },
    operations: {
      start: { timeout: timers.start },
      stop: { timeout: timers.stop },
      monitor: { interval: health?.interval ?? timers.monitor, timeout: health?.timeout ?? 20 },
    },
  };
}

/** What is set of options or meta attributes, for creating. */
export function present(values: Readonly<Record<string, string | number | null>>): Options {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Options;
}

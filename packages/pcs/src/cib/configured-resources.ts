// The configured resources: primitives, templates, groups, clones and bundles.
import {
  constant,
  each,
  flag,
  integer,
  listIn,
  maybe,
  optional,
  shape,
  type Shape,
  text,
  type WithUnknown,
} from '../xml/shape.js';
import { type AttributeSet, attributeSet } from './attribute-sets.js';
import { type Described, described } from './described.js';

/** A configured resource; `kind` tells which. */
export type ConfiguredResource =
  ConfiguredPrimitive | ConfiguredTemplate | ConfiguredGroup | ConfiguredClone | ConfiguredBundle;

interface Operated extends Described {
  /** `ocf`, `systemd`, `stonith`, `lsb`, `service`; undefined when it comes from a template. */
  readonly class: string | undefined;
  /** For the class `ocf`: `heartbeat`, `pacemaker` … */
  readonly provider: string | undefined;
  /** The agent's name: `IPaddr2`, `fence_sleepi3` … */
  readonly type: string | undefined;
  readonly operations: readonly ConfiguredOperation[];
  readonly utilization: readonly AttributeSet[];
}

/** A primitive; a fence device when its class is `stonith`. */
export interface ConfiguredPrimitive extends Operated {
  readonly kind: 'primitive';
  /** The template it is made from. */
  readonly template: string | undefined;
}

/** A template for primitives. */
export interface ConfiguredTemplate extends Operated {
  readonly kind: 'template';
}

/** A configured operation. Durations are kept as written: `10s`, `1min`, ISO 8601 … */
export interface ConfiguredOperation extends Described {
  /** `monitor`, `start`, `stop` … */
  readonly name: string;
  readonly interval: string;
  readonly startDelay: string | undefined;
  readonly intervalOrigin: string | undefined;
  readonly timeout: string | undefined;
  readonly enabled: boolean | undefined;
  readonly recordPending: boolean | undefined;
  readonly role: string | undefined;
  /** `ignore`, `block`, `demote`, `stop`, `restart`, `standby`, `fence`, `restart-container`. */
  readonly onFail: string | undefined;
}

export interface ConfiguredGroup extends Described {
  readonly kind: 'group';
  /** Primitives, in the order they start. */
  readonly members: readonly ConfiguredPrimitive[];
}

/** A clone; promotable when its meta attribute `promotable` says so or it was written as `master`. */
export interface ConfiguredClone extends Described {
  readonly kind: 'clone';
  /** The cloned primitive or group: one. */
  readonly members: readonly (ConfiguredPrimitive | ConfiguredGroup)[];
  /** Written as the deprecated element `master`. */
  readonly master: boolean;
}

export interface ConfiguredBundle extends Described {
  readonly kind: 'bundle';
  /** How its containers are run; one of `docker`, `podman`, `rkt`. */
  readonly docker: BundleContainer | undefined;
  readonly podman: BundleContainer | undefined;
  readonly rkt: BundleContainer | undefined;
  readonly network: BundleNetwork | undefined;
  readonly storage: readonly BundleStorageMapping[];
  /** The primitive inside, if there is one. */
  readonly members: readonly ConfiguredPrimitive[];
}

export interface BundleContainer extends WithUnknown {
  readonly image: string;
  readonly replicas: number | undefined;
  readonly replicasPerHost: number | undefined;
  /** Written `masters` in old configurations. */
  readonly promotedMax: number | undefined;
  readonly runCommand: string | undefined;
  readonly network: string | undefined;
  readonly options: string | undefined;
}

export interface BundleNetwork extends WithUnknown {
  readonly ipRangeStart: string | undefined;
  readonly controlPort: number | undefined;
  readonly hostInterface: string | undefined;
  readonly hostNetmask: number | undefined;
  readonly addHost: boolean | undefined;
  readonly portMappings: readonly BundlePortMapping[];
}

export interface BundlePortMapping extends WithUnknown {
  readonly id: string;
  readonly port: number | undefined;
  readonly internalPort: number | undefined;
  readonly range: string | undefined;
}

export interface BundleStorageMapping extends WithUnknown {
  readonly id: string;
  readonly sourceDir: string | undefined;
  readonly sourceDirRoot: string | undefined;
  readonly targetDir: string;
  readonly options: string | undefined;
}

const operation = shape<ConfiguredOperation>({
  ...described,
  name: text('name'),
  interval: text('interval'),
  startDelay: optional(text('start-delay')),
  intervalOrigin: optional(text('interval-origin')),
  timeout: optional(text('timeout')),
  enabled: optional(flag('enabled')),
  recordPending: optional(flag('record-pending')),
  role: optional(text('role')),
  onFail: optional(text('on-fail')),
});

const operated = {
  ...described,
  class: optional(text('class')),
  provider: optional(text('provider')),
  type: optional(text('type')),
  operations: listIn('operations', { op: operation }),
  utilization: each({ utilization: attributeSet }),
};

const container = shape<BundleContainer>({
  image: text('image'),
  replicas: optional(integer('replicas')),
  replicasPerHost: optional(integer('replicas-per-host')),
  promotedMax: optional(integer('promoted-max', 'masters')),
  runCommand: optional(text('run-command')),
  network: optional(text('network')),
  options: optional(text('options')),
});

const network = shape<BundleNetwork>({
  ipRangeStart: optional(text('ip-range-start')),
  controlPort: optional(integer('control-port')),
  hostInterface: optional(text('host-interface')),
  hostNetmask: optional(integer('host-netmask')),
  addHost: optional(flag('add-host')),
  portMappings: each({
    'port-mapping': shape<BundlePortMapping>({
      id: text('id'),
      port: optional(integer('port')),
      internalPort: optional(integer('internal-port')),
      range: optional(text('range')),
    }),
  }),
});

const primitive = shape<ConfiguredPrimitive>({
  kind: constant('primitive'),
  ...operated,
  template: optional(text('template')),
});

const group = shape<ConfiguredGroup>({ kind: constant('group'), ...described, members: each({ primitive }) });

const clone = (master: boolean) =>
  shape<ConfiguredClone>({
    kind: constant('clone'),
    ...described,
    members: each<ConfiguredPrimitive | ConfiguredGroup>({ primitive, group }),
    master: constant(master),
  });

const bundle = shape<ConfiguredBundle>({
  kind: constant('bundle'),
  ...described,
  docker: maybe('docker', container),
  podman: maybe('podman', container),
  rkt: maybe('rkt', container),
  network: maybe('network', network),
  storage: listIn('storage', {
    'storage-mapping': shape<BundleStorageMapping>({
      id: text('id'),
      sourceDir: optional(text('source-dir')),
      sourceDirRoot: optional(text('source-dir-root')),
      targetDir: text('target-dir'),
      options: optional(text('options')),
    }),
  }),
  members: each({ primitive }),
});

/** How the elements that are resources are read, by element name. */
export const configuredResource: Readonly<Record<string, Shape<ConfiguredResource>>> = {
  primitive,
  template: shape<ConfiguredTemplate>({ kind: constant('template'), ...operated }),
  group,
  clone: clone(false),
  master: clone(true),
  bundle,
};

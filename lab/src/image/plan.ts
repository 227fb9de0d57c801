// What the guests' disk image is made of, as data. The same plan always has the same fingerprint, and the image is
// kept under it: nothing is built twice, and nothing stale is booted.
import { createHash } from 'node:crypto';
import type { Release } from '../../../tools/parts/debian-sources.js';
import { machineKinds, type Platform, platformName } from '../machine/platform.js';

/** What a guest's disk holds: all that a node has, or what it has before anyone set up a cluster on it. */
export type Contents = 'whole' | 'bare';

/** Debian packages of the guests, besides the base system. Their dependencies come along, recommendations do not. */
export const guestPackages = ({ release, architecture }: Platform, contents: Contents): string[] => [
  machineKinds[architecture].kernelPackage,
  ...(contents === 'bare' ? [] : ownPackages[release]),
  ...machinePackages,
  ...(contents === 'bare' ? [] : clusterPackages),
  ...boardPackages,
  ...(contents === 'bare' ? [] : ['nodejs']),
];

/** What a release calls otherwise, or has apart from others. */
const ownPackages: Readonly<Record<Release, readonly string[]>> = {
  bookworm: ['fence-agents'],
  // The article's agent takes the library of the reference agents; `fence-agents` itself would bring five hundred packages.
  trixie: ['docker-cli', 'fence-agents-common'],
};

const machinePackages = [
  'initramfs-tools',
  'systemd-sysv',
  'udev',
  'dbus',
  'kmod',
  'procps',
  'iproute2',
  'iputils-ping',
  'netbase',
  'qemu-guest-agent',
  'systemd-timesyncd',
] as const;

const clusterPackages = [
  // cluster
  'corosync',
  'corosync-qdevice',
  'pacemaker',
  'pacemaker-cli-utils',
  'pcs',
  'resource-agents',
  // service
  'docker.io',
  'ca-certificates',
  'lighttpd', // goes into the container
  'keepalived', // what the bench compares with
] as const;

/** A machine has these too before there is a cluster: a board, and a network to reach it by. */
const boardPackages = ['openssh-client', 'openssh-server', 'i2c-tools', 'python3-smbus'] as const;

/** Modules of the small initrd: what it takes to mount the root, nothing else. */
export const initrdModules = ['virtio_pci', 'virtio_blk', 'ext4'] as const;

/** Units that a guest starts at boot, and units that would only disturb it. */
export const units = {
  enabled: [
    'sleepi3-lab-network.service',
    'sleepi3-lab-provision.service',
    'sleepi3-start.service',
    'sleepi3-heartbeat.service',
    'docker.service',
    'corosync.service',
    'pacemaker.service',
  ],
  /** Started by a scenario that uses them: pcsd doubles the time a guest takes to boot. */
  disabled: [
    'corosync-qdevice.service',
    'keepalived.service',
    'pcsd.service',
    'pcsd-ruby.service',
    'ssh.service',
    'systemd-timesyncd.service',
  ],
  masked: [
    'systemd-networkd.service',
    'systemd-networkd-wait-online.service',
    'systemd-pstore.service',
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
    'fstrim.timer',
    'getty@tty1.service',
    'lighttpd.service',
    // modules and formats that nothing here uses, loaded in programs of their own
    'modprobe@configfs.service',
    'modprobe@dm_mod.service',
    'modprobe@drm.service',
    'modprobe@fuse.service',
    'modprobe@loop.service',
    'systemd-binfmt.service',
  ],
} as const;

/** Those of packages that a bare guest is yet to get. */
const unitsOfCluster: ReadonlySet<string> = new Set([
  ...['docker.service', 'corosync.service', 'pacemaker.service'],
  ...['keepalived.service', 'pcsd.service', 'pcsd-ruby.service'],
]);

/** Of these units, those that a guest has. */
export const unitsOn = (contents: Contents, names: readonly string[]): string[] =>
  names.filter((name) => contents === 'whole' || !unitsOfCluster.has(name));

/** One file that goes into the image. */
export interface PlannedFile {
  /** Absolute path in the guest. */
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** Everything an image depends on. */
export interface ImagePlan {
  readonly platform: Platform;
  readonly contents: Contents;
  readonly files: readonly PlannedFile[];
  /** MiB of the guest's disk. The image is sparse. */
  readonly diskSize: number;
}

/** A name for the image that changes when anything it is made of changes. */
export function fingerprint(plan: ImagePlan): string {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify({
      version: 4,
      platform: plan.platform,
      guestPackages: guestPackages(plan.platform, plan.contents),
      initrdModules,
      units,
      diskSize: plan.diskSize,
    }),
  );
  for (const { path, content, executable } of [...plan.files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`\0${path}\0${executable ? 'x' : '-'}\0${content.length}\0`).update(content);
  }
  const name = platformName(plan.platform) + (plan.contents === 'bare' ? '-bare' : '');
  return `${name}-${hash.digest('hex').slice(0, 16)}`;
}

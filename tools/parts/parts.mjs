// The programs of Debian's that tests drive, and the packages that bring them. Plain JavaScript without dependencies:
// `npm run parts` comes before everything else, because the addon of i2c-bus is only built where there is a compiler.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * What each package brings: programs by their name, files by their path. Of several packages in a row the first that the
 * release has is taken. `since` is the first release of Debian that has it at all.
 */
export const parts = [
  { packages: ['build-essential'], brings: ['c++', 'make'] },
  { packages: ['binutils'], brings: ['readelf'] },
  // Each machine's own compiler is in g++.
  { packages: ['g++-x86-64-linux-gnu', 'g++'], brings: ['x86_64-linux-gnu-g++'] },
  { packages: ['g++-aarch64-linux-gnu', 'g++'], brings: ['aarch64-linux-gnu-g++'] },
  { packages: ['g++-arm-linux-gnueabihf', 'g++'], brings: ['arm-linux-gnueabihf-g++'] },
  { packages: ['python3'], brings: ['/usr/bin/python3'] },
  { packages: ['git'], brings: ['git'] },
  { packages: ['ca-certificates'], brings: ['update-ca-certificates'] },
  {
    packages: ['pacemaker'],
    brings: ['pacemaker-fenced', 'pacemaker-based', 'fence_watchdog', '/usr/lib/systemd/system/pacemaker.service'],
  },
  {
    packages: ['pacemaker-cli-utils'],
    brings: ['cibadmin', 'crm_mon', 'crm_resource', 'crm_simulate', 'crm_verify', 'stonith_admin'],
  },
  { packages: ['pacemaker-cts'], brings: ['/usr/share/pacemaker/tests/cts-fencing'], since: 13 },
  { packages: ['pcs'], brings: ['pcs', '/usr/share/pcs/data/ocf-1.0.rng'] },
  { packages: ['corosync'], brings: ['corosync'] },
  { packages: ['corosync-qdevice'], brings: ['corosync-qdevice'] },
  { packages: ['corosync-qnetd'], brings: ['corosync-qnetd'] },
  // Debian 13 has a package for each agent, and under the old name one that brings them all.
  { packages: ['fence-agents-dummy', 'fence-agents'], brings: ['fence_dummy'] },
  { packages: ['fence-agents-ipmilan', 'fence-agents'], brings: ['fence_ipmilan'] },
  { packages: ['fence-agents-common', 'fence-agents'], brings: ['/usr/share/cluster/relaxng/metadata.rng'] },
  {
    packages: ['resource-agents'],
    brings: ['/usr/lib/ocf/resource.d/heartbeat/IPaddr2', '/usr/lib/ocf/resource.d/heartbeat/docker'],
  },
  { packages: ['iproute2'], brings: ['ip'] },
  { packages: ['iputils-ping'], brings: ['ping'] },
  { packages: ['libxml2-utils'], brings: ['xmllint'] },
  { packages: ['i2c-tools'], brings: ['i2cget', 'i2cset'] },
  { packages: ['util-linux'], brings: ['flock', 'nsenter', 'unshare'] },
  { packages: ['bsdutils'], brings: ['logger'] },
  { packages: ['bsdextrautils', 'bsdutils'], brings: ['script'] },
  { packages: ['bash'], brings: ['bash'] },
  { packages: ['tar'], brings: ['tar'] },
  { packages: ['dpkg'], brings: ['dpkg', 'dpkg-deb'] },
  { packages: ['lintian'], brings: ['lintian'] },
  { packages: ['man-db'], brings: ['man'] },
  { packages: ['shellcheck'], brings: ['shellcheck'] },
  { packages: ['systemd'], brings: ['systemctl', 'systemd-analyze'] },
  { packages: ['systemd-container'], brings: ['systemd-nspawn'] },
  { packages: ['openssh-client'], brings: ['ssh', 'ssh-keygen'] },
  { packages: ['openssh-server'], brings: ['sshd'] },
  { packages: ['prometheus'], brings: ['prometheus', 'promtool'] },
  { packages: ['prometheus-node-exporter'], brings: ['prometheus-node-exporter'] },
  { packages: ['prometheus-alertmanager'], brings: ['prometheus-alertmanager'] },
  // For npm run other-release.
  { packages: ['debootstrap'], brings: ['debootstrap'] },
];

/** Programs that no user calls by their name are looked for, too. */
const directories = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/sbin',
  '/usr/libexec/pacemaker',
  '/usr/lib/pacemaker',
];

/**
 * The absolute path of a part, or undefined when it is not on this machine.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function findPart(name) {
  if (name.startsWith('/')) return existsSync(name) ? name : undefined;
  return directories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Whether the release of this machine can have it.
 *
 * @param {string} name
 * @returns {boolean}
 */
export function isToBeHad(name) {
  return partOf(name).since === undefined || partOf(name).since <= release();
}

/**
 * The entry of the table that brings it. Throws when there is none.
 *
 * @param {string} name
 */
export function partOf(name) {
  const part = parts.find(({ brings }) => brings.includes(name));
  if (part === undefined) throw new Error(`${name} is no part that tools/parts/parts.mjs lists: add what brings it`);
  return part;
}

/** The entries of the table of which something is not on this machine although it can be. */
export function missingParts() {
  return parts.filter(({ brings }) => brings.some((name) => isToBeHad(name) && findPart(name) === undefined));
}

/** Whether tests may have namespaces of their own, with mounts in them: root may, but not in every container. */
export function mayHaveNamespaces() {
  const words = ['-mnip', '--fork', '--mount-proc', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'];
  return spawnSync('unshare', words, { stdio: 'ignore' }).status === 0;
}

/** The release of Debian, 0 when it is something else. */
function release() {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return Number(/^(?:ID|ID_LIKE)="?(?:debian|raspbian)"?$/m.test(text) && /^VERSION_ID="?(\d+)/m.exec(text)?.[1]);
  } catch {
    return 0;
  }
}

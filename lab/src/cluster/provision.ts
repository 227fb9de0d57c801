// What a run of the lab brings to both machines on their first boot: settings, the agent, a ready cluster. One tar
// archive, which the guest sees as its second disk.
import { chmod, copyFile, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { ProgramPaths } from '../paths.js';
import { mustRun, type RunProgram } from '../program.js';
import { cib, type ClusterOptions, corosyncConf, keepalivedConf, nodesOf, socketAgent } from './configuration.js';
import { socketAgentProgram } from './socket-agent.js';
import { copyModules } from './node-modules.js';

/** Where the parts are that a guest gets. */
export interface ProvisionSources {
  /** What the article's agent needs, laid out as in the guest: `lab/guest/article`. */
  readonly articleFiles: string;
  /** The agent's Debian package, and cluster-setup's. */
  readonly agentPackage: string;
  readonly setupPackage: string;
  /** The programs for operators. */
  readonly rollingReboot: ProgramPaths;
  readonly clusterSetup: ProgramPaths;
  readonly alertAgent: ProgramPaths;
  /** The contract of a bus as one program. */
  readonly busContract: string;
  /** A Node besides Debian's, for the contract; this machine's, and so only for guests of its architecture. */
  readonly otherNode?: {
    readonly program: string;
    /** i2c-bus for it and what it needs, as directories by name. */
    readonly modules: Readonly<Record<string, string>>;
  };
}

/** Where a bare guest has the packages of this project that its reader brought there. */
export const broughtPackages = '/root/packages';

/** Where a guest with no cluster has the contract, and the Node besides Debian's. */
export const guestContract = '/usr/lib/sleepi3-lab/bus-contract.cjs';
export const otherNode = '/usr/lib/sleepi3-lab/newer-node/node';
export const otherContract = '/usr/lib/sleepi3-lab/newer-node/bus-contract.cjs';

/** The secret of the ready cluster. The machines live in a namespace of their own and for one run. */
const authkey = Buffer.alloc(256, 'sleepi3 lab ');

/**
 * Writes the archive. `cluster` undefined: no cluster, as after installing the packages; `'bare'`: before that.
 *
 * @param joins The machine comes to a cluster that runs, and gets its configuration from there.
 */
export async function writeProvision(
  run: RunProgram,
  sources: ProvisionSources,
  cluster: ClusterOptions | 'keepalived' | 'bare' | undefined,
  workspace: string,
  archive: string,
  joins: boolean,
): Promise<void> {
  const root = join(workspace, 'root');
  await rm(workspace, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  const write = async (path: string, content: string | Buffer, mode: number) => {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, mode);
  };
  const bring = async (path: string, directory: string) => {
    await mkdir(join(root, directory), { recursive: true });
    await copyFile(path, join(root, directory, basename(path)));
  };
  if (cluster !== 'bare') await installPrograms(sources, root);
  if (cluster === 'bare') {
    for (const path of [sources.agentPackage, sources.setupPackage]) await bring(path, broughtPackages);
  } else if (cluster === 'keepalived') {
    await write('etc/keepalived/keepalived.conf', keepalivedConf, 0o644);
    await enable(root, '/usr/lib/systemd/system', 'keepalived.service');
    await enable(root, `/${unitDirectory}`, 'sleepi3-lab-httpd.service');
  } else if (cluster?.fencing === 'article') {
    await cp(sources.articleFiles, root, { recursive: true });
  } else if (cluster) {
    // The package's files, ready made like the cluster: installing it costs an emulated machine a minute of its boot.
    await mustRun(run, ['dpkg-deb', '--extract', sources.agentPackage, root]);
    await enable(root, '/usr/lib/systemd/system', 'fence-sleepi3.service');
    await enable(root, '/usr/lib/systemd/system', 'fence-sleepi3.socket', 'sockets.target');
    if (cluster.device) await enable(root, '/usr/lib/systemd/system', 'corosync-qdevice.service');
    if (cluster.second) await write(`usr/sbin/${socketAgent}`, socketAgentProgram, 0o755);
  } else {
    await bring(sources.agentPackage, 'var/lib/sleepi3-lab/packages');
  }
  if (!cluster) {
    await mkdir(join(root, dirname(guestContract)), { recursive: true });
    await copyFile(sources.busContract, join(root, guestContract));
    if (sources.otherNode) {
      await mkdir(join(root, dirname(otherNode)), { recursive: true });
      // The newer Node loads the addon that is beside its own copy of the contract.
      await copyFile(sources.otherNode.program, join(root, otherNode));
      await copyFile(sources.busContract, join(root, otherContract));
      await copyModules(sources.otherNode.modules, join(root, dirname(otherNode), 'node_modules'));
    }
  } else if (cluster !== 'keepalived' && cluster !== 'bare') {
    await write('etc/corosync/corosync.conf', corosyncConf(cluster), 0o644);
    if (cluster.ring) await write('etc/hosts', hostsOf(cluster), 0o644);
    await write('etc/corosync/authkey', authkey, 0o400);
    await write('etc/pacemaker/authkey', authkey, 0o640);
    if (!joins) await write('var/lib/pacemaker/cib/cib.xml', cib(cluster), 0o600);
  }
  // Files alone: a directory in the archive would change the owner of the guest's own.
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  await mustRun(
    run,
    ['tar', '--create', '--file', archive, '--owner=0', '--group=0', '--directory', root, '--files-from', '-'],
    { input: files.map((file) => `${file}\n`).join('') },
  );
  await rm(workspace, { recursive: true });
}

/**
 * rolling-reboot, cluster-setup and alert_sleepi3, as their READMEs say. What the first one does after a boot is enabled, its timer is
 * not; the last one has no receivers.
 */
async function installPrograms(sources: ProvisionSources, root: string): Promise<void> {
  const { rollingReboot, clusterSetup, alertAgent } = sources;
  const programs = join(root, 'usr/sbin');
  await mkdir(programs, { recursive: true });
  for (const { kept } of [rollingReboot, clusterSetup, alertAgent])
    await copyFile(kept, join(programs, basename(kept)));
  for (const { source } of [rollingReboot, alertAgent]) {
    await cp(join(source, 'systemd'), join(root, unitDirectory), {
      recursive: true,
      filter: (path) => !path.endsWith('.default'),
    });
  }
  await enable(root, `/${unitDirectory}`, 'rolling-reboot-resume.service');
  await enable(root, `/${unitDirectory}`, 'alert-sleepi3.path');
}

/** The image knows two machines. */
const hostsOf = (cluster: ClusterOptions): string =>
  [
    '127.0.0.1 localhost',
    '::1 localhost',
    ...nodesOf(cluster).map(({ name, address }) => `${address} ${name}`),
    '',
  ].join('\n');

const unitDirectory = 'etc/systemd/system';

async function enable(root: string, directory: string, unit: string, target = 'multi-user.target'): Promise<void> {
  const wants = join(root, unitDirectory, `${target}.wants`);
  await mkdir(wants, { recursive: true });
  await symlink(join(directory, unit), join(wants, unit));
}

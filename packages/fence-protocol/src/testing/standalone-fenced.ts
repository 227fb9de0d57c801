// The real pacemaker-fenced, alone and shut off from the machine, for agents to be tested under it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FenceError } from '../errors.js';

/** What a program left behind. */
export interface CommandResult {
  readonly exitStatus: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where Debian keeps the daemon; other distributions have it in /usr/libexec/pacemaker. */
const daemons = ['/usr/lib/pacemaker/pacemaker-fenced', '/usr/libexec/pacemaker/pacemaker-fenced'];

/** The programs of /usr/sbin that run inside besides the agents; corosync where the daemon needs it. */
const programs = ['stonith_admin', 'corosync'];

/**
 * What runs inside: only our agents and what they are tested with are in /usr/sbin, and every place where Pacemaker keeps state
 * or speaks to others is a new, empty one. `$1` is the directory of this run, and `$2` is "levels" where fencing levels count.
 *
 * Pacemaker 2 stands alone, and then knows no levels: it tries all devices of a target, in the order of a hash table. With levels,
 * and with Pacemaker 3 anyway, it wants a cluster, as in its own tests: it gets one of a single node on the loopback, and is
 * started until corosync is ready for it.
 */
const inside = `
set -e
for daemon in ${daemons.join(' ')}; do [ ! -x "$daemon" ] || fenced=$daemon; done
for place in /dev/shm /run /var/log /var/lib/pacemaker; do mount -t tmpfs tmpfs "$place"; done
export PCMK_logfile="$1/log" PCMK_debug=yes
if "$fenced" --help-all 2>&1 | grep -q -e '-c, --stand-alone-w-cpg'; then among_others=-c; else among_others=-s; fi
if [ "$among_others" = -c ] && [ "$2" != levels ]; then
  mount --bind "$1/sbin" /usr/sbin
  "$fenced" -s >"$1/out" 2>&1 &
else
  if [ ! -x "$1/sbin/corosync" ]; then
    echo 'pacemaker-fenced needs corosync here: apt-get install corosync' >&2
    exit 1
  fi
  ip link set lo up
  mount -t tmpfs tmpfs /var/lib/corosync
  mount -t tmpfs tmpfs /etc/corosync
  cat >/etc/corosync/corosync.conf <<EOF
system {
    sched_rr: no
    move_to_root_cgroup: no
}
totem {
    version: 2
    cluster_name: standalone
    transport: udpu
}
nodelist {
    node {
        ring0_addr: 127.0.0.1
        name: $(uname -n)
        nodeid: 1
    }
}
quorum {
    provider: corosync_votequorum
}
EOF
  mount --bind "$1/sbin" /usr/sbin
  corosync -f >"$1/out" 2>&1 &
  (until "$fenced" $among_others >>"$1/out" 2>&1; do sleep 0.2; done) &
fi
touch "$1/started"
wait
`;

export interface StandaloneFencedOptions {
  /** Whether fencing levels count; false by default. With Pacemaker 2 it takes a corosync, with Pacemaker 3 they always do. */
  readonly levels?: boolean;
}

/**
 * A running pacemaker-fenced with namespaces of its own for mounts, processes, IPC and network; with levels or Pacemaker 3 a
 * corosync of one node beside it. Needs root.
 */
export class StandaloneFenced {
  readonly #directory: string;
  readonly #unshare: ChildProcess;
  readonly #pid: number;

  private constructor(directory: string, unshare: ChildProcess, pid: number) {
    this.#directory = directory;
    this.#unshare = unshare;
    this.#pid = pid;
  }

  /** Whether this process may make the namespaces. */
  static isPossible(): boolean {
    return spawnSync('unshare', ['-mnip', '--fork', '--mount-proc', 'true']).status === 0;
  }

  /** Starts the daemon with `agents`: the names under which Pacemaker finds them, and the files they are copies of. */
  static async start(
    agents: Readonly<Record<string, string>>,
    options: StandaloneFencedOptions = {},
  ): Promise<StandaloneFenced> {
    const directory = await mkdtemp(join(tmpdir(), 'standalone-fenced-'));
    const sbin = join(directory, 'sbin');
    await mkdir(sbin);
    for (const program of programs) {
      await copyFile(`/usr/sbin/${program}`, join(sbin, program)).catch((cause: unknown) => {
        if (program === 'stonith_admin') throw cause;
      });
    }
    for (const [name, file] of Object.entries(agents)) {
      await copyFile(file, join(sbin, name));
      await chmod(join(sbin, name), 0o755);
    }
    await writeFile(join(directory, 'inside.sh'), inside);
    const unshare = spawn(
      'unshare',
      [
        '-mnip',
        '--fork',
        '--kill-child',
        '--mount-proc',
        'sh',
        join(directory, 'inside.sh'),
        directory,
        options.levels ? 'levels' : '',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let stderr = '';
    unshare.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    for (let tries = 0; tries < 1000; tries++) {
      const pid = await onlyChild(unshare.pid);
      const fenced = pid === undefined ? undefined : new StandaloneFenced(directory, unshare, pid);
      if (fenced !== undefined && (await exists(join(directory, 'started'))) && fenced.#answers()) return fenced;
      if (unshare.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    unshare.kill('SIGKILL');
    const said = stderr.trim() || (await lastComplaint(directory));
    await rm(directory, { recursive: true, force: true });
    throw new FenceError('DEVICE', `pacemaker-fenced did not start: ${said}`);
  }

  /** Runs stonith_admin inside. */
  admin(...words: string[]): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const child = spawn('nsenter', this.#enter('stonith_admin', ...words), { stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject);
      child.on('close', (exitStatus) => {
        resolve({ exitStatus, stdout, stderr });
      });
    });
  }

  /** Registers a device of `agent` with the given parameters. Throws when that fails. */
  async register(device: string, agent: string, parameters: Readonly<Record<string, string>> = {}): Promise<void> {
    const options = Object.entries(parameters).flatMap(([name, value]) => ['--option', `${name}=${value}`]);
    const { exitStatus, stderr } = await this.admin('--register', device, '--agent', agent, ...options);
    if (exitStatus !== 0) throw new FenceError('DEVICE', `stonith_admin --register ${device} failed: ${stderr}`);
  }

  /** The detail log of the daemon so far. */
  log(): Promise<string> {
    return readFile(join(this.#directory, 'log'), 'utf8');
  }

  /** Kills everything inside and removes what it left. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#unshare.once('close', resolve));
    // The first process of a process namespace takes all others with it.
    this.#unshare.kill('SIGKILL');
    await closed;
    await rm(this.#directory, { recursive: true, force: true });
  }

  #answers(): boolean {
    return spawnSync('nsenter', this.#enter('stonith_admin', '--list-registered')).status === 0;
  }

  #enter(...command: string[]): string[] {
    return ['--target', String(this.#pid), '--mount', '--net', '--ipc', '--pid', '--', ...command];
  }
}

async function onlyChild(parent: number | undefined): Promise<number | undefined> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
  return children.trim() === '' ? undefined : Number(children.trim().split(' ')[0]);
}

/** What the daemon's log ends with that says nothing of its progress. */
async function lastComplaint(directory: string): Promise<string> {
  const log = await readFile(join(directory, 'log'), 'utf8').catch(() => '');
  const complaints = log.split('\n').filter((line) => /\b(?:error|crit):/.test(line));
  return complaints.slice(-2).join('; ') || 'it says nothing';
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

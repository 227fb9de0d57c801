// Three nodes with the real corosync and Pacemaker, or two and, on a machine of its own, the real corosync-qnetd, or a third one that
// joins them: each in namespaces of its own, on one bridge, at which links are cut. Nothing of it reaches this machine, and all of it ends with the test.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runner } from '../../src/index.js';
import { answer } from '../../src/testing/index.js';

/** The nodes, and the machine of the quorum device. */
export type MachineName = 'n1' | 'n2' | 'n3' | 'q';

const addresses = { n1: '10.77.0.1', n2: '10.77.0.2', n3: '10.77.0.3', q: '10.77.0.9' } as const;

/** Two nodes and a quorum device, or three nodes, or two and one that joins them: the machines. */
const kinds = { device: ['q', 'n1', 'n2'], ring: ['n1', 'n2', 'n3'], growing: ['n1', 'n2', 'n3'] } as const;
type Kind = keyof typeof kinds;

/** Whether this user may make the namespaces. */
export function mayHaveMachines(): boolean {
  return spawnSync('unshare', ['-nmipu', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' }).status === 0;
}

const corosyncConf = (kind: Kind) => `system {
    sched_rr: no
    move_to_root_cgroup: no
}
totem {
    version: 2
    cluster_name: third
    token: 3000
}
nodelist {
${nodesOf(kind).map(nodeSection).join('')}}
quorum {
    provider: corosync_votequorum
${kind === 'device' ? deviceSection : ''}${kind === 'growing' ? '    two_node: 1\n' : ''}}
`;

/** Those that are in the cluster from the beginning. */
const nodesOf = (kind: Kind) => kinds[kind].filter((name) => name !== 'q' && !(kind === 'growing' && name === 'n3'));
const votesOf: Readonly<Record<Kind, number>> = { device: 3, ring: 3, growing: 2 };

const nodeSection = (name: MachineName, index: number) => `    node {
        ring0_addr: ${addresses[name]}
        name: ${name}
        nodeid: ${index + 1}
    }
`;

const deviceSection = `    device {
        model: net
        votes: 1
        net {
            tls: off
            host: ${addresses.q}
            algorithm: ffsplit
            tie_breaker: 1
        }
    }
`;

/** A fence agent that always succeeds, and notes who shot whom. */
const fenceAgent = (shots: string) => `#!/bin/sh
while IFS== read -r key value; do
  case $key in action) action=$value ;; nodename) target=$value ;; esac
done
case \${action:-\${1#*=}} in
  metadata|meta-data) cat <<'EOF'
<?xml version="1.0" ?>
<resource-agent name="fence_noting" shortdesc="Notes"><longdesc>Notes.</longdesc><parameters>
<parameter name="port"><content type="string"/></parameter></parameters>
<actions><action name="off"/><action name="reboot"/><action name="monitor"/><action name="metadata"/></actions></resource-agent>
EOF
  ;;
  off|reboot) echo "$(uname -n) shot $target" >>${shots} ;;
esac
`;

/** `$1` is the directory of this run, `$2` the machine. Every place in which daemons keep state or speak is a new, empty one. */
const inside = `
set -e
hostname "$2"
for place in /dev/shm /run /var/log /var/lib/pacemaker /var/lib/corosync /etc/corosync; do mount -t tmpfs tmpfs "$place"; done
mount -t overlay overlay -o "lowerdir=$1/sbin:/usr/sbin" /usr/sbin
ip link set lo up
until ip -brief address show dev eth0 2>/dev/null | grep -q 10.77; do sleep 0.05; done
mkdir /run/corosync-qnetd /run/corosync-qdevice
if [ "$2" = q ]; then
  exec corosync-qnetd -f -s off >"$1/q.log" 2>&1
fi
until [ -e "$1/$2.conf" ]; do sleep 0.1; done
cp "$1/$2.conf" /etc/corosync/corosync.conf
mkdir /var/log/pacemaker /var/log/corosync /run/crm
install -d -o hacluster -g haclient -m 750 /var/lib/pacemaker/cib /var/lib/pacemaker/pengine /var/lib/pacemaker/blackbox /var/lib/pacemaker/cores
chown hacluster:haclient /run/crm /var/log/pacemaker /var/lib/pacemaker
corosync -f >"$1/$2.corosync.log" 2>&1 &
until corosync-quorumtool -s >/dev/null 2>&1 || [ $? = 2 ]; do sleep 0.1; done
if grep -q 'device {' /etc/corosync/corosync.conf; then corosync-qdevice -f >"$1/$2.qdevice.log" 2>&1 & fi
exec pacemakerd -f >"$1/$2.pacemaker.log" 2>&1
`;

/** The bridge, and each machine at it. */
const around = `
set -e
ip link add bridge0 type bridge
ip link set bridge0 up
for machine in $2; do
  name=\${machine%:*}
  unshare -nmipu --fork --kill-child --mount-proc sh "$1/inside.sh" "$1" "$name" 2>"$1/$name.log" &
  unshare=$!
  until child=$(cat /proc/$unshare/task/$unshare/children) && [ -n "$child" ]; do sleep 0.02; done
  # Not before it has left this network.
  until [ "$(readlink /proc/$child/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
  echo $child >"$1/$name.pid"
  ip link add "to-$name" type veth peer name eth0 netns $child
  ip link set "to-$name" master bridge0 up
  nsenter -t $child -n ip link set eth0 up
  nsenter -t $child -n ip address add "10.77.0.\${machine#*:}/24" dev eth0
done
touch "$1/started"
wait
`;

export class ThreeMachines {
  readonly #directory: string;
  readonly #unshare: ChildProcess;

  private constructor(directory: string, unshare: ChildProcess) {
    this.#directory = directory;
    this.#unshare = unshare;
  }

  static async start(kind: Kind = 'device'): Promise<ThreeMachines> {
    const directory = await mkdtemp(join(tmpdir(), 'three-machines-'));
    // The daemons that run as hacluster look into it.
    await chmod(directory, 0o755);
    await mkdir(join(directory, 'sbin'));
    for (const name of nodesOf(kind)) await writeFile(join(directory, `${name}.conf`), corosyncConf(kind));
    await writeFile(join(directory, 'sbin/fence_noting'), fenceAgent(join(directory, 'shots')), { mode: 0o755 });
    await writeFile(join(directory, 'inside.sh'), inside);
    await writeFile(join(directory, 'around.sh'), around);
    const list = kinds[kind].map((name) => `${name}:${addresses[name].split('.').at(-1) ?? ''}`).join(' ');
    const words = [
      '-nmp',
      '--fork',
      '--kill-child',
      '--mount-proc',
      'sh',
      join(directory, 'around.sh'),
      directory,
      list,
    ];
    const unshare = spawn('unshare', words, { stdio: 'ignore' });
    const machines = new ThreeMachines(directory, unshare);
    try {
      await machines.until('the machines run', async () => existsSync(join(directory, 'started')));
      await machines.untilOnline(nodesOf(kind).length, votesOf[kind]);
    } catch (error) {
      await machines.close();
      throw error;
    }
    return machines;
  }

  /** Runs a program on a machine; resolves to how it ended and what it printed. */
  async run(
    machine: MachineName,
    program: string,
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
    const pid = (await readFile(join(this.#directory, `${machine}.pid`), 'utf8')).trim();
    const variables = Object.entries({ LC_ALL: 'C', ...env }).map(([name, value]) => `${name}=${value}`);
    const words = [...this.#enter(), 'nsenter', '--target', pid, '--all', 'env', ...variables, program, ...argv];
    return new Promise((resolve) => {
      execFile('nsenter', words, { encoding: 'utf8' }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
      });
    });
  }

  /** What runs commands of this package on a machine. */
  runner(machine: MachineName): Runner {
    return {
      run: async ({ program, argv, env }) => {
        const { status, stdout, stderr } = await this.run(machine, program, argv, env);
        return answer({ exitCode: status, stdout, stderr });
      },
    };
  }

  async crmMon(machine: MachineName): Promise<string> {
    return (await this.run(machine, 'crm_mon', ['-1', '--inactive', '--output-as=xml'])).stdout;
  }

  /** Waits until so many nodes are online, with so many votes. */
  untilOnline(nodes: number, votes: number): Promise<void> {
    return this.until(`${nodes} nodes are online, with ${votes} votes`, async () => {
      const online = await this.crmMon('n1');
      return (online.match(/<node [^>]*online="true"/g) ?? []).length === nodes && (await this.votes('n1')) === votes;
    });
  }

  /** Of two nodes makes three, while they run: what `pcs cluster node add` does with corosync.conf, and in which order. */
  async join(): Promise<void> {
    const conf = join(this.#directory, 'ring.conf');
    await writeFile(conf, corosyncConf('ring'));
    for (const node of ['n1', 'n2'] as const) await this.run(node, 'cp', [conf, '/etc/corosync/corosync.conf']);
    await this.run('n1', 'corosync-cfgtool', ['-R']);
    await writeFile(join(this.#directory, 'n3.conf'), corosyncConf('ring'));
    await this.untilOnline(3, 3);
  }

  /** The votes of the partition in which a node is. */
  async votes(machine: MachineName): Promise<number> {
    const { stdout } = await this.run(machine, 'corosync-quorumtool', ['-s', '-p']);
    return Number(/^Total votes: +(\d+)/m.exec(stdout)?.[1] ?? 0);
  }

  /** The nodes no longer hear each other; both still hear the third machine. */
  async cutBetweenNodes(): Promise<void> {
    for (const node of ['n1', 'n2'])
      await this.#outside('bridge', 'link', 'set', 'dev', `to-${node}`, 'isolated', 'on');
  }

  /** Nothing reaches a machine any more, as if its power was cut: what runs on it serves nobody. */
  async silence(machine: MachineName): Promise<void> {
    await this.#outside('ip', 'link', 'set', `to-${machine}`, 'down');
  }

  /** Who shot whom, in order: `n1 shot n2`. */
  async shots(): Promise<readonly string[]> {
    const text = await readFile(join(this.#directory, 'shots'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  /** Waits, for a minute and a half at most. */
  async until(what: string, reached: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 90_000; Date.now() < end;) {
      if (await reached().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`it did not come to this: ${what}`);
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#unshare.once('exit', resolve));
    // unshare takes its child along, and that all processes of its namespace.
    if (this.#unshare.exitCode === null) {
      this.#unshare.kill('SIGKILL');
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #enter(): readonly string[] {
    const children = spawnSync('cat', [`/proc/${this.#unshare.pid}/task/${this.#unshare.pid}/children`]);
    return ['--target', children.stdout.toString().trim().split(' ')[0] ?? '', '--all'];
  }

  #outside(...words: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      execFile('nsenter', [...this.#enter(), ...words], (error) => {
        if (error === null) resolve();
        else reject(new Error(`${words.join(' ')}: ${error.message}`));
      });
    });
  }
}

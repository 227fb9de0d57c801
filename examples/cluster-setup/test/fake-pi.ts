// A Raspberry Pi as far as cluster-setup can tell: files, packages, services, containers and a password, all in memory.
import { editDefaults } from '@sleepi3/driver';
import type { FakeCluster } from '@sleepi3/pcs/testing';
import { SetupError } from '../src/errors.js';
import type { CommandAnswer, Machine, RunOptions } from '../src/nodes/machine.js';

interface FakeContainer {
  restart: string;
  running: boolean;
}

const debianConf = `totem {\n\tcluster_name: debian\n}\nnodelist {\n\tnode {\n\t\tname: node1\n\t\tring0_addr: 127.0.0.1\n\t}\n}\n`;

export class FakePi implements Machine {
  readonly name: string;
  readonly files = new Map<string, string>();
  readonly packages = new Set<string>();
  readonly services = new Set<string>();
  readonly images = new Set<string>();
  readonly containers = new Map<string, FakeContainer>();
  password: string | undefined;
  agentInstalled = true;
  /** Debian's release. */
  readonly release: 12 | 13;
  /** What a resource agent's validate-all says to options that have this in them. */
  readonly refusals: (readonly [options: string, says: string])[] = [];
  /** cloud-init's manage_etc_hosts; empty: there is no cloud-init. */
  managesHosts = '';
  addressAgentInstalled = true;
  containerAgentInstalled = true;
  alertAgentInstalled = true;
  rollingRebootInstalled = true;
  secondAgentInstalled = true;
  /** What it says when it is asked who it is; nothing: it is who it should be. */
  identity = '';
  /** Owner and mode of files that are not root's, 644. */
  readonly access = new Map<string, string>();
  /** EIPDE of the board. */
  fenceable = false;
  /** What a test of its wire finds, and the last one found. */
  wire = 'sound';
  wireTest: string | undefined;
  /** Called before and after everything that changes something; may throw to play a death. */
  onChange: (when: 'before' | 'after', what: string) => void = () => {};
  readonly #cluster: FakeCluster | undefined;

  constructor(name: string, cluster?: FakeCluster, release: 12 | 13 = 12) {
    this.name = name;
    this.#cluster = cluster;
    this.release = release;
    this.files.set(
      '/etc/os-release',
      `PRETTY_NAME="Debian GNU/Linux ${release}"\nID=debian\nVERSION_ID="${release}"\n`,
    );
    this.files.set('/etc/hosts', `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n`);
    this.files.set('/etc/default/sleepi3', editDefaults('# board\n', {}));
  }

  async readFile(path: string): Promise<string | undefined> {
    if (this.#cluster !== undefined && path === '/var/lib/pcsd/known-hosts') {
      const hosts = [...this.#cluster.knownHosts].map((host) => [host, { token: 'x' }]);
      return JSON.stringify({ known_hosts: Object.fromEntries(hosts) });
    }
    if (this.#cluster !== undefined && path === '/etc/corosync/corosync.conf' && !this.files.has(path)) {
      const { readFile } = await import('node:fs/promises');
      const text = await readFile(this.#cluster.corosyncConf, 'utf8').catch(() => undefined);
      return text !== undefined && new RegExp(`^\\s*name: ${this.name}$`, 'm').test(text) ? text : undefined;
    }
    return this.files.get(path);
  }

  async writeFile(path: string, text: string): Promise<void> {
    this.#change(`write ${path}`, () => this.files.set(path, text));
  }

  async removeFile(path: string): Promise<void> {
    this.#change(`remove ${path}`, () => this.files.delete(path));
  }

  async run(program: string, argv: readonly string[], options: RunOptions = {}): Promise<CommandAnswer> {
    const answer = this.#answer([program, ...argv], options.stdin ?? '');
    if ((options.exitCodes ?? [0]).includes(answer.exitCode)) return answer;
    throw new SetupError('COMMAND_FAILED', `${this.name}: ${[program, ...argv].join(' ')}: exit ${answer.exitCode}`);
  }

  #answer(words: readonly string[], stdin: string): CommandAnswer {
    const yes = (is: boolean) => ({ exitCode: is ? 0 : 1, stdout: '', stderr: '' });
    const change = (effect: () => unknown) => {
      this.#change(words.join(' '), effect);
      return yes(true);
    };
    const line = words.join(' ');
    const last = words.at(-1) ?? '';
    if (words[0] === 'dpkg-query') {
      return { ...yes(true), stdout: [...this.packages].map((one) => `installed ${one} 1.0 \n`).join('') };
    }
    if (line.includes('apt-get update')) return change(() => undefined);
    if (line.includes('apt-get install')) {
      // A file of the administrator's, as /etc/containerd/config.toml: dpkg asks what to do unless it is told.
      if (!['confdef', 'confold'].every((choice) => words.includes(`Dpkg::Options::=--force-${choice}`))) {
        return { ...yes(false), stderr: 'end of file on stdin at conffile prompt' };
      }
      return change(() => {
        for (const one of words.slice(words.indexOf('--no-install-recommends') + 1)) this.packages.add(one);
        if (words.includes('corosync-qdevice')) this.services.add('corosync-qdevice.service');
        this.services.add('corosync.service').add('pacemaker.service').add('docker.service').add('pcsd.service');
        // As Debian does it: a cluster of its own.
        this.files.set('/etc/corosync/corosync.conf', debianConf);
      });
    }
    if (line === 'which dockerd') return yes(this.packages.has('docker.io'));
    // Since Debian 13 the program is in a package of its own.
    if (line === 'which docker') return yes(this.packages.has(this.release < 13 ? 'docker.io' : 'docker-cli'));
    if (line === 'which crm_resource') return yes(this.packages.has('pacemaker-cli-utils'));
    if (line.startsWith('crm_resource --validate ')) {
      const refusal = this.refusals.find(([options]) => line.includes(options))?.[1];
      return { exitCode: refusal === undefined ? 0 : 6, stdout: '', stderr: refusal ?? '' };
    }
    if (words[0] === 'sh' && line.includes('manage_etc_hosts'))
      return { ...yes(true), stdout: `${this.managesHosts}\n` };
    if (/^test -x \/usr\/sbin\/fence_(?!sleepi3$)/.test(line)) return yes(this.secondAgentInstalled);
    if (line === 'test -x /usr/sbin/fence_sleepi3') return yes(this.agentInstalled);
    if (line.includes('cat /etc/machine-id')) return { ...yes(true), stdout: this.identity };
    if (line === 'test -x /usr/sbin/alert_sleepi3') return yes(this.alertAgentInstalled);
    if (line === 'test -x /usr/sbin/rolling-reboot') return yes(this.rollingRebootInstalled);
    if (words[0] === 'stat') {
      const access = this.files.has(last) ? (this.access.get(last) ?? 'root 644') : undefined;
      return { ...yes(access !== undefined), stdout: `${access ?? ''}\n` };
    }
    if (words[0] === 'chown' || words[0] === 'chmod') {
      const [owner = 'root', mode = '644'] = (this.access.get(last) ?? 'root 644').split(' ');
      const who = (words[1] ?? '').replace(':', '');
      return change(() => this.access.set(last, words[0] === 'chown' ? `${who} ${mode}` : `${owner} ${who}`));
    }
    if (line === 'test -x /usr/lib/ocf/resource.d/sleepi3/IPaddr2') return yes(this.addressAgentInstalled);
    if (line === 'test -x /usr/lib/ocf/resource.d/sleepi3/docker') return yes(this.containerAgentInstalled);
    if (line === 'pcs cluster destroy') {
      return change(() => {
        this.files.delete('/etc/corosync/corosync.conf');
        this.services.delete('corosync.service');
        this.services.delete('pacemaker.service');
      });
    }
    if (line.startsWith('systemctl is-')) return yes(this.#serviceOn(last));
    if (line.startsWith('systemctl enable --now ')) return change(() => this.services.add(last));
    if (line.startsWith('systemctl disable --now ')) return change(() => this.services.delete(last));
    if (line === 'systemctl daemon-reload') return change(() => undefined);
    if (line.startsWith('docker inspect --type image')) return yes(this.images.has(last));
    if (line.startsWith('docker inspect --type container')) {
      const container = this.containers.get(last);
      return { ...yes(container !== undefined), stdout: `${container?.running ?? ''}\n` };
    }
    if (line.startsWith('docker pull ')) return change(() => this.images.add(last));
    if (line.startsWith('docker update --restart=no ')) return change(() => (this.container(last).restart = 'no'));
    if (line.startsWith('docker stop ')) return change(() => (this.container(last).running = false));
    if (line.startsWith('docker rename ')) {
      return change(() => {
        const [, , from = '', to = ''] = words;
        this.containers.set(to, this.container(from));
        this.containers.delete(from);
      });
    }
    if (line === '/usr/sbin/fence_sleepi3 boot') return change(() => (this.fenceable = true));
    if (line === '/usr/sbin/fence_sleepi3 check --json') {
      const finding = { severity: 'error', concerns: 'fencing', why: 'w', remedy: [] };
      const findings = [
        ...(this.fenceable ? [] : [{ ...finding, id: 'extin-powerdown', fact: 'EIPDE is 0' }]),
        ...(this.wireTest === 'sound' ? [] : [{ ...finding, id: 'wire-never-tested', fact: 'never tested' }]),
      ];
      const wireTest = this.wireTest === undefined ? {} : { wireTest: { at: '2026-01-01', verdict: this.wireTest } };
      const report = { ready: findings.length === 0, findings, peerFenceable: true, ...wireTest };
      return { ...yes(report.ready), stdout: JSON.stringify(report) };
    }
    if (line === '/usr/sbin/fence_sleepi3 wire-test') {
      change(() => (this.wireTest = this.wire));
      return yes(this.wire === 'sound');
    }
    if (line.startsWith('/usr/sbin/fence_sleepi3 --action=monitor'))
      return { ...yes(this.fenceable), stderr: 'EIPDE is 0' };
    if (line === 'passwd -S hacluster') {
      return { ...yes(true), stdout: `hacluster ${this.password === undefined ? 'L' : 'P'} 2026-01-01\n` };
    }
    if (line === 'chpasswd') return change(() => (this.password = /^hacluster:(.*)\n$/.exec(stdin)?.[1]));
    throw new Error(`the fake Pi does not know: ${line}`);
  }

  #serviceOn(unit: string): boolean {
    if (this.#cluster !== undefined && /^(?:corosync|pacemaker)\.service$/.test(unit)) {
      return this.#cluster.node(this.name).enabled || this.services.has(unit);
    }
    return this.services.has(unit);
  }

  private container(name: string): FakeContainer {
    const found = this.containers.get(name);
    if (found === undefined) throw new Error(`no such container: ${name}`);
    return found;
  }

  #change(what: string, effect: () => unknown): void {
    this.onChange('before', what);
    effect();
    this.onChange('after', what);
  }

  /** Everything that lasts, to compare. */
  state(): unknown {
    return {
      files: Object.fromEntries([...this.files].sort()),
      packages: [...this.packages].sort(),
      services: [...this.services].sort(),
      images: [...this.images].sort(),
      containers: Object.fromEntries(this.containers),
      password: this.password,
      fenceable: this.fenceable,
    };
  }
}

// A node of a sound cluster as doctor sees it, made of plain text and values that a test can spoil one by one.
import { readFileSync } from 'node:fs';
import { editDefaults, judgeHealth, parseDefaults, type Snapshot } from '@sleepi3/driver';
import { createNodeRunner, Pcs, type RawResult, type RunRequest } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import type { FenceFinding } from '@sleepi3/program';
import { Facts } from '../src/doctor/facts.js';
import { dockerDropIn } from '../src/nodes/docker.js';
import type { CommandAnswer, Machine } from '../src/nodes/machine.js';
import { Reality } from '../src/plan/reality.js';
import { corosyncConf } from './two-nodes.js';

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

const board: Snapshot = {
  extin: false,
  'extin-count': 0,
  'extin-powerdown': true,
  'extin-trigger': 'edge',
  extout: false,
  'measurement-interval': 1,
  restart: true,
  'restore-voltage': 0,
  'ri-trigger': 'edge',
  'sleep-timeout': 0,
  switch: false,
  'switch-count': 0,
  uvlo: false,
  voltage: 12_100,
  'wakeup-flag': ['poweron'],
  'wakeup-status': 1,
  'watchdog-timeout': 60,
  voltage1: 12_100,
  voltage2: 0,
  version: 2,
};

// As Pacemaker 2.1.5 answers when nothing runs.
const noCib = 'Could not connect to the CIB: Transport endpoint is not connected\n';
const notConnected = `<pacemaker-result api-version="2.25" request="crm_mon -1 --inactive --output-as=xml">
  <status code="102" message="Not connected">
    <errors><error>crm_mon: Connection to cluster failed: Connection refused</error></errors>
  </status>
</pacemaker-result>
`;

/** A golden configuration as a whole CIB. */
export const cibOf = (name: string) =>
  `<cib admin_epoch="0" epoch="1" num_updates="0" validate-with="pacemaker-3.9">${textOf(`golden/${name}.xml`)}<status/></cib>`;

export class SoundNode implements Machine {
  readonly name: string;
  now = new Date('2026-11-22T12:00:00Z');
  readonly files = new Map<string, string>([
    ['/etc/hosts', '127.0.0.1\tlocalhost\n192.168.11.211\traspberrypi-1\n192.168.11.179\traspberrypi-2\n'],
    ['/etc/corosync/corosync.conf', corosyncConf],
    ['/etc/default/sleepi3', editDefaults('', { EXTIN_FORCED_SHUTDOWN: true })],
    ['/etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'],
    [dockerDropIn.path, dockerDropIn.text],
  ]);
  /** What programs answer, by the beginning of their command line; the longest one counts. */
  readonly answers = new Map<string, string | { readonly exitCode: number; readonly stdout?: string }>([
    [
      'dpkg-query',
      'installed pacemaker 2.1.5-1\ninstalled pacemaker-cli-utils 2.1.5-1\ninstalled docker.io 20.10.24\ninstalled corosync 3.1.7-1\ninstalled pcs 0.11.5-1+deb12u1\ninstalled resource-agents 1:4.12.0-2\ninstalled i2c-tools 4.3-2\n',
    ],
    ['test -x /usr/sbin/fence_sleepi3', ''],
    ['test -e /dev/i2c-1', ''],
    ['systemctl is-enabled', ''],
    [
      'systemctl show resource-agents-deps.target',
      'Requires=docker.service\nWants=\nAfter=docker.service sysinit.target\n',
    ],
    ['docker inspect', 'no true\n'],
    ['sh -c command -v cloud-init', ''],
    ['find -L /etc/sleepi3-monitor', { exitCode: 1 }],
    ['hostname', 'raspberrypi-1\n'],
    ['which', { exitCode: 1 }],
    ['grep -rlE', { exitCode: 1 }],
    ['timedatectl show', 'yes\n'],
    ['systemd-analyze time', 'Startup finished in 3.1s (kernel) + 32.4s (userspace) = 35.5s \n'],
  ]);
  /** What the fence agent finds besides the board; undefined where it does not answer. */
  agentFindings: readonly FenceFinding[] | undefined = [];
  board: Snapshot | Error = { ...board };
  cib: string | undefined = cibOf('hot-standby');
  status: string | undefined = textOf('fixtures/sound-status.xml');

  constructor(name = 'raspberrypi-1') {
    this.name = name;
  }

  facts(): Facts {
    return new Facts({
      reality: new Reality({ local: this, pcs: new Pcs({ runner: { run: (request) => this.#tool(request) } }) }),
      date: () => this.now,
      openBoard: async () => {
        const { board: now } = this;
        if (now instanceof Error) throw now;
        return { snapshot: async () => now, close: async () => {} };
      },
    });
  }

  async run(program: string, argv: readonly string[]): Promise<CommandAnswer> {
    const line = [program, ...argv].join(' ');
    const [key = ''] = [...this.answers.keys()]
      .filter((one) => line.startsWith(one))
      .sort((a, b) => b.length - a.length);
    if (line === '/usr/sbin/fence_sleepi3 check --json' && this.agentFindings !== undefined) return this.#fenceCheck();
    const said = this.answers.get(key);
    if (said === undefined) throw new Error(`the sound node does not know: ${line}`);
    return typeof said === 'string' ? { exitCode: 0, stdout: said, stderr: '' } : { stdout: '', stderr: '', ...said };
  }

  #fenceCheck(): CommandAnswer {
    const file = this.files.get('/etc/default/sleepi3');
    const defaults = file === undefined ? undefined : parseDefaults(file);
    const findings = [...judgeHealth({ board: this.board, defaults }), ...(this.agentFindings ?? [])];
    return { exitCode: 0, stdout: JSON.stringify({ ready: true, findings }), stderr: '' };
  }

  async readFile(path: string): Promise<string | undefined> {
    return this.files.get(path);
  }

  async writeFile(path: string, text: string): Promise<void> {
    this.files.set(path, text);
  }

  async removeFile(path: string): Promise<void> {
    this.files.delete(path);
  }

  /** Changes a text of this node; what is to be changed must be there. */
  spoil(what: 'cib' | 'status', from: string | RegExp, to: string): void {
    const before = this[what] ?? '';
    const after = before.replace(from, to);
    if (after === before) throw new Error(`the ${what} has no ${String(from)}`);
    this[what] = after;
  }

  spoilFile(path: string, from: string | RegExp, to: string): void {
    const before = this.files.get(path) ?? '';
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${path} has no ${String(from)}`);
    this.files.set(path, after);
  }

  async #tool(request: RunRequest): Promise<RawResult> {
    const { program } = request;
    // The scheduler is the real one.
    if (program === 'crm_simulate') return createNodeRunner().run(request);
    const text = program === 'crm_mon' ? this.status : program === 'cibadmin' ? this.cib : undefined;
    return text === undefined
      ? answer({ exitCode: 102, ...(program === 'crm_mon' ? { stdout: notConnected } : { stderr: noCib }) })
      : answer({ stdout: text });
  }
}

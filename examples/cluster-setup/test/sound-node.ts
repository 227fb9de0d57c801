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
    ['sh -c systemd-analyze cat-config', 'end\nkept\n'],
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

  /** The votes: of this node, and of the quorum device if there is one; its link to it. */
  device: { votes: number; registered: boolean; state: string } | undefined;

  /** A cluster with a quorum device on the machine qnetd. */
  addDevice(votes = 1, state = 'Connected'): void {
    this.device = { votes, registered: true, state };
    this.spoilFile(
      '/etc/corosync/corosync.conf',
      '    two_node: 1\n',
      '    device {\n model: net\n votes: 1\n net {\n host: qnetd\n algorithm: ffsplit\n tie_breaker: 1\n }\n }\n',
    );
    const packages = this.answers.get('dpkg-query');
    if (typeof packages === 'string') this.answers.set('dpkg-query', `${packages}installed corosync-qdevice 3.0.3-1\n`);
  }

  /** A second device for raspberrypi-2, and levels. */
  addSecond(agent: string, levels: string, device = 'fence_raspberrypi-2_2'): void {
    this.answers.set('stat --format=%U %a /etc/sleepi3/fence-second-password', 'root 600\n');
    const pair = (name: string, value: string) => `<nvpair id="${device}-${name}" name="${name}" value="${value}"/>`;
    const attributes = `${pair('pcmk_host_list', 'raspberrypi-2')}${pair('password_script', 'cat /etc/sleepi3/fence-second-password')}`;
    if (device !== '') {
      this.spoil(
        'cib',
        '</resources>',
        `<primitive id="${device}" class="stonith" type="${agent}"><instance_attributes id="${device}-a">${attributes}</instance_attributes></primitive></resources>`,
      );
    }
    this.spoil('cib', '</constraints>', `</constraints><fencing-topology>${levels}</fencing-topology>`);
  }

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
    if (program === 'corosync-quorumtool') return answer({ stdout: quorumText(this.name, this.device) });
    if (program === 'pcs' && request.argv.join(' ').endsWith('quorum device status'))
      return answer({ stdout: deviceText(this.device?.state ?? '') });
    const text = program === 'crm_mon' ? this.status : program === 'cibadmin' ? this.cib : undefined;
    return text === undefined
      ? answer({ exitCode: 102, ...(program === 'crm_mon' ? { stdout: notConnected } : { stderr: noCib }) })
      : answer({ stdout: text });
  }
}

/** As corosync 3.1.7 says it. */
function quorumText(node: string, device: SoundNode['device']): string {
  const votes = device?.votes ?? 0;
  const link = device?.registered === true ? `A,${votes > 0 ? 'V' : 'NV'},NMW` : 'NR';
  return [
    ...['Quorum information', '------------------', 'Date:             Sun Nov 29 22:56:31 2026'],
    ...['Quorum provider:  corosync_votequorum', 'Nodes:            2', 'Node ID:          1', 'Ring ID:          1.9'],
    ...['Quorate:          Yes', '', 'Votequorum information', '----------------------'],
    ...[`Expected votes:   ${device ? 3 : 2}`, `Highest expected: ${device ? 3 : 2}`, `Total votes:      ${2 + votes}`],
    ...[`Quorum:           ${device ? 2 : 1}  `, `Flags:            ${device ? 'Quorate Qdevice' : '2Node Quorate'} `],
    ...['', 'Membership information', '----------------------', '    Nodeid      Votes    Qdevice Name'],
    ...[`         1          1 ${link} raspberrypi-1${node === 'raspberrypi-1' ? ' (local)' : ''}`],
    ...[`         2          1 ${link} raspberrypi-2${node === 'raspberrypi-2' ? ' (local)' : ''}`],
    ...(device === undefined
      ? []
      : [`         0          ${votes}            Qdevice${votes > 0 ? '' : ' (votes 1)'}`]),
    '',
  ].join('\n');
}

/** As corosync-qdevice 3.0.3 says it. */
function deviceText(state: string): string {
  return [
    ...['Qdevice information', '-------------------', 'Model:\t\t\tNet', 'Node ID:\t\t1', 'Configured node list:'],
    ...['    0\tNode ID = 1', '    1\tNode ID = 2', 'Membership node list:\t1, 2', ''],
    ...[
      'Qdevice-net information',
      '----------------------',
      'Cluster name:\t\tapachecluster',
      'QNetd host:\t\tqnetd:5403',
    ],
    ...['Algorithm:\t\tFifty-Fifty split', 'Tie-breaker:\t\tNode with node ID 1', `State:\t\t\t${state}`, ''],
  ].join('\n');
}

// The line keeper as a process of this machine: started by systemd with its socket, or by anybody like any server.
import { existsSync } from 'node:fs';
import { uptime } from 'node:os';
import { env, pid } from 'node:process';
import { type ParsedDefaults, runProgram } from '@sleepi3/driver';
import { replaceTextfile, sendAlert } from '@sleepi3/program';
import { type BoardChoice, boardOf, defaultsOf, judgeNode, wiringOf } from '../actions.js';
import { Observation, observeBoot } from '../characterize/subject.js';
import { checkReport } from '../commands/check.js';
import type { CommandHost } from '../commands/host.js';
import { boardNote } from '../node/board-note.js';
import { busIdentity, realPath } from '../node/board.js';
import { becomeKeeper } from '../node/keeper-lock.js';
import { machineId, powerRecord } from '../node/machine-of-linux.js';
import { recordFile } from '../node/record-file.js';
import { makeDirectoryOf, stateFiles } from '../node/state.js';
import type { KeeperLog } from '../peer/talk.js';
import { callKeeperAt, listenForLines } from '../peer/network.js';
import { Memory } from '../watch/memory.js';
import { NodeWatch } from '../watch/watch.js';
import { keepLine } from './keeper.js';
import { type AgentMessage, type KeeperEvent, type NamedBoard, parseAgentMessage } from './messages.js';
import { serviceManager } from '../node/notify.js';
import { OwedWake } from './owed-wake.js';
import { listenForAgents } from './socket.js';

/** How long a boot's board may take to answer before its registers are not kept, ms. */
const observeTimeout = 30_000;
/** systemd's first descriptor for a service. */
const firstDescriptor = 3;

export async function runKeeper(
  choice: BoardChoice,
  nodes: NodeChoice,
  metrics: string,
  { clock, machine, network, random, stop, writeError }: KeeperCommandHost,
): Promise<void> {
  const log: KeeperLog = (message, level) => {
    writeError(`${level === 'critical' && env['JOURNAL_STREAM'] !== undefined ? '<2>' : ''}${message}\n`);
  };
  const files = stateFiles();
  const given = takeDescriptor();
  makeDirectoryOf(files.socket);
  const manager = serviceManager(env['NOTIFY_SOCKET'], log);
  const candidate = {
    isService: given !== undefined,
    stop,
    log: (message: string) => {
      log(message);
      manager.notify(`STATUS=${message}`);
    },
  };
  const lock = await becomeKeeper(files, candidate).catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
  if (stop.aborted) return;
  const logOnce = once(log);
  const watched = { ...nodes, peer_address: 'none' }; // whether the peer answers is nothing to be told of
  const watch = new NodeWatch({
    clock,
    date: () => machine.date(),
    log: logOnce,
    hostname: () => machine.hostname(),
    memory: new Memory(recordFile(files.watch)),
    judge: async (report) => checkReport(await judgeNode(watched, machine, report)),
    replaceTextfile: async (text) => {
      if (metrics !== 'none') await replaceTextfile(metrics, text);
    },
    alert: (event) => sendAlert(event, runProgram),
  });
  const note = boardNote(files.board, logOnce);
  const openBoard = async () => {
    const board = boardOf(choice, await defaultsOf(choice, machine));
    note(board);
    return machine.openBoard(board, logOnce);
  };
  await keepLine({
    peer: {
      clock,
      log: logOnce,
      machineId: machineId(),
      awakeFor: () => uptime() * 1000,
      random,
      rollUnderWay,
      wiring: () => wiringOf(nodes, machine),
      // The key comes with the cluster, which may be set up while this runs.
      hasKey: () => machine.clusterKey() !== undefined,
      call: async (host) => {
        const key = machine.clusterKey();
        if (!key) return undefined;
        return callKeeperAt(network, { host, port: nodes.port, timeout: connectTimeout }, key, clock);
      },
      listen: async (onCall) => {
        if (!machine.clusterKey()) throw new Error('corosync has no key here yet (/etc/corosync/authkey)');
        return listenForLines(network, nodes, onCall, () => machine.clusterKey(), clock);
      },
    },
    clock,
    stop,
    log,
    date: () => machine.date(),
    random,
    defaultsFile: choice.defaults_file,
    readDefaults: () => defaultsOf(choice, machine),
    openBoard,
    objectionTo: async (named) => objection(named, choice, await defaultsOf(choice, machine)),
    record: powerRecord(),
    owedWake: new OwedWake(recordFile(files.owedWake)),
    wireTest: machine.wireTest,
    observe: async () => {
      const observation = new Observation(machine.observation);
      if (await observeBoot({ openBoard, observation }, clock, observeTimeout)) {
        log('the registers of this boot have been kept');
      }
    },
    listen: (onCall) => listenForAgents<AgentMessage, KeeperEvent>(given ?? files.socket, onCall, parseAgentMessage),
    onReady: (message) => {
      manager.notify('READY=1');
      manager.notify(`STATUS=${message}`);
    },
    onAlive: () => {
      manager.notify('WATCHDOG=1');
    },
    nodeGoesDown,
    watch,
  });
  manager.notify('STOPPING=1');
  await lock?.release();
}

/** Who the nodes are, as far as the command line says, and where their line keepers are. */
export interface NodeChoice {
  readonly self: string | undefined;
  readonly peer: string | undefined;
  readonly corosync_conf: string;
  readonly port: number;
  readonly bind: string | undefined;
}

type KeeperCommandHost = Pick<CommandHost, 'clock' | 'machine' | 'network' | 'random' | 'stop' | 'writeError'>;

/** How long the peer's machine may take to take a call, ms. */
const connectTimeout = 1500;

/** Whether rolling-reboot is at it; where that cannot be told, it may be. */
async function rollUnderWay(): Promise<boolean> {
  const program = '/usr/sbin/rolling-reboot';
  if (!existsSync(program)) return false;
  const { status, stdout } = await runProgram(program, ['status', '--json'], { timeout: 20_000 }).catch(() => ({
    status: null,
    stdout: '',
  }));
  if (status === null) return true;
  try {
    const { lock, journal } = JSON.parse(stdout) as { readonly lock?: unknown; readonly journal?: unknown };
    return (lock ?? journal ?? undefined) !== undefined;
  } catch {
    return true;
  }
}

/** Why a caller that means another board has come to the wrong keeper. */
function objection(named: NamedBoard, choice: BoardChoice, defaults: ParsedDefaults | undefined): string | undefined {
  const { bus, address } = boardOf(choice, defaults);
  const other = (what: string, own: string) =>
    `${what} does not belong to the board of this line keeper (${own}): correct the device, or the settings of fence-sleepi3.service`;
  if (named.bus !== undefined && busIdentity(named.bus) !== busIdentity(bus))
    return other(`bus=${named.bus}`, `bus ${bus}`);
  if (named.address !== undefined && named.address !== address) {
    return other(`address=0x${named.address.toString(16)}`, `address 0x${address.toString(16)}`);
  }
  if (named.defaultsFile !== undefined && realPath(named.defaultsFile) !== realPath(choice.defaults_file)) {
    return other(`defaults_file=${named.defaultsFile}`, choice.defaults_file);
  }
  return undefined;
}

/** The listening socket that systemd passes on; only to the process that it is meant for, and to no child of it. */
function takeDescriptor(): number | undefined {
  const { LISTEN_FDS, LISTEN_PID } = env;
  delete env['LISTEN_FDS'];
  delete env['LISTEN_PID'];
  delete env['LISTEN_FDNAMES'];
  return Number(LISTEN_PID) === pid && Number(LISTEN_FDS) >= 1 ? firstDescriptor : undefined;
}

/** Whether systemd is shutting down. Where it does not say so for sure no act is waited for. */
async function nodeGoesDown(): Promise<boolean> {
  if (!existsSync('/run/systemd/system')) return true;
  const { stdout } = await runProgram('systemctl', ['is-system-running'], { timeout: 2000 }).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() === '' || stdout.trim() === 'stopping';
}

/** Says each thing once. */
function once(log: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    log(message);
  };
}

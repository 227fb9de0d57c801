// The command init: looks at both machines and writes the cluster file. Asks only for what no machine knows: the VIP.
import { type Runner, sameName, virtualAddressProblem } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import { commandMachine, type Machine, sshRunner } from '../nodes/machine.js';
import { lookAt } from './look.js';
import { clusterFileText, type CommonNetwork, commonNetwork } from './write-file.js';

export interface InitOptions {
  /** How ssh reaches the other machine: an address, or USER@ADDRESS. */
  readonly peer: string;
  /** The virtual address; asked for without it. */
  readonly vip: string | undefined;
  /** Where the file goes; `-` for standard output. */
  readonly file: string;
}

export interface InitHost {
  readonly runner: Runner;
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly readFile: (path: string) => Promise<string>;
  readonly writeFile: (path: string, text: string) => Promise<void>;
}

/** @returns the exit status. */
export async function runInit({ peer, vip, file }: InitOptions, host: InitHost): Promise<number> {
  if (file !== '-' && (await exists(file, host))) {
    throw new SetupError('USAGE', `${file} exists already, and is not overwritten: name another file`);
  }
  const local = commandMachine('this machine', host.runner);
  const other = commandMachine(peer, sshRunner(host.runner, peer));
  const [first, second] = await Promise.all([lookAt(local), lookAt(other)]);
  if (first.machineId === second.machineId) {
    throw new SetupError('USAGE', `${peer} is this machine itself: name the other one with --peer`);
  }
  if (sameName(first.hostname, second.hostname)) {
    throw new SetupError(
      'NOT_READY',
      `both machines are called ${first.hostname}: give one of them another name with hostnamectl hostname`,
    );
  }
  const network = commonNetwork(first, second);
  const address = vip ?? (await askForAddress(network, local, host));
  refuseUnusable(address, network);
  const text = clusterFileText([first, second], network, address);
  if (file === '-') host.write(text);
  else {
    await host.writeFile(file, text);
    host.write(
      `${file} describes the cluster of ${first.hostname} and ${second.hostname}.\nNow: cluster-setup apply ${file} (or plan, which only shows it)\n`,
    );
  }
  return 0;
}

async function exists(path: string, host: InitHost): Promise<boolean> {
  return host.readFile(path).then(
    () => true,
    () => false,
  );
}

async function askForAddress(network: CommonNetwork, local: Machine, host: InitHost): Promise<string> {
  if (host.ask === undefined) {
    throw new SetupError('USAGE', 'the virtual address is not known: give it with --vip, or run init at a terminal');
  }
  const free = await freeAddress(network, local);
  const offer = free === undefined ? '' : ` [${free}]`;
  const answer = (await host.ask(`Virtual address of the service, in the network of both machines${offer}: `)).trim();
  const address = answer === '' ? free : answer;
  if (address === undefined) throw new SetupError('USAGE', 'no virtual address was given');
  return address;
}

function refuseUnusable(address: string, { first, second }: CommonNetwork): void {
  const problem = virtualAddressProblem(address, {
    prefix: first.prefix,
    interface: first.interface,
    nodeAddresses: [first.address, second.address],
  });
  if (problem === undefined) return;
  throw new SetupError('USAGE', `${address} cannot be the virtual address: ${problem.replaceAll('-', ' ')}`);
}

/** How many addresses are tried, at most. */
const tries = 16;

/** An IPv4 address of the network that nobody answers for; undefined where that cannot be found out. */
async function freeAddress({ first, second }: CommonNetwork, local: Machine): Promise<string | undefined> {
  if (first.address.includes(':')) return undefined;
  const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - first.prefix);
  const base = Math.floor(number(first.address) / size) * size;
  const taken = new Set([number(first.address), number(second.address)]);
  // From the upper end: routers give out the middle, and have the lower end themselves.
  for (let offset = size - 6, tried = 0; offset > 1 && tried < tries; offset--) {
    const candidate = base + offset;
    if (taken.has(candidate)) continue;
    tried++;
    const text = [24, 16, 8, 0].map((shift) => Math.floor(candidate / 2 ** shift) % 256).join('.');
    const asked = await local.run(
      'sh',
      [
        '-c',
        'command -v arping >/dev/null || exit 9; arping -q -c 2 -w 2 -D -I "$1" "$2"',
        'sh',
        first.interface,
        text,
      ],
      { exitCodes: [0, 1, 2, 9], timeoutMs: 10_000 },
    );
    if (asked.exitCode === 9) return undefined;
    if (asked.exitCode === 0) return text;
  }
  return undefined;
}

// The command init: looks at both machines and writes the cluster file. Asks only for what no machine knows: the VIP.
import { type Runner, sameName, virtualAddressProblem } from '@sleepi3/pcs';
import { SetupError } from '../errors.js';
import { commandMachine, type Machine, sshRunner } from '../nodes/machine.js';
import { freeAddress } from './free-address.js';
import { lookAt } from './look.js';
import { type CommonNetwork, commonNetworks, networkFor } from './networks.js';
import { clusterFileText, thingsToCheck } from './write-file.js';

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
  const networks = commonNetworks(first, second);
  const known = [first, second].flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const address = vip ?? (await askForAddress(networks, known, local, host));
  const network = networkFor(address, networks);
  refuseUnusable(address, network, known);
  const text = clusterFileText([first, second], networks, { address, network });
  const checks = thingsToCheck([first, second], networks);
  const reminder =
    checks.length === 0 ? '' : `Check these before apply:\n${checks.map((one) => `  ${one}\n`).join('')}`;
  if (file === '-') {
    host.write(text);
    host.writeError(reminder);
  } else {
    await host.writeFile(file, text);
    host.write(
      `${file} describes the cluster of ${first.hostname} and ${second.hostname}.\n${reminder}` +
        `Now: cluster-setup apply ${file} (or plan, which only shows it)\n`,
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

async function askForAddress(
  networks: readonly CommonNetwork[],
  known: readonly string[],
  local: Machine,
  host: InitHost,
): Promise<string> {
  if (host.ask === undefined) {
    throw new SetupError('USAGE', 'the virtual address is not known: give it with --vip, or run init at a terminal');
  }
  const [network] = networks;
  const free = network && (await freeAddress(network, known, local));
  const offer = free === undefined ? '' : ` [${free}]`;
  const answer = (await host.ask(`Virtual address of the service, in the network of both machines${offer}: `)).trim();
  const address = answer === '' ? free : answer;
  if (address === undefined) throw new SetupError('USAGE', 'no virtual address was given');
  return address;
}

/** @param nodeAddresses All that the two machines have. */
function refuseUnusable(address: string, { first }: CommonNetwork, nodeAddresses: readonly string[]): void {
  const problem = virtualAddressProblem(address, {
    prefix: first.prefix,
    interface: first.interface,
    nodeAddresses,
  });
  if (problem === undefined) return;
  throw new SetupError('USAGE', `${address} cannot be the virtual address: ${problem.replaceAll('-', ' ')}`);
}

// What a machine is, asked with commands that Debian's base system has: its name, its addresses, what runs on it.
import { SetupError } from '../errors.js';
import type { Machine } from '../nodes/machine.js';
import { containersOn, type RunningContainer } from './containers.js';

export interface MachineFacts {
  /** Without its domain. */
  readonly hostname: string;
  readonly machineId: string;
  /** Global addresses with their networks, those of the default route's interface first. */
  readonly addresses: readonly {
    readonly interface: string;
    readonly address: string;
    readonly prefix: number;
    /** Whether it is lent, by DHCP or a router, and may change. */
    readonly dynamic: boolean;
  }[];
  /** `Debian GNU/Linux 13 (trixie)`. */
  readonly system: string;
  readonly containers: readonly RunningContainer[];
  /** Whether a slee-Pi 3 answers; undefined when nobody could ask. */
  readonly board: boolean | undefined;
}

/** Bridges and links of containers: no other machine is there. */
const inner = /^(?:lo|docker\d*|br-|veth|virbr|cni|podman)/;

export async function lookAt(machine: Machine): Promise<MachineFacts> {
  const script = [
    'uname -n; cat /etc/machine-id',
    '. /etc/os-release 2>/dev/null; echo "$PRETTY_NAME"',
    "ip -o route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1",
  ].join('\n');
  const { stdout } = await machine.run('sh', ['-c', script]);
  const [hostname = '', machineId = '', system = '', routed = ''] = stdout.split('\n').map((line) => line.trim());
  if (hostname === '' || machineId === '') {
    throw new SetupError(
      'COMMAND_FAILED',
      `${machine.name} does not say who it is: it has no name or no /etc/machine-id`,
    );
  }
  const listed = await machine.run('ip', ['-o', 'address', 'show', 'scope', 'global']);
  const addresses = addressesIn(listed.stdout).sort(
    (a, b) => Number(b.interface === routed) - Number(a.interface === routed),
  );
  return {
    hostname: hostname.split('.')[0] ?? hostname,
    machineId,
    system,
    addresses,
    containers: await containersOn(machine),
    board: await hasBoard(machine),
  };
}

/** Of `ip -o address`. Temporary and deprecated ones go away by themselves. */
export function addressesIn(text: string): MachineFacts['addresses'][number][] {
  return text.split('\n').flatMap((line) => {
    const [, name, address, prefix] = /^\d+: (\S+)\s+inet6? ([0-9A-Fa-f.:]+)\/(\d+)/.exec(line) ?? [];
    if (name === undefined || address === undefined || inner.test(name)) return [];
    if (/\b(temporary|deprecated|tentative)\b/.test(line)) return [];
    const dynamic = /\bdynamic\b/.test(line);
    return [{ interface: name.replace(/@.*$/, ''), address, prefix: Number(prefix), dynamic }];
  });
}

async function hasBoard(machine: Machine): Promise<boolean | undefined> {
  const { exitCode } = await machine.run(
    'sh',
    ['-c', 'command -v i2cget >/dev/null || exit 9; i2cget -y 1 0x6e 0x0f'],
    {
      exitCodes: [0, 1, 2, 9],
      timeoutMs: 10_000,
    },
  );
  return exitCode === 9 ? undefined : exitCode === 0;
}

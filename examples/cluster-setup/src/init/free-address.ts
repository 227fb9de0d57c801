// An address for the VIP that nobody has, as far as arping can tell.
import type { Machine } from '../nodes/machine.js';
import type { CommonNetwork } from './networks.js';

/** How many addresses are tried, at most. */
const tries = 16;

/**
 * An IPv4 address of the network that nobody answers for; undefined where that cannot be found out.
 * @param known Addresses of the two machines.
 */
export async function freeAddress(
  { first, second }: CommonNetwork,
  known: readonly string[],
  local: Machine,
): Promise<string | undefined> {
  if (first.address.includes(':')) return undefined;
  // Debian has two programs of this name, whose exit codes are opposite: one that calls the peer's own address free is not trusted.
  if ((await ask(second.address, first.interface, local)) !== 'taken') return undefined;
  const size = 2 ** (32 - first.prefix);
  const base = Math.floor(numberOf(first.address) / size) * size;
  const taken = new Set(known.filter((address) => !address.includes(':')).map(numberOf));
  // From the upper end: routers give out the middle, and have the lower end themselves.
  for (let offset = size - 6, tried = 0; offset > 1 && tried < tries; offset--) {
    if (taken.has(base + offset)) continue;
    tried++;
    const candidate = textOf(base + offset);
    const answer = await ask(candidate, first.interface, local);
    if (answer === 'free') return candidate;
    if (answer === 'unknown') return undefined;
  }
  return undefined;
}

/** Whether somebody answers for the address: the exit codes of arping(8) of iputils. */
async function ask(address: string, networkInterface: string, local: Machine): Promise<'free' | 'taken' | 'unknown'> {
  const script = 'command -v arping >/dev/null || exit 9; arping -q -c 2 -w 2 -D -I "$1" "$2"';
  const { exitCode } = await local.run('sh', ['-c', script, 'sh', networkInterface, address], {
    exitCodes: [0, 1, 2, 9],
    timeoutMs: 10_000,
  });
  return exitCode === 0 ? 'free' : exitCode === 1 ? 'taken' : 'unknown';
}

const numberOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const textOf = (number: number) => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

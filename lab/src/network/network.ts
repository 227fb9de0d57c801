// The cluster's network: a bridge with one tap per machine and the lab's own address on it, so that the lab sees the
// service as a client does. It is laid in the network namespace that the lab runs in (see confinement.ts) and goes
// away with it.
import { mustRun, type RunProgram } from '../program.js';
import { ringIdentities, tapName } from '../machine/qemu-arguments.js';

const bridge = 'lab';
/** This side of the bridge. */
export const labAddress = '192.168.11.1';

/** Lays the network. */
export async function layNetwork(run: RunProgram): Promise<void> {
  const ip = (words: string) => mustRun(run, ['ip', ...words.split(' ')]);
  await ip('link set lo up');
  await ip(`link add ${bridge} type bridge stp_state 0 forward_delay 0`);
  await ip(`address add ${labAddress}/24 dev ${bridge}`);
  await ip(`link set ${bridge} up`);
  for (const tap of ringIdentities.map(tapName)) {
    await ip(`tuntap add ${tap} mode tap`);
    await ip(`link set ${tap} master ${bridge}`);
    await ip(`link set ${tap} up`);
  }
}

/**
 * Cuts the machines from each other and from nothing else: clients still reach both. `false` heals it.
 * Bridge ports that are both isolated do not forward to each other.
 */
export async function cutLink(run: RunProgram, cut: boolean): Promise<void> {
  for (const tap of ringIdentities.map(tapName)) {
    await mustRun(run, ['ip', 'link', 'set', tap, 'type', 'bridge_slave', 'isolated', cut ? 'on' : 'off']);
  }
}

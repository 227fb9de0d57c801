// Steps that several scenarios take.
import { registers, wakeupFlags } from '@sleepi3/driver';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import type { Verdict } from '../verdict.js';

/** Waits until the guest is up again, and reads in it what woke it, through the kernel's own i2c-dev. */
export async function wakeupFlagIn(lab: Lab, machine: Machine): Promise<string> {
  await lab.until(`${machine.name} answers`, () => machine.answers());
  const address = `0x${registers.wakeupStatus.address.toString(16)}`;
  const text = await lab.until(`${machine.name} reads its board`, async () => {
    const { status, stdout } = await machine.exec(['i2cget', '-y', '1', '0x6e', address]);
    return status === 0 && stdout.trim();
  });
  const status = Number(text);
  return wakeupFlags.filter((_, bit) => (status & (1 << bit)) !== 0).join(' ');
}

/** Waits until the cluster is whole again and the service answers. */
export async function expectRejoin(lab: Lab, verdict: Verdict, since: number): Promise<void> {
  await lab.settled();
  verdict.see('both nodes are online again and the cluster is at rest', true);
  verdict.seconds('until the cluster was whole again', lab.clock.now() - since);
  verdict.see('the service answers', lab.http.answers);
}

/** The addon that the package brings is what reaches the board, and the line keeper says so. */
export async function expectAddon(verdict: Verdict, machine: Machine): Promise<void> {
  const words = ['journalctl', '--boot', '--unit=fence-sleepi3.service', '--output=cat', '--no-pager'];
  const said = (await machine.mustExec(words)).split('\n').filter((line) => line.includes('reaching the board'));
  const byAddon = said.length > 0 && said.every((line) => line.endsWith('through i2c-bus'));
  verdict.see(`${machine.name}: the line keeper reaches its board by the addon of its package`, byAddon, said.at(-1));
}

/** Waits until a machine has booted to the end: it answers long before that. */
export async function booted(lab: Lab, machine: Machine): Promise<void> {
  await lab.until(`${machine.name} answers`, () => machine.answers());
  // Exits with 1 for a system that is degraded, which is booted too.
  await machine.exec(['systemctl', 'is-system-running', '--wait'], { timeout: 600_000 });
}

/** The longest time that the service of a hot standby may be away in a planned move, ms; it makes before it breaks. */
export const longestGap = 500;

/** Which boot of its kernel a machine is in. */
export const bootIdOf = async (machine: Machine): Promise<string> =>
  (await machine.mustExec(['cat', '/proc/sys/kernel/random/boot_id'])).trim();

/** The machine that serves, once the cluster says so. */
export function servingMachine(lab: Lab): Promise<Machine> {
  return lab.until('a node serves', () => lab.serving(lab.machines[0]));
}

/** What is waited for later; should the scenario fail before, it is nobody's whether this does too. */
export function inBackground<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** The port of wire-listen. */
const listeningPort = 16110;

/** How often a test is repeated that was inconclusive, as the guide says: a guest that is starved sees the pulse too late. */
const wireTests = 3;

/** Tests the wire by a pulse from one machine to the other, which listens for it. */
export async function testWire(lab: Lab, from: Machine, to: Machine): Promise<WireTested> {
  for (let left = wireTests - 1; ; left -= 1) {
    const tested = await testWireOnce(lab, from, to);
    if (left === 0 || !tested.said.includes('too slow to measure')) return tested;
    lab.note(tested.said);
  }
}

interface WireTested {
  readonly status: number | undefined;
  readonly said: string;
}

async function testWireOnce(lab: Lab, from: Machine, to: Machine): Promise<WireTested> {
  const listener = inBackground(to.exec(['fence_sleepi3', 'wire-listen', '--timeout', '120'], { timeout: 180_000 }));
  await lab.until(`${to.name} listens`, async () =>
    hasListener(await to.mustExec(['cat', '/proc/net/tcp', '/proc/net/tcp6']), listeningPort),
  );
  const { status, stdout, stderr } = await from.exec(['fence_sleepi3', 'wire-test'], { timeout: 120_000 });
  await listener;
  return { status, said: (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '' };
}

/**
 * Whether somebody listens at a port, by `/proc/net/tcp`. A connection to another machine's port of that number, which stays
 * for a minute, is none.
 */
export function hasListener(sockets: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return sockets.split('\n').some((line) => new RegExp(`^ *\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `).test(line));
}

/** What the line keeper of a node tells people, once it is sure: after a minute, and another look. */
export const couldNotFence = (node: string) => new RegExp(`^${node} could not fence, or could not be fenced$`);
export const couldFenceAgain = (node: string) => new RegExp(`^${node} could fence and be fenced again$`);

/** Waits until a receiver outside was told. */
export async function toldOutside(lab: Lab, title: RegExp): Promise<void> {
  await lab.until(
    `a receiver outside is told: ${title.source}`,
    () => lab.alerts.received.some((alert) => title.test(alert.title)),
    { timeout: 300_000, interval: 200 },
  );
}

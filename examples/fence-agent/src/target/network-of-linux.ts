// What a Linux machine knows of the network: its own addresses, what a name stands for, and whether somebody answers.
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { runProgram, type RunProgram } from '@sleepi3/driver';
import { canonicalAddress, isAddress } from './addresses.js';
import type { Answer } from './silence.js';
import { reasonOf } from '../reason.js';

/** Longer than any question takes, ms. */
const timeout = 2000;

/**
 * The addresses of all interfaces of this machine. The kernel's tables have those of an interface without carrier, too, which
 * getifaddrs in Node leaves out: a switch that is dead, or a cable to a peer that is, must not make a node forget who it is.
 */
export function ownAddresses(procNet = '/proc/net'): string[] {
  const running = Object.values(networkInterfaces()).flatMap((some = []) => some.map(({ address }) => address));
  const tables = [localIn(textOf(`${procNet}/fib_trie`)), inet6In(textOf(`${procNet}/if_inet6`))];
  return [...new Set([running, ...tables].flat())];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not there without IPv6, for instance; those of the interfaces that run are known all the same.
    return '';
  }
}

/** Of fib_trie: `|-- 192.0.2.2`, and below it `/32 host LOCAL`. */
function localIn(table: string): string[] {
  return [...table.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].map(([, address = '']) => address);
}

/** Of if_inet6: an address in 32 digits at the beginning of each line. */
function inet6In(table: string): string[] {
  return [...table.matchAll(/^([\da-f]{32}) /gm)].map(([, digits = '']) => digits.replaceAll(/(.{4})(?=.)/g, '$1:'));
}

/** What a host name stands for, by the machine's own rules (nsswitch.conf); nothing when that takes too long. */
export async function resolve(name: string, run: RunProgram = runProgram): Promise<string[]> {
  const { stdout } = await run('getent', ['ahosts', '--', name], { timeout });
  return [...new Set(stdout.split('\n').map((line) => line.split(/\s/)[0] ?? ''))].filter(isAddress);
}

/**
 * Asks an address by ping, and counts the answer of its network card where pings are filtered: what the neighbour table
 * holds is forgotten first, so that what it holds afterwards was heard now.
 */
export async function ask(address: string, packets: number, run: RunProgram = runProgram): Promise<Answer> {
  const neighbour = isAddress(address) && !address.includes('%');
  const forgotten = neighbour && (await succeeds(run, ['neigh', 'flush', 'to', address]));
  const answer = await ping(address, packets, run);
  if (answer === 'answers' || !forgotten) return answer;
  const { stdout } = await run('ip', ['neigh', 'show', 'to', address], { timeout }).catch(() => noOutput);
  return isReachable(stdout, address) ? 'answers' : answer;
}

const noOutput = { stdout: '' };

async function succeeds(run: RunProgram, words: readonly string[]): Promise<boolean> {
  return run('ip', words, { timeout }).then(
    ({ status }) => status === 0,
    () => false, // there is no ip here, and a ping does without it
  );
}

/** A line such as `192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE`. */
function isReachable(table: string, address: string): boolean {
  return table.split('\n').some((line) => {
    const [of = '', ...words] = line.trim().split(/\s+/);
    return canonicalAddress(of) === canonicalAddress(address) && words.includes('REACHABLE');
  });
}

/** By what ping counts. Its exit status is 1 for silence and for an option it does not know alike. */
async function ping(address: string, packets: number, run: RunProgram): Promise<Answer> {
  // Those of iputils-ping, and those that BusyBox has as well.
  const dialects = [
    ['-n', '-q', '-c', `${packets}`, '-i', '0.2', '-W', '0.4', '--', address],
    ['-q', '-c', `${packets}`, '-i', '0.2', '-W', '1', '--', address],
  ];
  let reason = '';
  for (const words of dialects) {
    try {
      const { stdout, stderr, timedOut } = await run('ping', words, { timeout });
      const [, sent, received] = /(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(stdout) ?? [];
      if (Number(received) > 0) return 'answers';
      const notSent = stderr.includes('sendmsg') || stderr.includes('sendto');
      if (Number(sent) > 0 && !notSent) return 'silent';
      reason = timedOut ? 'ping did not end' : (stderr.trim().split('\n')[0] ?? '');
    } catch (error) {
      return { unasked: `ping cannot be run (${reasonOf(error)})` };
    }
  }
  return { unasked: `${address} cannot be asked (${reason || 'ping says nothing'})` };
}

// The addresses by which a node knows who it is.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mayHaveNamespaces } from '../../../tools/parts/parts.mjs';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { canonicalAddress } from '../src/target/addresses.js';
import { ownAddresses } from '../src/target/network-of-linux.js';

const tables = {
  fib_trie: `Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 192.168.11.0/24 2 0 2
        |-- 192.168.11.0
           /24 link UNICAST
        |-- 192.168.11.101
           /32 host LOCAL
        |-- 192.168.11.255
           /32 link BROADCAST
`,
  if_inet6: 'fd000000000000000000000000000005 03 40 00 82    eth0\n',
};

function inTables(some: Partial<typeof tables>): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'proc-net-'));
  try {
    for (const [name, text] of Object.entries(some)) writeFileSync(join(directory, name), text);
    return ownAddresses(directory).flatMap((address) => canonicalAddress(address) ?? []);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const running = Object.values(networkInterfaces()).flatMap((some = []) => some.map(({ address }) => address));

describe('the own addresses', () => {
  it("are those of the kernel's tables, networks and broadcasts left out, and of the interfaces that run", () => {
    expect(inTables(tables)).toEqual(expect.arrayContaining(['192.168.11.101', 'fd00::5']));
    expect(inTables(tables)).not.toEqual(expect.arrayContaining(['192.168.11.255']));
    expect(inTables({ fib_trie: tables.fib_trie })).toContain('192.168.11.101');
    expect(inTables({}).sort()).toEqual([...new Set(running)].sort());
  });

  it.runIf(haveRealParts('ip', 'unshare') && mayHaveNamespaces())(
    'are known without a carrier, by the real kernel',
    () => {
      const ask = [
        'ip link add eth0 type veth peer name far',
        'ip address add 192.168.11.101/24 dev eth0; ip address add fd00::5/64 dev eth0 nodad',
        'ip link set eth0 up; ip link set far up; ip link set far down',
        'cat /proc/net/fib_trie; echo ----; cat /proc/net/if_inet6',
      ];
      const [fib_trie = '', if_inet6 = ''] = execFileSync('unshare', ['--net', 'sh', '-c', ask.join('\n')], {
        encoding: 'utf8',
      }).split('----\n');
      expect(inTables({ fib_trie, if_inet6 })).toEqual(expect.arrayContaining(['192.168.11.101', 'fd00::5']));
    },
  );
});

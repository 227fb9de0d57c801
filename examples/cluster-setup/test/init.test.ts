import type { RawResult, RunRequest } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';
import { describe, expect, it } from 'vitest';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { addressesIn, publishedPorts } from '../src/init/look.js';
import { type InitOptions, runInit } from '../src/init/run-init.js';

interface FakeMachine {
  readonly hostname?: string;
  readonly id?: string;
  /** As `ip -o address show scope global` prints them. */
  readonly addresses: readonly string[];
  readonly containers?: string;
}

const first: FakeMachine = {
  hostname: 'raspberrypi-1',
  id: 'one',
  addresses: [
    '2: eth0    inet 192.168.11.211/24 brd 192.168.11.255 scope global eth0',
    '5: docker0    inet 172.17.0.1/16 scope global docker0',
  ],
  containers: 'web\tnginx:1\t0.0.0.0:8080->80/tcp, [::]:8080->80/tcp\n',
};
const second: FakeMachine = {
  hostname: 'raspberrypi-2.local',
  id: 'two',
  addresses: ['2: eth0    inet 192.168.11.179/24 brd 192.168.11.255 scope global eth0'],
};

function world(
  local: FakeMachine,
  peer: FakeMachine,
  { taken = [] as readonly string[], ask = undefined as string | undefined } = {},
) {
  const written = new Map<string, string>();
  let output = '';
  const respond = ({ hostname = 'pi', id = 'id', addresses, containers }: FakeMachine, words: string): RawResult => {
    if (words.includes('machine-id'))
      return answer({ stdout: `${hostname}\n${id}\nDebian GNU/Linux 13 (trixie)\neth0\n` });
    if (words.includes('address')) return answer({ stdout: addresses.join('\n') });
    if (words.includes('docker ps'))
      return containers === undefined ? answer({ exitCode: 1 }) : answer({ stdout: containers });
    if (words.includes('i2cget')) return answer({ exitCode: 9 });
    if (words.includes('arping')) return answer({ exitCode: taken.some((one) => words.endsWith(one)) ? 1 : 0 });
    throw new Error(`not expected: ${words}`);
  };
  return {
    written,
    output: () => output,
    run: (options: Partial<InitOptions> = {}) =>
      runInit(
        { peer: '192.168.11.179', vip: undefined, file: 'cluster.yaml', ...options },
        {
          runner: {
            run: async ({ program, argv }: RunRequest) =>
              respond(program === 'ssh' ? peer : local, [program, ...argv].join(' ')),
          },
          ask: ask === undefined ? undefined : async () => ask,
          write: (text) => (output += text),
          writeError: () => undefined,
          readFile: async (path) => written.get(path) ?? Promise.reject(new Error('ENOENT')),
          writeFile: async (path, text) => void written.set(path, text),
        },
      ),
  };
}

describe('cluster-setup init', () => {
  it('writes what the machines are, as a file that plan takes', async () => {
    const both = world(first, second);
    await both.run({ vip: '192.168.11.215' });
    expect(readClusterFile(both.written.get('cluster.yaml')!, 'cluster.yaml')).toMatchObject({
      nodes: [
        { name: 'raspberrypi-1', addresses: ['192.168.11.211'] },
        { name: 'raspberrypi-2', addresses: ['192.168.11.179'] },
      ],
      vip: { address: '192.168.11.215', prefix: 24, interface: 'eth0' },
      containers: [{ resource: 'web', name: 'web', image: 'nginx:1', ports: ['8080:80'] }],
    });
  });

  it('offers an address that nobody answers for, and takes it for an empty answer', async () => {
    const both = world(first, second, { taken: ['192.168.11.250', '192.168.11.249'], ask: '' });
    await both.run();
    expect(readClusterFile(both.written.get('cluster.yaml')!, 'f').vip.address).toBe('192.168.11.248');
  });

  it('has a second link and interfaces of different names where there are', async () => {
    const local = { ...first, addresses: [...first.addresses, '3: eth1    inet 10.0.1.1/30 scope global eth1'] };
    const peer = {
      ...second,
      addresses: [
        '2: end0    inet 192.168.11.179/24 scope global end0',
        '3: eth1    inet 10.0.1.2/30 scope global eth1',
      ],
    };
    const both = world(local, peer);
    await both.run({ vip: '192.168.11.215' });
    expect(readClusterFile(both.written.get('cluster.yaml')!, 'f').nodes).toMatchObject([
      { addresses: ['192.168.11.211', '10.0.1.1'], interface: 'eth0' },
      { addresses: ['192.168.11.179', '10.0.1.2'], interface: 'end0' },
    ]);
  });

  it('is right for IPv6', async () => {
    const local = { ...first, addresses: ['2: eth0    inet6 fd00::1/64 scope global'] };
    const peer = { ...second, addresses: ['2: eth0    inet6 fd00::2/64 scope global'] };
    const both = world(local, peer);
    await both.run({ vip: 'fd00::15' });
    expect(readClusterFile(both.written.get('cluster.yaml')!, 'f').vip).toMatchObject({
      address: 'fd00::15',
      prefix: 64,
    });
  });

  it.each([
    ['the same machine', first, { ...second, id: 'one' }, {}, 'is this machine itself'],
    ['the same name', first, { ...second, hostname: 'RaspberryPi-1' }, {}, 'both machines are called'],
    [
      'no network in common',
      first,
      { ...second, addresses: ['2: eth0    inet 10.9.9.9/24 scope global eth0'] },
      {},
      'no network in common',
    ],
    ['nobody to ask', first, second, { vip: undefined }, 'give it with --vip'],
    ['a node as VIP', first, second, { vip: '192.168.11.179' }, 'cannot be the virtual address'],
    ['a VIP elsewhere', first, second, { vip: '192.168.11.255' }, 'cannot be the virtual address'],
  ])('refuses %s, and writes nothing', async (_, local, peer, options, message) => {
    const both = world(local, peer);
    await expect(both.run({ vip: '192.168.11.215', ...options })).rejects.toThrow(message);
    expect(both.written.size).toBe(0);
  });

  it('does not overwrite a file', async () => {
    const both = world(first, second);
    both.written.set('cluster.yaml', 'mine');
    await expect(both.run({ vip: '192.168.11.215' })).rejects.toThrow('exists already');
    expect(both.written.get('cluster.yaml')).toBe('mine');
  });
});

describe('what a machine says', () => {
  it('has addresses without those of containers, and none that goes away', () => {
    expect(
      addressesIn(
        [
          '2: eth0    inet 10.0.0.1/24 scope global eth0',
          '2: eth0    inet6 2001:db8::1/64 scope global temporary dynamic',
          '9: veth12@if3    inet 10.1.0.1/24 scope global veth12',
        ].join('\n'),
      ),
    ).toEqual([{ interface: 'eth0', address: '10.0.0.1', prefix: 24 }]);
  });

  it('has ports as docker prints them', () => {
    expect(publishedPorts('0.0.0.0:53->53/udp, [::]:53->53/udp, 127.0.0.1:80->8080/tcp, 9000/tcp')).toEqual([
      '53:53/udp',
      '80:8080',
    ]);
  });
});

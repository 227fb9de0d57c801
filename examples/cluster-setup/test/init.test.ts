import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { sameAddress, sameNetwork } from '@sleepi3/pcs';
import { addressesIn, type MachineFacts } from '../src/init/look.js';
import { commonNetworks } from '../src/init/networks.js';
import { clusterFileText } from '../src/init/write-file.js';
import { container, first as bare, second, world } from './init-world.js';

const first = { ...bare, containers: [container()] };

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

  it('makes no offer where arping means the opposite, as that of Habets does', async () => {
    const both = world(first, second, { ask: '192.168.11.215', arping: (isTaken) => (isTaken ? 0 : 1) });
    await both.run();
    expect(both.questions).toEqual(['Virtual address of the service, in the network of both machines: ']);
  });

  it('never offers an address of either machine', async () => {
    const local = {
      ...first,
      addresses: [...first.addresses, '3: wlan0    inet 192.168.11.250/24 scope global wlan0'],
    };
    // What asks on one interface hears nothing of the other one.
    const both = world(local, second, { ask: '', arping: (isTaken) => (isTaken ? 1 : 0) });
    await both.run();
    expect(both.questions[0]).toContain('[192.168.11.249]');
  });

  it('gives each address once where a machine is in one network by cable and by radio', async () => {
    const local = {
      ...first,
      addresses: [...first.addresses, '3: wlan0    inet 192.168.11.212/24 scope global wlan0'],
    };
    const peer = {
      ...second,
      addresses: ['3: wlan0    inet 192.168.11.180/24 scope global wlan0', ...second.addresses],
    };
    const both = world(local, peer);
    await both.run({ vip: '192.168.11.215' });
    expect(readClusterFile(both.file(), 'f').nodes).toMatchObject([
      { addresses: ['192.168.11.211'] },
      { addresses: ['192.168.11.179'] },
    ]);
  });

  it('has the prefix and the interfaces of the network that holds the VIP', async () => {
    const local = { ...first, addresses: [...first.addresses, '2: eth0    inet6 fd00::1/64 scope global'] };
    const peer = { ...second, addresses: [...second.addresses, '3: end1    inet6 fd00::2/64 scope global'] };
    const both = world(local, peer);
    await both.run({ vip: 'fd00::15' });
    expect(readClusterFile(both.file(), 'f')).toMatchObject({
      nodes: [
        { addresses: ['192.168.11.211'], interface: 'eth0' },
        { addresses: ['192.168.11.179'], interface: 'end1' },
      ],
      vip: { address: 'fd00::15', prefix: 64 },
    });
  });

  it('says of addresses from DHCP that they may change', async () => {
    const line = '2: eth0    inet 192.168.11.211/24 brd 192.168.11.255 scope global dynamic noprefixroute eth0';
    const both = world({ ...first, addresses: [line] }, second);
    await both.run({ vip: '192.168.11.215' });
    expect(both.file()).toContain('    # from DHCP: 192.168.11.211. corosync binds to it');
    expect(both.file().match(/from DHCP/g)).toHaveLength(1);
    expect(both.output()).toContain('raspberrypi-1: from DHCP: 192.168.11.211');
    expect(readClusterFile(both.file(), 'f').nodes[0]?.addresses).toEqual(['192.168.11.211']);
  });

  it('does not call an announced IPv6 address one from DHCP alone', async () => {
    const local = {
      ...first,
      addresses: ['2: eth0    inet6 fd00::1/64 scope global dynamic mngtmpaddr noprefixroute'],
    };
    const both = world(local, { ...second, addresses: ['2: eth0    inet6 fd00::2/64 scope global'] });
    await both.run({ vip: 'fd00::15' });
    expect(both.file()).toContain('    # from DHCP or the router: fd00::1. corosync binds to it');
  });

  it('writes what is to be checked to standard error when the file goes to standard output', async () => {
    const line = '2: eth0    inet 192.168.11.211/24 scope global dynamic eth0';
    const both = world({ ...first, addresses: [line] }, second);
    await both.run({ vip: '192.168.11.215', file: '-' });
    expect(readClusterFile(both.output(), 'f').vip.address).toBe('192.168.11.215');
    expect(both.errors()).toContain('Check these before apply:');
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
    ['a VIP of a family that they do not share', first, second, { vip: 'fd00::15' }, 'no IPv6 network in common'],
    [
      "a node's other address as VIP",
      { ...first, addresses: [...first.addresses, '3: wlan0    inet 192.168.11.212/24 scope global wlan0'] },
      second,
      { vip: '192.168.11.212' },
      'cannot be the virtual address',
    ],
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
    ).toEqual([{ interface: 'eth0', address: '10.0.0.1', prefix: 24, dynamic: false }]);
  });
});

describe('the networks of two machines', () => {
  const address = fc.oneof(
    fc.record({
      address: fc
        .tuple(fc.constantFrom(0, 1, 2), fc.nat(3), fc.integer({ min: 1, max: 6 }))
        .map((all) => `10.${all.join('.')}`),
      prefix: fc.constantFrom(8, 16, 24, 29, 32),
    }),
    fc.record({
      address: fc
        .tuple(fc.nat(2), fc.integer({ min: 1, max: 5 }))
        .map(([net, host]) => `fd00:${String(net)}::${String(host)}`),
      prefix: fc.constantFrom(32, 64, 128),
    }),
  );
  const addresses = fc
    .array(fc.record({ of: address, interface: fc.constantFrom('eth0', 'wlan0', 'eth1'), dynamic: fc.boolean() }), {
      maxLength: 12,
    })
    .map((all) => all.map(({ of, ...rest }) => ({ ...of, ...rest })));
  const facts = (hostname: string) =>
    addresses.map((all): MachineFacts => ({
      hostname,
      machineId: hostname,
      system: 'Debian',
      addresses: all,
      containers: [],
      board: undefined,
    }));

  it('are pairs of addresses that are used once, and the file with them is right', () => {
    fc.assert(
      fc.property(facts('one'), facts('two'), (one, two) => {
        const shared = one.addresses.filter(({ address }) => two.addresses.some((each) => each.address === address));
        const own = (facts: MachineFacts) =>
          facts.addresses.filter(({ address }) => shared.every((each) => each.address !== address));
        const meet = own(one).some((each) =>
          own(two).some((other) => sameNetwork(each.address, other.address, Math.max(each.prefix, other.prefix))),
        );
        if (!meet) {
          expect(() => commonNetworks(one, two)).toThrow('no network in common');
          return;
        }
        const networks = commonNetworks(one, two);
        const all = networks.flatMap((network) => [network.first.address, network.second.address]);
        expect(all.filter((each, place) => all.findIndex((other) => sameAddress(each, other)) < place)).toEqual([]);
        const vip = networks[0]!.first.address.includes(':') ? 'fd00::99' : '10.0.0.99';
        const text = clusterFileText([one, two], networks, { address: vip, network: networks[0]! });
        const { nodes } = readClusterFile(text, 'f');
        for (const [link, own] of nodes[0]!.addresses.entries()) {
          const prefixes = one.addresses.filter(({ address }) => address === own).map(({ prefix }) => prefix);
          const theirs = nodes[1]!.addresses[link]!;
          expect(prefixes.some((prefix) => sameNetwork(own, theirs, prefix))).toBe(true);
        }
      }),
    );
  });
});

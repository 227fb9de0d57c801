import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeNameOf, parseCorosyncConf } from '../../../packages/pcs/src/corosync-conf.js';
import { corosyncNodes } from '../src/target/corosync-conf.js';
import { findWiring, type HostFacts, wrongName } from '../src/target/wiring.js';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.conf`, import.meta.url), 'utf8');
const twoLinks = fixture('corosync-two-links');

/** A corosync.conf with these lines in its nodes. */
function conf(...nodes: readonly (readonly string[])[]): string {
  const blocks = nodes.map((lines) => `    node {\n${lines.map((line) => `        ${line}\n`).join('')}    }\n`);
  return `totem {\n    interface {\n        name: not-a-node\n    }\n}\nnodelist {\n${blocks.join('')}}\n`;
}

const corosyncConf = conf(
  ['ring0_addr: 192.168.11.211', 'name: raspberrypi-1', 'nodeid: 1'],
  ['ring0_addr: 192.168.11.179', 'name: raspberrypi-2', 'nodeid: 2'],
);

interface Host {
  readonly hostname?: string;
  readonly addresses?: readonly string[];
  readonly hosts?: Readonly<Record<string, string>>;
}

function facts({ hostname = 'localhost', addresses = [], hosts = {} }: Host, text: string | Error): HostFacts {
  return {
    hostname: () => hostname,
    corosyncConf: () => (text instanceof Error ? Promise.reject(text) : Promise.resolve(text)),
    ownAddresses: () => ['127.0.0.1', '::1', ...addresses],
    resolve: async (name) => (hosts[name] === undefined ? [] : [hosts[name]]),
  };
}

describe('the nodes of corosync.conf', () => {
  it('have their names and all their addresses, in the order of the links', () => {
    expect(corosyncNodes(twoLinks)).toEqual([
      { name: 'pi-a', addresses: ['192.168.11.211', '10.0.1.211'] },
      { name: 'pi-b', addresses: ['192.168.11.179', '10.0.1.179'] },
    ]);
    expect(corosyncNodes(fixture('corosync-ring1-only'))).toEqual([
      { name: 'pi-a', addresses: ['192.168.11.211'] },
      { name: 'pi-b', addresses: ['192.168.11.179'] },
    ]);
    expect(corosyncNodes(conf(['name: a', 'ring1_addr: one', 'ring0_addr: zero', 'ring7_addr: seven']))).toEqual([
      { name: 'a', addresses: ['zero', 'one', 'seven'] },
    ]);
  });

  it('are called by a host name among the addresses where they have no name, and by a number never', () => {
    expect(corosyncNodes(conf(['ring0_addr: pi-a'], ['ring0_addr: 10.0.0.2'], ['ring0_addr: fd00::2']))).toEqual([
      { name: 'pi-a', addresses: ['pi-a'] },
      { addresses: ['10.0.0.2'] },
      { addresses: ['fd00::2'] },
    ]);
  });

  it.each([
    ['tabs, and no blank after the colon', twoLinks.replaceAll('    ', '\t').replaceAll(': ', ':')],
    ['Windows line ends', twoLinks.replaceAll('\n', '\r\n')],
    ['no-break spaces from a web page', twoLinks.replaceAll('    ', '\u00a0\u00a0 ').replaceAll(': ', ':\u00a0')],
    ['comments and empty lines', twoLinks.replaceAll('\n', '\n  # name: commented\n\n')],
    ['braces without a blank, and text behind them', twoLinks.replaceAll(' {', '{').replaceAll('}', '} # end')],
    ['a byte order mark', `\ufeff${twoLinks}`],
    ['colons before the braces', twoLinks.replaceAll(' {', ': {')],
    ['colons and blanks before the braces', twoLinks.replaceAll(' {', ' :: \t{')],
    ['a second section for the second node', twoLinks.replace(/\}\s+node \{/, '}\n}\nnodelist {\nnode {')],
    ['keys that are repeated, of which the last counts', twoLinks.replace(/(name|ring\d_addr): /g, '$1: before\n$&')],
  ])('are read through %s', (_, text) => {
    expect(corosyncNodes(text)).toEqual(corosyncNodes(twoLinks));
  });
});

describe('a corosync.conf that corosync takes', () => {
  /** The reader of `@sleepi3/pcs`, which is a program's own weight too heavy for an agent. */
  const readByPcs = (text: string) =>
    parseCorosyncConf(text)
      .nodes.toSorted((a, b) => (a.nodeId ?? Infinity) - (b.nodeId ?? Infinity) || 0)
      .map((node) => {
        const name = nodeNameOf(node);
        return { ...(name !== undefined && { name }), addresses: node.addresses };
      });

  const blank = fc.stringMatching(/^[ \t]{0,3}$/);
  /** Each text with blanks of all kinds before and behind it, now and then after lines that say nothing. */
  const lineOf = (...parts: readonly fc.Arbitrary<string>[]) =>
    fc
      .tuple(
        fc.constantFrom('', '', '', '\n', '# node {\n', ' \t#}\n', '  \n'),
        ...parts.flatMap((part) => [blank, part]),
        blank,
        fc.constantFrom('\n', '\n', '\r\n'),
      )
      .map((texts) => texts.join(''));
  const text = (constant: string) => fc.constant(constant);
  const option = (keys: readonly string[], values: readonly string[]) =>
    lineOf(fc.constantFrom(...keys), text(':'), fc.constantFrom(...values));
  const section = (name: string, inside: fc.Arbitrary<readonly string[]>) =>
    fc
      .tuple(lineOf(text(name), fc.constantFrom('', '', ':', '::', ': :'), text('{')), inside, lineOf(text('}')))
      .map(([begin, lines, end]) => [begin, ...lines, end].join(''));
  const links = ['ring0_addr', 'ring0_addr', 'ring1_addr', 'ring2_addr', 'ring7_addr'];
  const addresses = ['10.0.0.1', '192.168.0.2', 'fd00::2', 'FD00:0::0A', 'pi-a', 'pi-b.example.com', 'a:b', ': x'];
  const inNode = fc.oneof(
    { weight: 5, arbitrary: option(links, addresses) },
    { weight: 2, arbitrary: option(['name'], ['pi-a', 'PI-B', 'pi.example.com', '10.0.0.1', 'a b', 'c}']) },
    { weight: 1, arbitrary: option(['nodeid'], ['1', '2', '3', '07', '4294967295']) },
    { weight: 1, arbitrary: option(['quorum_votes', 'ringx_addr', 'Name', 'ring0_addr2'], ['1', 'pi-a']) },
  );
  const inNodelist = fc.oneof(
    { weight: 6, arbitrary: section('node', fc.array(inNode, { maxLength: 8 })) },
    { weight: 1, arbitrary: option(['name', 'ring0_addr'], ['not-a-node']) },
    { weight: 1, arbitrary: section('nodes', fc.array(inNode, { maxLength: 2 })) },
  );
  const other = fc.oneof(
    section('totem', fc.array(fc.oneof(section('interface', fc.array(inNode, { maxLength: 2 })), inNode))),
    section('node', fc.array(inNode, { maxLength: 2 })),
    option(['name', 'ring0_addr'], ['not-a-node']),
  );
  const conf = fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: section('nodelist', fc.array(inNodelist, { maxLength: 4 })) },
        { weight: 1, arbitrary: other },
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.join(''));

  it('is read as by @sleepi3/pcs, however it is written', () => {
    const met = { several: 0, repeated: 0, colon: 0, twice: 0 };
    fc.assert(
      fc.property(conf, (written) => {
        const read = corosyncNodes(written);
        expect(parseCorosyncConf(written).problems).toEqual([]);
        expect(read).toEqual(readByPcs(written));
        if (read.length > 1) met.several++;
        if (/(ring\d_addr)[^{}]*\1/.test(written)) met.repeated++;
        if (/node[ \t]*:[: \t]*\{/.test(written)) met.colon++;
        if (/nodelist[^]*nodelist/.test(written)) met.twice++;
      }),
      { numRuns: 1000 },
    );
    for (const [kind, times] of Object.entries(met)) expect(times, kind).toBeGreaterThan(20);
  });
});

describe('this node and its peer', () => {
  const first = { self: 'raspberrypi-1', peer: 'raspberrypi-2', peerAddresses: ['192.168.11.179'] };
  const second = { self: 'raspberrypi-2', peer: 'raspberrypi-1', peerAddresses: ['192.168.11.211'] };

  it.each<[string, Host]>([
    ['its address', { addresses: ['192.168.11.179'] }],
    ['its address as IPv6 shows it', { addresses: ['::ffff:192.168.11.179'] }],
    ['its host name', { hostname: 'raspberrypi-2' }],
    ['its host name with a domain', { hostname: 'raspberrypi-2.example.org' }],
    ['its host name in capitals', { hostname: 'RASPBERRYPI-2' }],
    ['both', { hostname: 'raspberrypi-2', addresses: ['192.168.11.179'] }],
    ['its address, where the host name is none of the two', { hostname: 'debian', addresses: ['192.168.11.179'] }],
  ])('are told by %s', async (_, host) => {
    for (const options of [{}, { self: 'raspberrypi-2' }, { peer: 'raspberrypi-1' }, { self: 'RASPBERRYPI-2' }]) {
      await expect(findWiring(options, facts(host, corosyncConf))).resolves.toEqual(second);
    }
  });

  it('are told by the address of any link, in any spelling of IPv6, and by what a host name stands for', async () => {
    const links = conf(
      ['ring0_addr: pi-a.example.com', 'ring1_addr: fd00:0:0::0A', 'name: a'],
      ['ring0_addr: pi-b.example.com', 'ring1_addr: FD00::000b', 'name: b'],
    );
    for (const host of [
      { addresses: ['fd00::b'] },
      { addresses: ['10.1.1.2'], hosts: { 'pi-b.example.com': '10.1.1.2', 'pi-a.example.com': '10.1.1.1' } },
    ]) {
      await expect(findWiring({}, facts(host, links))).resolves.toMatchObject({ self: 'b', peer: 'a' });
    }
  });

  it('are not told by what Debian has the host name stand for: 127.0.1.1', async () => {
    const links = conf(['ring0_addr: pi-a', 'name: a'], ['ring0_addr: pi-b', 'name: b']);
    const host = { hostname: 'x', hosts: { 'pi-a': '127.0.1.1', 'pi-b': '127.0.1.1' } };
    await expect(findWiring({}, facts(host, links))).rejects.toThrow(/cannot tell which node is the peer/);
  });

  it('are told in full names where the host name is short, and the other way round', async () => {
    const full = fixture('corosync-fqdn-names');
    await expect(findWiring({}, facts({ hostname: 'pi-b' }, full))).resolves.toMatchObject({
      self: 'pi-b.example.com',
      peer: 'pi-a.example.com',
    });
    const options = { self: 'PI-A.example.com', peer: 'pi-b.EXAMPLE.com' };
    await expect(findWiring(options, facts({ hostname: 'pi-a' }, full))).resolves.toEqual({
      self: 'pi-a.example.com',
      peer: 'pi-b.example.com',
      peerAddresses: ['192.168.11.179'],
    });
  });

  it('are not told by a host name that two nodes have but for the domain', async () => {
    const twins = conf(['name: pi.a.example', 'ring0_addr: 10.0.0.1'], ['name: pi.b.example', 'ring0_addr: 10.0.0.2']);
    await expect(findWiring({}, facts({ hostname: 'pi' }, twins))).rejects.toThrow(/cannot tell/);
    const host = { hostname: 'pi.b.example' };
    await expect(findWiring({}, facts(host, twins))).resolves.toMatchObject({ self: 'pi.b.example' });
  });

  it('are never told by the first number of an address', async () => {
    const numbers = conf(['name: 10.0.0.1', 'ring0_addr: 10.0.0.1'], ['name: 192.168.0.2', 'ring0_addr: 192.168.0.2']);
    await expect(findWiring({}, facts({ hostname: '10' }, numbers))).rejects.toThrow(/cannot tell/);
  });

  it('are taken from the options where corosync.conf cannot be read, if this host is the one they say', async () => {
    const none = new Error('ENOENT');
    const stock = conf(['name: node1', 'nodeid: 1', 'ring0_addr: 127.0.0.1']);
    await expect(findWiring({ self: 'a', peer: 'b' }, facts({ hostname: 'a' }, stock))).resolves.toMatchObject({
      self: 'a',
    });
    for (const host of [
      { hostname: 'A.example' },
      { addresses: ['10.0.0.1'], hosts: { a: '10.0.0.1', b: '10.0.0.2' } },
    ]) {
      await expect(findWiring({ self: 'a', peer: 'b' }, facts(host, none))).resolves.toEqual({
        self: 'a',
        peer: 'b',
        peerAddresses: ['b'],
      });
    }
    await expect(findWiring({ self: 'a', peer: 'b' }, facts({ hostname: 'b' }, none))).rejects.toThrow(
      /this host is b, the configured peer/,
    );
    await expect(findWiring({ self: 'a', peer: 'b' }, facts({ hostname: 'x' }, none))).rejects.toThrow(/cannot tell/);
  });

  describe('in a ring of more than two nodes', () => {
    const nodes = [
      ['name: a', 'ring0_addr: 10.0.0.1', 'nodeid: 1'],
      ['name: b', 'ring0_addr: 10.0.0.2', 'nodeid: 2'],
      ['name: c', 'ring0_addr: 10.0.0.3', 'nodeid: 3'],
    ] as const;
    const [a, b, c] = nodes;

    it.each([
      ['as they are numbered', conf(a, b, c)],
      ['even where one that was replaced is the last of the file', conf(a, c, b)],
      ['or else as they are in the file', conf(...nodes.map(([name, address]) => [name, address]))],
    ])('are each one and the next, %s', async (_, three) => {
      for (const [self, peer, address, before] of [
        ['a', 'b', '10.0.0.2', 'c'],
        ['b', 'c', '10.0.0.3', 'a'],
        ['c', 'a', '10.0.0.1', 'b'],
      ] as const) {
        for (const options of [{}, { peer }, { self, peer: peer.toUpperCase() }]) {
          const found = await findWiring(options, facts({ hostname: self }, three));
          expect(found).toEqual({ self, peer, peerAddresses: [address], before });
        }
      }
    });

    it('are refused where the device is for a node that this wire does not reach', async () => {
      const three = conf(a, b, c);
      await expect(findWiring({ peer: 'c' }, facts({ hostname: 'a' }, three))).rejects.toThrow(
        'the wire of a leads to b, the next node of corosync.conf, and not to peer=c, which b alone can fence: ban the device',
      );
      await expect(findWiring({ peer: 'a' }, facts({ hostname: 'a' }, three))).rejects.toThrow(
        /this host is a, the configured peer/,
      );
    });

    it.each([
      ['a node has no name', conf(a, ['ring0_addr: 10.0.0.2'], c)],
      ['two nodes have one name', conf(['name: C', 'ring0_addr: 10.0.0.1'], b, c)],
      ['this node has the name of the next one', conf(['name: b', 'ring0_addr: 10.0.0.1'], b, c)],
    ])('are refused where %s, whatever the options say', async (_, text) => {
      for (const options of [{}, { peer: 'b' }]) {
        await expect(findWiring(options, facts({ addresses: ['10.0.0.1'] }, text))).rejects.toThrow(
          /cannot tell|is not a node|the configured peer/,
        );
      }
    });
  });

  it('are called by host name and option where corosync.conf names no node', async () => {
    const nameless = conf(['ring0_addr: 10.0.0.1'], ['ring0_addr: 10.0.0.2']);
    const host = { hostname: 'pi-a', addresses: ['10.0.0.1'] };
    await expect(findWiring({}, facts(host, nameless))).rejects.toThrow(/set the options self and peer/);
    for (const options of [{ peer: 'pi-b' }, { self: 'PI-A', peer: 'pi-b' }]) {
      await expect(findWiring(options, facts(host, nameless))).resolves.toMatchObject({
        peer: 'pi-b',
        peerAddresses: ['10.0.0.2'],
      });
    }
    await expect(findWiring({ self: 'pi-b', peer: 'pi-a' }, facts(host, nameless))).rejects.toThrow(
      /this host is pi-a, the configured peer/,
    );
    await expect(findWiring({ self: 'x', peer: 'y' }, facts(host, nameless))).rejects.toThrow(
      /give each node its name/,
    );
  });

  it.each([
    ['this host is no node', 'stranger', corosyncConf],
    ['there is one node', 'a', conf(['name: a'])],
    ['the file is empty', 'a', ''],
    ['the file is cut off in a node', 'raspberrypi-1', corosyncConf.slice(0, corosyncConf.indexOf('nodeid: 2'))],
  ])('are refused, with what to set, when %s', async (_, hostname, text) => {
    await expect(findWiring({}, facts({ hostname }, text))).rejects.toThrow(/set the options self and peer/);
  });

  it('are refused when corosync.conf cannot be read and the options do not name both', async () => {
    for (const options of [{}, { self: 'a' }, { peer: 'b' }]) {
      await expect(
        findWiring(options, facts({ hostname: 'a' }, new Error('EACCES: permission denied'))),
      ).rejects.toThrow(/EACCES.*set the options self and peer/);
    }
  });

  it.each<[string, Host, object, RegExp]>([
    ['self and peer are one', { hostname: 'a' }, { self: 'a', peer: 'A' }, /both a/],
    [
      'peer is a slip',
      { hostname: 'raspberrypi-1' },
      { peer: 'raspberypi-2' },
      /peer=raspberypi-2 is not a node of coro/,
    ],
    ['self is a slip', { hostname: 'raspberrypi-1' }, { self: 'raspberypi-1' }, /self=raspberypi-1 is not a node of/],
    ['preferred is a slip', { hostname: 'raspberrypi-1' }, { preferred: 'x' }, /preferred=x is not a node of corosync/],
    [
      'addresses and host name disagree',
      { hostname: 'raspberrypi-1', addresses: ['192.168.11.179'] },
      {},
      /by its addresses this host is raspberrypi-2, and by its host name raspberrypi-1 it is raspberrypi-1/,
    ],
    [
      'this host has the addresses of both',
      { addresses: ['192.168.11.179', '192.168.11.211'] },
      {},
      /has the addresses of raspberrypi-1, raspberrypi-2/,
    ],
    [
      'self is the other node',
      { hostname: 'raspberrypi-1' },
      { self: 'raspberrypi-2' },
      /this host is raspberrypi-1, and/,
    ],
  ])('are refused when %s', async (_, host, options, reason) => {
    await expect(findWiring(options, facts(host, corosyncConf))).rejects.toThrow(reason);
  });

  it('are refused, however the names are given, on the very host that would be the peer', async () => {
    const options = [
      { self: 'raspberrypi-1', peer: 'raspberrypi-2' },
      { self: 'RASPBERRYPI-1', peer: 'Raspberrypi-2' },
      { peer: 'raspberrypi-2' },
    ];
    const hosts = [
      { hostname: 'raspberrypi-2' },
      { hostname: 'RASPBERRYPI-2.example.org' },
      { hostname: 'debian', addresses: ['192.168.11.179'] },
    ];
    for (const given of options) {
      for (const host of hosts) {
        await expect(findWiring(given, facts(host, corosyncConf))).rejects.toThrow(
          /this host is raspberrypi-2, the configured peer/,
        );
      }
    }
  });

  it('with corosync.conf cut off anywhere, are never the wrong ones', async () => {
    for (let end = 0; end < corosyncConf.length; end++) {
      const host = facts({ hostname: 'raspberrypi-1' }, corosyncConf.slice(0, end));
      const wiring = await findWiring({}, host).catch(() => undefined);
      if (wiring) expect(wiring).toEqual(first);
    }
  });

  it('are not told in a ring that has two nodes of one name', async () => {
    for (const names of [
      ['pi-a', 'pi-a', 'pi-c'],
      ['pi-a', 'pi-b', 'PI-A'],
      ['pi-a', 'pi-c', 'pi-c'],
    ]) {
      const text = conf(...names.map((name, index) => [`name: ${name}`, `ring0_addr: 10.0.0.${index + 1}`]));
      const host = facts({ hostname: 'pi-a', addresses: ['10.0.0.1'] }, text);
      await expect(findWiring({}, host)).rejects.toThrow(/cannot tell which/);
    }
    // One that the file does not name is called by its host name.
    const nameless = conf(['ring0_addr: fd00::2'], ['name: pi-a'], ['name: pi-b']);
    const host = facts({ hostname: 'pi-a', addresses: ['fd00::2'] }, nameless);
    await expect(findWiring({}, host)).rejects.toThrow(/cannot tell which|by its addresses/);
  });

  it('are never each other, whatever names, addresses and options there are', async () => {
    const name = fc.constantFrom('pi-a', 'PI-A', 'pi-a.example.com', 'pi-b', 'Pi-B', 'pi-b.example.com', 'pi-c', '10');
    const address = fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2');
    const node = fc.record({ name: fc.option(name), addresses: fc.array(address, { maxLength: 2 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(node, { maxLength: 3 }),
        fc.record({ hostname: name, addresses: fc.array(address, { maxLength: 2 }) }),
        fc.record({ self: name, peer: name }, { requiredKeys: [] }),
        async (nodes, host, options) => {
          const text = conf(
            ...nodes.map(({ name: called, addresses }) => [
              ...(called === null ? [] : [`name: ${called}`]),
              ...addresses.map((one, link) => `ring${link}_addr: ${one}`),
            ]),
          );
          const wiring = await findWiring(options, facts(host, text)).catch(() => undefined);
          if (!wiring) return;
          const [own, other] = [wiring.self, wiring.peer].map((one) => one.toLowerCase());
          expect(own).not.toBe(other);
          // Not the far end by any way of telling.
          expect(wiring.peer.toLowerCase()).not.toBe(host.hostname.toLowerCase());
          expect(wiring.peerAddresses.filter((one) => host.addresses.includes(one as '10.0.0.1'))).toEqual([]);
          for (const [given, found] of [
            [options.self, own],
            [options.peer, other],
          ]) {
            if (given !== undefined) expect(given.toLowerCase()).toBe(found);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('names that can never be right', () => {
  it('are told whichever host this is, and nothing is said where corosync.conf cannot be read', async () => {
    const host = facts({ hostname: 'anything' }, corosyncConf);
    expect(await wrongName({ self: 'raspberrypi-1', peer: 'raspberrypi-2' }, host)).toBeUndefined();
    expect(await wrongName({ peer: 'raspberrypi-3' }, host)).toContain('which has raspberrypi-1, raspberrypi-2');
    expect(await wrongName({ peer: 'raspberrypi-3' }, facts({}, new Error('ENOENT')))).toBeUndefined();
  });
});

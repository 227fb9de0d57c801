import { describe, expect, it } from 'vitest';
import { isPlaceholder, nodeNameOf, nodeOfHost, parseCorosyncConf } from '../src/index.js';

const file = (...nodes: readonly string[]) =>
  `totem {
    version: 2
    cluster_name: apachecluster
    interface {
        linknumber: 0
        name: not-a-node
    }
}

nodelist {
${nodes.map((node) => `    node {\n${node.replace(/^/gm, '        ')}\n    }\n`).join('\n')}}

# quorum { two_node: 0 }
quorum {
    provider: corosync_votequorum
    two_node: 1
}
`;

describe('corosync.conf', () => {
  it('is read with its sections, and nothing to complain of', () => {
    const conf = parseCorosyncConf(
      file('ring0_addr: 192.168.11.211\nname: pi-a\nnodeid: 1', 'ring0_addr: 192.168.11.179\nname: pi-b\nnodeid: 2'),
    );
    expect(conf).toMatchObject({
      clusterName: 'apachecluster',
      totem: { version: '2', cluster_name: 'apachecluster' },
      quorum: { provider: 'corosync_votequorum', two_node: '1' },
      problems: [],
    });
    expect(conf.nodes.map(({ name, nodeId, addresses }) => ({ name, nodeId, addresses }))).toEqual([
      { name: 'pi-a', nodeId: 1, addresses: ['192.168.11.211'] },
      { name: 'pi-b', nodeId: 2, addresses: ['192.168.11.179'] },
    ]);
    expect(conf.totem).not.toHaveProperty('name');
  });

  it('has the quorum device with the options of its model, which are not those of the quorum', () => {
    const withDevice = file('ring0_addr: a').replace(
      '    two_node: 1\n',
      '\n    device {\n        model: net\n        votes: 1\n\n        net {\n            algorithm: ffsplit\n            host: qnetd\n' +
        '            tie_breaker: 2\n        }\n\n        heuristics {\n            mode: on\n        }\n    }\n',
    );
    expect(parseCorosyncConf(withDevice)).toMatchObject({
      quorum: { provider: 'corosync_votequorum' },
      device: {
        generic: { model: 'net', votes: '1' },
        net: { algorithm: 'ffsplit', host: 'qnetd', tie_breaker: '2' },
        heuristics: { mode: 'on' },
      },
      problems: [],
    });
    expect(parseCorosyncConf(withDevice).quorum).not.toHaveProperty('host');
    expect(parseCorosyncConf(file('ring0_addr: a')).device).toBeUndefined();
  });

  it('has all links of a node, in their order, whichever there are', () => {
    const conf = parseCorosyncConf(
      file('ring1_addr: 10.0.1.211\nring0_addr: 192.168.11.211', 'ring1_addr: 10.0.1.179', 'ring7_addr: fd00::1'),
    );
    expect(conf.nodes.map(({ addresses }) => addresses)).toEqual([
      ['192.168.11.211', '10.0.1.211'],
      ['10.0.1.179'],
      ['fd00::1'],
    ]);
    expect([...(conf.nodes[1]?.links ?? [])]).toEqual([[1, '10.0.1.179']]);
  });

  it('names nodes as Pacemaker does: by name, else by a host name for an address, else by nothing', () => {
    const { nodes } = parseCorosyncConf(
      file(
        'ring0_addr: 10.0.0.1\nname: Pi-A.example.com',
        'ring0_addr: pi-b',
        'ring0_addr: 10.0.0.3',
        'ring1_addr: pi-d',
      ),
    );
    expect(nodes.map(nodeNameOf)).toEqual(['Pi-A.example.com', 'pi-b', undefined, undefined]);
  });

  it.each([
    ['pi-a.example.com', 0],
    ['PI-A.example.com', 0],
    ['pi-a', 0],
    ['pi-b', 1],
    ['pi-b.example.com', 1],
    ['pi-a.example.org', undefined],
    ['pi-c', undefined],
  ])('knows which node the host %s is', (hostname, index) => {
    const conf = parseCorosyncConf(file('name: pi-a.example.com\nring0_addr: a', 'name: PI-B\nring0_addr: b'));
    expect(nodeOfHost(conf, hostname)).toBe(index === undefined ? undefined : conf.nodes[index]);
  });

  it('does not guess between two', () => {
    const conf = parseCorosyncConf(file('name: pi.one', 'name: pi.two', 'name: same', 'name: SAME'));
    expect(nodeOfHost(conf, 'pi')).toBeUndefined();
    expect(nodeOfHost(conf, 'same')).toBeUndefined();
  });

  it('reads on past a no-break space, and names its line', () => {
    const conf = parseCorosyncConf(file('ring0_addr:\u00a0192.168.11.211', 'name: pi-b\u00a0'));
    expect(conf.nodes.map(({ addresses, name }) => [name, ...addresses])).toEqual([
      [undefined, '192.168.11.211'],
      ['pi-b'],
    ]);
    expect(conf.problems).toEqual([
      { line: 12, text: expect.stringContaining('a no-break space (U+00A0)') },
      { line: 16, text: expect.stringContaining('replace it by a space') },
    ]);
  });

  it('does as corosync with carriage returns, tight braces and colons in values', () => {
    const conf = parseCorosyncConf(
      'totem{\r\ncluster_name:x:y \r\n}\r\nnodelist {\r\n\tnode {\r\n ring0_addr: fd00::1\r\n}\r\n}\r\n',
    );
    expect(conf).toMatchObject({ clusterName: 'x:y', problems: [] });
    expect(conf.nodes[0]?.addresses).toEqual(['fd00::1']);
  });

  it.each([
    ['a word alone', 'totem {\nnonsense\n}\n', 'it does not open or close a section'],
    ['a section that is not closed', 'nodelist {\nnode {\nname: a\n}\n', 'the section nodelist is not closed'],
    ['a brace too many', '}\n', 'closes nothing'],
    ['more after a brace', 'totem { version: 2\n}\n', 'more after the opening brace'],
    ['a line without end', `totem {\nversion: ${'2'.repeat(600)}\n}\n`, 'longer than 510 bytes'],
  ])('names what corosync refuses: %s', (_what, text, problem) => {
    expect(
      parseCorosyncConf(text)
        .problems.map((one) => one.text)
        .join(),
    ).toContain(problem);
  });

  it('has no node whose section is not closed', () => {
    expect(parseCorosyncConf('nodelist {\nnode {\nname: a\n').nodes).toEqual([]);
  });

  it('knows the cluster of nobody that the package brings', () => {
    const debian = file('name: node1\nnodeid: 1\nring0_addr: 127.0.0.1').replace('apachecluster', 'debian');
    expect(isPlaceholder(parseCorosyncConf(debian))).toBe(true);
    expect(isPlaceholder(parseCorosyncConf(file('ring0_addr: 127.0.0.1')))).toBe(false);
  });
});

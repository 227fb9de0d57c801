import { describe, expect, it } from 'vitest';
import { corosyncNodes, findWiring } from '../src/target/wiring.js';

const corosyncConf = `totem {
    version: 2
    cluster_name: apachecluster
    interface {
        name: not-a-node
    }
}
nodelist {
    node {
        ring0_addr: 192.168.11.211
        name: raspberrypi-1
        nodeid: 1
    }
    # node { name: commented }
    node {
        ring0_addr: 192.168.11.179
        name: raspberrypi-2
        nodeid: 2
    }
}
quorum {
    provider: corosync_votequorum
    two_node: 1
}
`;

const files = (hostname: string, text: string | Error = corosyncConf) => ({
  hostname: () => hostname,
  corosyncConf: () => (text instanceof Error ? Promise.reject(text) : Promise.resolve(text)),
});

describe('the names of the two nodes', () => {
  it('are read from the nodelist of corosync.conf', () => {
    expect(corosyncNodes(corosyncConf)).toEqual([
      { name: 'raspberrypi-1', address: '192.168.11.211' },
      { name: 'raspberrypi-2', address: '192.168.11.179' },
    ]);
  });

  it('fall back on ring0_addr for a node without a name', () => {
    expect(corosyncNodes('nodelist {\n node {\n ring0_addr: pi-a\n }\n}\n')).toEqual([
      { name: 'pi-a', address: 'pi-a' },
    ]);
  });

  it.each(['raspberrypi-2', 'raspberrypi-2.example.org'])(
    'tell self by the host name %s and peer as the other',
    async (hostname) => {
      await expect(findWiring({}, files(hostname))).resolves.toEqual({ self: 'raspberrypi-2', peer: 'raspberrypi-1' });
    },
  );

  it('are taken from the options without a look at any file', async () => {
    const wiring = await findWiring({ self: 'a', peer: 'b' }, files('x', new Error('not to be read')));
    expect(wiring).toEqual({ self: 'a', peer: 'b' });
  });

  it('are completed when only one is given', async () => {
    await expect(findWiring({ self: 'raspberrypi-1' }, files('x'))).resolves.toEqual({
      self: 'raspberrypi-1',
      peer: 'raspberrypi-2',
    });
    await expect(findWiring({ peer: 'raspberrypi-1' }, files('raspberrypi-2'))).resolves.toEqual({
      self: 'raspberrypi-2',
      peer: 'raspberrypi-1',
    });
  });

  it.each([
    ['this host is no node', 'stranger', corosyncConf],
    ['there are three nodes', 'a', 'nodelist {\nnode {\nname: a\n}\nnode {\nname: b\n}\nnode {\nname: c\n}\n}\n'],
    ['there is one node', 'a', 'nodelist {\nnode {\nname: a\n}\n}\n'],
    ['the file is empty', 'a', ''],
    ['the file is cut off in a node', 'raspberrypi-1', corosyncConf.slice(0, corosyncConf.indexOf('nodeid: 2'))],
  ])('are refused, with what to set, when %s', async (_, hostname, text) => {
    await expect(findWiring({}, files(hostname, text))).rejects.toThrow(/set the options self and peer/);
  });

  it('are refused when corosync.conf cannot be read', async () => {
    await expect(findWiring({}, files('a', new Error('EACCES: permission denied')))).rejects.toThrow(
      /EACCES.*set the options self and peer/,
    );
  });

  it('are refused when self and peer are the same', async () => {
    await expect(findWiring({ self: 'a', peer: 'a' }, files('a'))).rejects.toThrow(/both a/);
  });

  it.each([
    ['both from the options', { self: 'raspberrypi-1', peer: 'raspberrypi-2' }],
    ['self from the options', { self: 'raspberrypi-1' }],
  ])(
    'are refused, %s, on the very host that would be the peer: its EXTOUT leads to the other node',
    async (_, options) => {
      for (const hostname of ['raspberrypi-2', 'raspberrypi-2.example.org']) {
        await expect(findWiring(options, files(hostname))).rejects.toThrow(
          /this host is raspberrypi-2, the configured peer/,
        );
      }
    },
  );

  it('cut off anywhere, corosync.conf never yields a wrong peer', async () => {
    for (let end = 0; end < corosyncConf.length; end++) {
      const wiring = await findWiring({}, files('raspberrypi-1', corosyncConf.slice(0, end))).catch(() => undefined);
      if (wiring) expect(wiring).toEqual({ self: 'raspberrypi-1', peer: 'raspberrypi-2' });
    }
  });
});

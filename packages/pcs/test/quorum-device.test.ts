// What pcs and corosync said of a quorum device on two nodes with a real qnetd, on Debian 12.
import { describe, expect, it } from 'vitest';
import {
  execute,
  commands,
  parseQuorumConfig,
  parseQuorumDeviceStatus,
  parseQuorumStatus,
  Pcs,
  PcsError,
  reads,
} from '../src/index.js';
import { answer, FakeCluster } from '../src/testing/index.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { fixture } from './fixtures.js';

describe('the quorum with a device', () => {
  it.each([
    ['device-votes.txt', { quorate: true, total: 3, votes: 1, alive: true, votesHere: true }],
    ['device-lost.txt', { quorate: true, total: 2, votes: 0, alive: true, votesHere: false }],
    ['device-votes-for-the-other.txt', { quorate: false, total: 1, votes: 0, alive: true, votesHere: false }],
  ])('%s is read', (name, { quorate, total, votes, alive, votesHere }) => {
    const status = parseQuorumStatus(fixture(`quorum/${name}`));
    expect(status).toMatchObject({
      quorate,
      votes: { expected: 3, needed: 2, total },
      device: { name: 'Qdevice', votes, configuredVotes: 1 },
    });
    expect(status.members.find(({ local }) => local)?.device).toMatchObject({ alive, votes: votesHere });
  });
});

describe('pcs quorum device status', () => {
  it('is read, connected', () => {
    expect(parseQuorumDeviceStatus(fixture('quorum/device-status-connected.txt'))).toEqual({
      model: 'Net',
      nodeId: 1,
      configuredNodes: [1, 2],
      members: [1, 2],
      clusterName: 'apachecluster',
      host: 'qnetd',
      port: 5403,
      algorithm: 'Fifty-Fifty split',
      tieBreaker: 'Node with lowest node ID',
      state: 'Connected',
      connected: true,
      unknown: {},
    });
  });

  it('is read in full, and keeps what it does not know', () => {
    const status = parseQuorumDeviceStatus(fixture('quorum/device-status-full.txt'));
    expect(status).toMatchObject({ connected: true, configuredNodes: [1, 2], unknown: { 'Expected votes': '3' } });
    expect(status.unknown['TLS active']).toBe('Yes (client certificate sent)');
  });

  it('is read while the host does not answer', () => {
    expect(parseQuorumDeviceStatus(fixture('quorum/device-status-connecting.txt'))).toMatchObject({
      state: 'Connecting',
      connected: false,
    });
  });

  it.each(['State:', 'QNetd host:', 'Node ID:', 'Membership node list:', 'Algorithm:'])(
    'is refused without %s',
    (name) => {
      const text = fixture('quorum/device-status-connected.txt').replace(new RegExp(`^${name}.*\\n`, 'm'), '');
      expect(() => parseQuorumDeviceStatus(text)).toThrow(PcsError);
    },
  );

  it.each([
    ['Node ID = 2', 'Node ID = x'],
    ['qnetd:5403', 'qnetd'],
    ['1, 2', '1, y'],
  ])('is refused when %s is %s', (from, to) => {
    expect(() => parseQuorumDeviceStatus(fixture('quorum/device-status-connected.txt').replace(from, to))).toThrow(
      PcsError,
    );
  });

  it('is refused wherever it is cut off', () => {
    const text = fixture('quorum/device-status-connected.txt');
    const end = text.lastIndexOf('Connected') + 'Connected'.length;
    for (let length = 0; length <= end; length++) {
      expect(() => parseQuorumDeviceStatus(text.slice(0, length)), String(length)).toThrow(PcsError);
    }
  });
});

describe('pcs quorum config', () => {
  it('is read with a device', () => {
    expect(parseQuorumConfig(fixture('quorum/config-device.txt'))).toEqual({
      options: {},
      device: {
        generic: { votes: '1' },
        model: 'net',
        modelOptions: { algorithm: 'ffsplit', host: 'qnetd' },
        heuristics: {},
      },
    });
  });

  it('is read without a device, and with all there may be', () => {
    expect(parseQuorumConfig('Options:\n')).toEqual({ options: {}, device: undefined });
    // As pcs 0.12 writes the same.
    expect(parseQuorumConfig('')).toEqual({ options: {}, device: undefined });
    const device = fixture('quorum/config-device.txt');
    const withoutOptions = device.slice(device.indexOf('Device:'));
    expect(parseQuorumConfig(withoutOptions)).toEqual({ ...parseQuorumConfig(device), options: {} });
    expect(
      parseQuorumConfig(
        'Options:\n  wait_for_all: 1\nDevice:\n  timeout: 20000\n  Model: net\n    host: fd00::5\n  Heuristics:\n    exec_ping: /bin/ping -c 1 a:b\n',
      ),
    ).toEqual({
      options: { wait_for_all: '1' },
      device: {
        generic: { timeout: '20000' },
        model: 'net',
        modelOptions: { host: 'fd00::5' },
        heuristics: { exec_ping: '/bin/ping -c 1 a:b' },
      },
    });
  });

  it.each([
    'Options:',
    'Device:\n  votes: 1\n',
    'Error: cannot\n',
    'Options:\n???\n',
    'Options:\nDevice:\n  votes: 1\n',
    'Options:\n    a: b\n',
  ])('is refused when it is %j', (text) => {
    expect(() => parseQuorumConfig(text)).toThrow(PcsError);
  });
});

describe.runIf(haveRealParts('pcs', 'crm_simulate', 'cibadmin'))('a quorum device of a fake cluster', () => {
  it('is added, seen, lost and removed, as pcs itself writes it', async () => {
    await using cluster = await FakeCluster.create({ nodes: ['n1', 'n2'], running: 'c', otherHosts: ['q'] });
    const pcs = new Pcs({ runner: cluster });
    await expect(pcs.quorum.device.add({ model: { host: 'q', algorithm: 'ffsplit' } })).rejects.toMatchObject({
      code: 'NOT_AUTHENTICATED',
    });
    expect(await pcs.quorum.status()).toMatchObject({
      quorate: true,
      device: undefined,
      votes: { flags: ['2Node', 'Quorate'] },
    });
    await pcs.host.auth('q', { password: 'secret' });
    await pcs.quorum.device.add({ model: { host: 'q', algorithm: 'ffsplit', tie_breaker: 2 } });
    expect((await pcs.quorum.config()).device?.modelOptions).toEqual({
      host: 'q',
      algorithm: 'ffsplit',
      tie_breaker: '2',
    });
    expect(await pcs.quorum.status()).toMatchObject({
      quorate: true,
      device: { votes: 1 },
      votes: { expected: 3, total: 3 },
    });
    expect(await pcs.quorum.device.status()).toMatchObject({ host: 'q', connected: true });
    cluster.deviceAnswers = false;
    expect(await pcs.quorum.device.status()).toMatchObject({ connected: false });
    expect(await pcs.quorum.status()).toMatchObject({ quorate: true, device: { votes: 0 }, votes: { total: 2 } });
    await cluster.nodeDown('n2');
    expect(await pcs.quorum.status()).toMatchObject({ quorate: false, votes: { activityBlocked: true } });
    expect((await pcs.status()).quorate).toBe(false);
    cluster.deviceAnswers = true;
    await cluster.settle();
    expect((await pcs.status()).quorate).toBe(true);
    await pcs.quorum.device.delete();
    expect((await pcs.quorum.config()).device).toBeUndefined();
    await expect(pcs.quorum.device.status()).rejects.toThrow("Can't connect to QDevice socket");
  });
});

it('the quorum of a node that does not run is an error', async () => {
  const runner = { run: async () => answer({ exitCode: 1, stderr: 'Cannot initialize QUORUM service\n' }) };
  await expect(execute(reads.quorumStatus(), runner)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  await expect(execute(commands.quorum.config(), runner)).rejects.toThrow(PcsError);
});

import { describe, expect, it } from 'vitest';
import {
  execute,
  describeFailure,
  failedResource,
  failedTask,
  invocation,
  parseAgentMetadata,
  parseFencingHistory,
  parseQuorumStatus,
  PcsError,
  type RawResult,
  reads,
  type Runner,
  type RunRequest,
  parseClusterStatus,
} from '../src/index.js';
import { expectEverythingAccountedFor, expectEveryTruncationRefused, expectTheUnknownKept } from './accounting.js';
import { fixture, fixtures } from './fixtures.js';

/** A runner with one answer, that notes what it was asked. */
function answering(stdout: string | Buffer, exitCode = 0, stderr = '') {
  const requests: RunRequest[] = [];
  const result: RawResult = {
    exitCode,
    signal: null,
    stdout: Buffer.from(stdout),
    stderr: Buffer.from(stderr),
    durationMs: 1,
    timedOut: false,
  };
  const runner: Runner = {
    run: async (request) => {
      requests.push(request);
      return result;
    },
  };
  return { runner, requests };
}

describe('the commands that read', () => {
  it('are what the best source is asked, with times in UTC and a limit on the wait', async () => {
    const { runner, requests } = answering(fixture('status/bookworm-failures.xml'));
    expect((await execute(reads.status(), runner)).dc).toBe('n2');
    expect(requests).toMatchObject([
      {
        program: 'crm_mon',
        argv: ['-1', '--inactive', '--output-as=xml'],
        env: { TZ: 'UTC' },
        timeoutMs: 30_000,
      },
    ]);
    expect(reads.status().env).toEqual({ TZ: 'UTC' });
    expect(reads.status({ cibFile: '/tmp/cib.xml' }).env).toEqual({ TZ: 'UTC', CIB_file: '/tmp/cib.xml' });
    expect(invocation(reads.configuration())).toEqual({ program: 'cibadmin', argv: ['--query'] });
    expect(invocation(reads.fencingHistory())).toEqual({
      program: 'stonith_admin',
      argv: ['--history=*', '--verbose', '--output-as=xml'],
    });
    expect(invocation(reads.agentMetadata('stonith:fence_sleepi3'))).toEqual({
      program: 'crm_resource',
      argv: ['--show-metadata=stonith:fence_sleepi3'],
    });
    expect(invocation(reads.quorumStatus())).toEqual({ program: 'corosync-quorumtool', argv: ['-s', '-p'] });
  });

  it('read each its own kind of answer', async () => {
    const configuration = await execute(reads.configuration(), answering(fixture('cib/live-2.1.5.xml')).runner);
    expect(configuration.version).toBe('0.7.15');
    const history = await execute(reads.fencingHistory('n2'), answering(fixture('history/one-reboot.xml')).runner);
    expect(history.events).toMatchObject([{ action: 'reboot', target: 'raspberrypi-2', status: 'success' }]);
    const agent = await execute(
      reads.agentMetadata('ocf:heartbeat:IPaddr2'),
      answering(fixture('agents/IPaddr2.xml')).runner,
    );
    expect(agent.name).toBe('IPaddr2');
    const quorum = await execute(reads.quorumStatus(), answering(fixture('quorum/waiting-for-all.txt'), 2).runner);
    expect(quorum.quorate).toBe(false);
  });

  it('take the answer of a tool that failed for the error it is', async () => {
    const notRunning = answering(fixture('failed/crm_mon-not-running.xml'), 102).runner;
    await expect(execute(reads.status(), notRunning)).rejects.toMatchObject({ code: 'NOT_RUNNING', exitCode: 102 });
    const noAgent = answering('', 105, 'Metadata query for ocf:x:y failed').runner;
    await expect(execute(reads.agentMetadata('ocf:x:y'), noAgent)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      stderr: 'Metadata query for ocf:x:y failed',
    });
    const cib = answering('', 102, 'Could not connect to the CIB: Transport endpoint is not connected').runner;
    await expect(execute(reads.configuration(), cib)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  it('take silence and bytes that are no text for malformed', async () => {
    await expect(execute(reads.status(), answering('', 0, 'hm').runner)).rejects.toMatchObject({
      code: 'MALFORMED_ANSWER',
      exitCode: 0,
      stderr: 'hm',
    });
    const bytes = Buffer.from(fixture('status/bookworm-failures.xml').replace('VIP', 'V\u00fcP'), 'latin1');
    await expect(execute(reads.status(), answering(bytes).runner)).rejects.toMatchObject({ code: 'MALFORMED_ANSWER' });
  });

  it.each(['-f', 'x y', '', '$(reboot)', '--all'])('refuse a node named %j before anything runs', (node) => {
    expect(() => reads.fencingHistory(node)).toThrow(PcsError);
  });

  it.each(['IPaddr2', 'ocf:heartbeat:', '--list', 'ocf:a:b:c', 'ocf:he artbeat:x', ''])(
    'refuse an agent named %j before anything runs',
    (agent) => {
      expect(() => reads.agentMetadata(agent)).toThrow(PcsError);
    },
  );
});

describe.each(fixtures('history'))('the fencing history %s', (_name, xml) => {
  it('is accounted for, keeps the unknown, and is refused when cut off', () => {
    // The envelope's own parts are not in the value; that they are read is shown with the cluster status.
    const [list] = /<list[^>]*\/>|<list[\s\S]*?<\/list>/.exec(xml)!;
    const read = (part: string) => parseFencingHistory(xml.replace(list, part));
    expectEverythingAccountedFor(read, list);
    expectTheUnknownKept(read, list);
    expectEveryTruncationRefused(parseFencingHistory, xml);
  });
});

describe('a fencing history', () => {
  it('has failures too, newest first', () => {
    const { events } = parseFencingHistory(fixture('history/all-four.xml'));
    expect(events.map(({ action, target, status, delegate }) => [action, target, status, delegate])).toEqual([
      ['off', 'raspberrypi-2', 'success', 'a human'],
      ['off', 'nosuch', 'failed', undefined],
      ['off', 'raspberrypi-2', 'success', 'raspberrypi-1'],
      ['reboot', 'raspberrypi-2', 'success', 'raspberrypi-1'],
    ]);
    expect(parseFencingHistory(fixture('history/none.xml')).events).toEqual([]);
  });

  it('is refused when it has not as many events as it announces', () => {
    const xml = fixture('history/one-reboot.xml').replace('count="1"', 'count="2"');
    expect(() => parseFencingHistory(xml)).toThrow(/announces 2 events and has 1/);
  });
});

describe.each(fixtures('agents'))('the metadata of %s', (_name, xml) => {
  it('is accounted for, keeps the unknown, and is refused when cut off', () => {
    // A DOCTYPE and a declaration are not part of the tree.
    const root = xml.slice(xml.indexOf('<resource-agent'));
    expectEverythingAccountedFor(parseAgentMetadata, root);
    expectTheUnknownKept(parseAgentMetadata, root);
  });

  it('is refused when cut off', () => {
    expectEveryTruncationRefused(parseAgentMetadata, xml);
  });
});

describe('the quorum status', () => {
  it('is read with its votes', () => {
    expect(parseQuorumStatus(fixture('quorum/quorate.txt'))).toEqual({
      date: new Date('2026-11-22T13:48:55Z'),
      provider: 'corosync_votequorum',
      nodeId: 1,
      ringId: '1.5',
      quorate: true,
      votes: {
        expected: 2,
        highestExpected: 2,
        total: 1,
        needed: 1,
        activityBlocked: false,
        flags: ['2Node', 'Quorate'],
      },
      members: [{ nodeId: 1, votes: 1, name: 'raspberrypi-1', local: true, device: undefined, extraInfo: undefined }],
      device: undefined,
      unknown: {},
    });
    expect(parseQuorumStatus(fixture('quorum/waiting-for-all.txt'))).toMatchObject({
      quorate: false,
      votes: { needed: 1, activityBlocked: true, flags: ['2Node', 'WaitForAll'] },
    });
  });

  it.each(fixtures('quorum'))('%s is refused when it is cut off after any byte', (_name, text) => {
    expectEveryTruncationRefused(parseQuorumStatus, text, true);
  });

  const head = fixture('quorum/quorate.txt')
    .split('Membership information')[0]!
    .replace('Nodes:            1', 'Nodes:            2');
  const table = (...rows: readonly string[]) =>
    `${head}Membership information\n----------------------\n${rows.join('\n')}\n`;

  // The rows are those that display_nodes_data of corosync-quorumtool.c writes.
  it('is read with a quorum device', () => {
    const text = table(
      '    Nodeid      Votes    Qdevice Name',
      '         1          1    A,V,NMW raspberrypi-1 (local)',
      '         2          1   NA,NV,MW raspberrypi-2 [note]',
      '         0          1           Qdevice',
    );
    expect(parseQuorumStatus(text)).toMatchObject({
      members: [
        { name: 'raspberrypi-1', local: true, device: { alive: true, votes: true, masterWins: false } },
        {
          name: 'raspberrypi-2',
          local: false,
          device: { alive: false, votes: false, masterWins: true },
          extraInfo: 'note',
        },
      ],
      device: { name: 'Qdevice', votes: 1, configuredVotes: 1 },
    });
    expect(
      parseQuorumStatus(text.replace('0          1           Qdevice', '0          0           Qdevice (votes 1)')),
    ).toMatchObject({
      device: { votes: 0, configuredVotes: 1 },
    });
  });

  it('is read as it is written without -p, and without votequorum', () => {
    const plain = table(
      '    Nodeid      Votes Name',
      '         1          1 raspberrypi-1 (local)',
      '         2          1 raspberrypi-2',
    );
    expect(parseQuorumStatus(plain).members.map(({ name }) => name)).toEqual(['raspberrypi-1', 'raspberrypi-2']);
    const bare = plain
      .replace(/Votequorum information[\s\S]*?\n\n/, '')
      .replace('    Nodeid      Votes Name', '    Nodeid Name')
      .replaceAll('          1 raspberrypi', ' raspberrypi');
    expect(parseQuorumStatus(bare)).toMatchObject({ votes: undefined, members: [{ votes: undefined }, { nodeId: 2 }] });
  });

  it('keeps lines it does not know', () => {
    const text = fixture('quorum/quorate.txt').replace(
      'Quorate:          Yes',
      'Quorate:          Yes\nMood:             good',
    );
    expect(parseQuorumStatus(text).unknown).toEqual({ Mood: 'good' });
  });

  it.each([
    ['', ''],
    ['Nodes:            1', 'Nodes:            2'],
    ['Nodes:            1', 'Nodes:            one'],
    ['Nodes:            1\n', ''],
    ['Quorate:          Yes', 'Quorate:          Perhaps'],
    ['1          1         NR', 'x          1         NR'],
    ['1          1         NR', '1          y         NR'],
    ['1          1         NR', '1          1         ??'],
    ['Total votes:      1', 'Total votes:      ?'],
    ['Membership information', 'Membership'],
  ])('is refused when %j is %j', (from, to) => {
    const text = from === '' ? 'Cannot initialize QUORUM service\n' : fixture('quorum/quorate.txt').replace(from, to);
    expect(() => parseQuorumStatus(text)).toThrow(PcsError);
  });
});

describe('the resource of a failed operation', () => {
  const [failure] = parseClusterStatus(fixture('status/bookworm-failures.xml')).failures;

  it.each([
    [{}, 'F2'],
    [{ opKey: 'my_vip_migrate_to_0', task: 'migrate_to', intervalMs: 0 }, 'my_vip'],
    [{ opKey: 'my_vip_migrate_to_0', task: undefined, intervalMs: undefined }, 'my_vip'],
    [{ opKey: 'VIP_monitor_10000', task: undefined, intervalMs: undefined }, 'VIP'],
    [{ opKey: 'something else', task: undefined, intervalMs: undefined }, undefined],
    [{ opKey: 'something else' }, undefined],
  ])('%o is %s', (change, expected) => {
    expect(failedResource({ ...failure!, ...change })).toBe(expected);
  });

  it.each([
    ['gone\n second\r\nthird\n', 'monitor of VIP failed on n1: gone; second; third'],
    ['', 'monitor of VIP failed on n1: not running'],
  ])('is told in one line, whatever the agent said: %j', (exitReason, expected) => {
    const told = { opKey: 'VIP_monitor_10000', task: undefined, node: 'n1', exitStatus: 'not running', exitReason };
    expect(describeFailure({ ...failure!, ...told })).toBe(expected);
    expect(describeFailure({ ...failure!, ...told, opKey: 'something else' })).toMatch(
      /^an operation of something else /,
    );
  });

  it.each([
    [{ task: 'start' }, 'start'],
    [{ opKey: 'my_vip_migrate_to_0', task: undefined }, 'migrate_to'],
    [{ opKey: 'VIP_monitor_10000', task: undefined }, 'monitor'],
    [{ opKey: 'something else', task: undefined }, undefined],
  ])('%o failed to %s', (change, expected) => {
    expect(failedTask({ ...failure!, ...change })).toBe(expected);
  });
});

import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  asJson,
  type ClusterStatus,
  failedResource,
  isPcsError,
  type NodeStatus,
  parseClusterConfiguration,
  parseClusterStatus,
  PcsError,
  type ResourceStatus,
  type ResourceView,
} from '../src/index.js';
import { expectEverythingAccountedFor, expectEveryTruncationRefused, expectTheUnknownKept } from './accounting.js';
import { fixture, fixtures } from './fixtures.js';

const healthy = parseClusterStatus(fixture('status/bookworm-healthy-clone-vip-fence-history.xml'));
const failures = parseClusterStatus(fixture('status/bookworm-failures.xml'));
const tree = parseClusterStatus(fixture('status/groups-clones-bundles-3.0.0.xml'));
const stopping = parseClusterStatus(fixture('status/shutting-down.xml'));

describe.each(fixtures('status'))('the recorded status %s', (_name, xml) => {
  it('is accounted for, attribute by attribute and element by element', () => {
    expectEverythingAccountedFor(parseClusterStatus, xml);
  });

  it('may hold anything new anywhere, which is kept and changes nothing else', () => {
    expectTheUnknownKept(parseClusterStatus, xml);
  });

  it('is refused when it is cut off', () => {
    expectEveryTruncationRefused(parseClusterStatus, xml);
  });

  it('is refused when anything follows it', () => {
    for (const tail of ['x', '<a/>', '</pacemaker-result>', 'Error: cluster is not running', '\0']) {
      expect(() => parseClusterStatus(xml + tail)).toThrow(PcsError);
    }
  });

  it('is read without anything unknown', () => {
    const unknown: unknown[] = [];
    JSON.stringify(parseClusterStatus(xml), (key, value: unknown) => {
      // A last change that never was has the time "", which is kept as it is.
      if (key === 'unknown' && JSON.stringify(value) !== '{"attributes":{},"elements":[],"text":""}')
        unknown.push(value);
      return value;
    });
    const never = { attributes: { time: '' }, elements: [], text: '' };
    expect(unknown).toEqual(xml.includes('<last_change time=""') ? [never] : []);
  });
});

describe('a cluster status as JSON', () => {
  const json = (status: ClusterStatus) => JSON.parse(JSON.stringify(status)) as Record<string, unknown>;

  it('has the answers that a dashboard asks for', () => {
    expect(json(healthy)).toMatchObject({ dc: 'n2', quorate: true, settled: true, unsettled: [] });
    expect(json(healthy)['allResources']).toContainEqual({
      ...{ id: 'VIP', kind: 'primitive', startedOn: ['n1'], promotedOn: [], activeOn: ['n1'], lockedTo: [] },
      ...{ failed: false, blocked: false, managed: true, orphaned: false, disabled: false, pending: [] },
    });
  });

  it('has every field, times as ISO 8601, and no null where there is a number without end', () => {
    const written = json(failures);
    const known = Object.entries(failures).filter(([, value]) => value !== undefined);
    expect(Object.keys(written)).toEqual(expect.arrayContaining(known.map(([name]) => name)));
    expect(JSON.stringify(written['summary'])).toContain(failures.takenAt?.toISOString());
    for (const [, xml] of fixtures('status')) expect(JSON.stringify(parseClusterStatus(xml))).not.toContain(':null');
    expect(JSON.stringify(asJson({ failCount: Infinity, score: -Infinity }))).toBe(
      '{"failCount":"INFINITY","score":"-INFINITY"}',
    );
  });
});

describe('a cluster status', () => {
  it('knows where a resource is started', () => {
    expect(healthy.resource('VIP')?.startedOn).toEqual(['n1']);
    expect(healthy.resource('Apache_container')?.startedOn).toEqual(['n1', 'n2']);
    expect(healthy.resource('Apache_container-clone')?.startedOn).toEqual(['n1', 'n2']);
    expect(healthy.resource('nosuch')).toBeUndefined();
  });

  it('knows who decides and whether it may', () => {
    expect(healthy.dc).toBe('n2');
    expect(healthy.quorate).toBe(true);
    expect(healthy.takenAt).toEqual(new Date('2026-11-22T07:56:06Z'));
    expect(healthy.settled).toBe(true);
    expect(healthy.apiVersion).toBe('2.25');
    expect(tree.apiVersion).toBe('2.38');
  });

  it('has the nodes with all their flags', () => {
    const standby = parseClusterStatus(fixture('status/bookworm-standby-n2.xml'));
    expect(standby.node('n2')).toMatchObject({ online: true, standby: true, isDc: true, resourcesRunning: 0 });
    expect(standby.node('n9')).toBeUndefined();
    expect(standby.resourcesOn('n2')).toEqual([]);
    expect(standby.resourcesOn('n1').map(({ id }) => id)).toEqual(['VIP', 'fd1', 'Apache_container']);
    expect(tree.members.map(({ name }) => name)).toEqual(['cluster01', 'cluster02']);
    expect(tree.nodes).toHaveLength(5);
    expect(tree.node('httpd-bundle-0')?.idAsResource).toBe('httpd-bundle-docker-0');
    expect(tree.attribute('cluster01', 'pingd')).toBe('1000');
    expect(tree.attribute('cluster01', 'nosuch')).toBeUndefined();
    expect(tree.attribute('nosuch', 'pingd')).toBeUndefined();
  });

  it('sees groups, clones of groups, promotable clones and bundles as one resource each', () => {
    expect(tree.resource('exim-group')).toMatchObject({ kind: 'group', startedOn: ['cluster02'] });
    expect(tree.resource('inactive-group')).toMatchObject({ startedOn: [], disabled: true });
    expect(tree.resource('mysql-group')).toMatchObject({ kind: 'group', startedOn: ['cluster02', 'cluster01'] });
    expect(tree.resource('mysql-group:1')?.startedOn).toEqual(['cluster01']);
    expect(tree.resource('promotable-clone')).toMatchObject({
      kind: 'clone',
      startedOn: ['cluster02', 'cluster01'],
      promotedOn: ['cluster02'],
    });
    expect(tree.resource('httpd-bundle')).toMatchObject({ kind: 'bundle', startedOn: ['cluster01', 'cluster02'] });
    expect(tree.resource('httpd')?.startedOn).toEqual(['httpd-bundle-0', 'httpd-bundle-1']);
    expect(tree.resource('httpd-bundle')?.instances).toHaveLength(12);
    expect(tree.resource('inactive-dhcpd')?.disabled).toBe(true);
    expect(tree.resource('dummy')?.disabled).toBe(false);
  });

  it('counts failures as Pacemaker does', () => {
    expect(failures.failCount('F2')).toBe(1);
    expect(failures.failCount('F2', 'n1')).toBe(0);
    expect(failures.failCount('VIP')).toBe(0);
    expect(failures.failures).toMatchObject([{ opKey: 'F2_monitor_3000', node: 'n2', exitCode: 7, intervalMs: 3000 }]);
    const fatal = fixture('status/bookworm-failures.xml').replace('fail-count="1"', 'fail-count="INFINITY"');
    expect(parseClusterStatus(fatal).failCount('F2')).toBe(Infinity);
  });

  it('counts the failures of all instances of a globally unique clone for its id, and lists them by it', () => {
    const unique = parseClusterStatus(fixture('status/unique-clone-failure.xml'));
    expect(unique.failCount('ClusterIP')).toBe(3);
    expect(unique.failCount('ClusterIP', 'RaspberryPi-1')).toBe(3);
    expect(unique.failCount('ClusterIP', 'raspberrypi-2')).toBe(0);
    expect(unique.failCount('ClusterIP:0')).toBe(3);
    expect(unique.failCount('ClusterIP:1')).toBe(0);
    expect(unique.failures.map(failedResource)).toEqual(['ClusterIP', 'VIP']);
    const configuration = parseClusterConfiguration(fixture('cib/unique-clone-failure.xml'));
    expect(configuration.failCount('ClusterIP')).toBe(3);
    expect(configuration.failCount('ClusterIP', 'raspberrypi-2')).toBe(0);
    expect(configuration.failCount('VIP')).toBe(0);
  });

  it('of Pacemaker 2.0.3 lacks what that does not write', () => {
    const old = parseClusterStatus(fixture('status/pacemaker-2.0.3.xml'));
    expect(old.apiVersion).toBe('2.0');
    expect(old.summary.clusterOptions).toMatchObject({ stopAllResources: undefined, stonithTimeoutMs: undefined });
    expect(old.resource('Front')).toMatchObject({ kind: 'group', managed: true, disabled: false, startedOn: ['pi-a'] });
    expect(old.resource('Web-clone')).toMatchObject({ managed: true, disabled: false, startedOn: ['pi-a', 'pi-b'] });
    expect(old.settled).toBe(true);
    const disabled = fixture('status/pacemaker-2.0.3.xml').replaceAll(
      ' role="Started"',
      ' role="Started" target_role="stopped"',
    );
    expect(parseClusterStatus(disabled).resource('Front')?.disabled).toBe(true);
  });

  it('may have no nodes only when crm_mon was told to leave them out', () => {
    const without = fixture('status/bookworm-standby-n2.xml').replace(/<nodes>.*<\/nodes>/s, '');
    expect(() => parseClusterStatus(without)).toThrow(/no <nodes>/);
    const told = without.replace('--inactive', '--inactive --exclude=nodes');
    expect(parseClusterStatus(told)).toMatchObject({ nodes: [], dc: 'n2' });
  });

  it('reads both forms of time', () => {
    expect(failures.failures[0]?.lastRcChange).toEqual(new Date('2026-11-22T07:56:22Z'));
    const history = failures.nodeHistory.find(({ name }) => name === 'n2')!.resources.find(({ id }) => id === 'F2')!;
    expect(history.lastFailure).toEqual(new Date('2026-11-22T07:56:22Z'));
    expect(history.migrationThreshold).toBe(Infinity);
    expect(history.operations[0]).toMatchObject({ task: 'monitor', rc: 7, intervalMs: 3000, execTimeMs: 0 });
  });

  it('keeps a time it does not understand, and has none then', () => {
    const odd = fixture('status/bookworm-failures.xml').replace('last-failure="Sun Nov 22', 'last-failure="Sol Nov 44');
    const [, n2] = parseClusterStatus(odd).nodeHistory;
    const history = n2!.resources.find(({ id }) => id === 'F2')!;
    expect(history.lastFailure).toBeUndefined();
    expect(history.unknown.attributes).toEqual({ 'last-failure': 'Sol Nov 44 07:56:22 2026' });
  });

  it('has bans with their weight as a score', () => {
    expect(tree.bans).toMatchObject([
      { id: 'not-on-cluster1', resource: 'dummy', weight: -Infinity, promotedOnly: false },
    ]);
  });

  it('tells what is under way', () => {
    expect(stopping.settled).toBe(false);
    expect(stopping.unsettled).toEqual([
      'node raspberrypi-1 is shutting down',
      'resource VIP is Stopping',
      'stop of VIP runs on raspberrypi-1',
    ]);
    expect(stopping.resource('VIP')).toMatchObject({
      startedOn: [],
      activeOn: ['raspberrypi-1'],
      pending: ['Stopping'],
    });
    expect(stopping.tickets).toMatchObject([{ id: 'T1', status: 'granted' }]);
    const starting = parseClusterStatus(fixture('status/no-dc-yet.xml'));
    expect(starting).toMatchObject({ dc: undefined, quorate: false, settled: false });
    expect(starting.uncleanNodes.map(({ name }) => name)).toEqual(['raspberrypi-1', 'raspberrypi-2']);
    expect(starting.unsettled).toEqual([
      'there is no designated controller',
      'node raspberrypi-1 is unclean',
      'node raspberrypi-2 is unclean',
    ]);
  });

  it('tells of joining nodes and pending fencing', () => {
    const xml = fixture('status/bookworm-standby-n2.xml')
      .replace('pending="false"', 'pending="true"')
      .replace('status="success" delegate="n1" completed="2026-11-22 07:46:31Z"', 'status="pending"');
    const status = parseClusterStatus(xml);
    expect(status.unsettled).toEqual(['node n1 is joining', 'fencing (reboot) of n2 is pending']);
    expect(status.pendingFencing).toMatchObject([{ target: 'n2', completed: undefined, delegate: undefined }]);
  });

  it('does not wait for an operation that a lost node never ended', () => {
    const xml = fixture('status/monitor-pending-after-fencing.xml');
    expect(parseClusterStatus(xml).settled).toBe(false);
    expect(parseClusterStatus(xml.replace('online="true"', 'online="false"')).settled).toBe(true);
  });

  it('does not count a resource as started on a node that is lost, but as possibly active', () => {
    const lost = fixture('status/bookworm-healthy-clone-vip-fence-history.xml').replace(
      '<node name="n1" id="1" cached="true"/>',
      '<node name="n1" id="1" cached="false"/>',
    );
    expect(parseClusterStatus(lost).resource('VIP')).toMatchObject({ startedOn: [], activeOn: ['n1'] });
  });

  it('takes a group as started only where all its members are, and a bundle only with all that belongs to it', () => {
    const xml = fixture('status/groups-clones-bundles-3.0.0.xml');
    const email = /<resource id="Email"[^>]*>/.exec(xml)![0];
    const half = parseClusterStatus(xml.replace(email, email.replace('role="Started"', 'role="Starting"')));
    expect(half.resource('exim-group')).toMatchObject({ startedOn: [], pending: ['Starting'] });
    const address = /<resource id="httpd-bundle-ip-192.168.122.131"[^>]*>/.exec(xml)![0];
    const noAddress = parseClusterStatus(xml.replace(address, address.replace('role="Started"', 'role="Stopped"')));
    expect(noAddress.resource('httpd-bundle')?.startedOn).toEqual(['cluster02']);
    const container = parseClusterStatus(xml.replaceAll('httpd-bundle-docker-', 'renamed-'));
    expect(container.resource('httpd-bundle')?.startedOn).toEqual([]);
  });

  it('knows what is wrong with a resource', () => {
    const primitive = /<resource id="VIP"[^>]*>/;
    const xml = fixture('status/bookworm-failures.xml');
    const vip = primitive.exec(xml)![0];
    const worse = vip
      .replace('failed="false"', 'failed="true"')
      .replace('blocked="false"', 'blocked="true"')
      .replace('managed="true"', 'managed="false"')
      .replace('orphaned="false"', 'orphaned="true"')
      .replace('nodes_running_on', 'locked_to="n2" pending="Monitoring" nodes_running_on');
    const view = parseClusterStatus(xml.replace(vip, worse)).resource('VIP')!;
    expect(view).toMatchObject({
      failed: true,
      blocked: true,
      managed: false,
      orphaned: true,
      lockedTo: ['n2'],
      pending: ['Monitoring'],
    });
    expect(failures.resource('VIP')).toMatchObject({
      failed: false,
      blocked: false,
      managed: true,
      orphaned: false,
      lockedTo: [],
      pending: [],
    });
  });

  it('takes no spare copy of a clone that was only looked for on a node for one that runs and is not configured', () => {
    const primitive = /<resource id="VIP"[^>]*>/;
    const xml = fixture('status/bookworm-failures.xml');
    const spare = primitive
      .exec(xml)![0]
      .replace('orphaned="false"', 'orphaned="true"')
      .replace('role="Started"', 'role="Stopped"')
      .replace('active="true"', 'active="false"');
    expect(parseClusterStatus(xml.replace(primitive, spare)).resource('VIP')?.orphaned).toBe(false);
  });

  it('reads what newer versions call the same', () => {
    const xml = fixture('status/groups-clones-bundles-3.0.0.xml')
      .replaceAll('orphaned="false"', 'removed="false" orphaned="false"')
      .replaceAll('orphan="false"', 'removed="false"')
      .replace('stonith-enabled="true"', 'fencing-enabled="true"')
      .replace('stonith-timeout-ms', 'fencing-timeout-ms')
      .replace('<stack type="corosync"/>', '<stack type="corosync" pacemakerd-state="running"/>');
    const newer = parseClusterStatus(xml);
    expect(newer.summary.clusterOptions).toMatchObject({ stonithEnabled: true, stonithTimeoutMs: 60_000 });
    expect(newer.summary.stack).toMatchObject({ pacemakerdState: 'running' });
    expect(newer.resource('dummy')?.orphaned).toBe(false);
    expect(newer.unknown.elements).toEqual([]);
  });

  it('keeps the old name when it contradicts the new one', () => {
    const xml = fixture('status/bookworm-failures.xml').replace('orphaned="false"', 'orphaned="false" removed="true"');
    const [vip] = parseClusterStatus(xml).resources;
    expect(vip).toMatchObject({ orphaned: false, unknown: { attributes: { removed: 'true' } } });
  });

  it('keeps a second summary aside, and reads a second list of nodes as more of them', () => {
    const xml = fixture('status/bookworm-failures.xml');
    const [summary] = /<summary>[\s\S]*<\/summary>/.exec(xml)!;
    const twice = parseClusterStatus(xml.replace(summary, summary + summary.replace('name="n2"', 'name="n1"')));
    expect(twice.dc).toBe('n2');
    expect(twice.unknown.elements.map(({ name }) => name)).toEqual(['summary']);
    const [node] = /<node name="n1" id="1" online[^>]*>/.exec(xml)!;
    const more = parseClusterStatus(
      xml.replace('<resources>', `<nodes>${node.replace('n1', 'n3')}</nodes><resources>`),
    );
    expect(more.nodes.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3']);
  });

  it('keeps text where none belongs', () => {
    const xml = fixture('status/bookworm-failures.xml').replace('<summary>', '<summary>by hand');
    expect(parseClusterStatus(xml).summary.unknown).toMatchObject({ text: 'by hand\n    ', elements: [] });
  });

  it('has types that lead to what there is', () => {
    expectTypeOf(parseClusterStatus).toEqualTypeOf<(xml: string) => ClusterStatus>();
    expectTypeOf<ReturnType<ClusterStatus['resource']>>().toEqualTypeOf<ResourceView | undefined>();
    expectTypeOf<Extract<ResourceStatus, { kind: 'clone' }>['copies']>().toEqualTypeOf<readonly ResourceStatus[]>();
    expectTypeOf(healthy.nodes).toEqualTypeOf<readonly NodeStatus[]>();
  });

  it('reads a fence history that could not be had as such', () => {
    const xml = fixture('status/groups-clones-bundles-2.1.5.xml').replace(
      '<bans>',
      '<fence_history status="107"/><bans>',
    );
    expect(parseClusterStatus(xml).fenceHistory).toMatchObject({ status: 107, events: [] });
    expect(tree.fenceHistory).toBeUndefined();
    expect(tree.pendingFencing).toEqual([]);
  });
});

describe('an answer that is none', () => {
  it('is the error that crm_mon reports', () => {
    const error = failureOf(fixture('failed/crm_mon-not-running.xml'));
    expect(error).toMatchObject({ code: 'NOT_RUNNING', exitCode: 102 });
    expect(error.message).toMatch(/Connection to cluster failed/);
  });

  it.each([
    [4, 'PERMISSION_DENIED'],
    [124, 'TIMEOUT'],
    [1, 'REFUSED'],
  ])('has a code for exit code %i', (code, expected) => {
    const error = failureOf(
      `<pacemaker-result api-version="2.25"><status code="${code}" message="No"/></pacemaker-result>`,
    );
    expect(error).toMatchObject({ code: expected, exitCode: code, message: 'crm_mon: No' });
  });

  it('is NOT_RUNNING when a newer crm_mon says it is disconnected, even with status 0', () => {
    const xml =
      '<pacemaker-result api-version="2.42" request="crm_mon"><crm-mon-disconnected description="closed" pacemakerd-state="shutting_down"/><status code="0" message="OK"/></pacemaker-result>';
    expect(failureOf(xml)).toMatchObject({
      code: 'NOT_RUNNING',
      message: expect.stringContaining('closed, shutting_down') as string,
    });
  });

  it('is NOT_RUNNING while Pacemaker starts, when crm_mon tells of its daemon in the place of the cluster', () => {
    // As 2.1.5 said it on a slow machine.
    const xml =
      '<pacemaker-result api-version="2.25" request="crm_mon -1 --inactive --output-as=xml"><pacemakerd ' +
      'sys_from="pacemakerd" state="running" last_updated="2026-11-26 23:17:35Z"/><status code="0" message="OK"><errors>' +
      '<error>Could not connect to the CIB: Transport endpoint is not connected</error></errors></status></pacemaker-result>';
    expect(failureOf(xml)).toMatchObject({
      code: 'NOT_RUNNING',
      message:
        'crm_mon: Pacemaker is not ready: pacemakerd is in state running; Could not connect to the CIB: Transport endpoint is ' +
        'not connected',
    });
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['an error message', 'Error: cluster is not running\n'],
    ['JSON', '{}'],
    ['another document', '<cib/>'],
    ['a result without anything', '<pacemaker-result/>'],
    ['a result that did not end', '<pacemaker-result api-version="2.25" request="crm_mon"/>'],
    [
      'a result without a cluster in it',
      '<pacemaker-result api-version="2.25"><status code="0" message="OK"/></pacemaker-result>',
    ],
    [
      'a result without nodes',
      '<pacemaker-result api-version="2.25"><summary/><status code="0" message="OK"/></pacemaker-result>',
    ],
  ])('is refused: %s', (_what, text) => {
    const error = failureOf(text);
    expect(error.code).toBe('MALFORMED_ANSWER');
    expect(isPcsError(error, 'MALFORMED_ANSWER')).toBe(true);
    expect(error.message).toMatch(/cannot be trusted/);
  });

  it.each([
    ['online="true"', 'online="perhaps"', /node name="n1"|node id="1"/],
    ['online="true"', '', /no attribute online/],
    ['resources_running="3"', 'resources_running="many"', /not a whole number/],
    ['resources_running="3"', 'resources_running="99999999999999999999"', /not a whole number/],
    ['exec-time="14ms"', 'exec-time="soon"', /not a number of milliseconds/],
    ['migration-threshold="1000000"', 'migration-threshold="some"', /not a score/],
    ['number="6"', 'number=""', /not a whole number/],
  ])('is refused when %s is %s', (from, to, reason) => {
    const xml = fixture('status/bookworm-failures.xml');
    expect(failureOf(xml.replace(from, to))).toMatchObject({
      code: 'MALFORMED_ANSWER',
      message: expect.stringMatching(reason) as string,
    });
  });
});

function failureOf(xml: string): PcsError {
  try {
    parseClusterStatus(xml);
  } catch (error) {
    expect(error).toBeInstanceOf(PcsError);
    return error as PcsError;
  }
  throw new Error('it was accepted');
}

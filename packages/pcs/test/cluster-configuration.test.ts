import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findProgram, haveRealParts } from '../../../tools/test/support/real-parts.js';
import { parseClusterConfiguration, PcsError, resourcesOf, valueIn } from '../src/index.js';
import { expectEverythingAccountedFor, expectEveryTruncationRefused, expectTheUnknownKept } from './accounting.js';
import { fixture, fixtures } from './fixtures.js';

const everything = parseClusterConfiguration(fixture('cib/everything.xml'));
const live = parseClusterConfiguration(fixture('cib/live-2.1.5.xml'));

describe.each(fixtures('cib'))('the CIB %s', (_name, xml) => {
  it('is accounted for, attribute by attribute and element by element', () => {
    expectEverythingAccountedFor(parseClusterConfiguration, xml);
  });

  it('may hold anything new anywhere, which is kept and changes nothing else', () => {
    expectTheUnknownKept(parseClusterConfiguration, xml);
  });

  it('is refused when it is cut off', () => {
    expectEveryTruncationRefused(parseClusterConfiguration, xml);
  });

  it('is read without anything unknown', () => {
    const unknown: unknown[] = [];
    const { statusSection: _, ...configuration } = parseClusterConfiguration(xml);
    JSON.stringify(configuration, (key, value: unknown) => {
      if (key === 'unknown') unknown.push(value);
      return value;
    });
    // The one `operations` element with an id of its own.
    const operationsId = { attributes: {}, elements: [operations('db-operations')], text: '' };
    const none = { attributes: {}, elements: [], text: '' };
    expect(new Set(unknown.map((value) => JSON.stringify(value)))).toEqual(
      new Set([none, ...(_name === 'everything.xml' ? [operationsId] : [])].map((value) => JSON.stringify(value))),
    );
  });
});

function operations(id: string) {
  return { name: 'operations', attributes: { id }, attributeCount: 1, children: [], text: '' };
}

describe.runIf(haveRealParts('xmllint', 'crm_mon'))('the CIB with everything in it', () => {
  it("is valid by Pacemaker's own schema, so that the model is tried on what can really be", () => {
    const file = fileURLToPath(new URL('./fixtures/cib/everything.xml', import.meta.url));
    execFileSync(findProgram('xmllint')!, ['--noout', '--relaxng', '/usr/share/pacemaker/pacemaker-3.9.rng', file], {
      stdio: 'pipe',
    });
  });
});

describe('a cluster configuration', () => {
  it('says which version it is of', () => {
    expect(everything.version).toBe('1.12.3');
    expect(everything.header).toMatchObject({
      validateWith: 'pacemaker-3.9',
      crmFeatureSet: '3.16.1',
      haveQuorum: true,
      lastWritten: new Date('2026-11-22T07:56:19Z'),
      updateUser: 'root',
    });
  });

  it('has the properties, those under a rule left to the cluster', () => {
    expect(everything.property('stonith-enabled')).toBe('true');
    expect(everything.property('batch-limit')).toBeUndefined();
    expect(everything.properties[1]?.rule?.expressions).toMatchObject([
      { kind: 'date', operation: 'date_spec', dateSpecs: [{ hours: '0-6', weekdays: '1-5' }] },
    ]);
    expect(live.property('cluster-infrastructure')).toBe('corosync');
  });

  it('has the nodes and their permanent attributes', () => {
    expect(everything.node('n1')).toMatchObject({ id: '1', type: 'member', description: 'upper Pi', score: 10 });
    expect(everything.nodeAttribute('n1', 'site')).toBe('left & right');
    expect(everything.nodeAttribute('n9', 'site')).toBeUndefined();
    expect(valueIn(everything.node('n1')!.utilization, 'cpu')).toBe('4');
  });

  it('finds every resource, and what holds it', () => {
    expect(everything.resource('VIP')).toMatchObject({ class: 'ocf', provider: 'heartbeat', type: 'IPaddr2' });
    expect(everything.parentOf('VIP')).toBeUndefined();
    expect(everything.resource('stack-b')).toMatchObject({ kind: 'primitive' });
    expect(everything.parentOf('stack-b')?.id).toBe('stack');
    expect(everything.parentOf('stack')?.id).toBe('stack-clone');
    expect(everything.parentOf('httpd')?.id).toBe('httpd-bundle');
    expect(everything.resource('templated')).toMatchObject({ template: 'dummy-template', class: undefined });
    expect(everything.resource('nosuch')).toBeUndefined();
    expect(everything.stonithDevices.map(({ id }) => id)).toEqual(['fence1', 'fence2']);
    expect(everything.allResources).toHaveLength(22);
  });

  it('has operations, bundles and old promotable clones', () => {
    const vip = everything.resource('VIP');
    expect(vip?.kind === 'primitive' && vip.operations[0]).toMatchObject({
      name: 'monitor',
      interval: '10s',
      onFail: 'restart',
      enabled: true,
    });
    expect(everything.resource('httpd-bundle')).toMatchObject({
      podman: { image: 'pcmk:http', replicas: 2, promotedMax: 0 },
      docker: undefined,
      network: { controlPort: 3121, portMappings: [{ port: 80, internalPort: 8080 }, { range: '1000-1010' }] },
      storage: [{ sourceDirRoot: '/srv/html' }, { sourceDir: '/var/log/pacemaker' }],
    });
    const master = fixture('cib/everything.xml').replace(
      /<clone id="db-clone">([\s\S]*?)<\/clone>/,
      '<master id="db-clone">$1</master>',
    );
    expect(parseClusterConfiguration(master).resource('db-clone')).toMatchObject({ kind: 'clone', master: true });
    expect(everything.resource('db-clone')).toMatchObject({ kind: 'clone', master: false });
  });

  it('has constraints of all kinds, and those of a resource', () => {
    expect(everything.constraints.map(({ kind }) => kind)).toEqual([
      'location',
      'location',
      'location',
      'location',
      'location',
      'colocation',
      'colocation',
      'order',
      'order',
      'order',
      'ticket',
      'ticket',
    ]);
    expect(everything.constraintsOf('VIP').map(({ id }) => id)).toEqual([
      'VIP-prefers-n1',
      'VIP-with-container',
      'container-then-VIP',
    ]);
    expect(resourcesOf(everything.constraint('ordered-sets')!)).toEqual(['db-clone', 'stack-clone']);
    expect(everything.constraint('cli-ban-web-on-n3')).toMatchObject({ score: -Infinity, node: 'n3' });
    expect(everything.cliConstraints.map(({ id }) => id)).toEqual(['cli-ban-web-on-n3']);
    expect(everything.constraint('sets-somewhere')).toMatchObject({
      rules: [{ scoreAttribute: 'site-score', expressions: [{ kind: 'attribute' }, { kind: 'rule' }] }],
    });
  });

  it('has fencing levels, tags, access control, alerts and defaults', () => {
    expect(everything.fencingLevels).toMatchObject([
      { target: 'n1', index: 1, devices: ['fence1', 'fence2'] },
      { targetPattern: 'n[23]' },
      { targetAttribute: 'site', targetValue: 'left' },
    ]);
    expect(everything.tags).toMatchObject([{ id: 'public', references: [{ id: 'VIP' }, { id: 'web' }] }]);
    expect(everything.acls).toMatchObject({
      targets: [{ id: 'alice', roles: [{ id: 'watcher' }] }],
      groups: [{ id: 'operators' }],
      roles: [{ permissions: [{ kind: 'read' }, { kind: 'deny' }, { kind: 'write' }] }],
    });
    expect(everything.alerts[0]).toMatchObject({
      path: '/usr/local/bin/mail-alert',
      recipients: [{ value: 'admin@example.com' }],
      select: { attributes: { names: [{ name: 'site' }] } },
    });
    expect(everything.alerts[0]?.select?.fencing).toBeDefined();
    expect(everything.resourceDefaults[0]?.rule?.expressions).toMatchObject([{ kind: 'resource', class: 'ocf' }]);
    expect(everything.operationDefaults[0]?.rule?.expressions).toMatchObject([{ kind: 'operation', name: 'monitor' }]);
    expect(live).toMatchObject({ acls: undefined, alerts: [], tags: [] });
  });

  it('keeps the status section as it is', () => {
    expect(live.statusSection?.children.map(({ name }) => name)).toEqual(['node_state', 'node_state']);
  });
});

describe('a value in several sets', () => {
  const set = (score: number | undefined, ...pairs: (readonly [string, string])[]) => {
    const attribute = score === undefined ? '' : ` score="${String(score)}"`;
    const inside = pairs.map(([name, value]) => `<nvpair id="i" name="${name}" value="${value}"/>`).join('');
    return `<cluster_property_set id="s"${attribute}>${inside}</cluster_property_set>`;
  };
  const property = (...sets: readonly string[]) =>
    parseClusterConfiguration(
      `<cib admin_epoch="0" epoch="0" num_updates="0"><configuration><crm_config>${sets.join('')}</crm_config><nodes/><resources/><constraints/></configuration></cib>`,
    ).property('a');

  it('is that of the highest score', () => {
    expect(property(set(1, ['a', 'low']), set(2, ['a', 'high']), set(3, ['b', 'other']))).toBe('high');
  });

  it('is the last of equal scores, and none counts as 0', () => {
    expect(property(set(undefined, ['a', 'first']), set(0, ['a', 'second']))).toBe('second');
    expect(property(set(-1, ['a', 'low']), set(undefined, ['a', 'none']))).toBe('none');
  });

  it('is none when no set has it', () => {
    expect(property(set(1))).toBeUndefined();
  });
});

describe('an answer that is no CIB', () => {
  it.each([
    '',
    'Error: unable to get cib\n',
    '<pacemaker-result/>',
    '<cib/>',
    '<cib admin_epoch="0" epoch="0" num_updates="0"/>',
    '<cib admin_epoch="0" epoch="0" num_updates="0"><configuration/></cib>',
    '<cib admin_epoch="0" epoch="0" num_updates="0"><configuration><crm_config/><nodes/><resources/></configuration></cib>',
    '<cib admin_epoch="0" epoch="x" num_updates="0"><configuration/></cib>',
  ])('is refused: %s', (text) => {
    expect(() => parseClusterConfiguration(text)).toThrow(PcsError);
  });
});

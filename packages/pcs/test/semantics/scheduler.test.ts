import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locationsIn, parseClusterConfiguration, PcsError, Scheduler } from '../../src/index.js';
import { located, locatedParts, scoreSum } from './generated-locations.js';
import {
  type CibParts,
  cibXml,
  configurationOf,
  dummy,
  havePacemaker,
  memberNames,
  nodesXml,
  onlineXml,
  propertyXml,
  run,
  setXml,
  times,
  xml,
} from './pacemaker.js';

const schedulerOf = (parts: CibParts) => new Scheduler(configurationOf(parts), run);

const options = (id: string, values: Readonly<Record<string, string>>) =>
  setXml(`${id}-o`, values, {}, 'instance_attributes');

const device = (id: string, values: Readonly<Record<string, string>>, ...more: readonly string[]) =>
  xml('primitive', { id, class: 'stonith', type: 'fence_dummy' }, ...more, options(id, values));

const ban = (rsc: string, node: string) =>
  xml('rsc_location', { id: `${rsc}-not-on-${node}`, rsc, node, score: '-INFINITY' });

/** The article's cluster: a device for each node, a container on both, the address after it. */
const article = {
  properties: propertyXml('stonith-enabled', 'true') + propertyXml('no-quorum-policy', 'stop'),
  resources:
    device('f1', { pcmk_host_list: 'n1' }) +
    device('f2', { pcmk_host_list: 'n2' }) +
    dummy('VIP') +
    xml('clone', { id: 'Web-clone' }, setXml('Web-m', { interleave: 'true' }), dummy('Web')),
  constraints:
    ban('f1', 'n1') +
    ban('f2', 'n2') +
    xml('rsc_order', { id: 'order', first: 'Web-clone', then: 'VIP' }) +
    xml('rsc_colocation', { id: 'beside', rsc: 'VIP', 'with-rsc': 'Web-clone', score: 'INFINITY' }) +
    xml('rsc_location', { id: 'prefers', rsc: 'VIP', node: 'n1', score: '10' }),
  // Not there: it is brought to rest first.
  status: '',
} satisfies CibParts;

describe.runIf(havePacemaker)('where a resource may run', () => {
  const rule = (id: string, rsc: string, ...expressions: readonly string[]) =>
    xml('rsc_location', { id, rsc }, xml('rule', { id: `${id}-r`, score: '-INFINITY' }, ...expressions));
  const uname = (id: string, operation: string, value: string) =>
    xml('expression', { id, attribute: '#uname', operation, value });

  it.each<[string, CibParts, readonly string[]]>([
    ['nothing is said', {}, ['n1', 'n2']],
    ['a ban', { constraints: ban('r', 'n1') }, ['n2']],
    ['a ban by another spelling of the node', { constraints: ban('r', 'N1') }, ['n2']],
    ['a rule', { constraints: rule('l', 'r', uname('e', 'eq', 'n1')) }, ['n2']],
    ['a rule the other way round', { constraints: rule('l', 'r', uname('e', 'ne', 'n1')) }, ['n1']],
    [
      'a set',
      {
        constraints: xml(
          'rsc_location',
          { id: 'l', node: 'n2', score: '-INFINITY' },
          xml('resource_set', { id: 's' }, xml('resource_ref', { id: 'r' })),
        ),
      },
      ['n1'],
    ],
    [
      'a pattern',
      { constraints: xml('rsc_location', { id: 'l', 'rsc-pattern': '^r', node: 'n2', score: '-INFINITY' }) },
      ['n1'],
    ],
    ['an opt-in cluster', { properties: propertyXml('symmetric-cluster', 'No') }, []],
    [
      'an opt-in cluster that says where',
      {
        properties: propertyXml('symmetric-cluster', 'No'),
        constraints: xml('rsc_location', { id: 'l', rsc: 'r', node: 'n2', score: '0' }),
      },
      ['n2'],
    ],
    ['a weak dislike', { constraints: xml('rsc_location', { id: 'l', rsc: 'r', node: 'n1', score: '-1' }) }, ['n2']],
    [
      'a strong preference',
      { constraints: xml('rsc_location', { id: 'l', rsc: 'r', node: 'n1', score: 'INFINITY' }) },
      ['n1', 'n2'],
    ],
    ['a resource that is disabled', { resources: dummy('r', setXml('m', { 'target-role': 'stopped' })) }, ['n1', 'n2']],
    ['one that is not managed', { resources: dummy('r', setXml('m', { 'is-managed': 'off' })) }, ['n1', 'n2']],
    ['a cluster in maintenance', { properties: propertyXml('maintenance-mode', 'true') }, ['n1', 'n2']],
    ['a cluster that stops all', { properties: propertyXml('stop-all-resources', 'true') }, ['n1', 'n2']],
    [
      'nodes in standby',
      {
        nodes:
          xml('node', { id: 1, uname: 'n1' }, setXml('a', { standby: 'on' }, {}, 'instance_attributes')) +
          xml('node', { id: 2, uname: 'n2' }),
      },
      ['n1', 'n2'],
    ],
    [
      'a resource kept apart from another',
      {
        resources: dummy('r') + dummy('s'),
        constraints: xml('rsc_colocation', { id: 'c', rsc: 'r', 'with-rsc': 's', score: '-INFINITY' }),
      },
      ['n1', 'n2'],
    ],
    [
      'resources of a set kept apart from each other',
      {
        resources: dummy('r') + dummy('s') + dummy('t'),
        constraints: xml(
          'rsc_colocation',
          { id: 'c', score: 'INFINITY' },
          xml(
            'resource_set',
            { id: 'cs', score: '-INFINITY' },
            ...['s', 't', 'r'].map((id) => xml('resource_ref', { id })),
          ),
        ),
      },
      ['n1', 'n2'],
    ],
    [
      'a resource beside one that is banned',
      {
        resources: dummy('r') + dummy('s'),
        constraints: xml('rsc_colocation', { id: 'c', rsc: 'r', 'with-rsc': 's', score: 'INFINITY' }) + ban('s', 'n1'),
      },
      ['n2'],
    ],
    [
      'a resource after one that is banned, and not beside it',
      {
        resources: dummy('r') + dummy('s'),
        constraints: xml('rsc_order', { id: 'o', first: 's', then: 'r' }) + ban('s', 'n1'),
      },
      ['n2'],
    ],
    [
      'a resource in a clone of a group',
      {
        resources: xml('clone', { id: 'c' }, xml('group', { id: 'g' }, dummy('q'), dummy('r'))),
        constraints: ban('c', 'n2'),
      },
      ['n1'],
    ],
    [
      'a node that does not answer, with failures on record',
      {
        status: xml(
          'node_state',
          { id: 2, uname: 'n2', in_ccm: 'false', crmd: 'offline', join: 'down', expected: 'member' },
          xml(
            'transient_attributes',
            { id: 2 },
            setXml('t', { 'fail-count-r#start_0': 'INFINITY' }, {}, 'instance_attributes'),
          ),
        ),
      },
      ['n1', 'n2'],
    ],
  ])('%s', async (_what, parts, places) => {
    const scheduler = schedulerOf({ resources: dummy('r'), ...parts });
    expect(await scheduler.mayRunOn('r')).toEqual(places);
    expect(await scheduler.mayRun('r', 'N1')).toBe(places.includes('n1'));
  });

  it('is asked of a fence device from a template, and of one in a cluster without any that works', async () => {
    const resources =
      xml('template', { id: 't', class: 'stonith', type: 'fence_dummy' }) +
      xml('primitive', { id: 'f1', template: 't' }, options('f1', { pcmk_host_list: 'n1' }));
    const scheduler = schedulerOf({
      properties: propertyXml('stonith-enabled', 'true'),
      resources,
      constraints: ban('f1', 'n1'),
    });
    expect(await scheduler.mayRunOn('f1')).toEqual(['n2']);
  });

  it('is unknown for what is not there', async () => {
    const scheduler = schedulerOf({ resources: dummy('r') });
    await expect(scheduler.mayRun('s', 'n1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(scheduler.mayRun('r', 'n3')).rejects.toThrow(PcsError);
    await expect(scheduler.ifLost('n3')).rejects.toMatchObject({ message: expect.stringContaining('it has n1, n2') });
  });

  it('counts the members alone', async () => {
    const resources =
      xml(
        'primitive',
        { id: 'far', class: 'ocf', provider: 'pacemaker', type: 'remote' },
        options('far', { server: '10.0.0.9' }),
      ) +
      xml(
        'primitive',
        { id: 'vm', class: 'ocf', provider: 'heartbeat', type: 'VirtualDomain' },
        setXml('vm-m', { 'remote-node': 'guest' }),
      ) +
      xml(
        'bundle',
        { id: 'web' },
        xml('podman', { image: 'httpd', replicas: 2 }),
        xml('network', { 'ip-range-start': '10.0.0.50', 'control-port': 9999 }),
        dummy('inside'),
      ) +
      dummy('r');
    const parts = {
      resources,
      constraints: ban('web', 'n2') + ban('far', 'n1'),
      nodes: nodesXml() + xml('node', { id: 'far', uname: 'far', type: 'remote' }),
    };
    const scheduler = schedulerOf(parts);
    expect(scheduler.configuration.members.map(({ name }) => name)).toEqual(['n1', 'n2']);
    expect(await scheduler.mayRunOn('far')).toEqual(['n2']);
    expect(await scheduler.mayRunOn('web')).toEqual(['n1']);
    expect(await scheduler.mayRunOn('inside')).toEqual(['n1']);
    expect(await scheduler.mayRunOn('vm')).toEqual(['n1', 'n2']);
    await expect(scheduler.mayRun('r', 'far')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  const perRun = 20;
  it.each(Array.from({ length: 3 * times }, (_, i) => i))(
    `run %i: is for ${perRun} resources on three nodes what their constraints add up to`,
    async (seed) => {
      const symmetric = seed % 2 === 0;
      const generated = fc
        .sample(located, { numRuns: perRun, seed: seed + 1000 })
        .map((one) => ({ ...one, cloned: false }));
      const scheduler = schedulerOf(locatedParts(generated, symmetric));
      const preferences = locationsIn(scheduler.configuration, new Date());
      const ours: unknown[] = [];
      const theirs: unknown[] = [];
      for (const id of generated.keys()) {
        for (const name of memberNames) {
          const own = preferences.filter(({ resource, node }) => resource === `r${id}` && node === name);
          const expected = (symmetric || own.length > 0) && scoreSum(own.map(({ score }) => score)) >= 0;
          ours.push([id, name, await scheduler.mayRun(`r${id}`, name)]);
          theirs.push([id, name, expected]);
        }
      }
      expect(ours).toEqual(theirs);
    },
  );
});

describe.runIf(havePacemaker)('when a node is lost', () => {
  it("of the article's cluster, the other fences it by its device and takes the service", async () => {
    const loss = await schedulerOf(article).ifLost('N1');
    expect(loss).toMatchObject({
      node: 'n1',
      fencing: {
        action: 'reboot',
        possible: true,
        steps: [
          { level: undefined, usable: true, devices: [{ id: 'f1', type: 'fence_dummy', from: ['n2'], certain: true }] },
        ],
      },
      // Nothing runs where it may not; what may only run on the lost node waits for it.
      starts: [{ resource: 'VIP', node: 'n2', promoted: false }],
      stopped: ['f2'],
      disturbed: [],
    });
    expect(loss.simulation.fencings).toEqual([{ target: 'n1', action: 'reboot' }]);
    expect(loss.fencing?.reason).toMatch(/peer|node/);
  });

  it('of which the status says nothing, it is fenced all the same', async () => {
    const loss = await schedulerOf({ ...article, status: onlineXml(1) }).ifLost('n2');
    expect(loss).toMatchObject({ fencing: { possible: true, steps: [{ devices: [{ id: 'f2' }] }] } });
  });

  it('of a configuration without a status, all is at rest first', async () => {
    const configuration = parseClusterConfiguration(cibXml(article).replace(/<status>.*<\/status>|<status\/>/s, ''));
    expect(configuration.statusSection).toBeUndefined();
    const loss = await new Scheduler(configuration, run).ifLost('n1');
    expect(loss.starts).toEqual([{ resource: 'VIP', node: 'n2', promoted: false }]);
  });

  it('that ran nothing of it, the service stays undisturbed', async () => {
    const loss = await schedulerOf(article).ifLost('n2');
    expect(loss).toMatchObject({ fencing: { possible: true }, starts: [], stopped: ['f1'], disturbed: [] });
  });

  it('and no device is for it, or can act, nothing is recovered', async () => {
    const strange = article.resources.replace('value="n1"', 'value="n9"');
    expect((await schedulerOf({ ...article, resources: strange }).ifLost('n1')).fencing).toMatchObject({
      possible: false,
      steps: [],
    });
    const disabled = article.resources.replace(
      '<primitive id="f1" class="stonith" type="fence_dummy">',
      (found) => `${found}${setXml('f1-m', { 'target-role': 'Stopped' })}`,
    );
    expect((await schedulerOf({ ...article, resources: disabled }).ifLost('n1')).fencing).toMatchObject({
      possible: false,
      steps: [{ usable: false, devices: [{ id: 'f1', disabled: true, from: ['n2'] }] }],
    });
    const banned = article.constraints + ban('f1', 'n2');
    expect((await schedulerOf({ ...article, constraints: banned }).ifLost('n1')).fencing).toMatchObject({
      possible: false,
      steps: [{ usable: false, devices: [{ id: 'f1', from: [] }] }],
    });
  });

  it('and fencing is off, it is not fenced, and the service starts all the same', async () => {
    for (const value of ['false', 'No', '0']) {
      const loss = await schedulerOf({ ...article, properties: propertyXml('stonith-enabled', value) }).ifLost('n1');
      expect(loss).toMatchObject({ fencing: undefined, starts: [{ resource: 'VIP', node: 'n2' }] });
    }
  });

  it('is fenced level by level, where the topology knows it', async () => {
    const level = (id: string, index: number, devices: string, target: Readonly<Record<string, string>>) =>
      xml('fencing-level', { id, index, devices, ...target });
    const parts = {
      ...article,
      resources:
        article.resources + device('power', { pcmk_host_map: 'n1:1;n2:2' }) + device('other', { pcmk_host_list: 'n2' }),
      topology:
        level('a', 2, 'power', { target: 'N1' }) +
        level('b', 1, 'f1', { target: 'N1' }) +
        level('c', 1, 'other', { 'target-pattern': '^n' }) +
        level('d', 1, 'f2,gone', { 'target-pattern': '^n2$' }),
    };
    const scheduler = schedulerOf(parts);
    expect(await scheduler.fencingSteps('n1')).toMatchObject([
      { level: 1, devices: [{ id: 'f1', from: ['n2'] }], usable: true },
      { level: 2, devices: [{ id: 'power', plug: '1', from: ['n2'] }], usable: true },
    ]);
    expect(await scheduler.fencingSteps('n2')).toMatchObject([{ level: 1, devices: [{ id: 'other' }], usable: true }]);
    const missing = schedulerOf({ ...parts, topology: level('d', 1, 'f2,gone', { 'target-pattern': '^n2$' }) });
    expect(await missing.fencingSteps('n2')).toMatchObject([{ level: 1, missing: ['gone'], usable: false }]);
  });

  it('may fence itself by its watchdog', async () => {
    const properties = propertyXml('have-watchdog', 'true') + propertyXml('stonith-watchdog-timeout', '10s');
    const loss = await schedulerOf({ ...article, properties, resources: dummy('VIP'), constraints: '' }).ifLost('n1');
    expect(loss.fencing).toMatchObject({ possible: true, steps: [{ watchdog: true, devices: [] }] });
  });

  it('and no quorum is left, nothing happens', async () => {
    const loss = await schedulerOf(article).ifLost('n1', { quorum: false });
    expect(loss).toMatchObject({ fencing: undefined, starts: [], simulation: { complete: false } });
    expect(loss.stopped).toContain('VIP');
  });

  it('of three, two go on', async () => {
    const parts = { ...article, nodes: nodesXml(3), constraints: article.constraints + ban('VIP', 'n2') };
    const loss = await schedulerOf(parts).ifLost('n1');
    expect(loss.starts).toContainEqual({ resource: 'VIP', node: 'n3', promoted: false });
    // A device is used from wherever it may run.
    expect(loss.fencing?.steps[0]?.devices[0]?.from).toEqual(['n2', 'n3']);
  });

  it('as the cluster is now, with what runs where', async () => {
    const history = (id: string, rc = 0) =>
      xml(
        'lrm_resource',
        { id, class: 'ocf', provider: 'pacemaker', type: 'Dummy' },
        xml('lrm_rsc_op', {
          ...{ id: `${id}_last_0`, operation_key: `${id}_start_0`, operation: 'start', 'call-id': 1, 'rc-code': rc },
          ...{ 'op-status': 0, interval: 0, 'transition-key': '1:1:0:a', 'transition-magic': `0:${rc};1:1:0:a` },
        }),
      );
    const parts = { ...article, status: onlineXml(2, ['', history('VIP') + history('Web')]) };
    const scheduler = schedulerOf(parts);
    const loss = await scheduler.ifLost('n2');
    expect(loss.starts.map(({ resource, node }) => [resource, node])).toEqual(
      expect.arrayContaining([
        ['VIP', 'n1'],
        ['Web', 'n1'],
      ]),
    );
    expect(loss.simulation.before.resources.get('VIP')?.startedOn).toEqual(['n2']);
  });

  it('makes a promoted instance of another', async () => {
    const stateful = xml(
      'clone',
      { id: 'DB-clone' },
      setXml('DB-m', { promotable: 'true', interleave: 'true' }),
      xml('primitive', { id: 'DB', class: 'ocf', provider: 'pacemaker', type: 'Stateful' }),
    );
    const parts = {
      ...article,
      resources: article.resources + stateful,
      constraints:
        article.constraints +
        // So that crm_simulate, to which no agent says how much it would like to, promotes one.
        memberNames
          .slice(0, 2)
          .map((node, i) =>
            xml('rsc_location', { id: `m${i}`, rsc: 'DB-clone', role: 'Promoted', node, score: 10 - i }),
          )
          .join(''),
    };
    expect((await schedulerOf(parts).ifLost('n1')).starts).toContainEqual({
      resource: 'DB',
      node: 'n2',
      promoted: true,
    });
  });

  it('cannot be asked of a configuration that was not read from a CIB', async () => {
    const { header, statusSection: _, ...sections } = parseClusterConfiguration(cibXml(article));
    const made = new (
      parseClusterConfiguration(cibXml(article)).constructor as new (...parts: unknown[]) => Scheduler['configuration']
    )(header, sections);
    await expect(new Scheduler(made, run).ifLost('n1')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

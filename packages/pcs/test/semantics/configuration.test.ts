import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  colocationsIn,
  locationsIn,
  ordersIn,
  parseClusterConfiguration,
  parseClusterStatus,
  parseSimulation,
  runsOnlyWith,
  simulate,
  startsOnlyAfter,
} from '../../src/index.js';
import {
  asked,
  type CibParts,
  cibXml,
  configurationOf,
  dummy,
  featureSet,
  havePacemaker,
  memberNames,
  onlineXml,
  propertyXml,
  run,
  setXml,
  times,
  withoutFencing,
  xml,
} from './pacemaker.js';

const monOf = async (parts: CibParts) =>
  parseClusterStatus(await asked('crm_mon', ['-1', '--inactive', '--output-as=xml'], cibXml(parts)));

/** Generated with a seed, so that a failure can be had again. */
const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number, seed: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed });

/** What an arbitrary generates. */
type Values<A> = A extends fc.Arbitrary<infer T> ? T : never;

/** Runs of one question: each asks one process. */
const runs = (count: number) => Array.from({ length: count * times }, (_, i) => i);

const score = fc.oneof(
  fc.constantFrom('INFINITY', '-INFINITY', '+INFINITY'),
  fc.integer({ min: -300, max: 300 }).map(String),
);

describe.runIf(havePacemaker)('values in sets, templates, groups, clones and defaults', () => {
  const role = fc.constantFrom('Started', 'Stopped', 'started', 'STOPPED', '#default');
  const rule = fc.constantFrom(
    undefined,
    // Over, to come, and now, whenever this runs.
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="lt" end="2001-01-01"/></rule>',
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="gt" start="2001-01-01 00:00:00Z"/></rule>',
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="in_range" start="2001-01-01" end="2999-01-01"/></rule>',
    '<rule id="ID" score="0" boolean-op="or"><date_expression id="ID-d" operation="gt" start="2999-01-01"/>' +
      '<date_expression id="ID-e" operation="in_range" start="2001-01-01"><duration id="ID-f" years="900"/></date_expression></rule>',
  );
  const sets = fc.array(
    fc.record({ score: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }), role, rule, refers: fc.nat(9) }),
    { maxLength: 3 },
  );
  const cases = fc.record({
    own: sets,
    template: fc.option(sets, { nil: undefined }),
    in: fc.constantFrom('nothing', 'group', 'clone', 'clone of a group'),
    group: sets,
    clone: sets,
  });

  /** The sets of one place; one may stand for the first set of all. */
  const setsXml = (id: string, list: Values<typeof sets>, ofTemplate = false) =>
    list
      .map(({ score: weight, role: value, rule: condition, refers }, i) =>
        // In a primitive of a template Pacemaker 3.0.0 does not find what is referred to.
        refers === 0 && !ofTemplate
          ? xml('meta_attributes', { 'id-ref': 'shared' })
          : xml(
              'meta_attributes',
              { id: `${id}-${i}`, score: weight },
              condition?.replaceAll('ID', `${id}-${i}-r`) ?? '',
              xml('nvpair', { id: `${id}-${i}-p`, name: 'target-role', value }),
            ),
      )
      .join('');

  const perRun = 25;
  it.each(runs(6))(`run %i: the target-role of ${perRun} resources is crm_mon's`, async (seed) => {
    const generated = sample(cases, perRun, seed);
    const templates: string[] = [dummy('first', setXml('shared', { 'target-role': 'Stopped' }))];
    const resources = generated.map(({ own, template, in: place, group, clone }, i) => {
      const agent =
        template === undefined ? { class: 'ocf', provider: 'pacemaker', type: 'Dummy' } : { template: `t${i}` };
      if (template !== undefined) {
        templates.push(
          xml(
            'template',
            { id: `t${i}`, class: 'ocf', provider: 'pacemaker', type: 'Dummy' },
            setsXml(`ts${i}`, template, true),
          ),
        );
      }
      const primitive = xml('primitive', { id: `r${i}`, ...agent }, setsXml(`s${i}`, own, template !== undefined));
      const grouped = xml('group', { id: `g${i}` }, setsXml(`gs${i}`, group), primitive);
      const cloned = (inside: string) => xml('clone', { id: `c${i}` }, setsXml(`cs${i}`, clone), inside);
      return { nothing: primitive, group: grouped, clone: cloned(primitive), 'clone of a group': cloned(grouped) }[
        place
      ];
    });
    const [defaultSet] = sample(sets, 1, seed);
    const parts = {
      resources: templates.join('') + resources.join(''),
      defaults: setsXml('default', defaultSet ?? []),
    };
    const now = new Date();
    const configuration = configurationOf(parts);
    const status = await monOf(parts);
    const theirs = generated.map((_, i) => [i, status.resource(`r${i}`)?.instances[0]?.targetRole]);
    const ours = generated.map((_, i) => [i, configuration.metaOf(`r${i}`, { now }).get('target-role')]);
    expect(ours).toEqual(theirs);
  });
});

describe.runIf(havePacemaker)('cluster properties', () => {
  const texts = {
    'stonith-enabled': ['true', 'FALSE', 'ture', 'on', 'n', ''],
    'symmetric-cluster': ['0', 'Yes', 'no', 'maybe'],
    'maintenance-mode': ['1', 'Off', 'y', 'infinity'],
    'stop-all-resources': ['TRUE', 'false', '-1'],
    'no-quorum-policy': ['stop', 'Ignore', 'FREEZE', 'demote', 'Suicide', 'nothing', ''],
    'stonith-timeout': ['60', '2min', 'PT90S', '1500ms', 'soon', '-5'],
    'priority-fencing-delay': ['15', '15s', '1min', 'x'],
  } as const;
  const names = Object.keys(texts) as (keyof typeof texts)[];
  const property = fc
    .constantFrom(...names)
    .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom<string>(...texts[name])));
  const sets = fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'cib-bootstrap-options'),
      score: fc.option(fc.integer({ min: -1, max: 1 }), { nil: undefined }),
      pairs: fc.uniqueArray(property, { selector: ([name]) => name, maxLength: 6 }),
    }),
    { maxLength: 3 },
  );

  it.each(runs(12))('run %i: seven of them are crm_mon’s', async (seed) => {
    const [generated = []] = sample(sets, 1, seed);
    const properties = generated
      .filter(({ id }, i) => generated.findIndex((one) => one.id === id) === i)
      .map(({ id, score: weight, pairs }) =>
        xml(
          'cluster_property_set',
          { id, score: weight },
          ...pairs.map(([name, value]) => xml('nvpair', { id: `${id}-${name}`, name, value })),
        ),
      )
      .join('');
    const configuration = configurationOf({ properties });
    const { clusterOptions } = (await monOf({ properties })).summary;
    const ours = Object.fromEntries(names.map((name) => [name, configuration.effectiveProperty(name).value]));
    expect(ours).toEqual({
      'stonith-enabled': clusterOptions?.stonithEnabled,
      'symmetric-cluster': clusterOptions?.symmetricCluster,
      'maintenance-mode': clusterOptions?.maintenanceMode,
      'stop-all-resources': clusterOptions?.stopAllResources,
      // Two words for one thing; which is shown has changed.
      'no-quorum-policy': clusterOptions?.noQuorumPolicy.replace('fence', 'suicide'),
      'stonith-timeout': clusterOptions?.stonithTimeoutMs,
      'priority-fencing-delay': clusterOptions?.priorityFencingDelayMs,
    });
  });

  it('have two names from Pacemaker 3.0.2 on, of which the new one counts first', () => {
    const at = (set: string, ...written: readonly (readonly [string, string])[]) =>
      parseClusterConfiguration(
        cibXml({ properties: written.map(([name, value]) => propertyXml(name, value)).join('') }).replace(
          `crm_feature_set="${featureSet}"`,
          `crm_feature_set="${set}"`,
        ),
      );
    const both = [
      ['stonith-enabled', 'true'],
      ['fencing-enabled', 'false'],
    ] as const;
    expect(at('3.20.5', ...both).effectiveProperty('stonith-enabled')).toEqual({
      value: false,
      name: 'fencing-enabled',
      written: 'false',
      valid: true,
    });
    expect(at('3.20.5', ...both).effectiveProperty('fencing-enabled').value).toBe(false);
    expect(at('3.20.5', ['stonith-enabled', 'No']).effectiveProperty('fencing-enabled')).toMatchObject({
      value: false,
      name: 'stonith-enabled',
    });
    // Older ones have never heard of it.
    expect(at('3.16.1', ...both).effectiveProperty('fencing-enabled')).toMatchObject({
      value: true,
      name: 'stonith-enabled',
    });
    expect(at('3.20.5', ['stonith-enabled', 'ture']).effectiveProperty('stonith-enabled')).toEqual({
      value: true,
      name: 'stonith-enabled',
      written: 'ture',
      valid: false,
    });
    expect(at('3.20.5', ['fencing-watchdog-timeout', '-1']).effectiveProperty('stonith-watchdog-timeout').value).toBe(
      -1,
    );
    expect(at('3.20.5').effectiveProperty('cluster-name')).toEqual({
      value: undefined,
      name: undefined,
      written: undefined,
      valid: true,
    });
  });
});

/** In a node's history: that the resource was started there. */
function started(id: string, call: number): string {
  const operation = {
    ...{ id: `${id}_last_0`, operation_key: `${id}_start_0`, operation: 'start', 'call-id': call + 1, 'rc-code': 0 },
    ...{ 'op-status': 0, interval: 0, 'transition-key': '1:1:0:a', 'transition-magic': '0:0;1:1:0:a' },
  };
  const agent = { class: 'ocf', provider: 'pacemaker', type: 'Dummy' };
  return xml('lrm_resource', { id, ...agent }, xml('lrm_rsc_op', operation));
}

describe.runIf(havePacemaker)('location constraints', () => {
  const node = fc.constantFrom(...memberNames, 'N2', 'elsewhere');
  const expression = fc.oneof(
    fc
      .record({ operation: fc.constantFrom('eq', 'ne'), value: fc.constantFrom('n1', 'N2', 'n9') })
      .map(({ operation, value }) => ({ attribute: '#uname', operation, value })),
    fc.record({
      attribute: fc.constantFrom('size', 'colour', 'none'),
      operation: fc.constantFrom('lt', 'lte', 'gt', 'gte', 'eq', 'ne'),
      value: fc.constantFrom('5', '10', '7.5', 'red', 'RED'),
      type: fc.constantFrom(undefined, 'string', 'number'),
    }),
    // With anything but numbers in it compare_version() of Pacemaker 2.1.5 never ends.
    fc.record({
      attribute: fc.constantFrom('size', 'none'),
      operation: fc.constantFrom('lt', 'lte', 'gt', 'gte', 'eq', 'ne'),
      value: fc.constantFrom('7', '7.0', '10', '10.5.1', '9'),
      type: fc.constant('version'),
    }),
    fc.record({ attribute: fc.constantFrom('size', 'none'), operation: fc.constantFrom('defined', 'not_defined') }),
  );
  const rule = fc.record({
    score,
    byAttribute: fc.constantFrom(false, false, false, true),
    or: fc.boolean(),
    expressions: fc.array(expression, { minLength: 1, maxLength: 3 }),
  });
  const constraint = fc.oneof(
    fc.record({
      how: fc.constantFrom('plain' as const, 'set' as const, 'pattern' as const, 'tag' as const, 'template' as const),
      node,
      score,
    }),
    fc.record({ how: fc.constant('rules' as const), rules: fc.array(rule, { minLength: 1, maxLength: 2 }) }),
  );
  const cases = fc.record({ constraints: fc.array(constraint, { maxLength: 3 }), cloned: fc.boolean() });

  const perRun = 20;
  const build = (generated: readonly Values<typeof cases>[], symmetric: boolean): CibParts => {
    const tags: string[] = [];
    const constraints = generated.flatMap(({ constraints: list, cloned }, i) =>
      list.map((one, j) => {
        const id = `l${i}-${j}`;
        const rsc = `r${i}`;
        switch (one.how) {
          case 'plain':
            return xml('rsc_location', { id, rsc, node: one.node, score: one.score });
          case 'set':
            return xml(
              'rsc_location',
              { id, node: one.node, score: one.score },
              xml('resource_set', { id: `${id}-s` }, xml('resource_ref', { id: rsc })),
            );
          case 'pattern':
            return xml('rsc_location', {
              id,
              'rsc-pattern': cloned ? `^c${i}$` : `^r${i}$`,
              node: one.node,
              score: one.score,
            });
          case 'tag':
            tags.push(xml('tag', { id: `${id}-t` }, xml('obj_ref', { id: rsc })));
            return xml('rsc_location', { id, rsc: `${id}-t`, node: one.node, score: one.score });
          case 'template':
            return xml('rsc_location', {
              id,
              rsc: `t${i}`,
              node: one.node,
              score: one.score,
            });
          case 'rules':
            return xml(
              'rsc_location',
              { id, rsc },
              ...one.rules.map(({ score: weight, byAttribute, or, expressions }, k) =>
                xml(
                  'rule',
                  {
                    id: `${id}-${k}`,
                    ...(byAttribute ? { 'score-attribute': 'size' } : { score: weight }),
                    'boolean-op': or ? 'or' : undefined,
                  },
                  ...expressions.map((parts, m) => xml('expression', { id: `${id}-${k}-${m}`, ...parts })),
                ),
              ),
            );
        }
      }),
    );
    const attributes = [{ size: '7', colour: 'Red' }, { size: '10.5' }, { colour: 'blue' }];
    return {
      properties: withoutFencing + propertyXml('symmetric-cluster', String(symmetric)),
      nodes: memberNames
        .map((uname, i) =>
          xml(
            'node',
            { id: i + 1, uname },
            setXml(`na${i}`, attributes[i] as Record<string, string>, {}, 'instance_attributes'),
          ),
        )
        .join(''),
      resources: generated
        .map(({ cloned }, i) => {
          const template = xml('template', { id: `t${i}`, class: 'ocf', provider: 'pacemaker', type: 'Dummy' });
          const primitive = xml('primitive', { id: `r${i}`, template: `t${i}` });
          return template + (cloned ? xml('clone', { id: `c${i}` }, primitive) : primitive);
        })
        .join(''),
      constraints: constraints.join(''),
      ...(tags.length > 0 && { tags: tags.join('') }),
      // The scheduler knows an instance of a clone by the configured id only where it has been.
      status: onlineXml(3, [generated.map(({ cloned }, i) => (cloned ? started(`r${i}`, i) : '')).join('')]),
      // It is not to count that it is there.
      defaults: setXml('default', { 'resource-stickiness': '0' }),
    };
  };

  it.each(runs(8))(`run %i: the scores of ${perRun} resources on three nodes are crm_simulate's`, async (seed) => {
    const generated = sample(cases, perRun, seed);
    const symmetric = seed % 2 === 0;
    const parts = build(generated, symmetric);
    const preferences = locationsIn(configurationOf(parts));
    const { scores } = parseSimulation(
      await asked('crm_simulate', ['--live-check', '--show-scores', '--output-as=xml'], cibXml(parts)),
    );
    const ours: unknown[] = [];
    const theirs: unknown[] = [];
    for (const [i, { cloned }] of generated.entries()) {
      const id = cloned ? `c${i}` : `r${i}`;
      for (const name of memberNames) {
        const own = preferences.filter((one) => one.resource === id && one.node === name);
        expect(own.every(({ certain }) => certain)).toBe(true);
        // In an opt-in cluster a node of which nothing is said is out of the question, and is not listed.
        const known = symmetric || own.length > 0;
        ours.push([id, name, known ? sum(own.map((one) => one.score)) : undefined]);
        theirs.push([id, name, scores.get(id)?.get(name)]);
      }
    }
    expect(ours).toEqual(theirs);
  });

  /** As Pacemaker adds scores: -INFINITY is stronger than INFINITY. */
  function sum(list: readonly number[]): number {
    if (list.includes(-Infinity)) return -Infinity;
    return list.includes(Infinity) ? Infinity : list.reduce((one, other) => one + other, 0);
  }
});

describe.runIf(havePacemaker)('colocations and orders', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  // Three stand alone, three in a group, one in a clone, and one of a cloned group.
  const resources =
    ['a', 'b', 'c'].map((id) => dummy(id)).join('') +
    xml('group', { id: 'G' }, ...['d', 'e', 'f'].map((id) => dummy(id))) +
    xml('clone', { id: 'C' }, setXml('Cm', { interleave: 'true' }), dummy('g')) +
    xml('clone', { id: 'D' }, setXml('Dm', { interleave: 'true' }), xml('group', { id: 'H' }, dummy('h')));
  const free = fc.constantFrom('a', 'b', 'c', 'G', 'C', 'D', 'a', 'b', 'c');
  const firmly = fc.constantFrom('INFINITY', 'INFINITY', '1000000', '100');
  const pair = fc.record({ how: fc.constant('pair' as const), one: free, other: free, firm: firmly });
  const group = fc.record({
    how: fc.constant('sets' as const),
    firm: firmly,
    sets: fc.array(
      fc.record({
        sequential: fc.constantFrom(undefined, 'true', 'false'),
        ids: fc.uniqueArray(free, { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });
  const constraints = fc.array(fc.oneof(pair, group), { minLength: 1, maxLength: 4 });
  type Generated = Values<typeof constraints>;

  const setsOf = (id: string, { sets }: Extract<Generated[number], { how: 'sets' }>) =>
    sets.map(({ sequential, ids: members }, k) =>
      xml(
        'resource_set',
        { id: `${id}-${k}`, sequential },
        ...members.map((member) => xml('resource_ref', { id: member })),
      ),
    );

  /** Without circles, which no scheduler can satisfy. */
  const isStraight = (links: readonly (readonly [string, string])[]) => {
    const reach = (from: string, seen: readonly string[]): boolean =>
      links.some(([one, other]) => one === from && (seen.includes(other) || reach(other, [...seen, other])));
    return ids.concat('G', 'C', 'D').every((id) => !reach(id, [id]));
  };

  const disabled = (id: string) => (text: string) =>
    text.replace(
      `id="${id}" class="ocf" provider="pacemaker" type="Dummy">`,
      (whole) => `${whole}${setXml('off', { 'target-role': 'Stopped' })}`,
    );

  /** Which of the resources do not run once `id` may not; what stops alone is left out. */
  const stoppedWithout = async (parts: CibParts, id: string) => {
    const { after } = await run(simulate(cibXml({ ...parts, resources: disabled(id)(resources) })));
    return ids.filter((one) => one !== id && after.resources.get(one)?.startedOn.length === 0);
  };

  it.each(runs(30))('run %i: what runs only with a resource does not run once that is disabled', async (seed) => {
    const [generated = []] = sample(
      constraints.filter((list) => {
        const links = colocationsIn(configurationOf({ resources, constraints: colocationXml(list) }));
        return isStraight(links.map(({ resource, withResource }) => [resource, withResource] as const));
      }),
      1,
      seed,
    );
    const parts = { resources, constraints: colocationXml(generated) };
    const id = ids[seed % ids.length] ?? '';
    const configuration = configurationOf(parts);
    const ours = ids.filter((one) => one !== id && runsOnlyWith(configuration, one, id));
    expect({ id, stopped: ours }).toEqual({ id, stopped: await stoppedWithout(parts, id) });
  });

  function colocationXml(list: Generated): string {
    return list
      .map((one, i) =>
        one.how === 'pair'
          ? xml('rsc_colocation', { id: `x${i}`, rsc: one.one, 'with-rsc': one.other, score: one.firm })
          : xml('rsc_colocation', { id: `x${i}`, score: one.firm }, ...setsOf(`x${i}`, one)),
      )
      .join('');
  }

  const kinds = fc.array(fc.constantFrom(undefined, 'Mandatory', 'mandatory', 'Optional'), {
    minLength: 4,
    maxLength: 4,
  });

  it.each(runs(30))('run %i: what starts only after a resource does not start once that is disabled', async (seed) => {
    const straight = constraints.filter((list) => {
      const links = ordersIn(configurationOf({ resources, constraints: orderXml(list, []) }));
      return isStraight(links.map(({ first, then }) => [then, first] as const));
    });
    const [[generated, kind] = [[], []]] = sample(fc.tuple(straight, kinds), 1, seed);
    // The schema knows kinds in one spelling alone; the scheduler does not mind.
    const parts = { resources, constraints: orderXml(generated, kind), schema: 'none' };
    const id = ids[seed % ids.length] ?? '';
    const configuration = configurationOf(parts);
    const ours = ids.filter((one) => one !== id && startsOnlyAfter(configuration, one, id));
    expect({ id, stopped: ours }).toEqual({ id, stopped: await stoppedWithout(parts, id) });
  });

  function orderXml(list: Generated, kind: readonly (string | undefined)[]): string {
    return list
      .map((one, i) =>
        one.how === 'pair'
          ? xml('rsc_order', { id: `x${i}`, first: one.one, then: one.other, kind: kind[i] })
          : xml('rsc_order', { id: `x${i}`, kind: kind[i] }, ...setsOf(`x${i}`, one)),
      )
      .join('');
  }
});

import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findProgram, haveRealParts } from '../../../../tools/test/support/real-parts.js';
import {
  CLUSTER_PROPERTIES,
  colocationsIn,
  locationsIn,
  ordersIn,
  parseClusterConfiguration,
  parseClusterStatus,
  parseSimulation,
  type PropertyName,
  runsOnlyWith,
  simulate,
  startsOnlyAfter,
} from '../../src/index.js';
import { located, locatedParts, scoreSum } from './generated-locations.js';
import {
  asked,
  type CibParts,
  cibXml,
  configurationOf,
  dummy,
  featureSet,
  havePacemaker,
  memberNames,
  propertyXml,
  run,
  setXml,
  times,
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

describe.runIf(havePacemaker)('values in sets, templates, groups, clones and defaults', () => {
  const role = fc.constantFrom('Started', 'Stopped', 'started', 'STOPPED', '#default');
  const dates = [
    // Over, to come, and now, whenever this runs.
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="lt" end="2001-01-01"/></rule>',
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="gt" start="2001-01-01 00:00:00Z"/></rule>',
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="in_range" start="2001-01-01" end="2999-01-01"/></rule>',
    '<rule id="ID" score="0" boolean-op="or"><date_expression id="ID-d" operation="gt" start="2999-01-01"/>' +
      '<date_expression id="ID-e" operation="in_range" start="2001-01-01"><duration id="ID-f" years="900"/></date_expression></rule>',
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="in_range" start="2001-01-01">' +
      '<duration id="ID-f" months="2" weeks="3" days="4" hours="5" minutes="6" seconds="7"/></date_expression></rule>',
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="in_range" end="2999-01-01T00:00:00+09:00"/></rule>',
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="in_range" end="2001-01-01T00:00:00-0100"/></rule>',
    // One rule in another, and one that is written elsewhere.
    '<rule id="ID" score="0"><date_expression id="ID-d" operation="gt" start="2001-01-01"/>' +
      '<rule id="ID-n" score="0" boolean-op="or"><date_expression id="ID-e" operation="gt" start="2999-01-01"/>' +
      '<date_expression id="ID-f" operation="lt" end="2001-01-01"/></rule></rule>',
    '<rule id-ref="rule-of-now"/>',
    '<rule id-ref="rule-of-old"/>',
  ];
  const ofRule = (rules: readonly string[]) =>
    fc.array(
      fc.record({
        score: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
        role,
        rule: fc.constantFrom(undefined, ...rules),
        refers: fc.nat(9),
      }),
      { maxLength: 3 },
    );
  const sets = ofRule(dates);
  // Only defaults may ask for the agent.
  const defaults = ofRule([
    ...dates,
    ...[
      'class="ocf" provider="pacemaker" type="Dummy"',
      'class="ocf" provider="pacemaker"',
      'class="stonith"',
      'provider="heartbeat" type="Dummy"',
      'type="Dummy"',
      'class="ocf" provider="pacemaker" type="Stateful"',
    ].map((agent) => `<rule id="ID" score="0"><rsc_expression id="ID-d" ${agent}/></rule>`),
  ]);
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
              ofTemplate && condition?.includes('id-ref') ? '' : (condition?.replaceAll('ID', `${id}-${i}-r`) ?? ''),
              // So may a pair.
              refers === 1 && !ofTemplate
                ? xml('nvpair', { 'id-ref': 'shared-target-role', name: i === 0 ? undefined : 'target-role' })
                : xml('nvpair', { id: `${id}-${i}-p`, name: 'target-role', value }),
            ),
      )
      .join('');

  const perRun = 25;
  it.each(runs(6))(`run %i: the target-role of ${perRun} resources is crm_mon's`, async (seed) => {
    const generated = sample(cases, perRun, seed);
    const elsewhere = (name: string, end: string) =>
      xml(
        'meta_attributes',
        { id: `set-${name}` },
        `<rule id="${name}" score="0"><date_expression id="${name}-d" operation="lt" end="${end}"/></rule>`,
      );
    const templates: string[] = [
      dummy('first', setXml('shared', { 'target-role': 'Stopped' })),
      dummy('second', elsewhere('rule-of-now', '2999-01-01'), elsewhere('rule-of-old', '2001-01-01')),
    ];
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
    const [defaultSet] = sample(defaults, 1, seed);
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

describe.runIf(havePacemaker)('location constraints', () => {
  const perRun = 20;

  it.each(runs(8))(`run %i: the scores of ${perRun} resources on three nodes are crm_simulate's`, async (seed) => {
    const generated = sample(located, perRun, seed);
    const symmetric = seed % 2 === 0;
    const parts = locatedParts(generated, symmetric);
    const preferences = locationsIn(configurationOf(parts), new Date());
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
        ours.push([id, name, known ? scoreSum(own.map((one) => one.score)) : undefined]);
        theirs.push([id, name, scores.get(id)?.get(name)]);
      }
    }
    expect(ours).toEqual(theirs);
  });
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
        ordering: fc.constantFrom(undefined, undefined, 'group', 'listed'),
        kind: fc.constantFrom(undefined, undefined, 'Optional', 'Serialize', 'Mandatory'),
        ids: fc.uniqueArray(free, { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });
  const constraints = fc.array(fc.oneof(pair, group), { minLength: 1, maxLength: 4 });
  type Generated = Values<typeof constraints>;

  const setsOf = (id: string, { sets }: Extract<Generated[number], { how: 'sets' }>, use: 'ordering' | 'kind') =>
    sets.map(({ sequential, ids: members, [use]: own }, k) =>
      xml(
        'resource_set',
        { id: `${id}-${k}`, sequential, [use]: own },
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
          : xml('rsc_colocation', { id: `x${i}`, score: one.firm }, ...setsOf(`x${i}`, one, 'ordering')),
      )
      .join('');
  }

  const kinds = fc.array(
    fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { kind: 'Mandatory' },
      { kind: 'mandatory' },
      { kind: 'Optional' },
      { kind: 'Serialize' },
      { kind: 'Sometimes' },
      // As Heartbeat had it.
      { score: '0' },
      { score: 'INFINITY' },
    ),
    { minLength: 4, maxLength: 4 },
  );

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

  function orderXml(list: Generated, kind: readonly Readonly<Record<string, string>>[]): string {
    return list
      .map((one, i) =>
        one.how === 'pair'
          ? xml('rsc_order', { id: `x${i}`, first: one.one, then: one.other, ...kind[i] })
          : xml('rsc_order', { id: `x${i}`, ...kind[i] }, ...setsOf(`x${i}`, one, 'kind')),
      )
      .join('');
  }
});

describe.runIf(haveRealParts('pacemaker-fenced', 'cibadmin'))('the defaults of cluster properties', () => {
  it("are the daemons' own", () => {
    const directory = dirname(findProgram('pacemaker-fenced') ?? '');
    const theirs = ['based', 'controld', 'schedulerd'].flatMap((daemon) => {
      const metadata = execFileSync(join(directory, `pacemaker-${daemon}`), ['metadata'], { encoding: 'utf8' });
      return [...metadata.matchAll(/<parameter name="([^"]+)".*?<content type="[^"]*"(?: default="([^"]*)")?/gs)];
    });
    const configuration = configurationOf({ properties: '' });
    const compared = theirs.flatMap(([, name = '', value]) => {
      if (!(name in CLUSTER_PROPERTIES) || value === undefined) return [];
      const ours = configuration.effectiveProperty(name as PropertyName).value;
      const written = configurationOf({ properties: propertyXml(name, value) }).effectiveProperty(name as PropertyName);
      expect(written, name).toMatchObject({ valid: true, written: value });
      return [[name, ours, written.value] as const];
    });
    expect(compared.length).toBeGreaterThan(35);
    expect(compared.map(([name, ours]) => [name, ours])).toEqual(compared.map(([name, , value]) => [name, value]));
  });
});

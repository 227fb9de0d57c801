import { describe, expect, it } from 'vitest';
import { type LocationPreference, locationsIn, parseSimulation, runsOnlyWith } from '../../src/index.js';
import { scoreSum } from './generated-locations.js';
import { asked, type CibParts, cibXml, configurationOf, dummy, havePacemaker, setXml, xml } from './pacemaker.js';

const resources = ['a', 'b', 'c'].map((id) => dummy(id)).join('');
const location = (id: string, attributes: Readonly<Record<string, string>>, ...children: readonly string[]) =>
  xml('rsc_location', { id, ...attributes }, ...children);
const rule = (id: string, attributes: Readonly<Record<string, string>>, ...children: readonly string[]) =>
  xml('rule', { id, ...attributes }, ...children);
const expression = (id: string, attribute: string, operation: string, value?: string) =>
  xml('expression', { id, attribute, operation, value });
const setOf = (id: string, ...members: readonly string[]) =>
  xml('resource_set', { id }, ...members.map((member) => xml('resource_ref', { id: member })));
const onN1 = expression('e', '#uname', 'eq', 'n1');

const cases: Readonly<Record<string, string>> = {
  'a rule that is written in another constraint':
    location('l', { rsc: 'a' }, rule('shared', { score: '7' }, onN1)) +
    location('m', { rsc: 'b' }, xml('rule', { 'id-ref': 'shared' })),
  'a set that is written in another constraint':
    location('l', { node: 'n1', score: '7' }, setOf('shared', 'a', 'b')) +
    location('m', { node: 'n2', score: '9' }, xml('resource_set', { 'id-ref': 'shared' })),
  'a pattern for all but those that match': location('l', { 'rsc-pattern': '!^[ab]$', node: 'n1', score: '7' }),
  'a pattern that is no regular expression': location('l', { 'rsc-pattern': '[', node: 'n1', score: '7' }),
  'one for all but those that match it': location('l', { 'rsc-pattern': '![', node: 'n1', score: '7' }),
  'a character class of POSIX': location('l', { 'rsc-pattern': '^[[:alpha:]]$', node: 'n1', score: '7' }),
  'an ordinary character that is escaped': location('l', { 'rsc-pattern': '^(\\a|\\-)', node: 'n1', score: '7' }),
  'a node by its id': location('l', { rsc: 'a' }, rule('r', { score: '7' }, expression('e', '#id', 'eq', '2'))),
  'nodes of a kind': location('l', { rsc: 'a' }, rule('r', { score: '7' }, expression('e', '#kind', 'eq', 'cluster'))),
  'a rule without a score': location('l', { rsc: 'a' }, rule('r', {}, onN1)),
  'a rule in a rule': location(
    'l',
    { rsc: 'a' },
    rule(
      'r',
      { score: '7', 'boolean-op': 'or' },
      rule('s', {}, onN1, expression('f', 'none', 'defined')),
      expression('g', '#uname', 'eq', 'n2'),
    ),
  ),
  'a comparison that there is not': location(
    'l',
    { rsc: 'a' },
    rule('r', { score: '7' }, expression('e', '#id', 'near', '2')),
  ),
  'a node that is not there': location('l', { rsc: 'a', node: 'n9', score: '7' }),
  'a resource that is not there': location('l', { rsc: 'z', node: 'n1', score: '7' }),
};

const sums = (preferences: readonly LocationPreference[]) =>
  ['a', 'b', 'c'].map((id) =>
    ['n1', 'n2'].map((name) =>
      scoreSum(preferences.filter((one) => one.resource === id && one.node === name).map(({ score }) => score)),
    ),
  );

describe.runIf(havePacemaker)('the scores of a location constraint with', () => {
  it.each(Object.entries(cases))("%s are crm_simulate's", async (_what, constraints) => {
    // Not all of these are in the schema.
    const parts: CibParts = { resources, constraints, schema: 'none' };
    const preferences = locationsIn(configurationOf(parts), new Date());
    expect(preferences.every(({ certain }) => certain)).toBe(true);
    const { scores } = parseSimulation(
      await asked('crm_simulate', ['--live-check', '--show-scores', '--output-as=xml'], cibXml(parts)),
    );
    const theirs = ['a', 'b', 'c'].map((id) => ['n1', 'n2'].map((name) => scores.get(id)?.get(name)));
    expect(sums(preferences)).toEqual(theirs);
  });
});

describe('a location constraint', () => {
  const preferences = (constraints: string, featureSet?: string, now?: Date) =>
    locationsIn(configurationOf({ resources, constraints }, featureSet), now);

  it.each([
    ['Promoted', 'Promoted'],
    ['master', 'Promoted'],
    ['Started', undefined],
    ['Slave', undefined],
  ])('for the role %s is for %s instances', (role, expected) => {
    expect(preferences(location('l', { rsc: 'a', node: 'n1', score: '7', role }))).toMatchObject([{ role: expected }]);
    expect(preferences(location('l', { rsc: 'a' }, rule('r', { score: '7', role }, onN1)))).toMatchObject([
      { role: expected },
    ]);
  });

  it('whose score is an attribute forbids a node without it before Pacemaker 3.0, and says nothing of it from then on', () => {
    const byAttribute = location('l', { rsc: 'a' }, rule('r', { 'score-attribute': 'size' }, onN1));
    const now = new Date();
    expect(preferences(byAttribute, '3.19.6', now)).toMatchObject([{ node: 'n1', score: -Infinity, certain: true }]);
    expect(preferences(byAttribute, '3.20.0', now)).toEqual([]);
  });

  it.each<[string, string]>([
    [
      'the time of day',
      '<date_expression id="d" operation="date_spec"><date_spec id="s" hours="9-16"/></date_expression>',
    ],
    ['a time, when none is given', '<date_expression id="d" operation="gt" start="2001-01-01"/>'],
    ['what a pattern matched', expression('e', 'size-%1', 'defined')],
    [
      "a resource's own parameter",
      xml('expression', { id: 'e', attribute: 'a', operation: 'eq', value: 'b', 'value-source': 'param' }),
    ],
    ['a rule that is not there', xml('rule', { 'id-ref': 'gone' })],
  ])('that hangs on %s is not certain', (_what, inside) => {
    expect(preferences(location('l', { rsc: 'a' }, rule('r', { score: '7' }, inside)))).toMatchObject([
      { node: 'n1', score: 7, certain: false },
      { node: 'n2', score: 7, certain: false },
    ]);
  });
});

describe('a colocation', () => {
  it.each([
    ['#uname', true],
    // The names of attributes differ by case: to crm_simulate, too, this is no node.
    ['#UNAME', false],
  ])('by the attribute %s keeps resources on one node: %s', (attribute, isOne) => {
    const constraints = xml('rsc_colocation', {
      ...{ id: 'c', rsc: 'a', 'with-rsc': 'b', score: 'INFINITY' },
      'node-attribute': attribute,
    });
    expect(runsOnlyWith(configurationOf({ resources, constraints }), 'a', 'b')).toBe(isOne);
  });
});

describe('a rule about time', () => {
  const at = (expressionXml: string, now: string | undefined) => {
    const set = `<meta_attributes id="m"><rule id="r" score="0">${expressionXml}</rule><nvpair id="p" name="x" value="y"/></meta_attributes>`;
    const configuration = configurationOf({ resources: dummy('a', set) });
    return configuration.metaOf('a', now === undefined ? {} : { now: new Date(now) }).get('x') === 'y';
  };
  const dated = (attributes: string, inside = '') =>
    `<date_expression id="d" ${attributes}>${inside}</date_expression>`;

  it.each<[string, string, boolean]>([
    [dated('operation="gt" start="2026-01-01"'), '2026-06-01', true],
    [dated('operation="gt"'), '2026-06-01', false],
    [dated('operation="lt"'), '2026-06-01', false],
    [dated('start="2026-01-01" end="2026-07-01"'), '2026-06-01', true],
    [dated('operation="in_range"'), '2026-06-01', false],
    [dated('operation="in_range" start="someday" end="2026-07-01"'), '2026-06-01', false],
    [dated('operation="gt" start="2026-06-01T00:00:00+09:00"'), '2026-05-31T16:00:00Z', true],
    [dated('operation="gt" start="2026-06-01T00:00:00+0900"'), '2026-05-31T14:00:00Z', false],
    [
      dated('operation="in_range" start="2026-05-01T00:00:00Z"', '<duration id="u" months="1"/>'),
      '2026-05-31T12:00:00Z',
      true,
    ],
    [
      dated('operation="in_range" start="2026-05-01T00:00:00Z"', '<duration id="u" weeks="1"/>'),
      '2026-05-31T12:00:00Z',
      false,
    ],
    [dated('operation="on" start="2026-01-01"'), '2026-06-01', false],
  ])('%s at %s: %s', (expressionXml, now, holds) => {
    expect(at(expressionXml, now)).toBe(holds);
    expect(at(expressionXml, undefined)).toBe(false);
  });
});

describe('a set of values', () => {
  it('that refers to what is not there says nothing', () => {
    const odd = xml(
      'meta_attributes',
      { id: 'm' },
      xml('nvpair', { 'id-ref': 'gone' }),
      xml('nvpair', { 'id-ref': 'gone', name: 'x' }),
    );
    const configuration = configurationOf({
      resources: dummy('a', xml('meta_attributes', { 'id-ref': 'gone' }), odd, setXml('n', { x: 'y' })),
    });
    expect([...configuration.metaOf('a')]).toEqual([['x', 'y']]);
  });
});

// Location rules on attributes of nodes that are not all in the nodes' section: transient ones, and those of Pacemaker itself.
import { describe, expect, it } from 'vitest';
import { corrections, locationsIn, parseSimulation } from '../../src/index.js';
import { scoreSum } from './generated-locations.js';
import {
  asked,
  type CibParts,
  cibXml,
  configurationOf,
  dummy,
  havePacemaker,
  onlineXml,
  propertyXml,
  setXml,
  withoutFencing,
  xml,
} from './pacemaker.js';

const now = new Date('2026-01-01T00:00:00Z');

const rated = (...expressions: readonly (readonly [attribute: string, operation: string, value?: string])[]) =>
  xml(
    'rsc_location',
    { id: 'l', rsc: 'a' },
    xml(
      'rule',
      { id: 'r', score: '-INFINITY', 'boolean-op': 'or' },
      ...expressions.map(([attribute, operation, value], i) =>
        xml('expression', { id: `e${i}`, attribute, operation, value }),
      ),
    ),
  );
const byAttribute = (name: string) =>
  xml(
    'rsc_location',
    { id: 'l', rsc: 'a' },
    xml(
      'rule',
      { id: 'r', 'score-attribute': name },
      xml('expression', { id: 'e', attribute: '#id', operation: 'defined' }),
    ),
  );

/** Two nodes: n1, the DC, has a site, a size and a colour; pings were answered to both, and n2's colour is transient. */
const parts: CibParts = {
  properties: withoutFencing + propertyXml('cluster-name', 'apache'),
  nodes:
    xml(
      'node',
      { id: 1, uname: 'n1' },
      setXml('n1-a', { 'site-name': 'left', size: '7', colour: 'red' }, {}, 'instance_attributes'),
    ) + xml('node', { id: 2, uname: 'n2' }, setXml('n2-a', { size: '10', colour: 'red' }, {}, 'instance_attributes')),
  resources: dummy('a'),
  status: onlineXml(2, [], [{ pingd: '1000' }, { pingd: '0', colour: 'blue', 'site-name': 'right' }]),
};
const nowhere: CibParts = { ...parts, properties: withoutFencing, status: '' };
const ping = rated(['pingd', 'lt', '1'], ['pingd', 'not_defined']);

/** What a constraint comes to on n1 and n2. */
const preferences = (constraints: string, of: CibParts = parts, at?: Date) =>
  locationsIn(configurationOf({ ...of, constraints }), at).map(({ node, score, certain }) => [node, score, certain]);

describe.runIf(havePacemaker)('at a moment, on the nodes as the status section has them,', () => {
  const constraints: Readonly<Record<string, string>> = {
    'pings that were answered or not': ping,
    'a transient attribute over a permanent one': rated(['colour', 'eq', 'blue']),
    'an attribute that is none': rated(['weight', 'not_defined']),
    'the name of the cluster': rated(['#cluster-name', 'eq', 'apache']),
    "another cluster's name": rated(['#cluster-name', 'eq', 'nginx']),
    "the node's site": rated(['#site-name', 'eq', 'left']),
    "the cluster's name for a site": rated(['#site-name', 'eq', 'apache']),
    'the designated controller': rated(['#is_dc', 'eq', 'true']),
    'all but the designated controller': rated(['#is_dc', 'eq', 'false']),
    'a name in capitals, which is another name': rated(['#UNAME', 'defined'], ['#ID', 'defined'], ['Size', 'defined']),
    'a built-in that is none': rated(['#ra-version', 'not_defined']),
    'a score that is transient': byAttribute('pingd'),
    'a score that is permanent': byAttribute('size'),
    'a score that is not on all': byAttribute('weight'),
  };
  it.each(
    Object.entries(constraints).flatMap(([what, text]) => [
      { what, text, of: parts, where: 'with a name' },
      { what, text, of: { ...parts, properties: withoutFencing }, where: 'without' },
    ]),
  )('in a cluster $where: $what', async ({ text, of }) => {
    const whole = { ...of, constraints: text };
    const ours = locationsIn(configurationOf(whole), now);
    expect(ours.every(({ certain }) => certain)).toBe(true);
    const { scores } = parseSimulation(
      await asked('crm_simulate', ['--live-check', '--show-scores', '--output-as=xml'], cibXml(whole)),
    );
    expect(
      ['n1', 'n2'].map((name) => scoreSum(ours.filter(({ node }) => node === name).map(({ score }) => score))),
    ).toEqual(['n1', 'n2'].map((name) => scores.get('a')?.get(name)));
  });
});

describe('at no moment in particular', () => {
  it('a rule on an attribute that is not permanent is undecided, and bans for nobody', () => {
    const undecided = [
      ['n1', -Infinity, false],
      ['n2', -Infinity, false],
    ];
    expect(preferences(ping)).toEqual(undecided);
    expect(preferences(ping, nowhere)).toEqual(undecided);
    const configuration = configurationOf({ ...parts, constraints: ping });
    const { commands } = corrections.location(configuration, 'a', 'n2', { id: 'ban', score: '-INFINITY' });
    expect(commands).toHaveLength(1);
  });

  it('a permanent attribute is certain, unless a transient one hides it', () => {
    expect(preferences(rated(['colour', 'eq', 'red']))).toEqual([
      ['n1', -Infinity, true],
      ['n2', -Infinity, false],
    ]);
    expect(preferences(rated(['colour', 'eq', 'red']), nowhere)).toEqual([
      ['n1', -Infinity, true],
      ['n2', -Infinity, true],
    ]);
  });

  it("the cluster's name is certain, which stands for the sites of nodes that have none", () => {
    expect(preferences(rated(['#cluster-name', 'eq', 'apache']))).toEqual([
      ['n1', -Infinity, true],
      ['n2', -Infinity, true],
    ]);
    expect(preferences(rated(['#site-name', 'eq', 'apache']))).toEqual([['n2', -Infinity, true]]);
    expect(preferences(rated(['#site-name', 'eq', 'left']), nowhere)).toEqual([
      ['n1', -Infinity, true],
      ['n2', -Infinity, false],
    ]);
  });

  it.each(['#is_dc', '#role', '#ra-version', '#health-disk', '#feature-set'])('%s is not', (name) => {
    expect(preferences(rated([name, 'defined']))).toEqual([
      ['n1', -Infinity, false],
      ['n2', -Infinity, false],
    ]);
  });

  it.each(['#role', 'size-%1'])('%s is not either at a moment', (name) => {
    expect(preferences(rated([name, 'defined']), parts, now)).toMatchObject([{ 2: false }, { 2: false }]);
  });

  it('a score that is not permanent is none, and uncertain', () => {
    const set = (featureSet: string) =>
      locationsIn(configurationOf({ ...parts, constraints: byAttribute('pingd') }, featureSet)).map(
        ({ score, certain }) => [score, certain],
      );
    expect(set('3.20.0')).toEqual([
      [0, false],
      [0, false],
    ]);
    expect(set('3.19.6')).toEqual([
      [-Infinity, false],
      [-Infinity, false],
    ]);
  });

  it('a value that holds at times is uncertain', () => {
    const timed = (name: string, values: Readonly<Record<string, string>>, kind: string) =>
      setXml(name, values, {}, kind).replace(
        '>',
        '><rule id="tr" score="0"><date_expression id="td" operation="gt" start="2026-06-01"/></rule>',
      );
    const of: CibParts = {
      ...parts,
      nodes: xml('node', { id: 1, uname: 'n1' }, timed('n1-t', { size: '9' }, 'instance_attributes')),
      properties: timed('named', { 'cluster-name': 'apache' }, 'cluster_property_set'),
    };
    expect(preferences(rated(['size', 'eq', '9']), of)).toEqual([['n1', -Infinity, false]]);
    expect(preferences(rated(['#cluster-name', 'eq', 'apache']), of)).toEqual([['n1', -Infinity, false]]);
    const later = new Date('2026-07-01T00:00:00Z');
    expect(preferences(rated(['size', 'eq', '9']), of, later)).toEqual([['n1', -Infinity, true]]);
    expect(preferences(rated(['#cluster-name', 'eq', 'apache']), of, later)).toEqual([['n1', -Infinity, true]]);
    expect(preferences(rated(['#cluster-name', 'eq', 'apache']), of, now)).toEqual([]);
  });
});

// Fence devices' options and the topology, as tables; beside pacemaker-fenced they are in tools/test/fence-targets.test.ts.
import { describe, expect, it } from 'vitest';
import {
  canFence,
  delayOf,
  fenceDevicesFor,
  fenceDevicesIn,
  fencingTimeout,
  levelsFor,
  parseClusterConfiguration,
  plugOf,
  targetsOf,
  timeoutOf,
} from '../../src/index.js';
import { type CibParts, cibXml, configurationOf, propertyXml, setXml, xml } from './pacemaker.js';

const options = (values: Readonly<Record<string, string>>) => new Map(Object.entries(values));
const device = (id: string, values: Readonly<Record<string, string>>, ...more: readonly string[]) =>
  xml(
    'primitive',
    { id, class: 'stonith', type: 'fence_dummy' },
    ...more,
    setXml(`${id}-o`, values, {}, 'instance_attributes'),
  );

describe('a fence device is for', () => {
  it.each<[string, Readonly<Record<string, string>>, boolean | undefined]>([
    ['a node of its list', { pcmk_host_list: 'n2,N1' }, true],
    ['none that is not in it', { pcmk_host_list: 'n2 n10' }, false],
    ['none called on or off', { pcmk_host_list: 'on;off' }, false],
    ['a node of its map', { pcmk_host_map: 'n1=1;n2=2' }, true],
    ['none that is not in it', { pcmk_host_map: 'n2:2' }, false],
    ['whichever its agent says, when it has neither', {}, undefined],
    [
      'whichever its agent says, when it is told to ask it',
      { pcmk_host_check: 'dynamic-list', pcmk_host_list: 'n1' },
      undefined,
    ],
    ['whichever its agent says, by its status', { pcmk_host_check: 'status' }, undefined],
    ['all, when it is told not to look', { pcmk_host_check: 'None' }, true],
  ])('%s: %o', (_which, values, expected) => {
    expect(canFence(targetsOf(options(values)), 'n1')).toBe(expected);
  });

  it.each([
    ['n1:1;n2:2', 'N1', '1'],
    ['n1=1 n2=2,3', 'n2', '2,3'],
    ['n1:a\\;b;n2:c\\ d', 'n1', 'a;b'],
    ['n1:a\\;b;n2:c\\ d', 'n2', 'c d'],
    [':1;n1:x', 'n1', 'x'],
    ['n1;n2:2', 'n1', 'n1'],
    ['', 'n1', 'n1'],
  ])('%s: it calls %s %s', (map, node, plug) => {
    expect(plugOf(targetsOf(options({ pcmk_host_map: map })), node)).toBe(plug);
  });
});

describe('a fence device waits', () => {
  it.each([
    ['', 0],
    ['5', 5],
    ['n1:3s;n2:7s', 3],
    ['N1:3s', 3],
    ['n2:7s', 0],
    ['n1:', 0],
    [':3', 0],
    ['5s n2:7s', 5],
    ['n1:3s:4', 0],
    // pacemaker-fenced compares as many letters as are written.
    ['n:9s', 9],
    ['n1:3s;n:9s', 3],
    ['n10:9s', 0],
  ])('pcmk_delay_base=%s: %i s for n1', (text, seconds) => {
    expect(delayOf(options({ pcmk_delay_base: text }), 'n1')).toEqual({ least: seconds * 1000, most: seconds * 1000 });
  });
});

describe('the time limit of a fence device', () => {
  it.each([
    ['90', '3.16.1', 90_000],
    ['2min', '3.19.4', 2_000],
    ['soon', '3.19.4', 0],
    ['2min', '3.19.5', 120_000],
    ['2min', undefined, 120_000],
    [undefined, '3.16.1', undefined],
  ])('%s at feature set %s is %s ms', (text, featureSet, expected) => {
    const values = text === undefined ? {} : { pcmk_reboot_timeout: text };
    expect(timeoutOf(options(values), 'reboot', featureSet)).toBe(expected);
  });

  it("is its own, else the cluster's, else Pacemaker's", () => {
    const limits = (properties: string, values: Readonly<Record<string, string>>) => {
      const configuration = configurationOf({ properties, resources: device('f', values) });
      return fenceDevicesIn(configuration).map((one) => fencingTimeout(configuration, one, 'off'));
    };
    const cluster = propertyXml('stonith-timeout', '30');
    expect(limits(cluster, { pcmk_off_timeout: '45' })).toEqual([45_000]);
    expect(limits(cluster, { pcmk_reboot_timeout: '45' })).toEqual([30_000]);
    expect(limits('', {})).toEqual([60_000]);
    expect(limits(propertyXml('stonith-timeout', 'soon'), {})).toEqual([60_000]);
  });
});

describe('the devices of a configuration', () => {
  const parts: CibParts = {
    resources:
      xml('template', { id: 't', class: 'stonith', type: 'fence_dummy' }) +
      xml(
        'primitive',
        { id: 'f1', template: 't' },
        setXml('f1-o', { pcmk_host_map: 'n1:7' }, {}, 'instance_attributes'),
      ) +
      device('f2', { pcmk_host_list: 'n2' }, setXml('f2-m', { 'target-role': 'stopped' })) +
      device('any', {}, setXml('any-m', { 'target-role': 'Started' })),
  };

  it('are those for a node, and those that have to be asked', () => {
    const found = (node: string) =>
      fenceDevicesFor(configurationOf(parts), node).map(({ id, plug, certain, disabled }) => ({
        id,
        plug,
        certain,
        disabled,
      }));
    const any = { id: 'any', certain: false, disabled: false };
    expect(found('N1')).toEqual([
      { id: 'f1', plug: '7', certain: true, disabled: false },
      { ...any, plug: 'N1' },
    ]);
    expect(found('n2')).toEqual([
      { id: 'f2', plug: 'n2', certain: true, disabled: true },
      { ...any, plug: 'n2' },
    ]);
  });

  it('have no options where there is no such resource', () => {
    const configuration = configurationOf(parts);
    expect([...configuration.optionsOf('f1')]).toEqual([['pcmk_host_map', 'n1:7']]);
    expect(configuration.optionsOf('gone').size).toBe(0);
    expect(configuration.metaOf('gone').size).toBe(0);
  });
});

describe('the levels for a node', () => {
  const level = (index: number, devices: string, target: Readonly<Record<string, string>>, id = `l${devices}`) =>
    xml('fencing-level', { id, index, devices, ...target });
  const levels = (node: string, ...list: readonly string[]) => {
    const configuration = parseClusterConfiguration(
      cibXml({
        nodes:
          xml('node', { id: 1, uname: 'n1' }, setXml('a', { rack: 'left' }, {}, 'instance_attributes')) +
          xml('node', { id: 2, uname: 'n2' }),
        topology: list.join(''),
      }),
    );
    return levelsFor(configuration.fencingLevels, node, (name, attribute) =>
      configuration.nodeAttribute(name, attribute),
    ).map(({ index, devices }) => [index, ...devices]);
  };

  it('are in the order of their numbers', () => {
    expect(levels('n1', level(2, 'b', { target: 'n1' }), level(1, 'a', { target: 'n1' }))).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('are those by its name, in any case, before those by pattern and by attribute', () => {
    const byAttribute = level(1, 'c', { 'target-attribute': 'rack', 'target-value': 'left' });
    const byPattern = level(1, 'b', { 'target-pattern': '^n' });
    expect(levels('n1', byAttribute, byPattern, level(1, 'a', { target: 'N1' }))).toEqual([[1, 'a']]);
    expect(levels('n1', byAttribute, byPattern)).toEqual([[1, 'c']]);
    expect(levels('n2', byAttribute, byPattern)).toEqual([[1, 'b']]);
    expect(levels('n2', byAttribute)).toEqual([]);
    expect(levels('x', level(1, 'b', { 'target-pattern': '[' }))).toEqual([]);
  });

  it.each([
    ['raspberrypi\\-[12]', 'raspberrypi-2'],
    ['^raspberrypi-[[:digit:]]+$', 'raspberrypi-10'],
  ])('by the pattern %s are for %s', (pattern, node) => {
    expect(levels(node, level(1, 'b', { 'target-pattern': pattern }))).toEqual([[1, 'b']]);
    expect(levels('raspberrypi-x', level(1, 'b', { 'target-pattern': pattern }))).toEqual([]);
  });

  it('by attribute are for nobody when nothing tells attributes', () => {
    const configuration = configurationOf({
      topology: level(1, 'c', { 'target-attribute': 'rack', 'target-value': 'left' }),
    });
    expect(levelsFor(configuration.fencingLevels, 'n1')).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate, staysPut } from '../../src/index.js';
import { started } from './generated-locations.js';
import { cibXml, configurationOf, dummy, havePacemaker, onlineXml, run, setXml, times, xml } from './pacemaker.js';

const stickiness = (id: string, value: string | undefined) =>
  value === undefined ? '' : setXml(`${id}-m`, { 'resource-stickiness': value });
// None near 1, by which the other node is preferred.
const value = fc.constantFrom(undefined, undefined, '0', '10', '-10', 'INFINITY', 'infinity', '10abc', '');
const cases = fc.record({ own: value, template: value, other: value, group: value, defaults: value });

describe.runIf(havePacemaker)('whether a resource stays where it is', () => {
  it.each(Array.from({ length: 24 * times }, (_, i) => i))('run %i: as crm_simulate leaves it', async (seed) => {
    const [one] = fc.sample(cases, { numRuns: 1, seed });
    if (one === undefined) return;
    const agent = { class: 'ocf', provider: 'pacemaker', type: 'Dummy' };
    const resources =
      xml('template', { id: 't', ...agent }, stickiness('t', one.template)) +
      xml('primitive', { id: 'a', template: 't' }, stickiness('a', one.own)) +
      xml(
        'group',
        { id: 'g' },
        stickiness('g', one.group),
        dummy('b', stickiness('b', one.own)),
        dummy('c', stickiness('c', one.other)),
      );
    const prefers = (rsc: string) => xml('rsc_location', { id: `l-${rsc}`, rsc, node: 'n1', score: 1 });
    const parts = {
      resources,
      constraints: prefers('a') + prefers('g'),
      defaults: stickiness('d', one.defaults),
      status: onlineXml(2, ['', ['a', 'b', 'c'].map((id, i) => started(id, i)).join('')]),
    };
    const configuration = configurationOf(parts);
    const { after } = await run(simulate(cibXml(parts)));
    const stays = (id: string) => after.resources.get(id)?.startedOn.join() === 'n2';
    expect({ ...one, a: staysPut(configuration, 'a'), g: staysPut(configuration, 'g') }).toEqual({
      ...one,
      a: stays('a'),
      g: stays('b'),
    });
  });
});

describe('whether a resource stays where it is', () => {
  const daily = (score: string) =>
    xml(
      'meta_attributes',
      { id: 'm' },
      xml(
        'rule',
        { id: 'r', score: 0 },
        '<date_expression id="d" operation="date_spec"><date_spec id="s" hours="9-16"/></date_expression>',
      ),
      xml('nvpair', { id: 'p', name: 'resource-stickiness', value: score }),
    );

  it('hangs on the time of day when a rule does', () => {
    const configuration = configurationOf({
      resources: dummy('day', daily('100')) + dummy('never', daily('0').replaceAll('id="', 'id="n-')) + dummy('plain'),
    });
    expect(staysPut(configuration, 'day')).toBe('sometimes');
    expect(staysPut(configuration, 'never')).toBe(false);
    expect(staysPut(configuration, 'plain')).toBe(false);
  });

  it('is no question for one that is not there', () => {
    expect(staysPut(configurationOf({}), 'gone')).toBe(false);
  });
});

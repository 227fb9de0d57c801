import { describe, expect, it } from 'vitest';
import { agentOf } from '../../src/index.js';
import { asked, cibXml, configurationOf, havePacemaker, xml } from './pacemaker.js';

const op = (id: string, interval: string, role?: string, name = 'monitor') => xml('op', { id, name, interval, role });
const operations = (...list: readonly string[]) => xml('operations', {}, ...list);
const agent = { class: 'ocf', provider: 'pacemaker', type: 'Dummy' };
const template = (inside: string) => xml('template', { id: 't', ...agent }, inside);
const primitive = (inside: string) => xml('primitive', { id: 'r', template: 't' }, inside);

describe.runIf(havePacemaker)('the operations of a resource from a template', () => {
  it.each<[string, string, string]>([
    ['are its own and the template’s', operations(op('a', '10s')), operations(op('b', '0', undefined, 'start'))],
    ['are its own where both have one, whatever the interval', operations(op('a', '10s')), operations(op('b', '20s'))],
    ['are of one role when it says Started', operations(op('a', '10s')), operations(op('b', '20s', 'Started'))],
    [
      'are of one role when it says Unpromoted',
      operations(op('a', '10s', 'Slave')),
      operations(op('b', '20s', 'Started')),
    ],
    ['are the template’s when it has none', operations(op('a', '10s'), op('c', '30s')), ''],
  ])('%s', async (_what, ofTemplate, own) => {
    const resources = template(ofTemplate) + primitive(own);
    const answer = await asked(
      'crm_simulate',
      ['--simulate', '--live-check', '--output-as=xml'],
      cibXml({ resources }),
    );
    const theirs = [...answer.matchAll(/resource="r" op="monitor" node="[^"]*" interval="(\d+)"/g)]
      .map(([, interval]) => Number(interval) / 1000)
      .filter((seconds) => seconds > 0);
    const ours = configurationOf({ resources })
      .primitive('r')
      ?.operations.filter(({ name }) => name === 'monitor')
      .map(({ interval }) => Number.parseInt(interval));
    expect(ours?.sort()).toEqual(theirs.sort());
  });
});

describe('a resource from a template', () => {
  it('keeps operations of roles that the template’s are not of', () => {
    const resources =
      template(operations(op('a', '10s', 'Promoted'), op('b', '11s', 'Stopped'), op('c', '12s', 'odd'))) +
      primitive(operations(op('d', '20s', 'Master'), op('e', '21s')));
    expect(
      configurationOf({ resources })
        .primitive('r')
        ?.operations.map(({ id }) => id),
    ).toEqual(['d', 'e', 'b', 'c']);
  });

  it('that is not there has no agent', () => {
    const found = configurationOf({ resources: primitive('') }).primitive('r');
    expect(found && agentOf(found)).toBeUndefined();
  });
});

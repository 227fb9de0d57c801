// Location constraints in all their forms, generated: plain, by sets, patterns, tags, templates and rules.
import fc from 'fast-check';
import { type CibParts, memberNames, onlineXml, propertyXml, setXml, withoutFencing, xml } from './pacemaker.js';

/** In a node's history: that the resource was started there. */
export function started(id: string, call: number): string {
  const operation = {
    ...{ id: `${id}_last_0`, operation_key: `${id}_start_0`, operation: 'start', 'call-id': call + 1, 'rc-code': 0 },
    ...{ 'op-status': 0, interval: 0, 'transition-key': '1:1:0:a', 'transition-magic': '0:0;1:1:0:a' },
  };
  const agent = { class: 'ocf', provider: 'pacemaker', type: 'Dummy' };
  return xml('lrm_resource', { id, ...agent }, xml('lrm_rsc_op', operation));
}

const score = fc.oneof(
  fc.constantFrom('INFINITY', '-INFINITY', '+INFINITY'),
  fc.integer({ min: -300, max: 300 }).map(String),
);
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
  fc.record({
    attribute: fc.constantFrom('size', 'none', 'pingd', '#cluster-name', '#UNAME'),
    operation: fc.constantFrom('defined', 'not_defined'),
  }),
  fc.record({
    attribute: fc.constantFrom('pingd', '#cluster-name', '#site-name', '#kind', '#id'),
    operation: fc.constantFrom('lt', 'gte', 'eq', 'ne'),
    value: fc.constantFrom('1', '1000', 'apache', 'left', 'cluster'),
  }),
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
/** A resource, cloned or not, and its constraints. */
export const located = fc.record({ constraints: fc.array(constraint, { maxLength: 3 }), cloned: fc.boolean() });

/** What an arbitrary generates. */
export type Located = typeof located extends fc.Arbitrary<infer T> ? T : never;

/** The cluster of resources `r0` …, their clones `c0` …, and three nodes. */
export const locatedParts = (generated: readonly Located[], symmetric: boolean): CibParts => {
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
  const attributes = [{ size: '7', colour: 'Red' }, { size: '10.5', 'site-name': 'left' }, { colour: 'blue' }];
  const transient = [{ pingd: '1000', colour: 'green' }, { pingd: '0' }];
  return {
    properties:
      withoutFencing + propertyXml('cluster-name', 'apache') + propertyXml('symmetric-cluster', String(symmetric)),
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
    status: onlineXml(3, [generated.map(({ cloned }, i) => (cloned ? started(`r${i}`, i) : '')).join('')], transient),
    // It is not to count that it is there.
    defaults: setXml('default', { 'resource-stickiness': '0' }),
  };
};

/** As Pacemaker adds scores: -INFINITY is stronger than INFINITY. */
export function scoreSum(list: readonly number[]): number {
  if (list.includes(-Infinity)) return -Infinity;
  return list.includes(Infinity) ? Infinity : list.reduce((one, other) => one + other, 0);
}

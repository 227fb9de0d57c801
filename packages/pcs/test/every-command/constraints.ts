// The commands of constraints, on a file.
import { commands } from '../../src/index.js';
import { meta, type OnFile } from './on-file.js';

const { acl, constraint, resource } = commands;

export const constraints: readonly OnFile[] = [
  {
    command: constraint.location.prefers('R1', { n2: 50 }),
    then: ['//rsc_location[@rsc="R1" and @node="n2" and @score="50"]'],
  },
  {
    command: constraint.location.prefers({ regexp: 'R.*' }, 'n2'),
    then: ['//rsc_location[@rsc-pattern="R.*" and @node="n2" and @score="INFINITY"]'],
  },
  {
    command: constraint.location.avoids('R1', ['n1', 'n2']),
    then: [
      '//rsc_location[@rsc="R1" and @node="n2" and @score="-INFINITY"]',
      '//rsc_location[@rsc="R1" and @node="n1" and @score="-INFINITY"]',
    ],
  },
  {
    command: constraint.location.avoids('R1', { n2: 7 }),
    then: ['//rsc_location[@rsc="R1" and @node="n2" and @score="-7"]'],
  },
  {
    command: constraint.location.add('mine', 'R1', 'n2', -20, { resourceDiscovery: 'never' }),
    then: ['//rsc_location[@id="mine" and @score="-20" and @resource-discovery="never"]'],
  },
  {
    command: constraint.location.rule(
      'R1',
      {
        or: [
          { attribute: '#uname', is: 'eq', value: 'n1' },
          { and: [{ notDefined: 'pingd' }, { attribute: 'x', is: 'lt', value: '3', type: 'integer' }] },
        ],
      },
      { id: 'rule1', constraintId: 'ruled', score: 10, resourceDiscovery: 'always' },
    ),
    then: [
      '//rsc_location[@id="ruled" and @resource-discovery="always"]/rule[@id="rule1" and @boolean-op="or" and @score="10"]',
      '//rule[@id="rule1"]/rule[@boolean-op="and"]/expression[@type="integer" and @value="3"]',
    ],
  },
  {
    command: constraint.location.rule('R1', { date: 'gt', than: '2026-01-31T12:00:00Z' }, { scoreAttribute: 'pingd' }),
    then: ['//rule[@score-attribute="pingd"]/date_expression[@operation="gt" and @start="2026-01-31T12:00:00Z"]'],
  },
  {
    command: resource.op.defaults.set.create({ meta: { timeout: '70s' }, rule: { operation: 'monitor' } }),
    then: ['//op_defaults//op_expression[@name="monitor" and not(@interval)]'],
  },
  { command: acl.role.create('empty'), then: ['//acl_role[@id="empty" and not(acl_permission)]'] },
  {
    command: constraint.colocation.add('R1', 'Off', { nodeAttribute: 'rack' }),
    then: ['//rsc_colocation[@rsc="R1" and @node-attribute="rack"]'],
  },
  {
    command: resource.create('N', 'ocf:pacemaker:Dummy', {}, { clone: { meta: { interleave: true } } }),
    then: ['//clone[@id="N-clone"]/primitive[@id="N"]', meta('N-clone', 'interleave', 'true')],
  },
  {
    command: constraint.location.rule('R1', { from: '2026-01-01', until: '2026-02-01' }),
    then: ['//date_expression[@operation="in_range" and @start="2026-01-01" and @end="2026-02-01"]'],
  },
  {
    command: constraint.location.rule('R1', { from: '2026-01-01', duration: { hours: 2 } }),
    then: ['//date_expression/duration[@hours="2"]'],
  },
  {
    command: constraint.location.rule('R1', { dateSpec: { hours: '9-17', weekdays: 1 } }),
    then: ['//date_expression/date_spec[@hours="9-17" and @weekdays="1"]'],
  },
  {
    command: constraint.location.rule('C-clone', { defined: 'pingd' }, { role: 'Promoted' }),
    then: ['//rule[@role="Promoted" or @role="Master"]/expression[@operation="defined" and @attribute="pingd"]'],
  },
  { command: constraint.location.delete('loc-old'), then: ['not(//*[@id="loc-old"])'] },
  {
    command: constraint.order.add('C-clone', 'Off', {
      kind: 'Optional',
      symmetrical: false,
      requireAll: false,
      id: 'o1',
    }),
    then: [
      '//rsc_order[@id="o1" and @first="C-clone" and @then="Off" and @kind="Optional" and @symmetrical="false" and @require-all="false"]',
    ],
  },
  {
    command: constraint.order.add({ resource: 'C-clone', action: 'promote' }, { resource: 'Off', action: 'start' }),
    then: ['//rsc_order[@first="C-clone" and @first-action="promote" and @then-action="start"]'],
  },
  {
    command: constraint.order.set(
      [{ resources: ['R1', 'Off'], sequential: false, requireAll: true, action: 'start' }, { resources: ['G'] }],
      { id: 'os', kind: 'Serialize', symmetrical: true },
    ),
    then: [
      '//rsc_order[@id="os" and @kind="Serialize"]/resource_set[@sequential="false" and @require-all="true" and @action="start"]/resource_ref[@id="Off"]',
      'count(//rsc_order[@id="os"]/resource_set)=2',
    ],
  },
  { command: constraint.order.delete('R1'), then: ['not(//rsc_order)'] },
  {
    command: constraint.colocation.add('Off', 'C-clone'),
    then: ['//rsc_colocation[@rsc="Off" and @with-rsc="C-clone" and @score="INFINITY"]'],
  },
  {
    command: constraint.colocation.add(
      { resource: 'Off', role: 'Started' },
      { resource: 'C-clone', role: 'Promoted' },
      { score: -5, id: 'co', influence: false },
    ),
    then: [
      '//rsc_colocation[@id="co" and @score="-5" and @rsc-role="Started" and (@with-rsc-role="Promoted" or @with-rsc-role="Master") and @influence="false"]',
    ],
  },
  {
    command: constraint.colocation.set([{ resources: ['R1', 'Off'], role: 'Started' }], { id: 'cs', score: 3 }),
    then: ['//rsc_colocation[@id="cs" and @score="3"]/resource_set[@role="Started"]/resource_ref[@id="R1"]'],
  },
  { command: constraint.colocation.delete('R2', 'R1'), then: ['not(//rsc_colocation)'] },
  {
    command: constraint.ticket.add('T2', { resource: 'R1', role: 'Started' }, { lossPolicy: 'fence', id: 't2' }),
    then: ['//rsc_ticket[@id="t2" and @ticket="T2" and @rsc="R1" and @loss-policy="fence" and @rsc-role="Started"]'],
  },
  {
    command: constraint.ticket.set('T3', [{ resources: ['R1', 'Off'] }], { id: 't3' }),
    then: ['//rsc_ticket[@id="t3" and @ticket="T3"]/resource_set/resource_ref[@id="Off"]'],
  },
  { command: constraint.ticket.delete('T', 'R1'), then: ['not(//*[@id="ticket-old"])'] },
  {
    command: constraint.rule.add('loc-rule', { defined: 'b' }, { id: 'second' }),
    then: ['//rsc_location[@id="loc-rule"]/rule[@id="second"]'],
  },
  { command: constraint.rule.delete('loc-rule-rule'), then: ['not(//*[@id="loc-rule"])'] },
  {
    command: constraint.delete('loc-old', 'order-old'),
    then: ['not(//*[@id="loc-old"])', 'not(//*[@id="order-old"])'],
  },
];

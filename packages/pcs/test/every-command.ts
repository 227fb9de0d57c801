// Every command of the package as data: what it is called with, and either what the CIB must hold afterwards (it runs
// for real, in pcs, on a file) or the exact words it becomes (it needs daemons).
import { type Command, commands } from '../src/index.js';

const { acl, alert, booth, client, cluster, config, constraint, dr, host, node } = commands;
const { pcsd, property, quorum, resource, stonith, tag, cib } = commands;

/** A command that works on a CIB in a file. */
export interface OnFile {
  readonly command: Command<unknown>;
  /** XPath expressions that hold afterwards, and do not all hold before. */
  readonly then: readonly string[];
}

const meta = (id: string, name: string, value: string) =>
  `//*[@id="${id}"]/meta_attributes/nvpair[@name="${name}" and @value="${value}"]`;
const option = (id: string, name: string, value: string) =>
  `//*[@id="${id}"]/instance_attributes/nvpair[@name="${name}" and @value="${value}"]`;
const prop = (name: string, value: string) => `//crm_config//nvpair[@name="${name}" and @value="${value}"]`;

export const onFile: readonly OnFile[] = [
  // node
  { command: node.standby('n1'), then: [option('1', 'standby', 'on')] },
  { command: node.standby(['n1', 'n2']), then: [option('1', 'standby', 'on'), option('2', 'standby', 'on')] },
  { command: node.standby({ all: true }), then: [option('1', 'standby', 'on')] },
  { command: node.unstandby('n2'), then: ['not(//node[@id="2"]//nvpair[@name="standby"])'] },
  { command: node.maintenance('n1'), then: [option('1', 'maintenance', 'on')] },
  { command: node.unmaintenance('n2'), then: ['not(//node[@id="2"]//nvpair[@name="maintenance"])'] },
  { command: node.attribute('n1', { rack: 'a b' }), then: [option('1', 'rack', 'a b')] },
  { command: node.attribute('n2', { standby: null }), then: ['not(//node[@id="2"]//nvpair[@name="standby"])'] },
  {
    command: node.utilization('n1', { cpu: 4 }),
    then: ['//node[@id="1"]/utilization/nvpair[@name="cpu" and @value="4"]'],
  },
  // property
  { command: property.set({ 'stonith-enabled': true }), then: [prop('stonith-enabled', 'true')] },
  { command: property.set({ 'no-quorum-policy': 'ignore' }), then: [prop('no-quorum-policy', 'ignore')] },
  { command: property.set({ 'batch-limit': null }), then: ['not(//crm_config//nvpair[@name="batch-limit"])'] },
  { command: property.set({}, { custom: { site: 'x' }, force: true }), then: [prop('site', 'x')] },
  { command: property.unset('batch-limit'), then: ['not(//crm_config//nvpair[@name="batch-limit"])'] },
  // resource
  {
    command: resource.create(
      'VIP',
      'ocf:heartbeat:IPaddr2',
      { ip: '192.168.11.215', cidr_netmask: 24 },
      { op: { monitor: { interval: '30s' } }, meta: { 'resource-stickiness': 10 } },
    ),
    then: [
      '//resources/primitive[@id="VIP" and @class="ocf" and @provider="heartbeat" and @type="IPaddr2"]',
      option('VIP', 'ip', '192.168.11.215'),
      option('VIP', 'cidr_netmask', '24'),
      meta('VIP', 'resource-stickiness', '10'),
      '//*[@id="VIP"]/operations/op[@name="monitor" and @interval="30s"]',
    ],
  },
  {
    command: resource.create('N', 'ocf:pacemaker:Dummy', {}, { clone: { id: 'many', meta: { interleave: true } } }),
    then: [
      '//clone[@id="many"]/primitive[@id="N"]',
      meta('many', 'interleave', 'true'),
      'not(//primitive[@id="N"]/meta_attributes)',
    ],
  },
  {
    command: resource.create('N', 'ocf:pacemaker:Stateful', {}, { promotable: true, disabled: true }),
    then: [
      meta('N-clone', 'promotable', 'true'),
      '//*[@value="Stopped" and @id="N-clone-meta_attributes-target-role" or @id="N-meta_attributes-target-role"]',
    ],
  },
  {
    command: resource.create('N', 'ocf:pacemaker:Dummy', {}, { group: 'G', before: 'G2', noDefaultOps: true }),
    then: ['//group[@id="G"]/primitive[2][@id="N"]', 'count(//primitive[@id="N"]/operations/op)=1'],
  },
  {
    command: resource.create('N', 'ocf:pacemaker:remote', {}, { bundle: 'B', force: true }),
    then: ['//bundle[@id="B"]/primitive[@id="N"]'],
  },
  {
    command: resource.create(
      'N',
      'ocf:pacemaker:Dummy',
      {},
      { op: { monitor: [{ interval: '5s' }, { interval: '7s', 'on-fail': 'restart' }] } },
    ),
    then: [
      '//*[@id="N"]/operations/op[@interval="5s"]',
      '//*[@id="N"]/operations/op[@interval="7s" and @on-fail="restart"]',
    ],
  },
  {
    command: resource.create('N', 'ocf:pacemaker:Dummy', { fake: 'x' }, { agentValidation: true }),
    then: [option('N', 'fake', 'x')],
  },
  {
    command: resource.update(
      'R1',
      { fake: 'y' },
      { meta: { 'is-managed': false }, op: { monitor: { interval: '33s' } } },
    ),
    then: [option('R1', 'fake', 'y'), meta('R1', 'is-managed', 'false'), '//*[@id="R1"]//op[@interval="33s"]'],
  },
  {
    command: stonith.update('F1', { username: null, ip: '10.0.0.7' }),
    then: ['not(//*[@id="F1"]//nvpair[@name="username"])', option('F1', 'ip', '10.0.0.7')],
  },
  { command: resource.delete('G', { force: true }), then: ['not(//primitive[@id="G1"])', 'not(//group)'] },
  { command: resource.enable('Off'), then: ['not(//*[@id="Off"]//nvpair[@name="target-role"])'] },
  {
    command: resource.disable(['R1', 'R2']),
    then: [meta('R1', 'target-role', 'Stopped'), meta('R2', 'target-role', 'Stopped')],
  },
  {
    command: resource.moveWithConstraint('R1', { node: 'n2', lifetime: 'PT10M' }),
    then: [
      '//rsc_location[@id="cli-prefer-R1"]//expression[@attribute="#uname" and @value="n2"]',
      '//rsc_location[@id="cli-prefer-R1"]//date_expression',
    ],
  },
  {
    command: resource.ban('R1', { node: 'n2' }),
    then: ['//rsc_location[@id="cli-ban-R1-on-n2" and @score="-INFINITY" and @node="n2"]'],
  },
  { command: resource.clear('R2'), then: ['not(//*[@id="cli-ban-R2-on-n1"])'] },
  {
    command: resource.clone('R1', { id: 'R1s', meta: { interleave: true } }),
    then: ['//clone[@id="R1s"]/primitive[@id="R1"]', meta('R1s', 'interleave', 'true')],
  },
  {
    command: resource.promotable('G', { meta: { 'promoted-max': 2 }, force: true }),
    then: [meta('G-clone', 'promotable', 'true'), meta('G-clone', 'promoted-max', '2')],
  },
  { command: resource.unclone('C-clone'), then: ['//resources/primitive[@id="C"]', 'not(//clone)'] },
  { command: resource.ungroup('G'), then: ['not(//group)', '//resources/primitive[@id="G1"]'] },
  {
    command: resource.group.add('H', ['R1', 'R2']),
    then: ['//group[@id="H"]/primitive[1][@id="R1"]', '//group[@id="H"]/primitive[2][@id="R2"]'],
  },
  { command: resource.group.add('G', 'Off', { after: 'G1' }), then: ['//group[@id="G"]/primitive[2][@id="Off"]'] },
  {
    command: resource.group.delete('G', ['G1']),
    then: ['//resources/primitive[@id="G1"]', '//group[@id="G"]/primitive[@id="G2"]'],
  },
  {
    command: resource.bundle.create(
      'B2',
      { type: 'podman', image: 'nginx', replicas: 2 },
      {
        network: { 'ip-range-start': '10.0.0.20' },
        portMap: [{ port: 81 }, { port: 82 }],
        storageMap: [{ 'source-dir': '/a b', 'target-dir': '/t' }],
        meta: { 'is-managed': false },
        disabled: true,
      },
    ),
    then: [
      '//bundle[@id="B2"]/podman[@image="nginx" and @replicas="2"]',
      '//bundle[@id="B2"]//port-mapping[@port="82"]',
      '//bundle[@id="B2"]//storage-mapping[@source-dir="/a b"]',
      meta('B2', 'target-role', 'Stopped'),
    ],
  },
  {
    command: resource.bundle.reset('B', { image: 'new' }, { network: { 'ip-range-start': '10.0.0.30' } }),
    then: ['//bundle[@id="B"]/docker[@image="new"]', 'not(//bundle[@id="B"]//port-mapping)'],
  },
  {
    command: resource.bundle.update('B', {
      container: { image: 'new' },
      network: { 'host-interface': 'eth0' },
      portMap: { add: [{ port: 8080 }], delete: ['B-port-map-80'] },
      meta: { 'is-managed': false },
    }),
    then: [
      '//bundle[@id="B"]/docker[@image="new"]',
      '//bundle[@id="B"]//port-mapping[@port="8080"]',
      'not(//*[@id="B-port-map-80"])',
      '//bundle[@id="B"]/network[@host-interface="eth0"]',
    ],
  },
  { command: resource.meta('C-clone', { interleave: true }), then: [meta('C-clone', 'interleave', 'true')] },
  {
    command: resource.op.add('R1', 'monitor', { interval: '44s', timeout: '9s' }, { force: true }),
    then: ['//*[@id="R1"]//op[@name="monitor" and @interval="44s" and @timeout="9s"]'],
  },
  {
    command: resource.op.delete('R1', 'monitor', { interval: '10s', timeout: '20s' }),
    then: ['not(//*[@id="R1"]//op)'],
  },
  { command: resource.op.deleteById('R1-monitor-interval-10s'), then: ['not(//*[@id="R1"]//op)'] },
  {
    command: resource.op.defaults.update({ timeout: '60s' }),
    then: ['//op_defaults//nvpair[@name="timeout" and @value="60s"]'],
  },
  {
    command: resource.op.defaults.set.create({
      id: 'opset',
      score: 5,
      meta: { timeout: '99s' },
      rule: { and: [{ resource: '::Dummy' }, { operation: 'monitor', interval: '10s' }] },
    }),
    then: [
      '//op_defaults/meta_attributes[@id="opset" and @score="5"]/nvpair[@value="99s"]',
      '//op_defaults//rule/rsc_expression[@type="Dummy"]',
      '//op_defaults//rule/op_expression[@name="monitor" and @interval="10s"]',
    ],
  },
  {
    command: resource.op.defaults.set.update('op-set', { timeout: null, 'on-fail': 'block' }),
    then: ['not(//op_defaults//nvpair[@name="timeout"])', '//op_defaults//nvpair[@value="block"]'],
  },
  { command: resource.op.defaults.set.delete('op-set'), then: ['not(//*[@id="op-set"])'] },
  {
    command: resource.defaults.update({ 'resource-stickiness': 100 }),
    then: ['//rsc_defaults//nvpair[@name="resource-stickiness" and @value="100"]'],
  },
  {
    command: resource.defaults.set.create({ id: 's', meta: { 'resource-stickiness': 1 } }),
    then: ['//rsc_defaults/meta_attributes[@id="s"]/nvpair[@value="1"]'],
  },
  {
    command: resource.defaults.set.update('rsc-set', { 'migration-threshold': 9 }),
    then: ['//rsc_defaults//nvpair[@value="9"]'],
  },
  { command: resource.defaults.set.delete('rsc-set'), then: ['not(//*[@id="rsc-set"])'] },
  { command: resource.manage('Off'), then: ['not(//*[@id="Off"]//nvpair[@name="is-managed"])'] },
  {
    command: resource.unmanage('R1', { monitor: true }),
    then: [meta('R1', 'is-managed', 'false'), '//*[@id="R1"]//op[@enabled="false"]'],
  },
  {
    command: resource.utilization('R1', { cpu: 2 }),
    then: ['//*[@id="R1"]/utilization/nvpair[@name="cpu" and @value="2"]'],
  },
  // stonith
  {
    command: stonith.create(
      'fence_raspi',
      'fence_ipmilan',
      { ip: '1.2.3.4', username: 'u', pcmk_host_list: 'raspberrypi-1 raspberrypi-2', pcmk_host_check: 'static-list' },
      { meta: { 'resource-stickiness': 1 } },
    ),
    then: [
      '//primitive[@id="fence_raspi" and @class="stonith" and @type="fence_ipmilan"]',
      option('fence_raspi', 'pcmk_host_list', 'raspberrypi-1 raspberrypi-2'),
      option('fence_raspi', 'pcmk_host_check', 'static-list'),
    ],
  },
  { command: stonith.delete('F1'), then: ['not(//primitive[@id="F1"])'] },
  { command: stonith.disable('F1'), then: [meta('F1', 'target-role', 'Stopped')] },
  { command: stonith.meta('F1', { 'target-role': 'Stopped' }), then: [meta('F1', 'target-role', 'Stopped')] },
  {
    command: stonith.op.add('F1', 'monitor', { interval: '44s' }, { force: true }),
    then: ['//*[@id="F1"]//op[@interval="44s"]'],
  },
  { command: stonith.op.delete('F1', 'monitor', { interval: '60s' }), then: ['not(//*[@id="F1"]//op)'] },
  { command: stonith.op.deleteById('F1-monitor-interval-60s'), then: ['not(//*[@id="F1"]//op)'] },
  {
    command: stonith.level.add(3, 'n1', ['F1', 'F2']),
    then: ['//fencing-level[@index="3" and @target="n1" and @devices="F1,F2"]'],
  },
  { command: stonith.level.add(3, { node: 'n2' }, 'F1'), then: ['//fencing-level[@index="3" and @target="n2"]'] },
  { command: stonith.level.add(1, { regexp: 'n[12]' }, 'F1'), then: ['//fencing-level[@target-pattern="n[12]"]'] },
  {
    command: stonith.level.add(1, { attribute: 'rack', value: 'a=b' }, 'F1'),
    then: ['//fencing-level[@target-attribute="rack" and @target-value="a=b"]'],
  },
  { command: stonith.level.delete(2), then: ['not(//fencing-level[@index="2"])'] },
  { command: stonith.level.delete(2, { target: 'n2' }), then: ['not(//fencing-level[@index="2"])'] },
  {
    command: stonith.level.delete(1, { target: 'n1', devices: ['F1'] }),
    then: ['not(//*[@id="fl-n1-1"])', '//*[@id="fl-n2-2"]'],
  },
  { command: stonith.level.clear({ target: 'n1' }), then: ['not(//*[@id="fl-n1-1"])', '//*[@id="fl-n2-2"]'] },
  { command: stonith.level.clear({ devices: ['F2'] }), then: ['//*[@id="fl-n1-1"]', 'not(//*[@id="fl-n2-2"])'] },
  { command: stonith.level.clear({ all: true }), then: ['not(//fencing-level)'] },
  // constraint
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
  // alert
  {
    command: alert.create('/usr/bin/false', {
      id: 'a2',
      description: 'what=ever it is',
      options: { debug: true },
      meta: { timeout: '5s' },
    }),
    then: [
      '//alert[@id="a2" and @path="/usr/bin/false" and @description="what=ever it is"]',
      option('a2', 'debug', 'true'),
      meta('a2', 'timeout', '5s'),
    ],
  },
  {
    command: alert.update('al', { path: '/bin/x', description: 'd', options: { a: 1 } }),
    then: ['//alert[@id="al" and @path="/bin/x" and @description="d"]'],
  },
  { command: alert.delete('al'), then: ['not(//alert)'] },
  {
    command: alert.recipient.add('al', 'a@b c', { id: 'r2', description: 'd', options: { x: 1 } }),
    then: ['//alert[@id="al"]/recipient[@id="r2" and @value="a@b c"]'],
  },
  {
    command: alert.recipient.update('al-recipient', { value: 'new', description: 'd' }),
    then: ['//recipient[@id="al-recipient" and @value="new" and @description="d"]'],
  },
  { command: alert.recipient.delete('al-recipient'), then: ['not(//recipient)'] },
  // tag
  { command: tag.create('t', ['R1', 'G']), then: ['//tag[@id="t"]/obj_ref[@id="G"]'] },
  {
    command: tag.update('both', { add: ['Off'], before: 'R2', remove: ['R1'] }),
    then: ['//tag[@id="both"]/obj_ref[1][@id="Off"]', 'count(//tag[@id="both"]/obj_ref)=2'],
  },
  { command: tag.update('both', { add: ['Off'], after: 'R1' }), then: ['//tag[@id="both"]/obj_ref[2][@id="Off"]'] },
  { command: tag.update('both', { add: ['Off'] }), then: ['//tag[@id="both"]/obj_ref[3][@id="Off"]'] },
  { command: tag.update('both', { remove: ['R1'] }), then: ['not(//tag/obj_ref[@id="R1"])'] },
  { command: tag.delete('both'), then: ['not(//tag)'] },
  // acl
  { command: acl.enable(), then: [prop('enable-acl', 'true'), '//crm_config'] },
  { command: acl.disable(), then: [prop('enable-acl', 'false')] },
  {
    command: acl.role.create('change', {
      description: 'a b',
      permissions: [
        { kind: 'write', xpath: '//*[@id="R1"]' },
        { kind: 'deny', id: 'F1' },
      ],
    }),
    then: [
      '//acl_role[@id="change" and @description="a b"]/acl_permission[@kind="write"]',
      '//acl_role[@id="change"]/acl_permission[@kind="deny" and @reference="F1"]',
    ],
  },
  { command: acl.role.delete('look'), then: ['not(//acl_role)', 'not(//acl_target[@id="bob"]/role)'] },
  { command: acl.role.assign('look', { user: 'alice' }), then: ['//acl_target[@id="alice"]/role[@id="look"]'] },
  { command: acl.role.assign('look', { group: 'ops' }), then: ['//acl_group[@id="ops"]/role[@id="look"]'] },
  { command: acl.role.unassign('look', { user: 'bob' }), then: ['not(//acl_target[@id="bob"]/role)'] },
  { command: acl.user.create('carol', ['look']), then: ['//acl_target[@id="carol"]/role[@id="look"]'] },
  { command: acl.user.delete('alice'), then: ['not(//acl_target[@id="alice"])'] },
  { command: acl.group.create('devs'), then: ['//acl_group[@id="devs"]'] },
  { command: acl.group.delete('ops'), then: ['not(//acl_group)'] },
  {
    command: acl.permission.add('look', [{ kind: 'deny', xpath: '//status' }]),
    then: ['//acl_role[@id="look"]/acl_permission[@kind="deny" and @xpath="//status"]'],
  },
  { command: acl.permission.delete('look-read'), then: ['not(//acl_permission)'] },
];

/** A command that only looks, or does nothing here, when it runs on a file. */
export const onFileUnchanged: readonly Command<unknown>[] = [
  cib.query(),
  cib.config(),
  stonith.enable('F1'),
  stonith.level.verify(),
];

/** A command that needs daemons: the exact words it becomes in pcs 0.11. */
export const live: readonly (readonly [Command<unknown>, string])[] = [
  [cluster.setup('c', ['a', 'b']), '-- cluster setup c a b'],
  [
    cluster.setup(
      'c',
      [
        { name: 'a', addresses: ['10.0.1.1', 'fe80::1'] },
        { name: 'b', addresses: ['10.0.1.2'] },
      ],
      {
        transport: {
          type: 'knet',
          options: { link_mode: 'passive' },
          links: [{ transport: 'udp' }, { mcastport: 5 }],
          compression: { model: 'zlib' },
          crypto: { cipher: 'aes256' },
        },
        totem: { token: 3000 },
        quorum: { wait_for_all: 1 },
        ...{ enable: true, start: true, wait: 60, noKeysSync: true, noClusterUuid: true, force: true },
      },
    ),
    '--enable --start --no-keys-sync --no-cluster-uuid --force --wait=60 -- cluster setup c a addr=10.0.1.1 addr=fe80::1 b ' +
      'addr=10.0.1.2 transport knet link_mode=passive link transport=udp link mcastport=5 compression model=zlib crypto ' +
      'cipher=aes256 totem token=3000 quorum wait_for_all=1',
  ],
  [cluster.auth({ password: 'x' }), '-u hacluster -- cluster auth'],
  [cluster.start(), '-- cluster start'],
  [
    cluster.start({ all: true }, { wait: 90, requestTimeout: 30 }),
    '--all --request-timeout=30 --wait=90 -- cluster start',
  ],
  [cluster.stop(['a', 'b'], { force: true }), '--force -- cluster stop a b'],
  [cluster.enable('a'), '-- cluster enable a'],
  [cluster.disable({ all: true }), '--all -- cluster disable'],
  [cluster.kill(), '-- cluster kill'],
  [cluster.destroy({ all: true }), '--all -- cluster destroy'],
  [cluster.name(), '-- cluster corosync'],
  [cluster.corosync('b'), '-- cluster corosync b'],
  [cluster.sync(), '-- cluster sync corosync'],
  [cluster.reload(), '-- cluster reload corosync'],
  [cluster.rename('d'), '-- cluster rename d'],
  [cluster.node.renameCorosync('a', 'b', { skipOffline: true }), '--skip-offline -- cluster node rename-corosync a b'],
  [cluster.node.renameCib('a', 'b'), '-- cluster node rename-cib a b'],
  [property.defaults(), '--full -- property defaults'],
  [property.defaults('stonith-enabled'), '-- property defaults stonith-enabled'],
  [property.describe(), '--output-format=json -- property describe'],
  [cib.element.description('R1'), '-- cib element description R1'],
  [cib.element.setDescription('1', 'top shelf'), '-- cib element description 1 top shelf'],
  [resource.description('R1'), '-- resource description R1'],
  [resource.setDescription('R1', ''), '-- resource description R1 '],
  [stonith.description('F1'), '-- stonith description F1'],
  [stonith.setDescription('F1', 'wire'), '-- stonith description F1 wire'],
  [
    resource.create('N', 'ocf:x:y', { a: 1 }, { future: true, group: 'G', after: 'H', disabled: true }),
    '--future --disabled -- resource create N ocf:x:y a=1 group G after H',
  ],
  [
    resource.create('N', 'ocf:x:y', {}, { future: true, clone: { id: 'C', meta: { interleave: true } } }),
    '--future -- resource create N ocf:x:y clone C meta interleave=true',
  ],
  [cluster.verify({ full: true }), '--full -- cluster verify'],
  [cluster.cibUpgrade(), '-- cluster cib-upgrade'],
  [
    cluster.report('/tmp/r', { from: '2026-1-1 0:0:0', to: '2026-1-2 0:0:0', overwrite: true }),
    '--from=2026-1-1 0:0:0 --to=2026-1-2 0:0:0 --force -- cluster report /tmp/r',
  ],
  [cluster.report('/tmp/r'), '-- cluster report /tmp/r'],
  [
    cluster.config.update({
      totem: { token: null },
      transport: { link_mode: 'active' },
      crypto: { hash: 'none' },
      compression: { level: 3 },
    }),
    '-- cluster config update transport link_mode=active compression level=3 crypto hash=none totem token=',
  ],
  [cluster.config.uuidGenerate({ force: true }), '--force -- cluster config uuid generate'],
  [cluster.authkey('/root/key'), '-- cluster authkey corosync /root/key'],
  [cluster.authkey(), '-- cluster authkey corosync'],
  [cluster.node.add('d'), '-- cluster node add d'],
  [cluster.node.addRemote('r'), '-- cluster node add-remote r'],
  [
    cluster.setup('c', ['a'], { corosyncConf: '/tmp/corosync.conf' }),
    '--corosync_conf=/tmp/corosync.conf -- cluster setup c a',
  ],
  [
    cluster.config.uuidGenerate({ corosyncConf: '/tmp/corosync.conf' }),
    '--corosync_conf=/tmp/corosync.conf -- cluster config uuid generate',
  ],
  [
    resource.create('N', 'ocf:pacemaker:Dummy', {}, { group: 'G', before: 'G2', future: true }),
    '--future -- resource create N ocf:pacemaker:Dummy group G before G2',
  ],
  [
    cluster.node.add('c', {
      addresses: ['10.0.0.3'],
      watchdog: '/dev/watchdog',
      devices: ['/dev/sda'],
      start: true,
      wait: 5,
      enable: true,
      noWatchdogValidation: true,
      skipOffline: true,
    }),
    '--start --enable --no-watchdog-validation --skip-offline --wait=5 -- cluster node add c addr=10.0.0.3 watchdog=/dev/watchdog device=/dev/sda',
  ],
  [cluster.node.remove('c'), '-- cluster node remove c'],
  [
    cluster.node.addRemote('r', { address: '10.0.0.9', options: { port: 3121 } }),
    '-- cluster node add-remote r 10.0.0.9 port=3121',
  ],
  [cluster.node.removeRemote('r'), '-- cluster node remove-remote r'],
  [cluster.node.addGuest('g', 'R1', { options: { 'remote-port': 1 } }), '-- cluster node add-guest g R1 remote-port=1'],
  [cluster.node.removeGuest('g'), '-- cluster node remove-guest g'],
  [cluster.node.clear('gone'), '-- cluster node clear gone'],
  [
    cluster.link.add({ a: '10.2.0.1', b: '10.2.0.2' }, { options: { mcastport: 5 } }),
    '-- cluster link add a=10.2.0.1 b=10.2.0.2 options mcastport=5',
  ],
  [
    cluster.link.update(1, { addresses: { a: '10.2.0.9' }, options: { mcastport: null } }),
    '-- cluster link update 1 a=10.2.0.9 options mcastport=',
  ],
  [cluster.link.delete([0, 1]), '-- cluster link delete 0 1'],
  [cluster.uidgid.add({ uid: 'u', gid: 'g' }), '-- cluster uidgid add uid=u gid=g'],
  [cluster.uidgid.delete({ uid: 'u' }), '-- cluster uidgid delete uid=u'],
  [cib.push('/tmp/new', '/tmp/old', { wait: 9 }), '--wait=9 -- cluster cib-push /tmp/new diff-against=/tmp/old'],
  [
    host.auth(['a', { name: 'b', address: '10.0.0.2' }, { name: 'c', address: 'fe80::1', port: 2225 }], {
      password: 'x',
      requestTimeout: 5,
    }),
    '-u hacluster --request-timeout=5 -- host auth a b addr=10.0.0.2 c addr=[fe80::1]:2225',
  ],
  [host.deauth(['a']), '-- host deauth a'],
  [host.deauth({ all: true }), '-- host deauth'],
  [client.localAuth({ username: 'me', password: 'x', port: 2224 }), '-u me -- client local-auth 2224'],
  [
    resource.move('R1', { node: 'n2', wait: 30, strict: true, promoted: true }),
    '--promoted --strict --wait=30 -- resource move R1 n2',
  ],
  [resource.restart('R1', { node: 'n1' }), '--wait=60 -- resource restart R1 n1'],
  [
    resource.cleanup('R1', { node: 'n1', operation: 'monitor', interval: '10s', strict: true }),
    '--strict -- resource cleanup R1 node=n1 operation=monitor interval=10s',
  ],
  [resource.cleanup(), '-- resource cleanup'],
  [
    resource.refresh('R1', { node: 'n1', strict: true, force: true }),
    '--strict --force -- resource refresh R1 node=n1',
  ],
  [resource.disable('R1', { safe: 'loose', wait: 3 }), '--safe --no-strict --wait=3 -- resource disable R1'],
  [resource.simulateDisable('R1'), '--simulate --brief -- resource disable R1'],
  [resource.debug('start', 'R1', { full: true }), '--full -- resource debug-start R1'],
  [resource.debug('stop', 'R1'), '-- resource debug-stop R1'],
  [resource.debug('promote', 'R1'), '-- resource debug-promote R1'],
  [resource.debug('demote', 'R1'), '-- resource debug-demote R1'],
  [resource.debug('monitor', 'R1', { force: true }), '--force -- resource debug-monitor R1'],
  [resource.relocate.clear(), '-- resource relocate clear'],
  [resource.relocate.run('R1'), '-- resource relocate run R1'],
  [resource.relocate.dryRun('R1'), '-- resource relocate dry-run R1'],
  [stonith.fence('n1'), '-- stonith fence n1'],
  [stonith.fence('n1', { off: true }), '--off -- stonith fence n1'],
  [stonith.confirm('n1', { yes: true }), '--force -- stonith confirm n1'],
  [stonith.history.cleanup('n1'), '-- stonith history cleanup n1'],
  [stonith.history.cleanup(), '-- stonith history cleanup'],
  [stonith.history.update(), '-- stonith history update'],
  [stonith.cleanup('F1', { node: 'n1' }), '-- stonith cleanup F1 node=n1'],
  [stonith.refresh('F1', { strict: true }), '--strict -- stonith refresh F1'],
  [stonith.updateScsiDevices('F1', { set: ['/dev/sda'] }), '-- stonith update-scsi-devices F1 set /dev/sda'],
  [
    stonith.updateScsiDevices('F1', { add: ['/dev/sda'], delete: ['/dev/sdb'] }, { skipOffline: true }),
    '--skip-offline -- stonith update-scsi-devices F1 add /dev/sda delete /dev/sdb',
  ],
  [
    stonith.sbd.enable({
      watchdog: [{ path: '/dev/watchdog', node: 'n1' }],
      device: [{ path: '/dev/sda' }],
      options: { SBD_WATCHDOG_TIMEOUT: 10 },
      noWatchdogValidation: true,
    }),
    '--no-watchdog-validation -- stonith sbd enable watchdog=/dev/watchdog@n1 device=/dev/sda SBD_WATCHDOG_TIMEOUT=10',
  ],
  [stonith.sbd.disable(), '-- stonith sbd disable'],
  [
    stonith.sbd.deviceSetup(['/dev/sda'], { yes: true, timeouts: { 'watchdog-timeout': 5 } }),
    '--force -- stonith sbd device setup device=/dev/sda watchdog-timeout=5',
  ],
  [stonith.sbd.deviceMessage('/dev/sda', 'n1', 'test'), '-- stonith sbd device message /dev/sda n1 test'],
  [
    quorum.update({ autoTieBreaker: true, lastManStanding: false, lastManStandingWindow: 1000, waitForAll: null }),
    '-- quorum update auto_tie_breaker=1 last_man_standing=0 last_man_standing_window=1000 wait_for_all=',
  ],
  [quorum.expectedVotes(3), '-- quorum expected-votes 3'],
  [quorum.unblock({ yes: true }), '--force -- quorum unblock'],
  [
    quorum.device.add({ generic: { timeout: 10 }, model: { host: 'q', algorithm: 'lms' }, heuristics: { mode: 'on' } }),
    '-- quorum device add timeout=10 model net host=q algorithm=lms heuristics mode=on',
  ],
  [
    quorum.device.update({ generic: { timeout: null }, model: { algorithm: 'ffsplit' } }),
    '-- quorum device update timeout= model algorithm=ffsplit',
  ],
  [quorum.config(), '-- quorum config'],
  [quorum.device.status(), '-- quorum device status'],
  [quorum.device.status({ full: true }), '--full -- quorum device status'],
  [quorum.device.delete(), '-- quorum device delete'],
  [quorum.device.heuristicsDelete(), '-- quorum device heuristics delete'],
  [
    booth.setup(['10.0.0.1', '10.0.0.2'], ['10.0.0.3'], { name: 'b' }),
    '--name=b -- booth setup sites 10.0.0.1 10.0.0.2 arbitrators 10.0.0.3',
  ],
  [booth.destroy(), '-- booth destroy'],
  [booth.create('10.0.0.4'), '-- booth create ip 10.0.0.4'],
  [booth.delete(), '-- booth delete'],
  [booth.restart(), '-- booth restart'],
  [booth.ticket.add('T', { options: { expire: 600 } }), '-- booth ticket add T expire=600'],
  [booth.ticket.delete('T'), '-- booth ticket delete T'],
  [booth.ticket.grant('T', { site: '10.0.0.1' }), '-- booth ticket grant T 10.0.0.1'],
  [booth.ticket.revoke('T'), '-- booth ticket revoke T'],
  [booth.ticket.cleanup('T'), '-- booth ticket cleanup T'],
  [booth.ticket.standby('T'), '-- booth ticket standby T'],
  [booth.ticket.unstandby('T'), '-- booth ticket unstandby T'],
  [booth.sync({ skipOffline: true }), '--skip-offline -- booth sync'],
  [booth.pull('n1'), '-- booth pull n1'],
  [booth.enable(), '-- booth enable'],
  [booth.disable(), '-- booth disable'],
  [booth.start(), '-- booth start'],
  [booth.stop(), '-- booth stop'],
  [dr.setRecoverySite('far'), '-- dr set-recovery-site far'],
  [dr.destroy(), '-- dr destroy'],
  [config.backup(), '-- config backup'],
  [config.restore(Buffer.from('BZh'), { local: true }), '--local -- config restore'],
  [config.checkpoint.restore(4), '-- config checkpoint restore 4'],
  [pcsd.certkey('/a', '/b', { force: true }), '--force -- pcsd certkey /a /b'],
  [pcsd.syncCertificates(), '-- pcsd sync-certificates'],
  [pcsd.deauth(['t']), '-- pcsd deauth t'],
  [pcsd.deauth({ all: true }), '-- pcsd deauth'],
];

/** Commands of pcs that this package leaves out, and why. `docs/commands.md` tells users the same. */
export const leftOut: Readonly<Record<string, string>> = {
  'cluster cib': 'cib.query reads it ten times faster',
  'cluster edit': 'opens an editor',
  'cluster status': 'text for people; status() is typed',
  'booth config': 'text for people',
  'booth status': 'text for people',
  'config checkpoint diff': 'text for people',
  'config checkpoint view': 'text for people',
  'constraint ref': 'text for people; cib.config() is typed',
  'dr config': 'text for people',
  'dr status': 'text for people',
  'pcsd status': 'text for people',
  qdevice: 'belongs on the machine of the quorum device, not in a cluster',
  'resource agents': 'a list for people; describe() tells of one agent',
  'resource config': 'cib.config() is typed and holds for all versions',
  'resource failcount': 'status().nodeHistory has the counts',
  'resource group list': 'cib.config() is typed',
  'resource list': 'a list for people; describe() tells of one agent',
  'resource providers': 'a list for people',
  'resource relations': 'a tree for people; cib.config() has the constraints',
  'resource relocate show': 'text for people',
  'resource safe-disable': 'resource.disable with safe',
  'resource standards': 'a list for people',
  status: 'text for people; status() and quorum.status() are typed',
  'stonith config': 'cib.config() is typed and holds for all versions',
  'stonith defaults': 'an alias of resource defaults',
  'stonith failcount': 'status().nodeHistory has the counts',
  'stonith list': 'a list for people; describe() tells of one agent',
  'stonith op defaults': 'an alias of resource op defaults',
  'stonith sbd config': 'text for people',
  'stonith sbd status': 'text for people',
  'stonith sbd watchdog': 'may reset the machine it runs on at once',
};

// The commands of resources, on a file.
import { commands } from '../../src/index.js';
import { meta, option, type OnFile } from './on-file.js';

const { resource, stonith } = commands;

export const resources: readonly OnFile[] = [
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
];

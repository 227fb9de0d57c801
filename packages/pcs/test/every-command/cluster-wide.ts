// The commands of what concerns the cluster as a whole, on a file: nodes, properties, alerts, tags and ACLs.
import { commands } from '../../src/index.js';
import { meta, option, prop, type OnFile } from './on-file.js';

const { acl, alert, node, property, tag } = commands;

export const clusterWide: readonly OnFile[] = [
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

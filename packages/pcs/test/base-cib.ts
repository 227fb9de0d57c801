// A CIB with one of everything that a command may name.
const meta = (id: string) => `<meta_attributes id="${id}-meta_attributes"/>`;
const primitive = (id: string) =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"><operations>` +
  `<op name="monitor" interval="10s" timeout="20s" id="${id}-monitor-interval-10s"/></operations></primitive>`;
const stonith = (id: string) =>
  `<primitive id="${id}" class="stonith" type="fence_ipmilan"><instance_attributes id="${id}-instance_attributes">` +
  `<nvpair id="${id}-instance_attributes-ip" name="ip" value="10.0.0.1"/>` +
  `<nvpair id="${id}-instance_attributes-username" name="username" value="a"/></instance_attributes><operations>` +
  `<op name="monitor" interval="60s" id="${id}-monitor-interval-60s"/></operations></primitive>`;

export const BASE_CIB =
  '<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0"><configuration>' +
  '<crm_config><cluster_property_set id="cib-bootstrap-options">' +
  '<nvpair id="cib-bootstrap-options-cluster-infrastructure" name="cluster-infrastructure" value="corosync"/>' +
  '<nvpair id="cib-bootstrap-options-batch-limit" name="batch-limit" value="3"/>' +
  '<nvpair id="cib-bootstrap-options-enable-acl" name="enable-acl" value="true"/>' +
  '</cluster_property_set></crm_config>' +
  '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"><instance_attributes id="nodes-2">' +
  '<nvpair id="nodes-2-standby" name="standby" value="on"/><nvpair id="nodes-2-maintenance" name="maintenance" value="true"/>' +
  '</instance_attributes></node></nodes><resources>' +
  primitive('R1') +
  primitive('R2') +
  `<group id="G">${primitive('G1')}${primitive('G2')}${meta('G')}</group>` +
  `<clone id="C-clone">${primitive('C')}${meta('C-clone')}</clone>` +
  '<primitive id="Off" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id="Off-meta_attributes">' +
  '<nvpair id="Off-meta_attributes-target-role" name="target-role" value="Stopped"/>' +
  '<nvpair id="Off-meta_attributes-is-managed" name="is-managed" value="false"/></meta_attributes></primitive>' +
  '<bundle id="B"><docker image="httpd"/><network ip-range-start="10.0.0.9"><port-mapping id="B-port-map-80" port="80"/>' +
  '</network></bundle>' +
  stonith('F1') +
  stonith('F2') +
  '</resources><constraints>' +
  '<rsc_location id="loc-old" rsc="R1" node="n1" score="1"/>' +
  '<rsc_location id="cli-ban-R2-on-n1" rsc="R2" role="Started" node="n1" score="-INFINITY"/>' +
  '<rsc_location id="loc-rule" rsc="R2"><rule id="loc-rule-rule" score="1" boolean-op="and">' +
  '<expression id="loc-rule-rule-expr" attribute="a" operation="defined"/></rule></rsc_location>' +
  '<rsc_order id="order-old" first="R1" then="R2" kind="Mandatory"/>' +
  '<rsc_colocation id="colo-old" rsc="R2" with-rsc="R1" score="INFINITY"/>' +
  '<rsc_ticket id="ticket-old" ticket="T" rsc="R1"/>' +
  '</constraints>' +
  '<fencing-topology><fencing-level id="fl-n1-1" target="n1" index="1" devices="F1"/>' +
  '<fencing-level id="fl-n2-2" target="n2" index="2" devices="F2"/></fencing-topology>' +
  '<rsc_defaults><meta_attributes id="rsc-set"><nvpair id="rsc-set-migration-threshold" name="migration-threshold" value="3"/>' +
  '</meta_attributes></rsc_defaults>' +
  '<op_defaults><meta_attributes id="op-set"><nvpair id="op-set-timeout" name="timeout" value="30s"/></meta_attributes></op_defaults>' +
  '<tags><tag id="both"><obj_ref id="R1"/><obj_ref id="R2"/></tag></tags>' +
  '<alerts><alert id="al" path="/usr/bin/true"><recipient id="al-recipient" value="someone"/></alert></alerts>' +
  '<acls><acl_target id="alice"/><acl_target id="bob"><role id="look"/></acl_target><acl_group id="ops"/>' +
  '<acl_role id="look"><acl_permission id="look-read" kind="read" xpath="//cib"/></acl_role></acls>' +
  '</configuration><status/></cib>';

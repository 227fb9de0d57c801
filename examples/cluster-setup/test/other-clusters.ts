// Clusters as other people write them: by crmsh, pcs, puppet, Ansible and by hand. Each says what a sound cluster says, in words of
// its own; or has one fault.

/** The parts of a cluster, as XML; what is left out is as in the plainest sound one. */
export interface ClusterText {
  /** `name=value` of cib-bootstrap-options. */
  readonly properties?: string;
  /** Instead of the properties, or besides them. */
  readonly propertySets?: string;
  readonly nodes?: string;
  readonly fences?: string;
  readonly services?: string;
  readonly constraints?: string;
  readonly topology?: string;
  readonly tags?: string;
  readonly defaults?: string;
  readonly operationDefaults?: string;
  readonly names?: readonly string[];
  /** corosync.conf. */
  readonly corosync?: string;
  /** The name of the host that doctor runs on. */
  readonly host?: string;
}

const [one, two] = ['raspberrypi-1', 'raspberrypi-2'] as const;

/** `name=value name=value` as pairs; a value with spaces in quotes. */
export function pairs(set: string, text: string): string {
  return [...text.matchAll(/([\w-]+)=(?:"([^"]*)"|(\S+))/g)]
    .map(
      ([, name = '', quoted, bare]) => `<nvpair id="${set}-${name}" name="${name}" value="${quoted ?? bare ?? ''}"/>`,
    )
    .join('');
}

const attributes = (kind: 'instance' | 'meta', id: string, text: string) =>
  text === '' ? '' : `<${kind}_attributes id="${id}-${kind}">${pairs(`${id}-${kind}`, text)}</${kind}_attributes>`;

/** A primitive: `ocf:heartbeat:IPaddr2`, its options and meta attributes. */
export function primitive(id: string, agent: string, options = '', meta = ''): string {
  const [standard = '', ...rest] = agent.split(':');
  const [type, provider] = rest.reverse();
  const name = `class="${standard}"${provider === undefined ? '' : ` provider="${provider}"`} type="${type ?? ''}"`;
  return (
    `<primitive id="${id}" ${name}>${attributes('meta', id, meta)}${attributes('instance', id, options)}` +
    `<operations><op id="${id}-monitor" name="monitor" interval="60s" timeout="60s"/></operations></primitive>`
  );
}

/** A device of ours for one node. */
export const wire = (target: string, more = '', meta = '') =>
  primitive(
    `fence_${target}`,
    'stonith:fence_sleepi3',
    `pcmk_host_list=${target} pcmk_host_check=static-list ${more}`,
    meta,
  );

export const ban = (resource: string, node: string) =>
  `<rsc_location id="${resource}-not-on-${node}" rsc="${resource}" node="${node}" score="-INFINITY"/>`;

export const clone = (id: string, inner: string, meta = 'interleave=true') =>
  `<clone id="${id}">${attributes('meta', id, meta)}${inner}</clone>`;

export const group = (id: string, ...members: readonly string[]) => `<group id="${id}">${members.join('')}</group>`;

/** What a location constraint says under a condition on a node attribute. */
export const ruled = (
  id: string,
  resource: string,
  score: string,
  attribute: string,
  operation: string,
  value: string,
) =>
  `<rsc_location id="${id}" ${resource}><rule id="${id}-r" score="${score}">` +
  `<expression id="${id}-e" attribute="${attribute}" operation="${operation}" value="${value}"/></rule></rsc_location>`;

export const set = (id: string, ids: readonly string[], more = '') =>
  `<resource_set id="${id}"${more === '' ? '' : ` ${more}`}>${ids.map((ref) => `<resource_ref id="${ref}"/>`).join('')}</resource_set>`;

export const web = primitive('web', 'ocf:heartbeat:docker', 'image=httpd name=web run_opts="--init -p 80:80"');
export const vip = primitive('VIP', 'ocf:heartbeat:IPaddr2', 'ip=192.168.11.215 cidr_netmask=24');
export const bans = ban(`fence_${one}`, one) + ban(`fence_${two}`, two);
export const wires = wire(one, 'pcmk_delay_base=3s') + wire(two);
export const beside = '<rsc_colocation id="beside" rsc="VIP" with-rsc="web-clone" score="INFINITY"/>';
export const after = '<rsc_order id="after" first="web-clone" then="VIP" kind="Mandatory"/>';

export function corosyncConf(names: readonly (string | undefined)[], quorum = 'two_node: 1'): string {
  const node = (name: string | undefined, index: number) => {
    const own = name === undefined ? '' : `    name: ${name}\n`;
    return `  node {\n    ring0_addr: 192.168.11.${211 + index}\n    nodeid: ${index + 1}\n${own}  }\n`;
  };
  const nodes = names.map(node);
  return (
    `totem {\n  version: 2\n  cluster_name: mine\n  transport: knet\n}\n\nnodelist {\n${nodes.join('')}}\n\n` +
    `quorum {\n  provider: corosync_votequorum\n  ${quorum}\n}\n`
  );
}

/** The CIB with all members up and nothing started yet. */
export function cibOf(cluster: ClusterText): string {
  const {
    names = [one, two],
    properties = 'stonith-enabled=true',
    propertySets = '',
    nodes = [...names].map((name, index) => `<node id="${index + 1}" uname="${name}"/>`).join(''),
    fences = wires,
    services = clone('web-clone', web) + vip,
    constraints = bans + beside + after,
    topology = '',
    tags = '',
    defaults = attributes('meta', 'rsc-options', 'resource-stickiness=100'),
    operationDefaults = '',
  } = cluster;
  const states = [...names].map(
    (name, index) =>
      `<node_state id="${index + 1}" uname="${name}" in_ccm="true" crmd="online" crm-debug-origin="x" join="member" expected="member"/>`,
  );
  return (
    '<cib admin_epoch="0" epoch="1" num_updates="0" validate-with="pacemaker-3.7" crm_feature_set="3.16.1" have-quorum="1" dc-uuid="1">' +
    `<configuration><crm_config><cluster_property_set id="cib-bootstrap-options">${pairs('p', properties)}` +
    `</cluster_property_set>${propertySets}</crm_config><nodes>${nodes}</nodes><resources>${fences}${services}</resources>` +
    `<constraints>${constraints}</constraints>${topology === '' ? '' : `<fencing-topology>${topology}</fencing-topology>`}` +
    `${tags === '' ? '' : `<tags>${tags}</tags>`}<rsc_defaults>${defaults}</rsc_defaults>` +
    (operationDefaults === '' ? '' : `<op_defaults>${operationDefaults}</op_defaults>`) +
    `</configuration><status>${states.join('')}</status></cib>`
  );
}

export const three = [one, two, 'raspberrypi-3'] as const;
/** Three in a ring: each fenced by the one before it, which alone may run the device. */
export const ring: ClusterText = {
  names: three,
  fences: three.map((node) => wire(node, `peer=${node}`)).join(''),
  constraints:
    three
      .flatMap((node, place) =>
        three.filter((other) => other !== three.at(place - 1)).map((other) => ban(`fence_${node}`, other)),
      )
      .join('') +
    beside +
    after,
  corosync: corosyncConf(three, 'expected_votes: 3'),
};

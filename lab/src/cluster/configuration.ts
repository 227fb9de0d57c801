// The cluster of the guests, ready made: corosync.conf and the CIB as `pcs` would have left them.
import { containerImage } from '../image/container.js';
import { identities, type MachineIdentity, ringIdentities } from '../machine/qemu-arguments.js';
import { labAddress } from '../network/network.js';

/** How the service is laid out. */
export type Layout =
  /** The container runs on both nodes, the VIP moves between them: the hot standby. */
  | 'hot-standby'
  /** The container runs where the VIP is. */
  | 'active-passive';

/** What fences. */
export type Fencing =
  /** fence_sleepi3 of this project: one device per target, arbitration by wire. */
  | 'sdk'
  /** The agent and the settings of the article: one device for both nodes, no-quorum-policy=ignore. */
  | 'article';

export interface ClusterOptions {
  readonly layout: Layout;
  readonly fencing: Fencing;
  /** When the other node takes over; `at-once` is cluster-setup's option of that name, with its price in a split. */
  readonly takeover?: 'after-fencing' | 'at-once';
  /** A third vote by corosync-qnetd on this side of the network, as cluster-setup's option of that name. */
  readonly device?: true;
  /** Three machines, each fenced by the one before it, with a majority of votes; by default two. */
  readonly ring?: true;
  /** A second means of fencing behind the wire: a switched socket, which the lab plays. */
  readonly second?: true;
  /** corosync's totem token, ms, as cluster-setup's option of that name; corosync's own without. */
  readonly token?: number;
}

/** The address the service is reached at: the article's. */
export const virtualAddress = '192.168.11.215';
export const clusterName = 'apachecluster';

/** Resource ids, as the article names them. */
export const resources = { container: 'Apache_container', vip: 'VIP' } as const;
/** The id of the device that fences a node. */
export const fenceDevice = (node: string): string => `fence_${node}`;

/** The machines of a cluster. */
export const nodesOf = ({ ring }: Pick<ClusterOptions, 'ring'>): readonly MachineIdentity[] =>
  ring ? ringIdentities : identities;

/** corosync.conf as `pcs cluster setup` writes it. */
export function corosyncConf({ token, device, ring }: Pick<ClusterOptions, 'token' | 'device' | 'ring'>): string {
  const nodes = nodesOf({ ...(ring && { ring }) }).map(
    ({ name, number }) => `    node {
        ring0_addr: ${name}
        name: ${name}
        nodeid: ${number}
    }`,
  );
  return `totem {
    version: 2
    cluster_name: ${clusterName}
    transport: knet
    crypto_cipher: aes256
    crypto_hash: sha256
${token === undefined ? '' : `    token: ${token}\n`}}

nodelist {
${nodes.join('\n\n')}
}

quorum {
    provider: corosync_votequorum
${device ? deviceSection : ring ? '' : '    two_node: 1\n'}}

logging {
    to_logfile: yes
    logfile: /var/log/corosync/corosync.log
    to_syslog: yes
    timestamp: on
}
`;
}

/** As pcs writes it, but without certificates: the network is a namespace of its own. A tie goes to the first node. */
const deviceSection = `
    device {
        model: net
        votes: 1

        net {
            algorithm: ffsplit
            host: ${labAddress}
            tie_breaker: 1
            tls: off
        }
    }
`;

/**
 * The CIB: properties, resources, fence devices, constraints. Monitors are rarer than by default: at their usual pace they
 * are a third of the work of an emulated machine.
 */
export function cib(options: ClusterOptions): string {
  const { fencing } = options;
  const properties = {
    'stonith-enabled': 'true',
    'cluster-name': clusterName,
    // An emulated processor is busy all the time; Pacemaker is not to hold back for it.
    'load-threshold': '1000%',
    'node-action-limit': '8',
    ...(fencing === 'article' ? { 'no-quorum-policy': 'ignore' } : {}),
  };
  const machines = nodesOf(options);
  const nodes = machines.map(({ name, number }) => `<node id="${number}" uname="${name}"/>`);
  const stickiness = `<rsc_defaults>${attributes('meta_attributes', 'rsc-defaults', { 'resource-stickiness': '100' })}</rsc_defaults>`;
  return `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="10" num_updates="0" admin_epoch="0">
<configuration>
<crm_config>${attributes('cluster_property_set', 'cib-bootstrap-options', properties)}</crm_config>
<nodes>${nodes.join('')}</nodes>
<resources>${container(options)}${vip(options)}${fencing === 'sdk' ? machines.map((machine) => deviceOf(machine, options)).join('') : articleDevice}</resources>
<constraints>${serviceConstraints(options)}${fencing === 'sdk' ? machines.map((machine) => bansOf(machine, machines)).join('') : ''}</constraints>
${options.second ? `<fencing-topology>${machines.map(levelsOf).join('')}</fencing-topology>\n` : ''}${stickiness}
</configuration>
<status/>
</cib>
`;
}

/** What lets a resource start before the node that had it is known to be off. */
const requirement = (takeover: ClusterOptions['takeover']) => (takeover === 'at-once' ? { requires: 'quorum' } : {});

/** By the agent that cluster-setup takes, or by the article's. */
function container({ layout, fencing, takeover }: ClusterOptions): string {
  const { container: id } = resources;
  const provider = fencing === 'sdk' ? 'sleepi3' : 'heartbeat';
  // What serves goes before what looks after it, where the processor is too slow for both.
  const runOptions = '--init --cpu-shares 100000 -p 80:80';
  const parameters = { image: containerImage, name: 'httpd-test', run_opts: runOptions };
  const primitive = `<primitive id="${id}" class="ocf" provider="${provider}" type="docker">
${attributes('instance_attributes', `${id}-instance_attributes`, parameters)}${attributes('meta_attributes', `${id}-meta_attributes`, requirement(takeover))}
<operations>
<op id="${id}-monitor" name="monitor" interval="60s" timeout="120s"/>
<op id="${id}-start" name="start" interval="0s" timeout="300s"/>
<op id="${id}-stop" name="stop" interval="0s" timeout="120s"/>
</operations></primitive>`;
  if (layout === 'active-passive') return primitive;
  const meta = attributes('meta_attributes', `${id}-clone-meta_attributes`, { interleave: 'true' });
  return `<clone id="${id}-clone">${meta}${primitive}</clone>`;
}

/** The VIP; where it moves alone, Pacemaker can migrate it live, as cluster-setup makes it. */
function vip({ layout, fencing, takeover }: ClusterOptions): string {
  const { vip: id } = resources;
  const live = layout === 'hot-standby' && fencing === 'sdk';
  const meta = { ...requirement(takeover), ...(live && { 'allow-migrate': 'true' }) };
  const actions = ['start', 'stop', ...(live ? ['migrate_to', 'migrate_from'] : [])];
  return `<primitive id="${id}" class="ocf" provider="${live ? 'sleepi3' : 'heartbeat'}" type="IPaddr2">
${attributes('instance_attributes', `${id}-instance_attributes`, { cidr_netmask: '24', ip: virtualAddress })}${attributes('meta_attributes', `${id}-meta_attributes`, meta)}
<operations>
<op id="${id}-monitor" name="monitor" interval="30s" timeout="60s"/>
${actions.map((name) => `<op id="${id}-${name}" name="${name}" interval="0s" timeout="60s"/>\n`).join('')}</operations></primitive>`;
}

/** The container's id in constraints. */
const containerRole = (layout: Layout): string =>
  layout === 'hot-standby' ? `${resources.container}-clone` : resources.container;

/**
 * The VIP where the container runs; and, which the article leaves out, not before a clone does, and in the old place until the one
 * that moves along has stopped: as cluster-setup makes it.
 */
function serviceConstraints({ layout, fencing }: ClusterOptions): string {
  const { vip: id } = resources;
  const container = containerRole(layout);
  const colocation = `<rsc_colocation id="colocation-${id}-${container}-INFINITY" rsc="${id}" with-rsc="${container}" score="INFINITY"/>`;
  const order = `<rsc_order id="order-${container}-${id}-mandatory" first="${container}" first-action="start" then="${id}" then-action="start"/>`;
  const leaves = `<rsc_order id="${id}-leaves-after-${container}" first="${container}" first-action="stop" then="${id}" then-action="stop" kind="Optional" symmetrical="false"/>`;
  if (fencing === 'article') return colocation;
  return colocation + (layout === 'hot-standby' ? order : leaves);
}

/**
 * The device that fences a node; a moment later for the preferred one, so that it wins when both ask at once, which they cannot
 * where one side alone has quorum.
 */
function deviceOf({ name, number }: MachineIdentity, { device, ring, second }: ClusterOptions): string {
  const id = fenceDevice(name);
  const parameters = {
    plug: name,
    ...(ring && { peer: name }),
    pcmk_host_list: name,
    pcmk_host_check: 'static-list',
    pcmk_reboot_timeout: '60',
    pcmk_off_timeout: '60',
    pcmk_monitor_timeout: '120',
    pcmk_reboot_retries: '1',
    pcmk_off_retries: '1',
    ...(number === 1 && !device && !ring ? { pcmk_delay_base: '2s' } : {}),
  };
  const wire = stonith(id, attributes('instance_attributes', `${id}-instance_attributes`, parameters));
  if (!second) return wire;
  const other = socketDevice(name);
  const options = { pcmk_host_list: name, pcmk_host_check: 'static-list' };
  return wire + stonith(other, attributes('instance_attributes', `${other}-instance_attributes`, options), socketAgent);
}

/** The id of the second device for a node, as cluster-setup calls it. */
export const socketDevice = (node: string): string => `${fenceDevice(node)}_2`;
/** The agent of the switched socket; see `cluster/socket-agent.ts`. */
export const socketAgent = 'fence_lab_socket';

/** The wire first. */
const levelsOf = ({ name }: MachineIdentity): string =>
  [fenceDevice(name), socketDevice(name)]
    .map(
      (id, place) =>
        `<fencing-level id="fl-${name}-${place + 1}" target="${name}" index="${place + 1}" devices="${id}"/>`,
    )
    .join('');

/** No node runs the device that fences it; in a ring none but the one before, whose wire leads there. */
function bansOf({ name }: MachineIdentity, machines: readonly MachineIdentity[]): string {
  const place = machines.findIndex((machine) => machine.name === name);
  const shooter = machines.at(place - 1);
  return machines
    .filter((machine) => machine !== shooter)
    .map(
      (machine) =>
        `<rsc_location id="location-${fenceDevice(name)}-${machine.name}" rsc="${fenceDevice(name)}" node="${machine.name}" score="-INFINITY"/>`,
    )
    .join('');
}

const articleDevice = stonith(
  'fence_raspi',
  attributes('instance_attributes', 'fence_raspi-instance_attributes', {
    pcmk_host_list: identities.map(({ name }) => name).join(' '),
    pcmk_host_check: 'static-list',
  }),
);

/** A start that failed is tried again, as cluster-setup makes it. */
function stonith(id: string, parameters: string, agent = 'fence_sleepi3'): string {
  const meta = attributes('meta_attributes', `${id}-meta_attributes`, { 'failure-timeout': '120s' });
  return `<primitive id="${id}" class="stonith" type="${agent}">${parameters}${meta}
<operations>
<op id="${id}-monitor" name="monitor" interval="120s" timeout="120s"/>
<op id="${id}-start" name="start" interval="0s" timeout="120s"/>
</operations></primitive>`;
}

function attributes(element: string, id: string, values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).map(
    ([name, value]) => `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`,
  );
  return `<${element} id="${id}">${pairs.join('')}</${element}>`;
}

/** keepalived on both machines alike, with its default of one advertisement a second: who has the address keeps it. */
export const keepalivedConf = `vrrp_instance VIP {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    virtual_ipaddress {
        ${virtualAddress}/24
    }
}
`;

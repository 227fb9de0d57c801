// doctor on clusters that others made: it must call none of the sound ones broken, and find the one fault of the others.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeRunner } from '@sleepi3/pcs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { examine } from '../src/doctor/examine.js';
import {
  after,
  ban,
  bans,
  beside,
  cibOf,
  clone,
  type ClusterText,
  corosyncConf,
  group,
  pairs,
  primitive,
  ring,
  ruled,
  set,
  three,
  vip,
  web,
  wire,
  wires,
} from './other-clusters.js';
import { SoundNode } from './sound-node.js';

const [one, two] = ['raspberrypi-1', 'raspberrypi-2'] as const;
const full = ['raspberrypi-1.example.com', 'raspberrypi-2.example.com'] as const;
const capital = ['RASPBERRYPI-1', 'RASPBERRYPI-2'] as const;

const defaultsOf = (text: string, id = 'd') => `<meta_attributes id="${id}">${pairs(id, text)}</meta_attributes>`;
const ipmi = (target: string, more = '') =>
  primitive(`ipmi-${target}`, 'stonith:fence_ipmilan', `ip=10.0.0.9 username=x pcmk_host_list=${target} ${more}`);
/** One switch for both. */
const switchFor = (options: string, meta = '') =>
  primitive('pdu', 'stonith:fence_apc', `ip=10.0.0.9 username=x ${options}`, meta);
const dummy = (id: string, meta = '') => primitive(id, 'ocf:pacemaker:Dummy', '', meta);
const level = (target: string, index: number, devices: string) =>
  `<fencing-level id="fl-${target}-${index}" target="${target}" index="${index}" devices="${devices}"/>`;

const withoutBan = (node: string, other: string): ClusterText => ({
  ...ring,
  constraints: ring.constraints!.replace(ban(`fence_${node}`, other), ''),
});

const sound: Readonly<Record<string, ClusterText>> = {
  'a ring of three': ring,
  'the plainest of ours': {},
  'crmsh: a group, bans as rules': {
    services: group('g_web', vip, dummy('httpd')),
    constraints:
      ruled('l-1', `rsc="fence_${one}"`, '-INFINITY', '#uname', 'eq', one) +
      ruled('l-2', `rsc="fence_${two}"`, '-INFINITY', '#uname', 'eq', two),
  },
  'bans by a rule that says where instead': {
    constraints:
      ruled('l-1', `rsc="fence_${one}"`, '-INFINITY', '#uname', 'ne', two) +
      ruled('l-2', `rsc="fence_${two}"`, '-INFINITY', '#uname', 'ne', one) +
      beside +
      after,
  },
  'bans by a node attribute': {
    nodes:
      `<node id="1" uname="${one}"><instance_attributes id="n1">${pairs('n1', 'site=a')}</instance_attributes></node>` +
      `<node id="2" uname="${two}"><instance_attributes id="n2">${pairs('n2', 'site=b')}</instance_attributes></node>`,
    constraints:
      ruled('l-1', `rsc="fence_${one}"`, '-INFINITY', 'site', 'eq', 'a') +
      ruled('l-2', `rsc="fence_${two}"`, '-INFINITY', 'site', 'eq', 'b') +
      beside +
      after,
  },
  'bans by a pattern': {
    constraints:
      `<rsc_location id="l-1" rsc-pattern="^fence_.*-1$" node="${one}" score="-INFINITY"/>` +
      `<rsc_location id="l-2" rsc-pattern="^fence_.*-2$" node="${two}" score="-INFINITY"/>${beside}${after}`,
  },
  'bans by sets': {
    constraints:
      `<rsc_location id="l-1" node="${one}" score="-INFINITY">${set('s-1', [`fence_${one}`])}</rsc_location>` +
      `<rsc_location id="l-2" node="${two}" score="-INFINITY">${set('s-2', [`fence_${two}`])}</rsc_location>${beside}${after}`,
  },
  'opt-in': {
    properties: 'stonith-enabled=true symmetric-cluster=false',
    constraints:
      `<rsc_location id="o-1" rsc="fence_${one}" node="${two}" score="0"/>` +
      `<rsc_location id="o-2" rsc="fence_${two}" node="${one}" score="0"/>` +
      [one, two]
        .flatMap((node) =>
          ['web-clone', 'VIP'].map(
            (id) => `<rsc_location id="o-${id}-${node}" rsc="${id}" node="${node}" score="100"/>`,
          ),
        )
        .join('') +
      beside +
      after,
  },
  'opt-in by a capital False and the wires by rules': {
    properties: 'stonith-enabled=Yes symmetric-cluster=False',
    constraints:
      ruled('o-1', `rsc="fence_${one}"`, '100', '#uname', 'eq', two) +
      ruled('o-2', `rsc="fence_${two}"`, '100', '#uname', 'eq', one) +
      ruled('o-3', 'rsc="web-clone"', '10', '#uname', 'defined', 'x').replace(' value="x"', '') +
      ruled('o-4', 'rsc="VIP"', '10', '#uname', 'defined', 'x').replace(' value="x"', '') +
      beside +
      after,
  },
  'fence devices from a template': {
    fences:
      `<template id="wire" class="stonith" type="fence_sleepi3"><instance_attributes id="wire-ia">${pairs('wire-ia', 'pcmk_host_check=static-list hold=12')}</instance_attributes>` +
      '<operations><op id="wire-m" name="monitor" interval="60s"/></operations></template>' +
      [one, two]
        .map(
          (node, index) =>
            `<primitive id="fence_${node}" template="wire"><instance_attributes id="w-${node}">${pairs(`w-${node}`, `pcmk_host_list=${node}${index === 0 ? ' pcmk_delay_base=3s' : ''}`)}</instance_attributes></primitive>`,
        )
        .join(''),
  },
  'the delay in a map of nodes': {
    fences: [one, two].map((node) => wire(node, `pcmk_delay_base="${one}:3s;${two}:0s"`)).join(''),
  },
  'a delay by chance': { fences: wire(one, 'pcmk_delay_max=5s') + wire(two, 'pcmk_delay_max=5s') },
  'priority-fencing-delay': {
    properties: 'stonith-enabled=true priority-fencing-delay=10s',
    fences: wire(one) + wire(two),
    services: clone('web-clone', web) + primitive('VIP', 'ocf:heartbeat:IPaddr2', 'ip=192.168.11.215', 'priority=10'),
  },
  'a switch with a map of plugs': {
    fences: switchFor(`pcmk_host_map="${one}:1;${two}:2" pcmk_delay_max=5s`),
    constraints: beside + after,
  },
  'a switch that is asked for its plugs': { fences: switchFor('pcmk_delay_max=5s'), constraints: beside + after },
  'IPMI, one device for each node': {
    fences: ipmi(one, 'pcmk_delay_base=5') + ipmi(two),
    constraints: ban(`ipmi-${one}`, one) + ban(`ipmi-${two}`, two) + beside + after,
  },
  'IPMI that may run anywhere, as its makers have it': {
    fences: ipmi(one, 'pcmk_delay_base=PT5S') + ipmi(two),
    constraints: beside + after,
  },
  'two levels, the second a switch': {
    fences: wires + switchFor(`pcmk_host_map="${one}:1;${two}:2"`),
    topology: [one, two].map((node) => level(node, 1, `fence_${node}`) + level(node, 2, 'pdu')).join(''),
  },
  'two supplies, off and off': {
    fences: [one, two]
      .flatMap((node, index) =>
        ['a', 'b'].map((side) =>
          primitive(
            `${side}-${node}`,
            'stonith:fence_apc',
            `ip=10.0.0.${side === 'a' ? 8 : 9} username=x pcmk_host_list=${node}${index === 0 ? ' pcmk_delay_base=3s' : ''}`,
          ),
        ),
      )
      .join(''),
    constraints: beside + after,
    topology: [one, two].map((node) => level(node, 1, `a-${node},b-${node}`)).join(''),
  },
  'levels by a pattern': {
    topology: `<fencing-level id="p-1" target-pattern="-1$" index="1" devices="fence_${one}"/><fencing-level id="p-2" target-pattern="-2$" index="1" devices="fence_${two}"/>`,
  },
  'a spare device that is disabled': {
    fences: wires + switchFor(`pcmk_host_list="${one} ${two}"`, 'target-role=Stopped'),
  },
  'names in capitals in the devices': {
    fences: [one, two]
      .map((node, index) =>
        wire(node, index === 0 ? 'pcmk_delay_base=3s' : '').replace(`value="${node}"`, `value="${node.toUpperCase()}"`),
      )
      .join(''),
  },
  'names in capitals everywhere, the host in small letters': {
    names: capital,
    fences: wires.replaceAll('raspberrypi', 'RASPBERRYPI'),
    constraints: bans.replaceAll('raspberrypi', 'RASPBERRYPI') + beside + after,
    corosync: corosyncConf(capital),
  },
  'full names, the host with a short one': {
    names: full,
    fences: wire(full[0], 'pcmk_delay_base=3s') + wire(full[1]),
    constraints: ban(`fence_${full[0]}`, full[0]) + ban(`fence_${full[1]}`, full[1]) + beside + after,
    corosync: corosyncConf(full),
  },
  'no names in corosync.conf': { corosync: corosyncConf([undefined, undefined]) },
  'stickiness for one agent alone, by a rule': {
    defaults: `<meta_attributes id="d"><rule id="d-r" score="0"><rsc_expression id="d-e" class="ocf" provider="heartbeat" type="IPaddr2"/></rule>${pairs('d', 'resource-stickiness=100')}</meta_attributes>`,
  },
  'stickiness by the hour': {
    defaults:
      `<meta_attributes id="d" score="2"><rule id="d-r" score="0"><date_expression id="d-e" operation="date_spec"><date_spec id="d-s" hours="9-16"/></date_expression></rule>${pairs('d', 'resource-stickiness=INFINITY')}</meta_attributes>` +
      defaultsOf('resource-stickiness=0', 'd2'),
  },
  'stickiness with a sign, on the resource itself': {
    defaults: '',
    services:
      clone('web-clone', web) +
      primitive('VIP', 'ocf:heartbeat:IPaddr2', 'ip=192.168.11.215', 'resource-stickiness=+INFINITY'),
  },
  'stickiness on the group': {
    defaults: defaultsOf('resource-stickiness=0'),
    services: `<group id="g"><meta_attributes id="g-m">${pairs('g-m', 'resource-stickiness=200')}</meta_attributes>${web}${vip}</group>`,
    constraints: bans,
  },
  'VIP and container by sets': {
    constraints:
      `${bans}<rsc_colocation id="c" score="INFINITY">${set('c-1', ['VIP'])}${set('c-2', ['web-clone'])}</rsc_colocation>` +
      `<rsc_order id="o">${set('o-1', ['web-clone', 'VIP'], 'sequential="true"')}</rsc_order>`,
  },
  'the container beside the VIP, and after it': {
    services: web + vip,
    constraints: `${bans}<rsc_colocation id="c" rsc="web" with-rsc="VIP" score="INFINITY"/><rsc_order id="o" first="VIP" then="web"/>`,
  },
  'Docker run by the cluster': {
    services: clone('docker-clone', primitive('docker', 'systemd:docker')) + clone('web-clone', web) + vip,
    constraints: `${bans}${beside}${after}<rsc_order id="d" first="docker-clone" then="web-clone"/><rsc_colocation id="dc" rsc="web-clone" with-rsc="docker-clone" score="INFINITY"/>`,
  },
  'puppet: words in all spellings, two sets': {
    properties: 'no-quorum-policy=Stop stonith-enabled=1 startup-fencing=TRUE maintenance-mode=off',
    propertySets: `<cluster_property_set id="puppet">${pairs('pp', 'stonith-enabled=false no-quorum-policy=ignore')}</cluster_property_set>`,
  },
  'Ansible: defaults of operations, tags, a ban that is over': {
    operationDefaults: `<meta_attributes id="od">${pairs('od', 'timeout=120s')}</meta_attributes>`,
    tags: '<tag id="service"><obj_ref id="VIP"/><obj_ref id="web-clone"/></tag>',
    constraints:
      `${bans}${beside}${after}<rsc_location id="cli-ban-VIP-on-${one}" rsc="VIP" node="${one}" score="-INFINITY"/>`.replace(
        /<rsc_location id="cli-ban[^>]*>/,
        `<rsc_location id="cli-ban-VIP-on-${one}" rsc="VIP"><rule id="cb-r" score="-INFINITY" boolean-op="and"><expression id="cb-e" attribute="#uname" operation="eq" value="${one}" type="string"/><date_expression id="cb-d" operation="lt" end="2026-01-01T00:00:00Z"/></rule></rsc_location>`,
      ),
  },
  'a remote node and a service that has nothing to do with the VIP': {
    services: `${clone('web-clone', web)}${vip}${dummy('cron')}${primitive('far', 'ocf:pacemaker:remote', 'server=10.0.0.77', 'target-role=Stopped')}`,
  },
  'three nodes': {
    names: [one, two, 'raspberrypi-3'],
    fences: [one, two, 'raspberrypi-3'].map((node) => ipmi(node)).join(''),
    constraints: beside + after,
    corosync: corosyncConf([one, two, 'raspberrypi-3'], 'expected_votes: 3'),
  },
  'a promotable clone': {
    services: `${clone('db-clone', primitive('db', 'ocf:pacemaker:Stateful'), 'promotable=true')}${vip}`,
    constraints:
      `${bans}<rsc_colocation id="c" rsc="VIP" with-rsc="db-clone" with-rsc-role="Master" score="INFINITY"/>` +
      '<rsc_order id="o" first="db-clone" first-action="promote" then="VIP" then-action="start"/>',
  },
};

/** The one fault, and the check that finds it. */
const faulty: Readonly<
  Record<string, readonly [check: string, cluster: ClusterText, more?: (node: SoundNode) => void]>
> = {
  'a device of a ring that may run on its own target': ['fence-bans', withoutBan(two, two)],
  'a device of a ring that may run where its wire does not begin': ['fence-bans', withoutBan(two, 'raspberrypi-3')],
  'a device of a ring that may not run where its wire begins': [
    'fence-bans',
    {
      ...ring,
      corosync: corosyncConf(three, 'expected_votes: 3')
        .replace('nodeid: 1', 'nodeid: 9')
        .replace('nodeid: 2', 'nodeid: 1')
        .replace('nodeid: 9', 'nodeid: 2'),
    },
  ],
  'two_node among three': ['corosync', { ...ring, corosync: corosyncConf(three) }],
  'fencing off, in a word of three letters': ['stonith-enabled', { properties: 'stonith-enabled=Off' }],
  'fencing neither on nor off': ['stonith-enabled', { properties: 'stonith-enabled=ture' }],
  'no-quorum-policy with a capital letter': [
    'no-quorum-policy',
    { properties: 'stonith-enabled=true no-quorum-policy=Ignore' },
  ],
  'startup-fencing off': ['startup-fencing', { properties: 'stonith-enabled=true startup-fencing=No' }],
  'shutdown-lock on': ['modes', { properties: 'stonith-enabled=true shutdown-lock=y' }],
  'no device for a node': [
    'fence-devices',
    { fences: wire(one), constraints: ban(`fence_${one}`, one) + beside + after },
  ],
  'the only device for a node disabled': [
    'fence-devices',
    { fences: wire(one, 'pcmk_delay_base=3s') + wire(two, '', 'target-role=stopped') },
  ],
  'a misspelt host list': [
    'fence-devices',
    { fences: wire(one, 'pcmk_delay_base=3s') + wire(two).replace(`value="${two}"`, 'value="rasperrypi-2"') },
  ],
  'a map of plugs on a wire': [
    'fence-devices',
    {
      fences:
        wire(one, 'pcmk_delay_base=3s') + primitive(`fence_${two}`, 'stonith:fence_sleepi3', `pcmk_host_map=${two}:1`),
    },
  ],
  'one wire for both': [
    'fence-devices',
    {
      fences: primitive('fence_both', 'stonith:fence_sleepi3', `pcmk_host_list="${one},${two}" pcmk_delay_max=5`),
      constraints: beside + after,
    },
  ],
  'one wire for whoever asks': [
    'fence-devices',
    { fences: primitive('fence_both', 'stonith:fence_sleepi3', 'pcmk_delay_max=5'), constraints: beside + after },
  ],
  'a level that names a device which is not there': [
    'fence-devices',
    { topology: [one, two].map((node) => level(node, 1, `fence_${node}${node === two ? ',pdu' : ''}`)).join('') },
  ],
  'a wire that may run on its own target': ['fence-bans', { constraints: ban(`fence_${one}`, one) + beside + after }],
  'a wire that only prefers the other node': [
    'fence-bans',
    {
      constraints: `${ban(`fence_${one}`, one)}<rsc_location id="x" rsc="fence_${two}" node="${one}" score="1000"/>${beside}${after}`,
    },
  ],
  'opt-in that lets a wire onto its own target': [
    'fence-bans',
    {
      properties: 'stonith-enabled=true symmetric-cluster=no',
      constraints:
        [one, two]
          .map((node) => `<rsc_location id="a-${node}" rsc="fence_${one}" node="${node}" score="1"/>`)
          .join('') +
        `<rsc_location id="b" rsc="fence_${two}" node="${one}" score="1"/>` +
        [one, two]
          .flatMap((node) =>
            ['web-clone', 'VIP'].map(
              (id) => `<rsc_location id="c-${id}-${node}" rsc="${id}" node="${node}" score="1"/>`,
            ),
          )
          .join('') +
        beside +
        after,
    },
  ],
  'no delay': ['fence-delays', { fences: wire(one) + wire(two) }],
  'the same delay for both': [
    'fence-delays',
    { fences: wire(one, 'pcmk_delay_base=3') + wire(two, 'pcmk_delay_base=PT3S') },
  ],
  'a map of delays that says the same for both': [
    'fence-delays',
    { fences: [one, two].map((node) => wire(node, `pcmk_delay_base="${one}:2s;${two}:2"`)).join('') },
  ],
  'priority-fencing-delay without priorities': [
    'fence-delays',
    { properties: 'stonith-enabled=true priority-fencing-delay=10', fences: wire(one) + wire(two) },
  ],
  'a fencing that is killed too soon': [
    'fence-timeouts',
    { fences: wire(one, 'pcmk_delay_base=3s') + wire(two, 'pcmk_off_timeout=20s') },
  ],
  'a cluster that kills every fencing too soon': [
    'fence-timeouts',
    { properties: 'stonith-enabled=true stonith-timeout=15' },
  ],
  'no stickiness': ['stickiness', { defaults: '' }],
  'stickiness in small letters, which is 0': ['stickiness', { defaults: defaultsOf('resource-stickiness=infinity') }],
  'a resource that wants to leave': [
    'stickiness',
    {
      services:
        clone('web-clone', web) +
        primitive('VIP', 'ocf:heartbeat:IPaddr2', 'ip=192.168.11.215', 'resource-stickiness=-10'),
    },
  ],
  'a VIP that goes where it likes': ['vip', { constraints: bans + after }],
  'a VIP that would rather be beside the container': [
    'vip',
    { constraints: bans + after + beside.replace('INFINITY', '1000') },
  ],
  'a VIP that does not wait': ['vip', { constraints: bans + beside }],
  'a VIP that waits when it suits': ['vip', { constraints: bans + beside + after.replace('Mandatory', 'Optional') }],
  'sets that tie nothing': [
    'vip',
    {
      constraints: `${bans}${after}<rsc_colocation id="c" score="INFINITY">${set('c-1', ['VIP', 'web-clone'], 'sequential="false"')}</rsc_colocation>`,
    },
  ],
  'a constraint that a move left': [
    'cli-constraints',
    {
      constraints: `${bans}${beside}${after}<rsc_location id="cli-prefer-VIP" rsc="VIP" role="Started" node="${one}" score="INFINITY"/>`,
    },
  ],
  'a VIP that nobody takes over': ['if-lost', { constraints: bans + beside + after + ban('VIP', two) }],
  'Docker run by the cluster, and nobody waits for it': [
    'docker-order',
    { services: clone('docker-clone', primitive('docker', 'systemd:docker')) + clone('web-clone', web) + vip },
  ],
  'a node in standby': [
    'nodes',
    {
      nodes: `<node id="1" uname="${one}"/><node id="2" uname="${two}"><instance_attributes id="n2">${pairs('n2', 'standby=on')}</instance_attributes></node>`,
    },
  ],
  'no two_node': ['corosync', { corosync: corosyncConf([one, two], 'expected_votes: 2') }],
  'no wait_for_all': ['corosync', { corosync: corosyncConf([one, two], 'two_node: 1\n  wait_for_all: 0') }],
  'a no-break space in corosync.conf': [
    'corosync',
    { corosync: corosyncConf([one, two]).replace('version: 2', 'version:\u00a02') },
  ],
  'a device whose monitor failed': [
    'fence-started',
    {},
    (node) => {
      node.spoil('status', /(<resource id="fence_raspberrypi-2"[^>]*failed=")false/, '$1true');
    },
  ],
};

describe.runIf(haveRealParts('crm_simulate', 'crm_mon'))('doctor on a cluster that others made', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'other-clusters-'));
  });
  afterAll(() => rm(directory, { recursive: true }));
  const runner = createNodeRunner();

  /** The node on which doctor runs, its cluster started and settled by the real scheduler. */
  async function nodeOf(cluster: ClusterText): Promise<SoundNode> {
    const [before, settled] = [join(directory, 'before.xml'), join(directory, 'settled.xml')];
    await writeFile(before, cibOf(cluster));
    const simulated = await runner.run({
      program: 'crm_simulate',
      argv: ['--simulate', `--xml-file=${before}`, `--save-output=${settled}`],
      timeoutMs: 60_000,
    });
    expect(simulated.exitCode, simulated.stderr.toString('utf8') + simulated.stdout.toString('utf8')).toBe(0);
    const shown = await runner.run({
      program: 'crm_mon',
      argv: ['-1', '--inactive', '--output-as=xml'],
      env: { CIB_file: settled, TZ: 'UTC' },
      timeoutMs: 60_000,
    });
    const { names = [one, two], corosync = corosyncConf(names) } = cluster;
    const node = new SoundNode(names[0]);
    node.cib = await readFile(settled, 'utf8');
    const history = names.map(
      (name) =>
        `<fence_event status="success" action="reboot" target="${name}" client="stonith_admin.1" origin="${name}" delegate="${name}" completed="2026-11-20 10:00:00Z"/>`,
    );
    node.status = shown.stdout
      .toString('utf8')
      .replace('</resources>', `</resources><fence_history>${history.join('')}</fence_history>`);
    node.files.set('/etc/corosync/corosync.conf', corosync);
    const hosts = names.map((name, index) => `192.168.11.${211 + index}\t${name}\n`);
    node.files.set('/etc/hosts', `127.0.0.1\tlocalhost\n${hosts.join('')}`);
    node.answers.set('docker inspect', { exitCode: 1 });
    return node;
  }

  it.each(Object.entries(sound))('finds nothing wrong with %s', async (_, cluster) => {
    const { findings } = await examine((await nodeOf(cluster)).facts());
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });

  it.each(Object.entries(faulty))('finds %s, and nothing else', async (_, [check, cluster, more]) => {
    const node = await nodeOf(cluster);
    more?.(node);
    const { findings } = await examine(node.facts());
    const found = findings.filter(({ severity }) => severity !== 'note');
    expect(found.map((one) => `${one.check}: ${one.fact}`).filter((text) => !text.startsWith(`${check}: `))).toEqual(
      [],
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found.some(({ fact }) => fact.includes('could not be looked at'))).toBe(false);
  });

  it('has thirty of each at least', () => {
    expect(Object.keys(sound).length).toBeGreaterThanOrEqual(30);
    expect(Object.keys(faulty).length).toBeGreaterThanOrEqual(30);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { invocation, parseClusterConfiguration } from '@sleepi3/pcs';
import { designOf } from '../src/cluster/design.js';
import { everything } from '../src/cluster/elements.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { withNodes } from './with-nodes.js';

const golden = (name: string) => readFileSync(new URL(`golden/${name}.xml`, import.meta.url), 'utf8');

/** What is run for a file on a golden configuration in which something was changed by hand. */
function repair(from: string | RegExp, to: string, file = '', name = 'hot-standby'): string[] {
  const before = golden(name);
  const after = before.replace(from, to);
  if (after === before && from !== '') throw new Error(`there is no ${String(from)}`);
  const cib = `<cib admin_epoch="0" epoch="1" num_updates="0" validate-with="pacemaker-3.9">${after}<status/></cib>`;
  const { commands, differences } = everything(
    parseClusterConfiguration(cib),
    designOf(readClusterFile(withNodes(file), 'cluster.yaml')),
  );
  expect(differences.length > 0).toBe(commands.length > 0);
  return commands.map((command) => invocation(command).argv.join(' '));
}

describe('a configuration that was changed by hand', () => {
  it.each<readonly [what: string, from: string | RegExp, to: string, commands: readonly string[]]>([
    [
      'an option',
      'name="pcmk_reboot_timeout" value="60s"',
      'name="pcmk_reboot_timeout" value="5s"',
      ['-- stonith update fence_raspberrypi-1 pcmk_reboot_timeout=60s'],
    ],
    [
      'an option in other units',
      'name="pcmk_reboot_timeout" value="60s"',
      'name="pcmk_reboot_timeout" value="1min"',
      [],
    ],
    [
      'an option that must not be there',
      '<nvpair id="fence_raspberrypi-2-instance_attributes-hold"',
      '<nvpair id="x" name="pcmk_delay_base" value="9s"/><nvpair id="fence_raspberrypi-2-instance_attributes-hold"',
      ['-- stonith update fence_raspberrypi-2 pcmk_delay_base='],
    ],
    [
      'an operation',
      'name="monitor" interval="10s" timeout="20s" id="VIP-monitor-interval-10s"',
      'name="monitor" interval="60s" timeout="20s" id="VIP-monitor-interval-10s"',
      ['-- resource update VIP op monitor interval=10s timeout=20s'],
    ],
    [
      "the clone's interleave",
      'name="interleave" value="true"',
      'name="interleave" value="false"',
      ['-- resource meta Apache_container-clone interleave=true'],
    ],
    [
      'requires=quorum, left from at-once',
      /(<primitive id="VIP"[^>]*>)/,
      '$1<meta_attributes id="m"><nvpair id="n" name="requires" value="quorum"/></meta_attributes>',
      ['-- resource update VIP meta requires='],
    ],
    [
      'a constraint under its own id that says something else',
      /(<rsc_colocation[^>]*score=")INFINITY/,
      '$1100',
      [
        '-- constraint delete VIP-with-Apache_container-clone',
        '-- constraint colocation add VIP with Apache_container-clone score=INFINITY id=VIP-with-Apache_container-clone',
      ],
    ],
    ['a time without its unit', 'name="pcmk_delay_base" value="3s"', 'name="pcmk_delay_base" value="3"', []],
    ['a time of another standard', 'name="pcmk_delay_base" value="3s"', 'name="pcmk_delay_base" value="PT3S"', []],
    [
      'an interval without its unit',
      'name="monitor" interval="10s" timeout="20s" id="VIP-',
      'name="monitor" interval="10" timeout="20" id="VIP-',
      [],
    ],
    [
      'a name in capitals',
      'name="pcmk_host_list" value="raspberrypi-1"',
      'name="pcmk_host_list" value="RASPBERRYPI-1"',
      [],
    ],
    ['a word for true', 'name="stonith-enabled" value="true"', 'name="stonith-enabled" value="Yes"', []],
    ['a word for true in a clone', 'name="interleave" value="true"', 'name="interleave" value="on"', []],
    ['a score with a sign', 'name="resource-stickiness" value="100"', 'name="resource-stickiness" value="+100"', []],
    [
      'a policy with a capital letter',
      '</cluster_property_set>',
      '<nvpair id="q" name="no-quorum-policy" value="Ignore"/></cluster_property_set>',
      ['-- property set no-quorum-policy=stop'],
    ],
    [
      'a ban in the words of a rule',
      /<rsc_location id="fence_raspberrypi-1-not-on-raspberrypi-1"[^>]*>/,
      '<rsc_location id="x" rsc="fence_raspberrypi-1"><rule id="r" score="-INFINITY"><expression id="e" attribute="#uname" operation="eq" value="raspberrypi-1"/></rule></rsc_location>',
      [],
    ],
    [
      'order and colocation as sets',
      /<rsc_order [^>]*>\s*<rsc_colocation [^>]*>/,
      '<rsc_order id="o"><resource_set id="s"><resource_ref id="Apache_container-clone"/><resource_ref id="VIP"/></resource_set></rsc_order>' +
        '<rsc_colocation id="c" score="INFINITY"><resource_set id="t"><resource_ref id="Apache_container-clone"/><resource_ref id="VIP"/></resource_set></rsc_colocation>',
      [],
    ],
    ['a constraint under another id', 'id="VIP-after-Apache_container-clone"', 'id="mine"', []],
    [
      'stonith-enabled',
      'name="stonith-enabled" value="true"',
      'name="stonith-enabled" value="ture"',
      ['-- property set stonith-enabled=true'],
    ],
    [
      'no-quorum-policy',
      '</cluster_property_set>',
      '<nvpair id="q" name="no-quorum-policy" value="ignore"/></cluster_property_set>',
      ['-- property set no-quorum-policy=stop'],
    ],
  ])('is repaired in %s, and nothing else is touched', (_, from, to, commands) => {
    expect(repair(from, to)).toEqual(commands);
  });

  it.each([
    [
      'VIP',
      /<primitive id="VIP" class="ocf" type="IPaddr2" provider="sleepi3">/,
      '<primitive id="VIP" class="ocf" type="Dummy" provider="pacemaker">',
    ],
    [
      'Apache_container',
      /<clone id="Apache_container-clone">([^]*?)<meta_attributes[^]*?<\/clone>/,
      '<group id="web">$1</group>',
    ],
  ] as const)('is left alone where %s is something that this program did not make', (name, from, to) => {
    expect(() => repair(from, to)).toThrow(
      expect.objectContaining({ code: 'NOT_READY', message: expect.stringContaining(name) }),
    );
  });
});

it("leaves a container with heartbeat's agent as it is: to be made anew it would have to stop", () => {
  expect(repair('type="docker" provider="sleepi3"', 'type="docker" provider="heartbeat"')).toEqual([]);
});

describe('a VIP of the agent that cannot be migrated', () => {
  const plain = /type="IPaddr2" provider="sleepi3">([^]*?)<meta_attributes[^]*?<\/meta_attributes>/;

  it('is made anew with its constraints', () => {
    const commands = repair(plain, 'type="IPaddr2" provider="heartbeat">$1');
    expect(commands.map((command) => command.split(' ').slice(1, 5).join(' '))).toEqual([
      'resource delete VIP',
      'resource create VIP ocf:sleepi3:IPaddr2',
      'constraint order Apache_container-clone then',
      'constraint colocation add VIP',
      'constraint location add VIP-prefers-raspberrypi-1',
    ]);
  });

  it('keeps what was set by hand', () => {
    const byHand =
      'type="IPaddr2" provider="heartbeat"><instance_attributes id="i"><nvpair id="j" name="iflabel" value="mine"/></instance_attributes>' +
      '<meta_attributes id="k"><nvpair id="l" name="target-role" value="Stopped"/></meta_attributes>$1';
    const [, create] = repair(plain, byHand);
    expect(create).toContain(' iflabel=mine ');
    expect(create).toContain(' ip=192.168.11.215 ');
    expect(create).toMatch(/ meta .*target-role=Stopped/);
    expect(create).toMatch(/ meta .*allow-migrate=true/);
  });

  it('stays what it is where a planned move is to break before it makes', () => {
    const file = 'vip: { handover: break-before-make }';
    expect(repair('type="IPaddr2" provider="sleepi3"', 'type="IPaddr2" provider="heartbeat"', file)).toEqual([
      '-- resource update VIP meta allow-migrate=',
    ]);
  });
});

describe('a file that was changed', () => {
  it('changes only what differs', () => {
    expect(repair('', '', 'vip: { address: 192.168.11.99 }\ntimers: { stickiness: 7 }')).toEqual([
      '-- resource defaults update resource-stickiness=7',
      '-- resource update VIP ip=192.168.11.99',
    ]);
  });

  it('in the spelling of an address alone changes nothing', () => {
    const [from, to] = ['name="ip" value="192.168.11.215"', 'name="ip" value="FD00:0::0215"'] as const;
    const file = 'vip: { address: "fd00::215", prefix: 24, interface: eth0 }';
    expect(repair(from, to, file)).toEqual(['-- resource update VIP nic=eth0']);
  });

  it('with takeover at once says so at the VIP and the container, and at nothing else', () => {
    expect(repair('', '', 'takeover: at-once')).toEqual([
      '-- resource update Apache_container meta requires=quorum',
      '-- resource update VIP meta requires=quorum',
    ]);
  });

  it('with another preferred node swaps the delays and the preference of the VIP', () => {
    expect(repair('', '', 'preferred: raspberrypi-2')).toEqual([
      '-- stonith update fence_raspberrypi-1 pcmk_delay_base= preferred=raspberrypi-2',
      '-- stonith update fence_raspberrypi-2 pcmk_delay_base=3s preferred=raspberrypi-2',
      '-- constraint delete VIP-prefers-raspberrypi-1',
      '-- constraint location add VIP-prefers-raspberrypi-2 resource%VIP raspberrypi-2 1',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { bootSeconds } from '../src/doctor/checks/board.js';
import { exitStatus } from '../src/doctor/check.js';
import { checks, examine } from '../src/doctor/examine.js';
import { SetupError } from '../src/errors.js';
import { perform } from '../src/plan/apply.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { ailments } from './ailments/ailments.js';
import { instantClock } from './instant-clock.js';
import { SoundNode } from './sound-node.js';

describe.runIf(haveRealParts('crm_simulate'))('doctor', () => {
  it('finds nothing in a sound cluster, and has made all its checks', async () => {
    const { findings, checked } = await examine(new SoundNode().facts());
    expect(findings).toEqual([]);
    expect(exitStatus(findings)).toBe(0);
    expect(checked).toEqual(checks.map(({ id }) => id));
  });

  it('says who gets alerts, and that it is nobody, without finding fault with that', async () => {
    const { facts, findings } = await examine(new SoundNode().facts());
    expect(facts['alerts']).toMatch(/^sent to nobody; .*alerts: in cluster\.yaml/);
    expect(findings).toEqual([]);
  });

  it.each(ailments)('%s (%s) finds %s', async (check, severity, says, spoil) => {
    const node = new SoundNode();
    spoil(node);
    const { findings } = await examine(node.facts());
    const found = findings.filter((one) => one.check === check && says.test(one.fact));
    expect(found).toHaveLength(1);
    expect(found[0]?.severity).toBe(severity);
    expect(found[0]?.why).not.toBe('');
    expect(found[0]?.fix).not.toEqual([]);
    expect(exitStatus(found)).toBe({ error: 2, warning: 1, note: 0 }[severity]);
  });

  it('tells what it could not look at, and looks at the rest', async () => {
    const node = new SoundNode();
    const read = node.readFile.bind(node);
    node.readFile = async (path) => {
      if (path === '/etc/hosts') throw new SetupError('COMMAND_FAILED', 'Permission denied');
      return read(path);
    };
    node.cib = '<cib';
    const { findings, checked } = await examine(node.facts());
    expect(findings.find(({ check }) => check === 'hosts')?.fact).toMatch(/could not be looked at: Permission denied/);
    expect(checked).toContain('time');
  });

  it("takes Debian's own corosync.conf for none", async () => {
    const node = new SoundNode();
    node.files.set(
      '/etc/corosync/corosync.conf',
      'totem {\n\tcluster_name: debian\n}\nnodelist {\n\tnode {\n\t\tname: node1\n\t\tring0_addr: 127.0.0.1\n\t}\n}\n',
    );
    expect((await examine(node.facts())).findings).toEqual([]);
  });

  it('has every check in these tests', () => {
    expect([...new Set(ailments.map(([check]) => check))].sort()).toEqual(checks.map(({ id }) => id).sort());
  });

  it('makes the checks of the node when the cluster does not run', async () => {
    const node = new SoundNode();
    node.status = undefined;
    node.cib = undefined;
    const { findings, checked } = await examine(node.facts());
    expect(findings.map(({ check }) => check)).toEqual(['running']);
    expect(checked).toContain('hosts');
    expect(checked).not.toContain('fence-devices');
  });

  it.each([
    ['hosts', (n: SoundNode) => n.spoilFile('/etc/hosts', '192.168.11.211', '127.0.1.1')],
    ['defaults', (n: SoundNode) => n.spoilFile('/etc/default/sleepi3', 'TIMEOUT=60', 'TIMEOUT="60" # s')],
    ['extin-forced-shutdown', (n: SoundNode) => n.spoilFile('/etc/default/sleepi3', 'SHUTDOWN=1', 'SHUTDOWN=0')],
  ] as const)('mends %s so that it is not found again', async (check, spoil) => {
    const node = new SoundNode();
    spoil(node);
    node.answers.set('/usr/sbin/fence_sleepi3 boot', '');
    const facts = node.facts();
    const { findings } = await examine(facts);
    for (const { mend = [] } of findings.filter((one) => one.check === check)) {
      for (const action of mend) {
        await perform(action, facts.reality, {
          clock: instantClock(),
          password: () => Promise.reject(new Error('no')),
        });
      }
    }
    expect((await examine(node.facts())).findings).toEqual([]);
  });

  it('finds what is unsafe in the cluster of the article', async () => {
    const node = new SoundNode();
    node.cib = `<cib admin_epoch="0" epoch="1" num_updates="0" validate-with="pacemaker-3.9"><configuration>
      <crm_config><cluster_property_set id="cib-bootstrap-options">
        <nvpair id="a" name="stonith-enabled" value="ture"/><nvpair id="b" name="no-quorum-policy" value="ignore"/>
      </cluster_property_set></crm_config>
      <nodes><node id="1" uname="raspberrypi-1"/><node id="2" uname="raspberrypi-2"/></nodes>
      <resources>
        <primitive id="Apache_container" class="ocf" provider="heartbeat" type="docker"><instance_attributes id="c">
          <nvpair id="d" name="image" value="httpd"/><nvpair id="e" name="name" value="httpd-test"/>
          <nvpair id="f" name="run_opts" value="--name httpd-test -p 80:80"/></instance_attributes></primitive>
        <primitive id="VIP" class="ocf" provider="heartbeat" type="IPaddr2"/>
        <primitive id="fence_raspi" class="stonith" type="fence_sleepi3"><instance_attributes id="g">
          <nvpair id="h" name="pcmk_host_list" value="raspberrypi-1 raspberrypi-2"/></instance_attributes></primitive>
      </resources>
      <constraints><rsc_colocation id="i" rsc="VIP" with-rsc="Apache_container" score="INFINITY"/></constraints>
    </configuration><status/></cib>`;
    node.answers.set('grep -rlE', '/etc/systemd/system/move-resource.service\n');
    node.answers.set('systemctl show resource-agents-deps.target', 'Requires=\nAfter=\n');
    const { findings } = await examine(node.facts());
    expect([...new Set(findings.map(({ check }) => check))].sort()).toEqual([
      'container-init',
      'docker-order',
      'fence-delays',
      'fence-devices',
      'fence-started',
      'move-at-boot',
      'no-quorum-policy',
      'stickiness',
      'stonith-enabled',
      'vip',
    ]);
  });
});

describe('what doctor reads', () => {
  it.each([
    ['Startup finished in 3.1s (kernel) + 32.4s (userspace) = 35.5s \ngraphical.target reached', 35.5],
    ['Startup finished in 1min 2.250s (kernel) + 3s (userspace) = 1min 5.250s', 65.25],
    ['Startup finished in 1h (kernel) + 900ms (userspace) = 1h 900ms', 3600.9],
    ['Bootup is not yet finished', undefined],
  ])('takes the boot time from %j', (text, seconds) => {
    expect(bootSeconds(text)).toBe(seconds);
  });
});

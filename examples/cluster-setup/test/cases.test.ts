// Small inputs that went wrong once, each for its kind.
import { readFile } from 'node:fs/promises';
import { createNodeRunner } from '@sleepi3/pcs';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { examine } from '../src/doctor/examine.js';
import type { SetupError } from '../src/errors.js';
import { corosyncConf } from './other-clusters.js';
import { SoundNode } from './sound-node.js';

const pathOf = (name: string) => new URL(`fixtures/cases/${name}`, import.meta.url).pathname;
const textOf = (name: string) => readFile(pathOf(name), 'utf8');

describe('a cluster file', () => {
  it.each([
    ['cluster-ipv6-vip-is-a-node.yaml', 7, 'vip.address', /FD00:0::1 is a node's, pi-a's/],
    ['cluster-quoted-option.yaml', 6, 'containers[0].run_options', /without ".*--env-file=/],
  ])('%s is refused at line %i, key %s', async (name, line, key, says) => {
    const text = await textOf(name);
    const refused = () => readClusterFile(text, name);
    expect(refused).toThrow();
    try {
      refused();
    } catch (error) {
      const { code, problems } = error as SetupError;
      expect(code).toBe('BAD_FILE');
      expect(problems).toContainEqual(expect.objectContaining({ line, key, message: expect.stringMatching(says) }));
    }
  });
});

describe.runIf(haveRealParts('crm_mon', 'crm_simulate'))('doctor', () => {
  it('lists every failed action, those of instances by the id that a cleanup takes', async () => {
    const node = new SoundNode();
    const shown = await createNodeRunner().run({
      program: 'crm_mon',
      argv: ['-1', '--inactive', '--output-as=xml'],
      env: { CIB_file: pathOf('unique-clone-failure.cib.xml'), TZ: 'UTC' },
      timeoutMs: 60_000,
    });
    node.cib = await textOf('unique-clone-failure.cib.xml');
    node.status = shown.stdout.toString('utf8');
    const { findings } = await examine(node.facts());
    const failed = findings.filter(({ check }) => check === 'failed-actions');
    expect(failed.map(({ fact, fix }) => [fact, ...fix])).toEqual([
      [
        'monitor of ClusterIP failed on raspberrypi-1: the address is gone; second line',
        'pcs resource cleanup ClusterIP',
      ],
      ['start of VIP failed on raspberrypi-1: no such interface', 'pcs resource cleanup VIP'],
    ]);
  });

  it('tells the rest when one of configuration and status cannot be read, and once why not', async () => {
    for (const what of ['cib', 'status'] as const) {
      const node = new SoundNode();
      node[what] = '<cib';
      node.files.set(
        '/etc/corosync/corosync.conf',
        corosyncConf(['raspberrypi-1', 'raspberrypi-2'], 'expected_votes: 2'),
      );
      if (what === 'status') node.spoil('cib', /<nvpair [^>]*name="resource-stickiness"[^>]*>/, '');
      const { findings } = await examine(node.facts());
      const checks = findings.map(({ check }) => check);
      expect(checks).toContain('corosync');
      if (what === 'status') expect(checks).toContain('stickiness');
      expect(findings.filter(({ fact }) => fact.includes('could not be looked at'))).toHaveLength(1);
    }
  });

  it('knows a host by its short name, and its addresses on whatever link', async () => {
    for (const name of ['corosync-fqdn-names.conf', 'corosync-ring1-only.conf', 'corosync-two-links.conf']) {
      const node = new SoundNode('pi-b');
      node.files.set('/etc/corosync/corosync.conf', await textOf(name));
      const names = name.includes('fqdn') ? ['pi-a.example.com', 'pi-b.example.com'] : ['pi-a', 'pi-b'];
      node.files.set(
        '/etc/hosts',
        `127.0.0.1\tlocalhost\n192.168.11.211\t${names[0] ?? ''}\n192.168.11.179\t${names[1] ?? ''}\n`,
      );
      node.answers.set('hostname', 'pi-b\n');
      node.status = undefined;
      node.cib = undefined;
      const found = (await examine(node.facts())).findings.map(({ check }) => check);
      expect(found, name).toEqual(['running']);
    }
  });
});

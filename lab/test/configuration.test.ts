import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haveRealParts } from '../../tools/test/support/real-parts.js';
import { cib, corosyncConf, type ClusterOptions } from '../src/cluster/configuration.js';

const all: ClusterOptions[] = (['hot-standby', 'active-passive'] as const).flatMap((layout) =>
  (['sdk', 'article'] as const).flatMap((fencing) =>
    (['after-fencing', 'at-once'] as const).map((takeover) => ({ layout, fencing, takeover })),
  ),
);
all.push({ layout: 'hot-standby', fencing: 'sdk', second: true, device: true });
all.push({ layout: 'hot-standby', fencing: 'sdk', ring: true });

describe('the ready cluster', () => {
  it.runIf(haveRealParts('xmllint')).each(all)("is valid by Pacemaker's own schema: %j", (options) => {
    const directory = mkdtempSync(join(tmpdir(), 'lab-'));
    try {
      const file = join(directory, 'cib.xml');
      writeFileSync(file, cib(options));
      const schema = '/usr/share/pacemaker/pacemaker-3.9.rng';
      execFileSync('xmllint', ['--noout', '--relaxng', schema, file], { stdio: 'pipe' });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('has a fence device for each node, banned from it, and never ignores the loss of quorum', () => {
    const text = cib({ layout: 'hot-standby', fencing: 'sdk' });
    for (const node of ['raspberrypi-1', 'raspberrypi-2']) {
      expect(text).toContain(
        `<rsc_location id="location-fence_${node}-${node}" rsc="fence_${node}" node="${node}" score="-INFINITY"/>`,
      );
    }
    expect(text).not.toContain('no-quorum-policy');
  });

  it('has three nodes in a ring, each fenced by the one before it alone, with a majority of votes', () => {
    const text = cib({ layout: 'hot-standby', fencing: 'sdk', ring: true });
    for (const [node, shooter] of [
      ['raspberrypi-1', 'raspberrypi-3'],
      ['raspberrypi-2', 'raspberrypi-1'],
      ['raspberrypi-3', 'raspberrypi-2'],
    ] as const) {
      const bans = [...text.matchAll(new RegExp(`rsc="fence_${node}" node="([^"]+)" score="-INFINITY"`, 'g'))];
      expect(bans.map(([, banned]) => banned)).toHaveLength(2);
      expect(bans.map(([, banned]) => banned)).not.toContain(shooter);
      expect(text).toContain(`name="peer" value="${node}"`);
    }
    expect(text).not.toContain('pcmk_delay_base');
    expect(corosyncConf({ ring: true })).toMatch(/name: raspberrypi-3\n\s+nodeid: 3/);
    expect(corosyncConf({ ring: true })).not.toMatch(/two_node|wait_for_all/);
  });

  it("is the article's, with its one device and its no-quorum-policy, when that is asked for", () => {
    const text = cib({ layout: 'active-passive', fencing: 'article' });
    expect(text).toContain('name="no-quorum-policy" value="ignore"');
    expect(text.match(/class="stonith"/g)).toHaveLength(1);
  });

  it('names the nodes in corosync as in Pacemaker', () => {
    expect(corosyncConf({})).toMatch(/name: raspberrypi-1\n\s+nodeid: 1/);
    expect(corosyncConf({})).toMatch(/two_node: 1/);
    expect(corosyncConf({ device: true })).toMatch(/ {4}device {\n[^]*host: 192\.168\.11\.1\n/);
    expect(corosyncConf({ device: true })).not.toMatch(/two_node/);
    expect(corosyncConf({})).not.toMatch(/token/);
    expect(corosyncConf({ token: 1000 })).toMatch(/crypto_hash: sha256\n {4}token: 1000\n}\n/);
  });
});

// status() from question to typed value, against `pcs status xml`, which answers with the same XML.
//
// Where no cluster runs both ask the same crm_mon about the same CIB file. `CIB_file` is enough for crm_mon; pcs drops
// it, so its code runs with its own crm_mon replaced by a shell line that sets it. All else of pcs is as installed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processContender, type RatioBench } from '../../../tools/bench/ratio.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { Pcs, createNodeRunner } from '../src/index.js';
import { FakeCluster } from '../src/testing/index.js';

/** The bench; none on a machine without pcs and crm_mon. */
export async function statusBenches(): Promise<readonly RatioBench[]> {
  if (!haveRealParts('pcs', 'crm_mon', 'crm_simulate')) return [];
  const directory = mkdtempSync(join(tmpdir(), 'pcs-bench-'));
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true });
  });
  const cib = join(directory, 'cib.xml');
  await using cluster = await FakeCluster.create({ nodes: ['a', 'b'], running: 'bench' });
  const making = new Pcs({ runner: cluster });
  await making.property.set({ 'stonith-enabled': false });
  await making.resource.create('VIP', 'ocf:heartbeat:IPaddr2', { ip: '192.168.11.215', cidr_netmask: 24 });
  writeFileSync(cib, await cluster.cib());

  writeFileSync(join(directory, 'crm_mon'), `#!/bin/sh\nCIB_file=${cib} exec /usr/sbin/crm_mon "$@"\n`, {
    mode: 0o755,
  });
  const pcsStatusXml = `from pcs import app, settings; settings.pacemaker_binaries = '${directory}'; app.main(['status', 'xml'])`;

  const runner = createNodeRunner();
  const pcs = new Pcs({
    runner: { run: (request) => runner.run({ ...request, env: { ...request.env, CIB_file: cib } }) },
  });
  return [
    {
      title: 'status() end to end, two nodes (on a CIB file: no daemon is asked)',
      ours: { name: 'status()', run: () => pcs.status() },
      baseline: processContender('pcs status xml', '/usr/bin/python3', ['-Es', '-c', pcsStatusXml]),
      target: 0.15,
      rounds: 15,
    },
  ];
}

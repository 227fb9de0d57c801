// A cluster of two that becomes one of three while it runs, with the real corosync and Pacemaker: what was right for two nodes alone,
// two_node, must go with it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pcs } from '../../src/index.js';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { againWhereStarved } from '../../../../tools/test/support/starved.js';
import { mayHaveMachines, ThreeMachines } from './three-machines.js';

const possible =
  haveRealParts('pacemaker-fenced', 'crm_mon', 'cibadmin', 'corosync', 'ip', 'unshare', 'nsenter') && mayHaveMachines();

describe.runIf(possible)('two nodes and a third one that joins them', { retry: againWhereStarved }, () => {
  let machines: ThreeMachines;
  beforeEach(async () => {
    machines = await ThreeMachines.start('growing');
  }, 180_000);
  afterEach(() => machines.close(), 60_000);

  const quorum = (node: 'n1' | 'n2' | 'n3') => new Pcs({ runner: machines.runner(node) }).quorum.status();

  it('have real quorum from then on: one of them alone has none', async () => {
    expect(await quorum('n1')).toMatchObject({ quorate: true, votes: { total: 2, needed: 1 } });
    await machines.join();
    expect(await quorum('n1')).toMatchObject({ quorate: true, votes: { total: 3, needed: 2 } });
    await machines.silence('n1');
    await machines.until('n1 has no quorum', async () => !(await quorum('n1')).quorate);
    expect(await quorum('n2')).toMatchObject({ quorate: true, votes: { total: 2, needed: 2 } });
  }, 240_000);
});

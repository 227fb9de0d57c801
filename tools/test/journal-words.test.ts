// What the line keeper writes into the journal is what cluster-setup's history reads there.
import { expect, it } from 'vitest';
import { factsOf } from '../../examples/cluster-setup/src/history/facts.js';
import { createCluster } from '../../examples/fence-agent/virtual/virtual-cluster.js';

it('history reads what the line keeper says of a hold, and of what woke its node', async () => {
  const { act, clock, pis } = await createCluster({ bootTime: 15_000 });
  await act(0, { action: 'reboot', target: 'pi-b' });
  await clock.advance(60_000);
  const factsOn = (pi: 0 | 1) =>
    factsOf(pis[pi].logs.map((message) => ({ node: `pi-${pi}`, at: 0, boot: 'b', program: 'fence_sleepi3', message })));
  expect(factsOn(0)).toContainEqual(
    expect.objectContaining({ kind: 'held', subject: 'pi-b', seconds: 12, samples: expect.any(Number) as number }),
  );
  expect(factsOn(0)).toContainEqual(expect.objectContaining({ kind: 'woken', causes: ['poweron'] }));
  expect(factsOn(1).at(-1)).toMatchObject({ kind: 'woken', causes: ['extin'] });
});

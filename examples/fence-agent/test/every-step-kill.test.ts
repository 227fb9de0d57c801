// SIGKILL at every bus operation of every act, before it and after it took effect, to the agent, its keeper, or both.
import { describe, expect, it } from 'vitest';
import type { PulseRequest } from '../src/line/act.js';
import { createCluster, requestOf, type VirtualCluster } from '../virtual/virtual-cluster.js';

type Victim = 'agent' | 'keeper' | 'both' | 'all';

const victims: Readonly<Record<Victim, readonly string[]>> = {
  agent: ['agent'],
  keeper: ['keeper'],
  both: ['agent', 'keeper'],
  all: ['agent', 'keeper', 'guard'],
};
type Moment = 'before' | 'after';

/** How long EXTOUT may stay asserted once its keeper is dead, as long as an agent or a guard is left to notice, ms. */
const releaseBound = 1000;

interface Kill {
  readonly victim: Victim;
  readonly operation: number;
  readonly moment: Moment;
}

/** Runs an act, killing at one bus operation of the keeper. `fired` tells whether the act had that many. */
async function runWithKill(request: PulseRequest, kill: Kill) {
  let operation = 0;
  let killedAt: number | undefined;
  const cluster: VirtualCluster = await createCluster({
    onBusOperation: (pi, process, moment) => {
      if (pi !== 0 || process.name !== 'keeper' || killedAt !== undefined) return;
      if (moment === 'before') operation++;
      if (operation !== kill.operation || moment !== kill.moment) return;
      killedAt = cluster.clock.now();
      for (const victim of [...cluster.pis[0].processes]) if (victims[kill.victim].includes(victim.name)) victim.kill();
    },
  });
  const agent = cluster.pis[0].runAgent(request);
  let outcome: Awaited<typeof agent.outcome> | undefined;
  void agent.outcome.then((value) => {
    outcome = value;
  });
  let releasedAt: number | undefined;
  cluster.harness.boards[0].on('extout', ({ asserted }, time) => {
    releasedAt = asserted ? undefined : time;
  });
  await cluster.clock.advance(60_000);
  return { cluster, fired: killedAt !== undefined, killedAt: killedAt ?? Number.NaN, releasedAt, outcome };
}

describe.each(['off', 'on', 'reboot'] as const)('killed at any bus operation of %s', (action) => {
  const request = requestOf(0, { action });

  it.each(['before', 'after'] as const)(
    '(%s it) an agent leaves a keeper that ends the act and releases',
    async (moment) => {
      for (let operation = 1; ; operation++) {
        const { cluster, fired } = await runWithKill(request, { victim: 'agent', operation, moment });
        if (!fired) break;
        expect(cluster.harness.boards[0].extout, `operation ${operation}`).toBe(false);
        expect(cluster.pis[0].lockIsFree).toBe(true);
        expect(cluster.harness.boards[1].powered, `operation ${operation}`).toBe(action !== 'off');
        cluster.harness.close();
      }
    },
  );

  it.each(['before', 'after'] as const)(
    '(%s it) a keeper leaves an agent that releases and reports no success',
    async (moment) => {
      for (let operation = 1; ; operation++) {
        const { cluster, fired, killedAt, releasedAt, outcome } = await runWithKill(request, {
          victim: 'keeper',
          operation,
          moment,
        });
        if (!fired) break;
        expect(cluster.harness.boards[0].extout, `operation ${operation}`).toBe(false);
        if (releasedAt !== undefined) expect(releasedAt - killedAt).toBeLessThanOrEqual(releaseBound);
        // Only a reboot may have told its true success before: the keeper was killed while it woke the target.
        if (outcome?.kind === 'verified') expect(action === 'reboot' && killedAt >= 12_000).toBe(true);
        else expect(outcome, `operation ${operation}`).toMatchObject({ kind: 'failed' });
        cluster.harness.close();
      }
    },
  );

  it.each(['before', 'after'] as const)('(%s it) both leave a guard that releases', async (moment) => {
    for (let operation = 1; ; operation++) {
      const { cluster, fired, killedAt, releasedAt } = await runWithKill(request, {
        victim: 'both',
        operation,
        moment,
      });
      if (!fired) break;
      expect(cluster.harness.boards[0].extout, `operation ${operation}`).toBe(false);
      if (releasedAt !== undefined) expect(releasedAt - killedAt).toBeLessThanOrEqual(releaseBound);
      expect(cluster.pis[0].lockIsFree).toBe(true);
      cluster.harness.close();
    }
  });

  it.each(['before', 'after'] as const)(
    '(%s it) all of them leave a line that the next run clears, a record that claims nothing false, and an off that pulses in full',
    async (moment) => {
      for (let operation = 1; ; operation++) {
        const { cluster, fired, outcome } = await runWithKill(request, { victim: 'all', operation, moment });
        if (!fired) break;
        if (action !== 'reboot') expect(outcome).toBeUndefined();
        const proof = await cluster.pis[0].record.offProof('raspberrypi-2');
        if (proof) expect(cluster.harness.boards[1].powered, `operation ${operation}`).toBe(false);

        if (cluster.harness.boards[0].extout)
          expect(await cluster.clock.runUntil(cluster.pis[0].careForLine())).toBe('released');
        expect(cluster.harness.boards[0].extout, `operation ${operation}`).toBe(false);
        const before = cluster.clock.now();
        expect(await cluster.act(0), `operation ${operation}`).toMatchObject({ kind: 'verified' });
        expect(cluster.clock.now() - before).toBeGreaterThanOrEqual(12_000);
        expect(cluster.harness.boards[1].powered).toBe(false);
        cluster.harness.close();
      }
    },
  );
});

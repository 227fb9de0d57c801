// SIGKILL at every bus operation of every act, before it and after it took effect, to the agent, its keeper, or both; and to
// what the supervisor runs then.
import { describe, expect, it } from 'vitest';
import type { PulseRequest } from '../src/line/act.js';
import { createCluster, requestOf, type VirtualCluster } from '../virtual/virtual-cluster.js';
import { supervision } from '../virtual/virtual-pi.js';

type Victim = 'agent' | 'keeper' | 'both' | 'all';

const victims: Readonly<Record<Victim, readonly string[]>> = {
  agent: ['agent'],
  keeper: ['keeper'],
  both: ['agent', 'keeper'],
  all: ['agent', 'keeper'],
};
type Moment = 'before' | 'after';

/** How long EXTOUT may stay asserted once its keeper is dead, ms. */
const releaseBound = supervision.stopPost + 50;
/** The same when what releases it is killed, too, so that the next keeper does it. */
const lateBound = releaseBound + supervision.restart;

interface Kill {
  readonly victim: Victim;
  readonly operation: number;
  readonly moment: Moment;
}

/** Runs an act, killing at one bus operation of the keeper. `fired` tells whether the act had that many. */
async function runWithKill(request: PulseRequest, kill: Kill) {
  let operation = 0;
  let killedAt: number | undefined;
  const seen = { asserted: false };
  let begun = false;
  const cluster: VirtualCluster = await createCluster({
    onBusOperation: (pi, process, moment) => {
      if (pi !== 0 || !begun) return;
      if (process.name === 'release' && kill.victim === 'all' && killedAt !== undefined) process.kill();
      if (process.name !== 'keeper' || killedAt !== undefined) return;
      if (moment === 'before') operation++;
      if (operation !== kill.operation || moment !== kill.moment) return;
      killedAt = cluster.clock.now();
      seen.asserted = cluster.harness.boards[0].extout;
      for (const victim of [...cluster.pis[0].processes]) if (victims[kill.victim].includes(victim.name)) victim.kill();
    },
  });
  begun = true;
  const agent = cluster.pis[0].runAgent(request);
  let outcome: Awaited<typeof agent.outcome> | undefined;
  void agent.outcome.then((value) => {
    outcome = value;
  });
  let releasedAt: number | undefined;
  cluster.harness.boards[0].on('extout', ({ asserted }, time) => {
    // The wake pulse of the next keeper is not what was left behind.
    if (!asserted && killedAt !== undefined) releasedAt ??= time;
  });
  await cluster.clock.advance(60_000);
  return {
    cluster,
    fired: killedAt !== undefined,
    late: seen.asserted && releasedAt !== undefined ? releasedAt - (killedAt ?? Number.NaN) : 0,
    killedAt: killedAt ?? Number.NaN,
    outcome,
  };
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
        expect(cluster.harness.boards[1].powered, `operation ${operation}`).toBe(action !== 'off');
        cluster.harness.close();
      }
    },
  );

  it.each(['before', 'after'] as const)(
    '(%s it) a keeper leaves a line that its supervisor releases, an agent that reports no success, and nobody off who is owed a wake pulse',
    async (moment) => {
      for (let operation = 1; ; operation++) {
        const { cluster, fired, killedAt, late, outcome } = await runWithKill(request, {
          victim: 'keeper',
          operation,
          moment,
        });
        if (!fired) break;
        expect(cluster.harness.boards[0].extout, `operation ${operation}`).toBe(false);
        expect(late, `operation ${operation}`).toBeLessThanOrEqual(releaseBound);
        // What is done after the answer does not change it.
        if (outcome?.kind === 'verified') expect(killedAt).toBeGreaterThanOrEqual(12_000);
        else if (outcome?.kind !== 'woken') expect(outcome, `operation ${operation}`).toMatchObject({ kind: 'failed' });
        if (action === 'reboot') expect(cluster.harness.boards[1].powered, `operation ${operation}`).toBe(true);
        expect(await cluster.pis[0].owedWake.get()).toBeUndefined();
        cluster.harness.close();
      }
    },
  );

  it.each(['before', 'after'] as const)('(%s it) both leave a line that is released', async (moment) => {
    for (let operation = 1; ; operation++) {
      const { cluster, fired, late } = await runWithKill(request, { victim: 'both', operation, moment });
      if (!fired) break;
      expect(cluster.harness.boards[0].extout, `operation ${operation}`).toBe(false);
      expect(late, `operation ${operation}`).toBeLessThanOrEqual(releaseBound);
      cluster.harness.close();
    }
  });

  it.each(['before', 'after'] as const)(
    '(%s it) all of them, and what releases the line, leave a line that the next keeper clears, a record that claims nothing false, and an off that pulses in full',
    async (moment) => {
      for (let operation = 1; ; operation++) {
        const { cluster, fired, late } = await runWithKill(request, { victim: 'all', operation, moment });
        if (!fired) break;
        const proof = await cluster.pis[0].record.offProof('raspberrypi-2');
        if (proof) expect(cluster.harness.boards[1].powered, `operation ${operation}`).toBe(false);
        expect(cluster.harness.boards[0].extout, `operation ${operation}`).toBe(false);
        expect(late, `operation ${operation}`).toBeLessThanOrEqual(lateBound);
        const before = cluster.clock.now();
        expect(await cluster.act(0), `operation ${operation}`).toMatchObject({ kind: 'verified' });
        expect(cluster.clock.now() - before).toBeGreaterThanOrEqual(12_000);
        expect(cluster.harness.boards[1].powered).toBe(false);
        cluster.harness.close();
      }
    },
  );
});

// Plays a ring: the boards, the wires and the agent's own pulse are the real ones; corosync and Pacemaker are a few rules here. Who
// has quorum has each node that it misses shot by that node's predecessor, if that one is there; and nobody else shoots.
import { Sleepi3 } from '@sleepi3/driver';
import { createRing, seededRandom, VirtualClock, VirtualProcess } from '@sleepi3/simulator';
import { goesOn } from '../../src/line/arbitration.js';
import { pulse } from '../../src/line/pulse.js';
import { boardLines } from '../../src/node/board.js';
import { alone, busy } from '../lone-pulse.js';
import { requestOf } from '../virtual-cluster.js';
import type { RingWorld } from './world.js';

/** What was asked of a node, and what came of it. */
export interface Shot {
  readonly by: number;
  readonly at: number;
  readonly begun: number;
  readonly ended: number;
  readonly success: boolean;
}

export interface RingStory {
  readonly world: RingWorld;
  /** When each board cut its Pi off because of EXTIN, ms. */
  readonly cuts: readonly (readonly number[])[];
  readonly shots: readonly Shot[];
  /** The nodes that have quorum after each event, the last one last; none when nobody has. */
  readonly parts: readonly (readonly number[])[];
}

/** ms from a loss until corosync has told it: the token, and the consensus after it. */
const noticed = 6600;
/** ms between two tries of Pacemaker, and how often it tries. */
const retryAfter = 2000;
const tries = 10;
const end = 240_000;

export async function playRing(world: RingWorld): Promise<RingStory> {
  const { nodes, failure, cut, kill, wire } = world;
  const clock = new VirtualClock({ settle: 'promises' });
  const all = Array.from({ length: nodes }, (_, node) => node);
  const ring = createRing({
    clock,
    names: all.map((node) => `n${node}`),
    coldRegisters: { inputControl: 0b001 },
    extoutOnPowerCut: world.extoutOnPowerCut,
    boards: world.extinPhases.map((extinPhase) => ({ extinPhase })),
  });
  if (wire) ring.wires[wire.to]!.state = wire.state;
  const random = seededRandom(world.seed + 1);
  const cuts: number[][] = all.map(() => []);
  const shots: Shot[] = [];
  const keepers = all.map((node): { process: VirtualProcess } => ({
    process: new VirtualProcess(ring.boards[node]!.bus, clock),
  }));
  for (const node of all) {
    const board = ring.boards[node]!;
    board.on('power', ({ on, cause }) => {
      if (!on && cause === 'extin') cuts[node]!.push(clock.now());
    });
    board.connect({ powerOn: () => {}, powerOff: () => keepers[node]!.process.kill() });
  }

  const runs = (node: number) =>
    ring.boards[node]!.powered && cuts[node]!.length === 0 && !(failure?.node === node && clock.now() >= failure.at);
  const hear = (one: number, other: number) =>
    cut === undefined || clock.now() < cut.at || cut.apart.includes(one) === cut.apart.includes(other);
  const partitionOf = (node: number) => all.filter((other) => other === node || (runs(other) && hear(node, other)));
  const isQuorate = (partition: readonly number[]) => partition.length * 2 > nodes;

  let killed = false;
  const shoot = async (by: number, at: number): Promise<boolean> => {
    const begun = clock.now();
    const success = await attempt(by, at);
    shots.push({ by, at, begun, ended: clock.now(), success });
    return success;
  };
  const attempt = (by: number, at: number): Promise<boolean> =>
    new Promise((resolve) => {
      const { process } = keepers[by]!;
      if (kill?.node === by && !killed) {
        killed = true;
        clock.after(kill.after, () => {
          process.kill();
          // ExecStopPost lets go of the line; then systemd has a new one.
          clock.after(kill.back, () => {
            if (ring.boards[by]!.powered) ring.boards[by]!.poke('ioStatus', 0);
            keepers[by]!.process = new VirtualProcess(ring.boards[by]!.bus, clock);
            resolve(false);
          });
        });
      }
      const program = async () => {
        const lines = boardLines(await Sleepi3.open({ bus: process.bus, clock: process.clock, probe: false }));
        const preferred = goesOn({ self: `n${by}`, peer: `n${at}`, before: `n${(by + nodes - 1) % nodes}` });
        const outcome = await pulse(
          requestOf(0, { target: `n${at}`, preferred }),
          alone({ lines: busy(lines, process.clock, random), clock: process.clock, random }),
        );
        // A target that answers, or a wire that failed its last test, is no proof (actions.ts).
        const heard = runs(at) && hear(by, at);
        const known = wire?.to === at && wire.state !== 'stuck-high';
        resolve(outcome.kind === 'verified' && outcome.released && !heard && !known && wire?.to !== at);
      };
      process.run(program).catch((error: unknown) => {
        if (!process.killed) throw error;
        resolve(false);
      });
    });

  /** Pacemaker on one node: once it has noticed what is missing, the predecessors of those shoot. */
  const decided = new Set<number>();
  const decide = async (node: number) => {
    const partition = partitionOf(node);
    if (!runs(node) || !isQuorate(partition)) return;
    const before = (target: number) => (target + nodes - 1) % nodes;
    for (const target of all.filter((one) => !partition.includes(one))) {
      if (before(target) !== node || decided.has(target)) continue;
      decided.add(target);
      for (let count = 0; count < tries && runs(node); count++) {
        if (await shoot(node, target)) return;
        await clock.sleep(retryAfter);
        // It may have lost its quorum meanwhile.
        if (!isQuorate(partitionOf(node))) return;
      }
    }
  };
  for (const at of [failure?.at, cut?.at].flatMap((time) => time ?? [])) {
    for (const node of all) {
      clock.after(at + noticed + world.lag[node]!, () => void decide(node));
    }
  }
  if (failure?.kind === 'power') {
    clock.after(failure.at, () => keepers[failure.node]!.process.kill());
  }
  if (failure?.kind === 'panic') clock.after(failure.at, () => keepers[failure.node]!.process.kill());
  await clock.advance(end);
  ring.close();
  // But for shots: who is there and hears each other after each of the two events.
  const times = [failure?.at, cut?.at].flatMap((time) => time ?? []).sort((one, other) => one - other);
  const parts = times.map((time) => {
    const alive = all.filter((node) => !(failure?.node === node && time >= failure.at));
    const apart = cut !== undefined && time >= cut.at ? cut.apart : [];
    const sides = [true, false].map((side) => alive.filter((node) => apart.includes(node) === side));
    return sides.find((side) => isQuorate(side)) ?? [];
  });
  return { world, cuts, shots, parts };
}

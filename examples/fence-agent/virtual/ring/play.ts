// Plays a ring: boards, wires, line keepers and agents are the real ones; corosync and Pacemaker are a few rules here. Who has quorum
// has each node that it misses shot by that node's predecessor, if that one is there; and nobody else shoots.
import type { Bus } from '@sleepi3/driver';
import { createRing, seededRandom, VirtualClock } from '@sleepi3/simulator';
import { runVirtualAgent } from '../virtual-agent.js';
import { VirtualPi } from '../virtual-pi.js';
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
/** ms: every loss has been noticed by then; and after the last shot, in which a line that stays asserted would still cut somebody. */
const allNoticed = 32_000;
const aftermath = 20_000;
/** What the last test of a wire has found. */
const verdicts = { open: 'open', 'stuck-low': 'open', 'stuck-high': 'stuck' } as const;

export async function playRing(world: RingWorld): Promise<RingStory> {
  const { nodes, failure, cut, kill, wire } = world;
  const clock = new VirtualClock({ settle: 'promises' });
  const all = Array.from({ length: nodes }, (_, node) => node);
  const nameOf = (node: number) => `n${node}`;
  const addressOf = (node: number) => `10.0.0.${node + 1}`;
  const nextOf = (node: number) => (node + 1) % nodes;
  const beforeOf = (node: number) => (node + nodes - 1) % nodes;
  const ring = createRing({
    clock,
    names: all.map(nameOf),
    coldRegisters: { inputControl: 0b001 },
    extoutOnPowerCut: world.extoutOnPowerCut,
    boards: world.extinPhases.map((extinPhase) => ({ extinPhase })),
  });
  const random = seededRandom(world.seed + 1);
  const cuts: number[][] = all.map(() => []);
  const shots: Shot[] = [];

  const runs = (node: number) =>
    ring.boards[node]!.powered && cuts[node]!.length === 0 && !(failure?.node === node && clock.now() >= failure.at);
  const hear = (one: number, other: number) =>
    cut === undefined || clock.now() < cut.at || cut.apart.includes(one) === cut.apart.includes(other);
  const partitionOf = (node: number) => all.filter((other) => other === node || (runs(other) && hear(node, other)));
  const isQuorate = (partition: readonly number[]) => partition.length * 2 > nodes;

  /** One that nobody reaches. */
  const nobody = new VirtualPi({ clock, bus: ring.boards[0].bus });
  const deaths: (() => void)[] = all.map(() => () => {});
  const died = all.map((node) => new Promise<false>((resolve) => (deaths[node] = () => resolve(false))));
  const pis: readonly VirtualPi[] = all.map((node) => {
    const board = ring.boards[node]!;
    const pi = new VirtualPi({
      clock,
      random,
      bus: busy(board.bus, () => clock.sleep(random() < 0.02 ? random() * 80 : random() * 5)),
      peer: () => (runs(nextOf(node)) && hear(node, nextOf(node)) ? pis[nextOf(node)]! : nobody),
      names: { self: nameOf(node), peer: nameOf(nextOf(node)), before: nameOf(beforeOf(node)) },
    });
    const verdict = wire?.to === nextOf(node) ? verdicts[wire.state] : 'sound';
    pi.kept.wireTest = `1970-01-01T00:00:00.000Z ${verdict} ${nameOf(nextOf(node))}\n`;
    const die = () => {
      pi.powerOff();
      deaths[node]!();
    };
    board.on('power', ({ on, cause }) => {
      if (!on && cause === 'extin') cuts[node]!.push(clock.now());
    });
    board.connect({ powerOn: () => {}, powerOff: die });
    // A panic leaves the board's power on, and so does the loss of the Pi's own.
    if (failure?.node === node) clock.after(failure.at, die);
    return pi;
  });
  for (const pi of pis) void pi.boot();
  if (wire) ring.wires[wire.to]!.state = wire.state;

  const corosyncConf = `nodelist {\n${all
    .map((node) => `node {\nname: ${nameOf(node)}\nring0_addr: ${addressOf(node)}\nnodeid: ${node + 1}\n}\n`)
    .join('')}}\n`;
  const machineOf = (node: number) =>
    pis[node]!.machine({
      hostname: nameOf(node),
      corosyncConf,
      network: {
        ownAddresses: () => [addressOf(node)],
        ask: async (address) => {
          const asked = all.find((one) => addressOf(one) === address);
          return asked !== undefined && runs(asked) && hear(node, asked) ? 'answers' : 'silent';
        },
      },
    });

  let killed = false;
  const shoot = async (by: number, at: number): Promise<boolean> => {
    const begun = clock.now();
    if (kill?.node === by && !killed) {
      killed = true;
      clock.after(kill.after, () => pis[by]!.keeper?.kill());
    }
    const call = { action: 'off', target: nameOf(at), parameters: { peer: nameOf(at) } } as const;
    const agent = runVirtualAgent(machineOf(by), clock, call).ended;
    const success = await Promise.race([agent.then(({ exitStatus }) => exitStatus === 0), died[by]!]);
    shots.push({ by, at, begun, ended: clock.now(), success });
    return success;
  };

  /** Pacemaker on one node: once it has noticed what is missing, the predecessors of those shoot. */
  const decided = new Set<number>();
  let deciding = 0;
  const decide = async (node: number) => {
    const partition = partitionOf(node);
    if (!runs(node) || !isQuorate(partition)) return;
    for (const target of all.filter((one) => !partition.includes(one))) {
      if (beforeOf(target) !== node || decided.has(target)) continue;
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
      clock.after(at + noticed + world.lag[node]!, () => {
        deciding++;
        void decide(node).finally(() => deciding--);
      });
    }
  }
  await clock.advance(allNoticed);
  while (deciding > 0) await clock.advance(1000);
  await clock.advance(aftermath);
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

/** The bus of a busy machine: each transfer waits before it is made. */
function busy(bus: Bus, wait: () => Promise<void>): Bus {
  const late =
    <Words extends readonly unknown[], Answer>(transfer: (...words: Words) => Promise<Answer>) =>
    async (...words: Words): Promise<Answer> => {
      await wait();
      return transfer(...words);
    };
  return {
    name: bus.name,
    readByte: late((address: number, register: number) => bus.readByte(address, register)),
    readWord: late((address: number, register: number) => bus.readWord(address, register)),
    writeByte: late((address: number, register: number, value: number) => bus.writeByte(address, register, value)),
    writeWord: late((address: number, register: number, value: number) => bus.writeWord(address, register, value)),
    withLock: (body) => bus.withLock(body),
    close: () => bus.close(),
  };
}

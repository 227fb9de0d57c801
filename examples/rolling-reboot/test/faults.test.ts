// One fault at a time, at every single operation of the program on its outside.
import { describe, expect, it } from 'vitest';
import { RollError } from '../src/errors.js';
import type { WorldOptions } from './world/cluster.js';
import type { FaultKind } from './world/faults.js';
import { World } from './world/world.js';

/** Each fault, and what the program is to have cleaned up by itself when all is quiet after it. */
const kinds: Readonly<Record<FaultKind, 'at once' | 'in the next run' | 'or says what to do'>> = {
  fails: 'at once',
  'times out': 'at once',
  'keeps failing': 'at once',
  'is broken': 'or says what to do',
  'is killed before it': 'in the next run',
  'is killed after it': 'in the next run',
  'loses power before it': 'at once',
  'loses power after it': 'at once',
  'loses power with all others': 'at once',
  'is rebooted by someone': 'at once',
  hangs: 'at once',
  'loses a peer': 'at once',
  'loses a peer for two minutes': 'at once',
};

const thorough = process.env['CI'] === 'true';

/**
 * One operation of so many is struck, which ones differing by kind, so that each is struck by some; where there is time every
 * one of the first cluster by every kind.
 */
const clusters = [
  { nodes: 2, cloned: true, stride: thorough ? 1 : 6 },
  { nodes: 2, cloned: false, stride: thorough ? 5 : 13 },
  { nodes: 3, cloned: true, stride: thorough ? 7 : 17 },
] as const;

for (const { stride, ...cluster } of clusters) {
  describe(`${cluster.nodes} nodes, the container ${cluster.cloned ? 'cloned' : 'moving with the address'}`, () => {
    let undisturbed: Promise<World> | undefined;
    for (const [index, [kind, cleanUp]] of Object.entries(kinds).entries()) {
      it(`takes one node out at a time, keeps the service and cleans up when an operation or its node ${kind}`, async () => {
        const { operations } = await (undisturbed ??= morningOf(cluster));
        const chosen = strikable(operations).filter((at) => at % stride === index % stride);
        expect(chosen.length).toBeGreaterThan(100 / stride);
        for (const at of chosen) {
          const world = await morningOf({ ...cluster, fault: { at, kind: kind as FaultKind } });
          const where = `${kind}: ${at}, ${operations[at] ?? ''}`;
          const check = (found: readonly string[]) => {
            expect([where, ...found], story(world)).toEqual([where]);
          };
          check(world.violations);
          if (cleanUp === 'at once') check(leftovers(world));
          if (cleanUp === 'or says what to do' && leftovers(world).length > 0) check(silence(world));
          // A person mends what is broken; the next run ends what is left.
          world.repair();
          await world.quiet();
          for (const machine of world.machines) machine.start('run');
          await world.quiet();
          check([...world.violations, ...leftovers(world)]);
          expect(world.serves).toBe(true);
        }
      });
    }
  });
}

describe('the judge of this model', () => {
  it('sees two nodes out at once', async () => {
    const world = await morningOf({});
    world.standby.add('raspberrypi-1').add('raspberrypi-2');
    await world.clock.advance(2000);
    expect(world.violations).toContainEqual(expect.stringContaining('were out at once'));
  });

  it('sees a service that is away although a node could run it', async () => {
    const world = await morningOf({});
    world.machines.forEach((machine) => (machine.sick = true));
    await world.clock.advance(5000);
    expect(world.violations).toContainEqual(expect.stringContaining('the service was away'));
  });
});

async function morningOf(options: WorldOptions): Promise<World> {
  const world = new World(options);
  await world.boot();
  await world.morning();
  return world;
}

/** Every operation, but of those that one step repeats while it waits only the first three. */
function strikable(operations: readonly string[]): number[] {
  const seen = new Map<string, number>();
  return operations.flatMap((name, index) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count <= 3 ? [index] : [];
  });
}

/** What is left of a roll that ought not to be. */
function leftovers(world: World): string[] {
  // A node without power, or outside the cluster, can undo nothing; it does when it is back.
  const up = world.machines.filter(({ online }) => online);
  const names = new Set(up.map(({ name }) => name));
  return [
    ...[...world.standby].filter((node) => names.has(node)).map((node) => `${node} is in standby`),
    ...[...world.constraints].map((id) => `constraint ${id}`),
    ...up.filter(({ wakeAlarm }) => wakeAlarm !== undefined).map(({ name }) => `wake alarm of ${name}`),
    ...up.filter(({ disk }) => disk.has('journal')).map(({ name }) => `journal of ${name}`),
    ...(names.has(/holder=(\S+)/.exec(world.lock ?? '')?.[1] ?? '') ? [`lock ${world.lock ?? ''}`] : []),
  ];
}

/** Something was left, and nobody was told what to do. */
function silence(world: World): string[] {
  const told = world.machines
    .flatMap(({ errors }) => errors)
    .some((error) => error instanceof RollError && error.code === 'UNFINISHED' && error.message.includes('Do: '));
  return told ? [] : leftovers(world);
}

/** What happened, for whoever has to find out why. */
function story(world: World): string {
  return [...world.lines, ...world.operations.map((name, index) => `${index} ${name}`)].join('\n');
}

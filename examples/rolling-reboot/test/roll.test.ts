import { describe, expect, it } from 'vitest';
import { booted, one, two, type World } from './world/world.js';

/** Whether anything of a turn is left anywhere. */
function clean(world: World): boolean {
  return (
    world.standby.size === 0 &&
    world.constraints.size === 0 &&
    !world.lock?.includes('holder=') &&
    world.machines.every(({ wakeAlarm, disk }) => wakeAlarm === undefined && !disk.has('journal'))
  );
}

/** Whose failures people were told of. */
const failures = (world: World) => world.events.filter(({ event }) => event === 'failure').map(({ node }) => node);

describe('a morning on which all is well', () => {
  for (const [nodes, cloned] of [
    [2, true],
    [2, false],
    [3, true],
    [4, false],
  ] as const) {
    it(`reboots each of ${nodes} nodes once, the container ${cloned ? 'cloned' : 'moving with the address'}`, async () => {
      const world = await booted({ nodes, cloned });
      await world.morning();
      expect(world.machines.flatMap(({ errors }) => errors)).toEqual([]);
      expect(world.machines.map(({ reboots }) => reboots)).toEqual(world.machines.map(() => 1));
      expect(world.violations).toEqual([]);
      expect(world.lock).toBeUndefined();
      expect(clean(world)).toBe(true);
      expect(world.events.map(({ event }) => event).sort()).toEqual(
        world.machines.flatMap(() => ['start', 'success']).sort(),
      );
    });
  }

  it('reboots each of two nodes that have a quorum device, which keeps the other one going', async () => {
    const world = await booted({ nodes: 2 });
    world.device = true;
    await world.morning();
    expect(world.machines.map(({ reboots }) => reboots)).toEqual([1, 1]);
    expect(world.violations).toEqual([]);
  });

  it('gives every node the same roll id', async () => {
    const world = await booted({ nodes: 3 });
    await world.morning();
    const rolls = world.machines.flatMap(({ endings }) =>
      endings.flatMap((ending) => ('roll' in ending ? ending.roll : [])),
    );
    expect(new Set(rolls).size).toBe(1);
  });

  it('moves the service once for the first node, to the last, and not back', async () => {
    const world = await booted({ nodes: 2 });
    await world.morning();
    expect(world.operations.filter((name) => name.endsWith(': move'))).toEqual([
      `${one}: move: move`,
      `${two}: move: move`,
    ]);
    expect(world.serviceOn).toBe(one);
  });

  it('with three nodes, moves the service to one that has been rebooted when there is one', async () => {
    const world = await booted({ nodes: 3 });
    world.machine(one).start('run');
    await world.quiet();
    expect(world.serviceOn).toBe(two);
    world.machine(two).start('run');
    await world.quiet();
    expect(world.serviceOn).toBe(one);
    world.machine('raspberrypi-3').start('run');
    await world.quiet();
    expect(world.serviceOn).toBe(one);
  });

  it('moves the service back with failback', async () => {
    const world = await booted({ settings: { failback: 'yes' } });
    world.machine(one).start('run');
    await world.quiet();
    expect(world.serviceOn).toBe(one);
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
  });

  it('measures the outage that clients see', async () => {
    const world = await booted({ cloned: false });
    world.machine(one).start('run');
    await world.quiet();
    const ending = world.machine(one).endings.at(-1);
    expect(ending).toMatchObject({ result: 'done' });
    // The move takes 6 s in this world, and the service is asked every quarter of a second.
    expect(ending && 'outage' in ending ? ending.outage : 0).toBeGreaterThan(5500);
    expect(ending && 'outage' in ending ? ending.outage : 0).toBeLessThan(6600);
  });

  it('starts the cluster itself where it does not start at boot', async () => {
    const world = await booted();
    world.machine(one).clusterDisabled = true;
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
  });

  it('leaves a wake alarm that someone else has set as it was', async () => {
    const world = await booted();
    const own = world.date() + 86_400_000;
    world.machine(one).wakeAlarm = Math.ceil(own / 1000);
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.machine(one).endings.some(({ result }) => result === 'done'));
    expect(world.machine(one).wakeAlarm).toBe(Math.ceil(own / 1000));
  });
});

describe('a node that waits for its turn', () => {
  it('does not give up when its cluster does not answer for a while', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.machine(one).reboots > 0);
    world.machine(two).start('run');
    await world.clock.advance(5000);
    world.break(`${two}: look at the cluster`, 45_000);
    await world.quiet();
    expect(world.machine(two).endings.at(-1)).toMatchObject({ result: 'done' });
    expect(world.lines.some((line) => line.includes('does not answer'))).toBe(true);
  });
});

describe('clocks that are wrong', () => {
  it('do not let a node take over from one that is at work, and hinder nothing', async () => {
    for (const [ahead, behind] of [
      [one, two],
      [two, one],
    ] as const) {
      const world = await booted();
      world.machine(ahead).clockError = 3 * 3_600_000;
      world.machine(behind).clockError = -3 * 3_600_000;
      await world.morning();
      expect(world.machines.flatMap(({ errors }) => errors)).toEqual([]);
      expect([world.violations, world.lock, clean(world)]).toEqual([[], undefined, true]);
      expect(world.machines.map(({ reboots }) => reboots)).toEqual([1, 1]);
    }
  });

  it('do not cost a node the lock that comes up with a clock that has stood still', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.machine(one).reboots > 0);
    world.machine(one).clockError = -30 * 86_400_000;
    world.machine(two).start('run');
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
    expect(world.machine(two).endings.at(-1)).toMatchObject({ result: 'done' });
    for (const { started, ended } of JSON.parse(world.machine(one).disk.get('history') ?? '') as readonly {
      started: number;
      ended: number;
    }[]) {
      expect(ended).toBeGreaterThanOrEqual(started);
    }
  });
});

describe('a system that goes down for another reason', () => {
  it('is not kept from it: the turn is left as it is, and ended after the boot', async () => {
    const steps = new Set<string>();
    for (let after = 500; after < 300_000; after += after < 4000 ? 130 : 2500) {
      const world = await booted();
      const machine = world.machine(one);
      machine.start('run');
      await world.clock.advance(after);
      if (machine.endings.length > 0 && !machine.disk.has('journal')) break;
      if (machine.pi.state !== 'running') continue;
      steps.add(machine.phase);
      const count = world.operations.length;
      machine.orderReboot();
      await world.clock.advance(1400);
      const undone = world.operations.slice(count).filter((name) => name.startsWith(`${one}: standing-down`));
      expect([after, ...undone]).toEqual([after]);
      await world.quiet();
      expect([after, world.violations, clean(world), world.serves]).toEqual([after, [], true, true]);
      expect(machine.errors.map(({ message }) => message).filter((text) => !text.includes('goes down'))).toEqual([]);
    }
    for (const step of ['standby', 'reboot', 'rejoin', 'healthy', 'soak']) expect(steps).toContain(step);
  });
});

describe('a cluster that does not start at boot', () => {
  it('is started to clear up, too, after a power cut in the middle of a turn', async () => {
    const world = await booted();
    const machine = world.machine(one);
    machine.clusterDisabled = true;
    machine.start('run');
    await world.clock.runUntil(() => world.standby.has(one));
    machine.losePower(60_000);
    await world.quiet();
    await world.clock.advance(120_000);
    await world.quiet();
    expect([machine.online, clean(world), world.violations]).toEqual([true, true, []]);
  });
});

describe('a reboot that goes wrong', () => {
  it('is none when systemctl fails although it has passed the order on', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.quiet();
    const at = world.operations.indexOf(`${one}: reboot: reboot`);
    const again = await booted({ fault: { at, kind: 'times out' } });
    again.machine(one).start('run');
    await again.quiet();
    expect(again.machine(one).reboots).toBe(1);
    expect(again.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
  });

  it('is called off when the system refuses it, with nothing left', async () => {
    const world = await booted();
    world.break(`${one}: reboot`, Infinity);
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({
      result: 'stood-down',
      reason: expect.stringContaining('reboot failed'),
    });
    expect([world.machine(one).reboots, world.violations, clean(world), world.serves]).toEqual([0, [], true, true]);
  });

  it('is told when the reboot hangs and the watchdog has to power-cycle the node; the roll stops, the service stays up', async () => {
    const world = await booted();
    world.machine(one).rebootFate = 'hangs';
    await world.morning();
    expect(world.machine(one).endings.at(-1)).toMatchObject({
      result: 'failed',
      reason: expect.stringContaining('watchdog'),
    });
    expect(world.machine(two).reboots).toBe(0);
    // The one that waited has nothing new to tell.
    expect(failures(world)).toEqual([one]);
    expect(world.machine(two).errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('rolling-reboot abort'),
    ]);
    expect([world.violations, clean(world), world.serves]).toEqual([[], true, true]);
  });

  it('powers on a node that the reboot has left off, by the wake alarm, and stops the roll', async () => {
    const world = await booted();
    world.machine(one).rebootFate = 'stays off';
    await world.morning();
    expect(world.machine(one).endings.at(-1)).toMatchObject({
      result: 'failed',
      reason: expect.stringContaining('alarm'),
    });
    expect(world.machine(two).reboots).toBe(0);
    expect([world.violations, clean(world), world.serves]).toEqual([[], true, true]);
  });

  it('does not blame this reboot for a wakeup flag that stood there before', async () => {
    const world = await booted();
    world.machine(one).board.poke('wakeupStatus', 1 << 4);
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
  });

  it('raises the alarm from the next node when a node does not come back, and clears up for it', async () => {
    const world = await booted();
    world.machine(one).rebootFate = 'never back';
    await world.morning();
    expect(world.machine(two).reboots).toBe(0);
    expect(world.events).toContainEqual({
      ...{ event: 'failure', node: one, rollStops: true },
      text: expect.stringContaining('in time'),
    });
    expect(failures(world)).toEqual([one]);
    expect(world.standby.size).toBe(0);
    expect(world.lock).toContain(`failed=${one}`);
    expect([world.violations, world.serves]).toEqual([[], true]);

    // It is mended: it clears up after itself, and the roll waits for a person.
    world.repair();
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'failed' });
    expect(clean(world)).toBe(true);
    expect(failures(world)).toEqual([one]);
    // The next night is told of again: reboots have ceased.
    world.machine(two).start('run');
    await world.quiet();
    expect(world.machine(two).reboots).toBe(0);
    expect(failures(world)).toEqual([one, two]);
    world.machine(two).start('abort');
    await world.quiet();
    expect(world.lock).toBeUndefined();
    world.machine(two).start('run');
    await world.quiet();
    expect(world.machine(two).endings.at(-1)).toMatchObject({ result: 'done' });
  });
});

describe('someone who wants it to end', () => {
  it('gets it ended by SIGTERM at any step before the reboot, with nothing left', async () => {
    for (let after = 0; after < 4000; after += 130) {
      const world = await booted();
      world.machine(one).start('run');
      await world.clock.advance(after);
      if (world.operations.includes(`${one}: reboot: reboot`)) continue;
      world.machine(one).terminate();
      await world.quiet();
      expect([after, world.violations, clean(world), world.serves]).toEqual([after, [], true, true]);
      expect(world.machine(one).reboots).toBe(0);
    }
  });

  it('aborts what a killed program has left', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.standby.has(one));
    world.machine(one).kill();
    await world.quiet();
    expect(clean(world)).toBe(false);
    world.machine(one).start('abort');
    await world.quiet();
    expect([clean(world), world.lock]).toEqual([true, undefined]);
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'stood-down' });
  });

  it('is not allowed to take the lock from a node at work, but when forced', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.lock?.includes(`holder=${one}`) === true);
    const { lock } = world;
    world.machine(two).start('abort');
    await world.clock.advance(1000);
    expect(world.machine(two).errors.at(-1)).toMatchObject({
      code: 'NOT_MY_TURN',
      message: expect.stringContaining('--force'),
    });
    expect(world.lock).toBe(lock);
    world.machine(two).start('abort', true);
    await world.quiet();
    // The first sees before its reboot, or after it, that the lock is gone, and stands down.
    expect([world.violations, clean(world), world.serves]).toEqual([[], true, true]);
  });
});

describe('a bundle with fewer replicas than there are nodes', () => {
  it('need not come back to the node that it has left', async () => {
    const world = await booted();
    world.bundle = { on: one };
    await world.morning();
    expect(world.machines.flatMap(({ errors }) => errors)).toEqual([]);
    expect(world.machines.map(({ reboots }) => reboots)).toEqual([1, 1]);
    // It has left each node in its turn.
    expect(world.bundle.on).toBe(one);
  });

  it('stops the roll when it runs nowhere any more', async () => {
    const world = await booted();
    world.bundle = { on: one };
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.machine(one).reboots > 0);
    world.bundle.on = undefined;
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({
      result: 'failed',
      reason: expect.stringContaining(`web-bundle is not started on ${one}`),
    });
  });
});

describe('a disk that cannot be written any more after the boot', () => {
  const writing = ['write the journal', 'write the history', 'remove the journal'];
  const breakDisk = (world: World) => {
    for (const operation of writing) world.break(`${one}: ${operation}`, Infinity);
  };

  it('stops the roll: no other node follows one that has rebooted and is not looked at', async () => {
    const world = await booted();
    for (const machine of world.machines) machine.start('run');
    await world.clock.runUntil(() => world.machine(one).reboots > 0);
    breakDisk(world);
    await world.quiet();
    expect(world.machines.map(({ reboots }) => reboots)).toEqual([1, 0]);
    expect([world.lock, world.standby.size]).toEqual([expect.stringContaining(`failed=${one}`), 0]);
    expect(world.events.find(({ event, node }) => event === 'failure' && node === one)).toMatchObject({
      rollStops: true,
    });
    // The next night, too, and when the disk is mended: until a person has looked.
    await world.morning();
    world.repair();
    await world.morning();
    expect(world.machines.map(({ reboots }) => reboots)).toEqual([1, 0]);
    world.machine(one).start('abort');
    await world.quiet();
    expect([clean(world), world.lock, world.violations]).toEqual([true, undefined, []]);
  });

  it('does not stop it before the reboot, when all is undone', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.standby.has(one));
    world.break(`${one}: write the journal`, Infinity);
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'stood-down', rebooted: false });
    expect(world.events.at(-1)).toMatchObject({ event: 'failure', rollStops: false });
    expect([clean(world), world.lock]).toEqual([true, undefined]);
  });
});

describe('records that were lost', () => {
  it('ends a turn of which only the lock is left', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.machine(one).reboots > 0);
    world.machine(one).disk.clear();
    await world.quiet();
    expect(world.standby.has(one)).toBe(true);
    world.machine(one).start('run');
    await world.quiet();
    expect([clean(world), world.lock]).toEqual([true, expect.stringContaining('failed')]);
  });

  it('says what to do when the journal cannot be read, and does it when forced', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.standby.has(one));
    world.machine(one).kill();
    world.machine(one).disk.set('journal', '{"roll": "2026');
    await world.quiet();
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).errors.at(-1)).toMatchObject({
      code: 'BAD_RECORD',
      message: expect.stringContaining('rolling-reboot abort --force'),
    });
    world.machine(one).start('abort', true);
    await world.quiet();
    expect([clean(world), world.lock]).toEqual([true, undefined]);
  });

  it('begins nothing with a history that cannot be read, until it is forced away', async () => {
    const world = await booted();
    world.machine(one).disk.set('history', '[{');
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).errors.at(-1)).toMatchObject({ code: 'BAD_RECORD' });
    world.machine(one).start('abort', true);
    await world.quiet();
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
  });

  it('touches nothing when the lock reads as nothing it has written', async () => {
    const world = await booted();
    world.lock = 'who=someone';
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).errors.at(-1)).toMatchObject({ code: 'BAD_RECORD' });
    expect([world.machine(one).reboots, world.lock]).toEqual([0, 'who=someone']);
    world.machine(one).start('abort', true);
    await world.quiet();
    expect(world.lock).toBeUndefined();
  });
});

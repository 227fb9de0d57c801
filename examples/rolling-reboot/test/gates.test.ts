import { describe, expect, it } from 'vitest';
import { gates } from '../src/gates.js';
import type { WorldOptions } from './world/cluster.js';
import { booted, one, two, type World } from './world/world.js';

describe('what keeps a roll from beginning', () => {
  it('is told when the cluster does not answer, and when an earlier roll has failed', async () => {
    const world = await booted();
    world.break(`${one}: look at the cluster`, 60_000);
    world.machine(one).start('run');
    await world.quiet();
    world.lock = `roll=r failed=${two}`;
    world.machine(one).start('run');
    await world.quiet();
    expect(world.events).toEqual([
      { event: 'failure', node: one, text: 'look at the cluster failed' },
      { event: 'failure', node: one, text: expect.stringContaining('rolling-reboot abort') },
    ]);
  });
});

describe('gates', () => {
  /** What shuts a gate, and what is then said. */
  const cases: Readonly<
    Record<string, { readonly options?: WorldOptions; readonly shut?: (world: World) => void; readonly said: string }>
  > = {
    'a node that is not in the cluster': {
      options: { settings: { node: 'raspberrypi-9' } },
      said: 'no node raspberrypi-9',
    },
    'a node that the cluster writes otherwise': {
      options: { settings: { node: 'RASPBERRYPI-2' } },
      said: 'set NODE=raspberrypi-2, as the cluster writes it',
    },
    'a cluster of one node': { options: { nodes: 1 }, said: 'has one node' },
    'no such service': { options: { settings: { service: 'VIPP' } }, said: 'no resource VIPP' },
    'a window that is shut': { options: { settings: { window: '04:00-05:00' } }, said: 'the window is 04:00-05:00' },
    'another node in standby': { shut: (world) => world.standby.add(two), said: `${two} is in standby` },
    'this node in standby': { shut: (world) => world.standby.add(one), said: `${one} is in standby` },
    'another node off': { shut: (world) => world.machine(two).losePower(Infinity), said: two },
    'a quorum device that is lost': {
      shut: (world) => (world.device = false),
      said: 'the quorum device gives no vote',
    },
    'a failure': { shut: (world) => world.failures.push('monitor of VIP failed'), said: 'pcs resource cleanup' },
    'a constraint that was left': {
      shut: (world) => world.constraints.add('cli-ban-VIP-on-x'),
      said: 'cli-ban-VIP-on-x',
    },
    'settings that lose the service': {
      shut: (world) => world.unsuitable.push('shutdown-lock=true'),
      said: 'shutdown-lock',
    },
    'a sick instance on the other node': {
      shut: (world) => (world.machine(two).sick = true),
      said: `${two}'s instance`,
    },
    'a service that does not answer': { shut: (world) => (world.machine(one).sick = true), said: 'http://vip/' },
    'a fence device that is monitored too seldom': {
      options: { settings: { 'fence-monitor-age': '30' } },
      said: 'fence device',
    },
    'a program that holds a shutdown back': {
      shut: (world) =>
        world
          .machine(one)
          .inhibitors.push(
            { what: 'sleep', who: 'a', why: 'b', mode: 'block', pid: 1 },
            { what: 'shutdown', who: 'a', why: 'b', mode: 'delay', pid: 2 },
            { what: 'sleep:shutdown', who: 'borg', why: 'a backup', mode: 'block', pid: 77 },
          ),
      said: 'borg (process 77) holds a shutdown back: a backup; wait for it, or end it: systemd-inhibit --list, for 600 s',
    },
    'what never ends': {
      shut: (world) => world.underWay.push('fencing (reboot) of x is pending'),
      said: 'fencing (reboot) of x is pending, for 600 s',
    },
    'a watchdog that is off': {
      shut: (world) => world.machine(one).board.poke('watchdogTimeout', 0),
      said: 'watchdog-timeout',
    },
  };
  for (const [name, { options = {}, shut, said }] of Object.entries(cases)) {
    it(`do not let a turn begin with ${name}, and say why`, async () => {
      const world = await booted(options);
      shut?.(world);
      await world.clock.advance(10_000);
      world.operations.length = 0;
      world.machine(one).start('run');
      await world.quiet();
      expect(world.machine(one).errors.at(-1)).toMatchObject({
        code: 'REFUSED',
        message: expect.stringContaining(said),
      });
      expect(world.operations.filter((operation) => /standby$|move$|reboot$|change the lock$/.test(operation))).toEqual(
        [],
      );
      expect([world.machine(one).reboots, world.lock]).toEqual([0, undefined]);
    });
  }

  it('wait for what passes: a start, or a backup that ends, does not cost the night', async () => {
    const world = await booted();
    world.underWay.push('resource web is Starting');
    world.machine(one).inhibitors.push({ what: 'shutdown', who: 'borg', why: 'a backup', mode: 'block', pid: 77 });
    world.machine(one).start('run');
    await world.clock.advance(60_000);
    world.underWay.length = 0;
    await world.clock.advance(60_000);
    expect(world.machine(one).reboots).toBe(0);
    world.machine(one).inhibitors.length = 0;
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
    expect(world.lines.some((line) => line.includes('waits, for at most 600 s: resource web is Starting'))).toBe(true);
  });

  it('wait for what passes after the lock is taken, too, and not when what lasts is wrong', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.clock.runUntil(() => world.lock?.includes(`holder=${one}`) === true);
    world.underWay.push('monitor of web runs on x');
    await world.clock.advance(30_000);
    expect(world.standby.size).toBe(0);
    world.underWay.length = 0;
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });

    const other = await booted({ settings: { window: '04:00-05:00' } });
    other.underWay.push('resource web is Starting');
    const begun = other.clock.now();
    other.machine(one).start('run');
    await other.clock.runUntil(() => other.machine(one).errors.length > 0);
    expect(other.clock.now() - begun).toBeLessThan(10_000);
  });

  it('are not shut by a turn that is on record for the future, and tell of it', async () => {
    const world = await booted();
    const started = world.date() + 400 * 86_400_000;
    const ahead = { roll: 'r', node: one, result: 'done', started, ended: started, rebooted: true, outage: 0 };
    world.machine(one).disk.set('history', JSON.stringify([ahead, { ...ahead, started: started + 1 }]));
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
    expect(world.lines.some((line) => /warning .*400 days from now, which cannot be/.test(line))).toBe(true);
    // That turn counts, whatever stands before it.
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).errors.at(-1)).toMatchObject({ message: expect.stringContaining('min-interval') });
  });

  it('let a node be rebooted once a day, and more often by hand, up to no limit but sense', async () => {
    const world = await booted();
    world.machine(one).start('run');
    await world.quiet();
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).errors.at(-1)).toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('min-interval'),
    });
    expect(world.machine(one).reboots).toBe(1);
    world.machine(one).start('by hand');
    await world.quiet();
    expect(world.machine(one).reboots).toBe(2);
    await world.clock.advance(21 * 3_600_000);
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).errors.at(-1)).toMatchObject({ message: expect.stringContaining('max-per-day') });
  });

  it('have a name each of their own', () => {
    expect(new Set(gates.map(({ name }) => name)).size).toBe(gates.length);
  });
});

describe('a reboot only when it is required', () => {
  it('does nothing without the sentinel', async () => {
    const world = await booted({ settings: { when: 'required' } });
    world.sentinel = false;
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({
      result: 'nothing',
      reason: expect.stringContaining('reboot-required'),
    });
    world.sentinel = true;
    world.machine(one).start('run');
    await world.quiet();
    expect(world.machine(one).endings.at(-1)).toMatchObject({ result: 'done' });
  });
});

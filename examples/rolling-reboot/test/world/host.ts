// What the program on a node of the played cluster sees of the outside.
import { editDefaults, parseDefaults, Sleepi3 } from '@sleepi3/driver';
import type { ProbeResult } from '@sleepi3/program';
import type { VirtualProcess } from '@sleepi3/simulator';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Host } from '../../src/node/host.js';
import { sleepi3Board } from '../../src/node/sleepi3-board.js';
import type { PlayedCluster } from './cluster.js';
import { factsFor } from './facts.js';
import { joinTime, type Machine } from './machine.js';

/** What the program on a node sees of the outside. */
export function hostOf(world: PlayedCluster, machine: Machine, process: VirtualProcess, signal: AbortSignal): Host {
  const operate = <T>(name: string, effect: () => T | Promise<T>) => world.operate(machine, process, name, effect);
  const files = {
    readFile: (path: string) =>
      path.endsWith('/since_epoch')
        ? operate('read the RTC', () => `${Math.floor(world.date() / 1000)}\n`)
        : operate('read the alarm', () => (machine.wakeAlarm === undefined ? '' : `${machine.wakeAlarm}\n`)),
    writeFile: (_path: string, data: string) =>
      operate('write the alarm', () => {
        machine.wakeAlarm = Number(data) > 0 ? Number(data) : undefined;
      }),
  };
  return {
    clock: process.clock,
    date: () => world.date() + machine.clockError,
    bootId: async () => `boot-${machine.boots}`,
    pid: 1,
    cluster: clusterOf(world, machine, process, operate),
    board: sleepi3Board({
      open: () =>
        operate('open the board', () => Sleepi3.open({ bus: process.bus, clock: process.clock, random: () => 0.5 })),
      defaults: async () => parseDefaults(editDefaults('', {})),
      fenceCheck: async () => undefined,
      files,
    }),
    records: {
      read: async (name) => machine.disk.get(name),
      replace: (name, text) => operate(`write the ${name}`, () => void machine.disk.set(name, text)),
      remove: (name) => operate(`remove the ${name}`, () => void machine.disk.delete(name)),
    },
    probe: async (url, timeoutMs) => {
      // The meter's questions are many, and no step depends on them.
      if (timeoutMs < 5000) {
        await process.clock.sleep(5);
        return answer(world, url);
      }
      try {
        return await operate(`ask ${url}`, () => answer(world, url));
      } catch (error) {
        return { ok: false, fact: (error as Error).message };
      }
    },
    inhibitors: async () => machine.inhibitors,
    fileExists: async () => world.sentinel,
    reboot: () => operate('reboot', () => machine.orderReboot({ byProgram: true })),
    goingDown: async () => machine.goesDown,
    randomWord: () => 'k3v9x2mp',
    report: {
      line: (level, text) => void world.lines.push(`${world.clock.now()} ${machine.name} ${level} ${text}`),
      event: ({ roll: _, ...told }) =>
        operate(`report ${told.event}`, () => void world.events.push(told)).catch(() => undefined),
      gauges: async ({ phase }) => void (machine.phase = phase),
    },
    signal,
  };
}

function answer(world: PlayedCluster, url: string): ProbeResult {
  const node = /raspberrypi-\d+/.exec(url)?.[0];
  const ok = node === undefined ? world.serves : world.machine(node).alive && world.machine(node).hasInstance;
  return ok ? { ok, fact: 'HTTP 200' } : { ok, fact: 'connection refused' };
}

function clusterOf(
  world: PlayedCluster,
  machine: Machine,
  { clock }: VirtualProcess,
  operate: <T>(name: string, effect: () => T | Promise<T>) => Promise<T>,
): Cluster {
  const assertJoined = () => {
    if (!machine.online) throw new Error('the cluster is not running on this node');
  };
  const change = (name: string, effect: () => void) =>
    operate(name, () => {
      assertJoined();
      effect();
      world.reconcile();
    });
  return {
    facts: () =>
      operate('look at the cluster', () => {
        assertJoined();
        return factsFor(world, machine);
      }),
    start: () =>
      operate('start the cluster', () => {
        if (!machine.joined) world.clock.after(joinTime, () => (machine.alive ? machine.join() : undefined));
      }),
    standby: (node) => change('standby', () => void world.standby.add(node)),
    unstandby: (node) => change('unstandby', () => void world.standby.delete(node)),
    move: async (resource, node) => {
      const constraint = `cli-prefer-${resource}`;
      await change('move', () => {
        world.constraints.add(constraint);
        if (world.serviceOn !== node) world.moveTo(node);
      });
      const end = clock.now() + 60_000;
      while (world.serviceOn !== node && clock.now() < end) await clock.sleep(500);
      await change('move, its end', () => void world.constraints.delete(constraint));
      if (world.serviceOn !== node) throw new Error(`${resource} did not move to ${node}`);
    },
    removeConstraints: (ids) => change('remove constraints', () => ids.forEach((id) => world.constraints.delete(id))),
    removeLock: () => change('remove the lock', () => (world.lock = undefined)),
    compareAndSetLock: (before, after) =>
      operate('change the lock', () => {
        assertJoined();
        if (world.lock !== before) return false;
        world.lock = after;
        return true;
      }),
  };
}

// A simulated cluster with its boards, on a virtual clock: who is up, what runs where, what clients get. Time, power,
// boards and the program are as real as they can be in one process; Pacemaker is played.
import { PlayedCluster, type WorldOptions } from './cluster.js';
import { hostOf } from './host.js';

/** The cluster through its days. */
export class World extends PlayedCluster {
  constructor(options: WorldOptions = {}) {
    super(options, hostOf);
  }

  /** Boots all nodes and lets them find each other. */
  async boot(): Promise<void> {
    await this.clock.runUntil(() => this.machines.every(({ joined }) => joined), { within: 300_000 });
    await this.clock.advance(30_000);
    this.violations.length = 0;
    this.outages.length = 0;
    this.operations.length = 0;
  }

  /** The timers of all nodes fire, a little apart; ends when all is quiet again. */
  async morning(): Promise<void> {
    this.machines.forEach((machine, index) => {
      this.clock.after(index * 20_000, () => machine.start('run'));
    });
    await this.clock.advance(this.machines.length * 20_000);
    await this.quiet();
  }

  /** Until no program runs and no node is on its way. */
  async quiet(): Promise<void> {
    let quietSince = this.clock.now();
    await this.clock.runUntil(
      () => {
        if (this.machines.some((machine) => machine.busy)) quietSince = this.clock.now();
        return this.clock.now() - quietSince > 60_000;
      },
      { within: 12 * 3_600_000 },
    );
  }
}

/** A cluster that has found itself. */
export async function booted(options: WorldOptions = {}): Promise<World> {
  const world = new World(options);
  await world.boot();
  return world;
}

/** The nodes of a world of two. */
export const one = 'raspberrypi-1';
export const two = 'raspberrypi-2';

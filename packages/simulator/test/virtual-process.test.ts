import { describe, expect, it } from 'vitest';
import { SimulatorError, VirtualBoard, VirtualClock, VirtualProcess } from '../src/index.js';

const address = 0x6e;
const watchdog = 0x09;

function setUp() {
  const clock = new VirtualClock();
  const board = new VirtualBoard({ clock });
  return { clock, board, process: () => new VirtualProcess(board.bus, clock) };
}

describe('a virtual process', () => {
  it('that nobody kills has a bus and a clock like any other', async () => {
    const { clock, board, process } = setUp();
    const result = process().run(async ({ bus, clock: own }) => {
      expect(bus.name).toBe(board.name);
      await bus.writeByte(address, watchdog, 7);
      await bus.writeWord(address, 0x04, 300);
      await own.sleep(50);
      const read = await bus.withLock(async () => [
        await bus.readByte(address, watchdog),
        await bus.readWord(address, 0x04),
        own.now(),
      ]);
      await bus.close();
      await expect(bus.readByte(address, watchdog)).rejects.toMatchObject({ errno: 'EBADF' });
      return read;
    });
    expect(await clock.runUntil(result)).toEqual([7, 300, 50]);
  });

  it('ends with what its program ends with', async () => {
    const { process } = setUp();
    const failure = new Error('of its own');
    await expect(process().run(() => Promise.reject(failure))).rejects.toBe(failure);
  });

  it('does nothing more once it is killed, at whichever step: no result, no catch, no finally', async () => {
    const steps = 8;
    for (let killAt = 0; killAt <= steps; killAt++) {
      const { clock, board, process } = setUp();
      const victim = process();
      const log: number[] = [];
      let transfers = 0;
      board.on('transfer', () => {
        if (++transfers === killAt) victim.kill();
      });
      const outcome = victim
        .run(async ({ bus, clock: own }) => {
          try {
            for (let step = 1; step <= steps; step++) {
              await (step % 2 === 0
                ? bus.readByte(0x6f, watchdog).catch(() => log.push(-1))
                : bus.writeByte(address, watchdog, step));
              await own.sleep(10);
              log.push(step);
            }
          } finally {
            log.push(0);
          }
        })
        .then(
          () => 'done',
          (error: unknown) => (error as SimulatorError).code,
        );
      expect(await clock.runUntil(outcome)).toBe(killAt === 0 ? 'done' : 'KILLED');
      await clock.run();
      const survived = killAt === 0 ? steps : killAt - 1;
      const expected = Array.from({ length: survived }, (_, i) => (i % 2 === 0 ? [i + 1] : [-1, i + 1])).flat();
      expect(log).toEqual(killAt === 0 ? [...expected, 0] : expected);
      expect(transfers).toBe(killAt === 0 ? steps : killAt);
      // What was sent by then took effect.
      expect(board.peek('watchdogTimeout')).toBe(killAt === 0 ? 7 : killAt - (killAt % 2 === 0 ? 1 : 0));
    }
  });

  it('lets go of the lock when it is killed, held or waited for', async () => {
    const { clock, process } = setUp();
    const [holder, waiting, last] = [process(), process(), process()];
    const log: string[] = [];
    const work = (victim: VirtualProcess, name: string) =>
      victim
        .run(({ bus, clock: own }) =>
          bus.withLock(async () => {
            log.push(`${name} in`);
            await own.sleep(100);
            log.push(`${name} out`);
          }),
        )
        .catch(() => log.push(`${name} killed`));
    const all = Promise.all([work(holder, 'holder'), work(waiting, 'waiting'), work(last, 'last')]);
    clock.after(20, () => {
      waiting.kill();
    });
    clock.after(30, () => {
      holder.kill();
    });
    await clock.runUntil(all);
    expect(log).toEqual(['holder in', 'waiting killed', 'holder killed', 'last in', 'last out']);
    expect(clock.now()).toBe(130);
  });

  it('sends nothing any more, though other timers still run its code', async () => {
    const { clock, board, process } = setUp();
    const victim = process();
    let settled = false;
    clock.after(10, () => {
      void victim.bus.writeByte(address, watchdog, 9).finally(() => (settled = true));
    });
    victim.kill(new SimulatorError('POWER_LOST', 'dark'));
    expect(victim.killed).toBe(true);
    await clock.run();
    expect(board.peek('watchdogTimeout')).toBe(0);
    expect(settled).toBe(false);
    await expect(victim.run(() => new Promise(() => {}))).rejects.toMatchObject({ code: 'POWER_LOST' });
  });
});

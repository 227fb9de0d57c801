import { describe, expect, it } from 'vitest';
import {
  createHarness,
  SimulatedPi,
  type SimulatedPiOptions,
  SimulatorError,
  VirtualBoard,
  VirtualClock,
} from '../src/index.js';

function setUp(options: SimulatedPiOptions = {}) {
  const clock = new VirtualClock();
  const board = new VirtualBoard({ clock });
  const pi = new SimulatedPi(board, options);
  const power: string[] = [];
  board.on('power', ({ on, cause }, time) => power.push(`${time} ${on ? 'on' : 'off'} ${cause}`));
  return { clock, board, pi, power };
}

const fenceable = { defaults: { EXTIN_FORCED_SHUTDOWN: true } };

describe('a simulated Pi', () => {
  it('boots, writes what the vendor’s boot service writes, and gives signs of life from then on', async () => {
    const { clock, board, pi, power } = setUp({ ...fenceable, bootTime: 30_000 });
    board.poke('inputControl', 0b110);
    board.poke('watchdogControl', 0b100);
    board.poke('restoreVoltage', 9000);
    const beats: number[] = [];
    board.on('heartbeat', (_, time) => beats.push(time));
    expect(pi.state).toBe('booting');
    await clock.advance(29_999);
    expect(pi.state).toBe('booting');
    await clock.advance(3001);
    expect(pi.state).toBe('running');
    expect(pi.boots).toBe(1);
    expect(board.peek('inputControl')).toBe(0b001);
    expect(board.peek('watchdogControl')).toBe(0b001);
    expect(board.peek('watchdogTimeout')).toBe(60);
    expect(board.peek('adcInterval')).toBe(1);
    expect(board.peek('restoreVoltage')).toBe(0);
    expect(beats).toEqual([30_000, 31_000, 32_000, 33_000]);
    await clock.advance(600_000);
    expect(power).toEqual([]);
  });

  it('leaves the rest of the settings unwritten after one bus error, as the vendor’s service does', async () => {
    const { clock, board, pi } = setUp(fenceable);
    board.faults.add({ kind: 'EREMOTEIO', op: 'read', at: 3 });
    await clock.advance(25_000);
    expect(pi.state).toBe('running');
    expect(pi.serviceFailure).toMatchObject({ errno: 'EREMOTEIO' });
    expect(board.bit('EIPDE')).toBe(false);
    expect(board.peek('watchdogTimeout')).toBe(0);
  });

  it('is power-cycled by the watchdog when it hangs, and boots again', async () => {
    const { clock, pi, power } = setUp();
    await clock.advance(25_000);
    pi.hang();
    expect(pi.state).toBe('hung');
    await clock.advance(100_000);
    expect(power).toEqual(['85000 off restart', '86000 on watchdog']);
    expect(pi.state).toBe('running');
    expect(pi.boots).toBe(2);
  });

  it('shuts down, halts and has its power cut after POWEROFF_DELAY; a press of the switch starts it again', async () => {
    const { clock, board, pi, power } = setUp({ shutdownTime: 8000 });
    await clock.advance(25_000);
    const down = pi.shutdown();
    expect(pi.state).toBe('shutting-down');
    await clock.runUntil(down);
    expect(pi.state).toBe('halted');
    expect(clock.now()).toBe(33_000);
    expect(board.peek('watchdogTimeout')).toBe(90);
    await clock.advance(600_000);
    expect(pi.state).toBe('off');
    // 10 s after its last sign of life, which was at 32 s.
    expect(power).toEqual(['42000 off sleep']);
    board.setSwitch(true);
    await clock.advance(25_000);
    expect(pi.state).toBe('running');
  });

  it('reboots with its power on', async () => {
    const { clock, board, pi, power } = setUp({ defaults: { RETRY_BOOT: false, BOOT_TIMEOUT: 40 } });
    await clock.advance(25_000);
    await clock.runUntil(pi.reboot());
    expect(pi.state).toBe('booting');
    expect(board.peek('watchdogControl')).toBe(0);
    expect(board.peek('watchdogTimeout')).toBe(40);
    await clock.advance(30_000);
    expect(pi.state).toBe('running');
    expect(pi.boots).toBe(2);
    expect(power).toEqual([]);
  });

  it('that does not come up within BOOT_TIMEOUT is power-cycled', async () => {
    const { clock, pi, power } = setUp({ bootTime: 95_000 });
    await clock.advance(100_000);
    await clock.runUntil(pi.reboot());
    await clock.advance(96_000);
    expect(power).toHaveLength(2);
    expect(power[0]).toMatch(/ off restart$/);
  });

  it('runs programs of one’s own only while it runs', async () => {
    const { clock, board, pi } = setUp();
    const program = () => Promise.resolve('ran');
    await expect(pi.run(program)).rejects.toMatchObject({ name: 'SimulatorError', code: 'NOT_RUNNING' });
    await expect(pi.shutdown()).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    await clock.advance(25_000);
    expect(await pi.run(program)).toBe('ran');
    board.setSupply({ voltage1: 0 });
    expect(pi.state).toBe('off');
    pi.hang();
    expect(pi.state).toBe('off');
    await expect(pi.run(program)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  it('stops its programs in mid-step when its power is cut, and starts its own anew at the next boot', async () => {
    const { boards, clock } = createHarness();
    const log: string[] = [];
    const pis = boards.map(
      (board) =>
        new SimulatedPi(board, {
          ...fenceable,
          program: async (process) => {
            log.push(`${board.name} started`);
            try {
              await process.clock.sleep(1e9);
            } finally {
              log.push(`${board.name} ended`);
            }
          },
        }),
    );
    await clock.advance(25_000);
    const work = pis[1]!.run(async ({ clock: own }) => {
      for (;;) await own.sleep(100);
    });
    const fenced = pis[0]!.run(async ({ bus, clock: own }) => {
      await bus.writeByte(0x6e, 0x0d, 1);
      await own.sleep(12_000);
      await bus.writeByte(0x6e, 0x0d, 0);
      await own.sleep(500);
      await bus.writeByte(0x6e, 0x0d, 1);
      await own.sleep(500);
      await bus.writeByte(0x6e, 0x0d, 0);
    });
    await expect(clock.runUntil(work)).rejects.toMatchObject({ code: 'POWER_LOST' });
    expect(clock.now()).toBe(35_000);
    await clock.runUntil(fenced);
    expect(boards[1].wakeupCause).toBe('extin');
    await clock.advance(25_000);
    expect(log).toEqual(['raspberrypi-1 started', 'raspberrypi-2 started', 'raspberrypi-2 started']);
    expect(pis.map((pi) => pi.boots)).toEqual([1, 2]);
  });

  it('kills what runs on it when it hangs or goes down', async () => {
    const { clock, pi } = setUp();
    await clock.advance(25_000);
    const killed = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ code: 'KILLED' });
    const first = killed(pi.run(() => new Promise(() => {})));
    await clock.runUntil(pi.reboot());
    await first;
    await clock.advance(25_000);
    const others = [killed(pi.run(() => new Promise(() => {}))), killed(pi.shutdown())];
    pi.hang();
    await Promise.all(others);
    expect(pi.state).toBe('hung');
  });

  it('refuses times that make no sense', () => {
    expect(() => setUp({ bootTime: -1 })).toThrow(SimulatorError);
    expect(() => setUp({ shutdownTime: NaN })).toThrow('shutdownTime');
    expect(() => setUp({ heartbeatInterval: 0 })).toThrow('heartbeatInterval');
  });
});

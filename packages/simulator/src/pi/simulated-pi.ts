// A Pi as far as its board can tell: it boots, runs the vendor's services, and stops in the middle of anything.
import {
  type BitName,
  bits,
  type Bus,
  type Defaults,
  parseDefaults,
  type RegisterName,
  registers,
} from '@sleepi3/driver';
import type { VirtualBoard } from '../board/board.js';
import { inRange, SimulatorError } from '../errors.js';
import type { Pi } from './pi.js';
import { VirtualProcess } from './virtual-process.js';

export interface SimulatedPiOptions {
  /** Settings of /etc/default/sleepi3 over the vendor's defaults. */
  readonly defaults?: Partial<Defaults>;
  /** ms from power, or from the end of a reboot's shutdown, until the vendor's boot service runs; default 20000. */
  readonly bootTime?: number;
  /** ms that a shutdown takes until the system halts; default 5000. */
  readonly shutdownTime?: number;
  /** ms between two signs of life; default 1000. */
  readonly heartbeatInterval?: number;
  /** Started at the end of every boot, such as a cluster's software. It has no business to end with an error. */
  readonly program?: (process: VirtualProcess) => Promise<void>;
}

/** `hung`: it has power and does nothing. `halted`: its system has shut down, and its power is still on. */
export type PiState = 'off' | 'booting' | 'running' | 'shutting-down' | 'halted' | 'hung';

/**
 * A Pi with the vendor's software: at boot it writes the settings of /etc/default/sleepi3 to the board, then it gives
 * signs of life; at shutdown and reboot it writes what the vendor's services write (V: sleepi3-utils' config.py).
 * A bus error stops the vendor's service where it is, as on a real Pi: see {@link serviceFailure}.
 */
export class SimulatedPi implements Pi {
  readonly board: VirtualBoard;
  readonly #defaults: Defaults;
  readonly #bootTime: number;
  readonly #shutdownTime: number;
  readonly #heartbeatInterval: number;
  readonly #program: SimulatedPiOptions['program'];
  readonly #processes = new Set<VirtualProcess>();
  #state: PiState = 'off';
  #boots = 0;
  #serviceFailure: unknown;

  /** Connects itself to `board`. */
  constructor(board: VirtualBoard, options: SimulatedPiOptions = {}) {
    this.board = board;
    this.#defaults = { ...parseDefaults('').values, ...options.defaults };
    this.#bootTime = inRange('bootTime', options.bootTime ?? 20_000, 0, Infinity);
    this.#shutdownTime = inRange('shutdownTime', options.shutdownTime ?? 5000, 0, Infinity);
    this.#heartbeatInterval = inRange('heartbeatInterval', options.heartbeatInterval ?? 1000, 1, Infinity);
    this.#program = options.program;
    board.connect(this);
  }

  get state(): PiState {
    return this.#state;
  }

  /** Boots that were completed. */
  get boots(): number {
    return this.#boots;
  }

  /** The bus error at which the vendor's service last stopped, with the rest of its settings not written. */
  get serviceFailure(): unknown {
    return this.#serviceFailure;
  }

  powerOn(): void {
    this.#boot();
  }

  powerOff(): void {
    this.#stop('off', new SimulatorError('POWER_LOST', `${this.board.name} cut the power`));
  }

  /**
   * Runs a program on this Pi, with its bus and clock. Resolves or rejects as the program does.
   *
   * @throws SimulatorError `NOT_RUNNING` unless the Pi is running, `POWER_LOST` when its power is cut before the end,
   *   `KILLED` when the Pi hangs or the system ends before that.
   */
  async run<T>(program: (process: VirtualProcess) => Promise<T>): Promise<T> {
    this.#assertRunning();
    return this.#spawn(program);
  }

  /** The kernel panics: everything stops, the power stays on. */
  hang(): void {
    if (this.#state !== 'off') this.#stop('hung');
  }

  /**
   * Shuts down; the board then cuts the power after POWEROFF_DELAY. Resolves when the system has halted.
   *
   * @throws as {@link run}.
   */
  shutdown(): Promise<void> {
    return this.#goDown(this.#defaults.POWEROFF_DELAY, () => {
      this.#stop('halted');
    });
  }

  /**
   * Reboots, the power staying on. Resolves when the next boot begins.
   *
   * @throws as {@link run}.
   */
  reboot(): Promise<void> {
    return this.#goDown(0, () => {
      this.#stop('booting');
      this.#boot();
    });
  }

  #boot(): void {
    this.#state = 'booting';
    this.#runService(async ({ bus, clock }) => {
      await clock.sleep(this.#bootTime);
      this.#state = 'running';
      this.#boots++;
      if (this.#program !== undefined) this.#runService(this.#program);
      this.#runService(async (process) => {
        for (;;) {
          this.board.heartbeat();
          await process.clock.sleep(this.#heartbeatInterval);
        }
      });
      await this.#write(bus, bootSettings(this.#defaults));
    });
  }

  async #goDown(sleepTimeout: number, end: () => void): Promise<void> {
    this.#assertRunning();
    this.#state = 'shutting-down';
    await this.#spawn(async ({ bus, clock }) => {
      await this.#write(bus, shutdownSettings(this.#defaults, sleepTimeout));
      await clock.sleep(this.#shutdownTime);
    });
    end();
  }

  async #write(bus: Bus, settings: readonly Setting[]): Promise<void> {
    this.#serviceFailure = undefined;
    try {
      for (const setting of settings) await writeSetting(bus, this.#defaults.I2C_ADDRESS, setting);
    } catch (error) {
      this.#serviceFailure = error;
    }
  }

  #assertRunning(): void {
    if (this.#state === 'running') return;
    throw new SimulatorError('NOT_RUNNING', `the Pi of ${this.board.name} is ${this.#state}: wait until it is running`);
  }

  #runService(service: (process: VirtualProcess) => Promise<void>): void {
    this.#spawn(service).catch((error: unknown) => {
      // A service ends with its Pi; any other end is an error that nobody else would hear of.
      if (!(error instanceof SimulatorError && (error.code === 'KILLED' || error.code === 'POWER_LOST'))) throw error;
    });
  }

  async #spawn<T>(program: (process: VirtualProcess) => Promise<T>): Promise<T> {
    const process = new VirtualProcess(this.board.bus, this.board.clock);
    this.#processes.add(process);
    try {
      return await process.run(program);
    } finally {
      this.#processes.delete(process);
    }
  }

  #stop(state: PiState, reason?: SimulatorError): void {
    this.#state = state;
    for (const process of this.#processes) process.kill(reason);
  }
}

type Setting = readonly [BitName | RegisterName, number];

/** V: config.py, start. */
function bootSettings({ EXTIN_FORCED_SHUTDOWN, HEARTBEAT_TIMEOUT }: Defaults): Setting[] {
  return [
    ['EITRG', 0],
    ['RITRG', 0],
    ['EIPDE', Number(EXTIN_FORCED_SHUTDOWN)],
    ['watchdogTimeout', HEARTBEAT_TIMEOUT],
    ['RSTE', 1],
    ['adcInterval', 1],
    ['restoreVoltage', 0],
    ['UVLO', 0],
  ];
}

/** V: config.py, stop and restart, as they are meant: there RETRY_BOOT=0 has no effect. */
function shutdownSettings({ RETRY_BOOT, BOOT_TIMEOUT }: Defaults, sleepTimeout: number): Setting[] {
  return [
    ['RSTE', Number(RETRY_BOOT)],
    ['sleepTimeout', sleepTimeout],
    ['watchdogTimeout', BOOT_TIMEOUT],
  ];
}

/** V: a flag is read, changed and written back, with no lock. */
async function writeSetting(bus: Bus, address: number, [name, value]: Setting): Promise<void> {
  if (name in bits) {
    const { register, bit } = bits[name as BitName];
    const before = await bus.readByte(address, registers[register].address);
    const after = value === 0 ? before & ~(1 << bit) : before | (1 << bit);
    return bus.writeByte(address, registers[register].address, after);
  }
  const { address: register, width } = registers[name as RegisterName];
  return width === 16 ? bus.writeWord(address, register, value) : bus.writeByte(address, register, value);
}

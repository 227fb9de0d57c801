// A program that can be stopped between any two of its steps, as SIGKILL or a power cut would stop it.
import type { Bus, Clock } from '@sleepi3/driver';
import { SimulatorError } from '../errors.js';

/**
 * What a program on a Pi gets instead of the machine's own bus and clock. Once it is killed, whatever the program waits
 * for there never comes, neither as a result nor as an error: no `catch` and no `finally` of it runs. What it has sent by
 * then takes effect, and the bus's lock is free again.
 */
export class VirtualProcess {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly #death: Promise<never>;
  #die!: (reason: SimulatorError) => void;
  #killed = false;

  constructor(bus: Bus, clock: Clock) {
    this.#death = new Promise((_, reject) => {
      this.#die = reject;
    });
    this.#death.catch(() => {
      // Told to whoever asked to run a program.
    });
    this.bus = {
      name: bus.name,
      readByte: (address, register) => this.#unlessKilled(() => bus.readByte(address, register)),
      readWord: (address, register) => this.#unlessKilled(() => bus.readWord(address, register)),
      writeByte: (address, register, value) => this.#unlessKilled(() => bus.writeByte(address, register, value)),
      writeWord: (address, register, value) => this.#unlessKilled(() => bus.writeWord(address, register, value)),
      withLock: (body) =>
        this.#unlessKilled(() => bus.withLock(() => Promise.race([this.#death, this.#unlessKilled(body)]))),
      close: () => this.#unlessKilled(() => bus.close()),
    };
    this.clock = {
      now: () => clock.now(),
      sleep: (milliseconds, signal) => this.#unlessKilled(() => clock.sleep(milliseconds, signal)),
    };
  }

  get killed(): boolean {
    return this.#killed;
  }

  /**
   * Runs `program`; resolves or rejects as it does.
   *
   * @throws SimulatorError `KILLED`, or the reason given to {@link kill}, when it is killed before its end.
   */
  run<T>(program: (process: VirtualProcess) => Promise<T>): Promise<T> {
    return Promise.race([this.#death, program(this)]);
  }

  /** Stops it for good. */
  kill(reason = new SimulatorError('KILLED', 'the process was killed')): void {
    this.#killed = true;
    this.#die(reason);
  }

  async #unlessKilled<T>(action: () => Promise<T>): Promise<T> {
    await this.#untilAlive();
    try {
      return await action();
    } finally {
      await this.#untilAlive();
    }
  }

  /** Which is at once, or never. */
  #untilAlive(): Promise<void> | undefined {
    if (!this.#killed) return undefined;
    return new Promise(() => {
      // What waits for this goes on no more.
    });
  }
}

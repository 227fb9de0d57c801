// The controller of a slee-Pi 3 as a state machine. Facts are marked D documented by the vendor, V read off the vendor's
// code, I inferred, U unknown (an option).
import { type BitName, type Bus, type RegisterName, registers, type WakeupFlag, wakeupFlags } from '@sleepi3/driver';
import type { BoardOptions, Supply } from './board-options.js';
import { BusLine } from './bus-line.js';
import { inRange, oneOf, wholeInRange } from '../errors.js';
import { BoardEmitter, type BoardEventName, type BoardListener, type CutCause } from './events.js';
import type { FaultInjector } from './faults.js';
import type { Pi } from '../pi/pi.js';
import { RegisterMemory } from './register-memory.js';
import { SecondsCounter } from './seconds-counter.js';
import { type Timers, timersOn } from '../time/timers.js';
import { VirtualClock } from '../time/virtual-clock.js';

/** Counted seconds of EXTIN at which EIPDE cuts the power (D: "when EXTIN has been detected for 10 s or more"). */
const forcedPowerDownSeconds = 10;
const largestCount = 255;

/**
 * A virtual slee-Pi 3. The host's side is {@link bus}; all else is its connectors, its switch and its supply.
 *
 * It acts at exact times of its clock, and at once: when a call returns, all that follows from it has happened.
 */
export class VirtualBoard {
  readonly name: string;
  /** Its I2C address. */
  readonly address: number;
  readonly clock: Timers;
  /** What goes wrong on its bus. */
  readonly faults: FaultInjector;

  readonly #options: BoardOptions;
  readonly #powerCycleTime: number;
  readonly #memory = new RegisterMemory();
  readonly #emitter = new BoardEmitter();
  readonly #line: BusLine;
  readonly #pis = new Set<Pi>();
  readonly #extinCounter: SecondsCounter;
  readonly #switchCounter: SecondsCounter;

  #supply: Supply;
  #powered = false;
  #extin = false;
  #switch = false;
  #ri = false;
  #extinPhase: number;
  /** Seconds of the EXTIN hold under way that had been counted when the Pi was powered on. */
  #secondsBeforePower = 0;
  /** When the controller began to measure the supply at its interval. */
  #measuringSince = 0;

  #cancelTimeout = nothing;
  #cancelRestart = nothing;
  #cancelLevelWake = nothing;
  #cancelMeasurement = nothing;
  #cancelInputRefresh = nothing;
  #cancelAlarm = nothing;

  /** @throws SimulatorError `INVALID_ARGUMENT` for an option out of range. */
  constructor(options: BoardOptions = {}) {
    oneOf('extoutOnPowerCut', options.extoutOnPowerCut, ['held', 'released']);
    oneOf('eipdeOnPowerCut', options.eipdeOnPowerCut, ['kept', 'lost']);
    oneOf('extinCountOnRelease', options.extinCountOnRelease, ['reset', 'kept']);
    oneOf('readOnlyBits', options.readOnlyBits, ['ignored', 'written']);
    this.#options = options;
    this.name = options.name ?? 'slee-Pi 3';
    this.address = wholeInRange('address', options.address ?? 0x6e, 0x03, 0x77);
    this.clock = timersOn(options.clock ?? new VirtualClock());
    this.#extinPhase = checkedPhase(options.extinPhase ?? 0);
    this.#powerCycleTime = inRange('powerCycleTime', options.powerCycleTime ?? 1000, 0, Infinity);
    this.#supply = checkedSupply({ voltage1: 12_000, voltage2: 0, ...options.supply });
    this.#extinCounter = new SecondsCounter(this.clock, (seconds) => {
      this.#extinSecond(seconds);
    });
    this.#switchCounter = new SecondsCounter(this.clock, (seconds) => {
      this.#memory.set('pushSwitchCount', Math.min(seconds, largestCount));
    });
    this.#line = new BusLine(
      {
        name: this.name,
        address: this.address,
        answers: () => this.hasSupply,
        readByte: (register) => this.#memory.readByte(register),
        readWord: (register) => this.#memory.readWord(register),
        write: (register, bytes) => {
          this.#write(register, bytes);
        },
        transferred: (request, outcome) => {
          if (!this.#emitter.listening('transfer')) return;
          const isValue = typeof outcome === 'number';
          this.#emit('transfer', { ...request, ...(isValue ? { value: outcome } : { errno: outcome.errno }) });
        },
      },
      this.clock,
      inRange('transferTime', options.transferTime ?? 0, 0, Infinity),
    );
    this.faults = this.#line.faults;
    if (options.pi !== undefined) this.#pis.add(options.pi);
    if (this.hasSupply) this.#startCold(options.powered ?? true);
  }

  /**
   * The I2C bus of the board's Pi, with the board as its only device. Every access opens it anew, so that closing one
   * leaves the others open; they share one lock. It answers as long as the controller has a supply: that a Pi without
   * power sends nothing is for the Pi to see to.
   */
  get bus(): Bus {
    return this.#line.open();
  }

  /** Whether the controller has a supply. Without, its bus does not answer and its registers are lost. */
  get hasSupply(): boolean {
    return this.#supply.voltage1 > 0 || this.#supply.voltage2 > 0;
  }

  /** Whether the Pi has power. */
  get powered(): boolean {
    return this.#powered;
  }

  /** CN5: whether the external output is asserted. */
  get extout(): boolean {
    return this.#memory.bit('EO');
  }

  /** CN4: whether the external input is asserted. */
  get extin(): boolean {
    return this.#extin;
  }

  /** What last powered the Pi on; undefined when wakeup_status names no single cause. */
  get wakeupCause(): WakeupFlag | undefined {
    const status = this.#memory.get('wakeupStatus');
    return wakeupFlags.find((_, bit) => status === 1 << bit);
  }

  /** When the seconds of an EXTIN hold are counted: see the option of the same name. Takes effect at once. */
  get extinPhase(): number {
    return this.#extinPhase;
  }

  set extinPhase(milliseconds: number) {
    this.#extinPhase = checkedPhase(milliseconds);
    this.#extinCounter.setPhase(milliseconds);
  }

  /** Listens to one kind of event; the returned function ends that. */
  on<Name extends BoardEventName>(name: Name, listener: BoardListener<Name>): () => void {
    return this.#emitter.on(name, listener);
  }

  /** Feeds one more Pi, which is told at once if there is power; the returned function takes it off. */
  connect(pi: Pi): () => void {
    this.#pis.add(pi);
    if (this.#powered) pi.powerOn(this.wakeupCause ?? 'poweron');
    return () => {
      this.#pis.delete(pi);
    };
  }

  /** A register as it stands, past the bus and its faults. */
  peek(register: RegisterName): number {
    return this.#memory.get(register);
  }

  /**
   * Writes a register as a host would, past the bus and its faults.
   *
   * @throws SimulatorError `INVALID_ARGUMENT` when the value does not fit the register.
   */
  poke(register: RegisterName, value: number): void {
    const { address, width } = registers[register];
    wholeInRange(register, value, 0, 2 ** width - 1);
    this.#write(address, width === 8 ? [value] : [value & 0xff, value >> 8]);
  }

  /** One bit of a register as it stands. */
  bit(name: BitName): boolean {
    return this.#memory.bit(name);
  }

  /** CN4: asserts or releases the external input. */
  setExtin(asserted: boolean): void {
    if (asserted === this.#extin) return;
    this.#extin = asserted;
    this.#emit('extin', { asserted });
    if (!this.hasSupply) return;
    this.#showInputs();
    if (asserted) this.#beginExtinHold();
    else this.#endExtinHold();
  }

  /** Presses or releases the push switch. A press wakes the Pi; the vendor documents no other effect. */
  setSwitch(pressed: boolean): void {
    if (pressed === this.#switch) return;
    this.#switch = pressed;
    this.#emit('switch', { pressed });
    if (!this.hasSupply) return;
    this.#showInputs();
    if (pressed) {
      this.#switchCounter.start(0);
      this.#wake('switch');
    } else {
      this.#switchCounter.stop();
      this.#memory.set('pushSwitchCount', 0);
    }
  }

  /** Asserts or releases RI, the ring indicator of a modem. */
  setRi(asserted: boolean): void {
    if (asserted === this.#ri) return;
    this.#ri = asserted;
    this.#emit('ri', { asserted });
    if (asserted) this.#wake('ri');
  }

  /** Sets the RTC's alarm to a time of the clock, ms, or clears it. The RTC has a battery: a lost supply leaves it set. */
  setAlarm(time: number | undefined): void {
    this.#cancelAlarm();
    if (time === undefined) return;
    this.#cancelAlarm = this.clock.after(time - this.clock.now(), () => {
      if (!this.#lockedOut()) this.#wake('alarm');
    });
  }

  /**
   * Changes the supply, mV; what is left out stays. With neither connector fed the controller dies: EXTOUT falls, the
   * registers are lost. Fed again, it starts cold and powers the Pi on.
   */
  setSupply(supply: Partial<Supply>): void {
    const next = checkedSupply({ ...this.#supply, ...supply });
    const hadSupply = this.hasSupply;
    this.#supply = next;
    const { hasSupply } = this;
    this.#emit('supply', next);
    if (!hadSupply && hasSupply) this.#startCold(true);
    else if (hadSupply && !hasSupply) this.#die();
    else this.#scheduleMeasurement();
  }

  /** A sign of life from the Pi: an edge on GPIO5. Nothing while the Pi has no power. */
  heartbeat(): void {
    if (!this.#powered) return;
    this.#emit('heartbeat', {});
    this.#restartTimeout();
  }

  /** Takes the board off its clock, so that a process on a real clock can end. */
  close(): void {
    this.#stopTimers();
    this.#cancelAlarm();
  }

  #emit<Name extends BoardEventName>(name: Name, event: Parameters<BoardListener<Name>>[0]): void {
    this.#emitter.emit(name, event, this.clock.now());
  }

  #write(register: number, bytes: readonly number[]): void {
    const all = this.#options.readOnlyBits === 'written';
    const extout = this.extout;
    bytes.forEach((byte, index) => {
      this.#memory.writeByte(register + index, byte, all);
    });
    const wrote = (name: RegisterName) => {
      const { address, width } = registers[name];
      return register < address + width / 8 && address < register + bytes.length;
    };
    if (wrote('adcInterval')) this.#measuringSince = this.clock.now();
    if (wrote('adcInterval') || wrote('restoreVoltage')) this.#scheduleMeasurement();
    // A new time-out runs in full (I).
    if (wrote('watchdogTimeout') || wrote('sleepTimeout')) this.#restartTimeout();
    if (wrote('inputControl')) this.#wakeByLevel();
    if (wrote('ioStatus')) {
      this.#emitExtoutAfter(extout);
      if (all) this.#showInputsInASecond();
    }
  }

  #beginExtinHold(): void {
    this.#setExtinCount(0);
    this.#extinCounter.start(this.#extinPhase);
    // Right after its edge the line is at its level too: it wakes under either trigger.
    this.#wake('extin');
  }

  #endExtinHold(): void {
    this.#extinCounter.stop();
    if (this.#options.extinCountOnRelease !== 'kept') this.#setExtinCount(0);
  }

  #extinSecond(seconds: number): void {
    this.#setExtinCount(Math.min(seconds, largestCount));
    // A Pi powered on during a hold has its own 10 s (I: "a pulse wakes it, then cuts it after 10 s").
    const heldUnderPower = seconds - this.#secondsBeforePower;
    if (this.#powered && this.bit('EIPDE') && heldUnderPower >= forcedPowerDownSeconds) this.#powerOff('extin');
  }

  #setExtinCount(count: number): void {
    if (count === this.peek('externalInputCount')) return;
    this.#memory.set('externalInputCount', count);
    this.#emit('extin-count', { count });
  }

  #showInputs(): void {
    this.#cancelInputRefresh();
    this.#memory.setBit('EI', this.#extin);
    this.#memory.setBit('SW', this.#switch);
  }

  #showInputsInASecond(): void {
    this.#cancelInputRefresh();
    this.#cancelInputRefresh = this.clock.after(1000, () => {
      this.#showInputs();
    });
  }

  #wake(cause: WakeupFlag): void {
    if (this.hasSupply && !this.#powered) this.#powerOn(cause);
  }

  #powerOn(cause: WakeupFlag): void {
    this.#cancelRestart();
    this.#cancelLevelWake();
    this.#powered = true;
    this.#secondsBeforePower = this.#extin ? this.#extinCounter.seconds : 0;
    this.#memory.set('wakeupStatus', 1 << wakeupFlags.indexOf(cause));
    // A Pi that does not come up gives no sign of life either: the watchdog runs from the start.
    this.#restartTimeout();
    this.#emit('power', { on: true, cause });
    for (const pi of this.#pis) pi.powerOn(cause);
  }

  #powerOff(cause: CutCause): void {
    const extout = this.extout;
    this.#powered = false;
    this.#cancelTimeout();
    // Spent (I): the vendor's boot service never clears it, and a time-out kept from the last shutdown would stop the
    // watchdog from ever restarting a hung system.
    this.#memory.set('sleepTimeout', 0);
    if (this.#options.eipdeOnPowerCut === 'lost') this.#memory.setBit('EIPDE', false);
    if (this.#options.extoutOnPowerCut === 'released') this.#memory.setBit('EO', false);
    this.#emit('power', { on: false, cause });
    for (const pi of this.#pis) pi.powerOff();
    this.#emitExtoutAfter(extout);
    this.#scheduleMeasurement();
    if (cause === 'restart') {
      this.#cancelRestart = this.clock.after(this.#powerCycleTime, () => {
        this.#wake('watchdog');
      });
    }
    this.#wakeByLevel();
  }

  #emitExtoutAfter(before: boolean): void {
    if (this.extout !== before) this.#emit('extout', { asserted: this.extout });
  }

  /** Runs the time-outs of the Pi's silence from now on: the shorter one decides. */
  #restartTimeout(): void {
    this.#cancelTimeout();
    if (!this.#powered) return;
    const sleep = this.peek('sleepTimeout') || Infinity;
    const watchdog = this.peek('watchdogTimeout') || Infinity;
    if (sleep === Infinity && watchdog === Infinity) return;
    this.#cancelTimeout = this.clock.after(Math.min(sleep, watchdog) * 1000, () => {
      if (sleep <= watchdog) this.#powerOff('sleep');
      else this.#powerOff(this.bit('RSTE') ? 'restart' : 'watchdog');
    });
  }

  /** An input that is asserted and wakes by level wakes a Pi that is off, as soon as the power switch can. */
  #wakeByLevel(): void {
    if (this.#powered || this.#levelCause() === undefined) return;
    this.#cancelLevelWake();
    this.#cancelLevelWake = this.clock.after(this.#powerCycleTime, () => {
      const cause = this.#levelCause();
      if (cause !== undefined) this.#wake(cause);
    });
  }

  #levelCause(): WakeupFlag | undefined {
    if (this.#extin && this.bit('EITRG')) return 'extin';
    return this.#ri && this.bit('RITRG') ? 'ri' : undefined;
  }

  /** The supply is measured every adc_interval seconds; only the first measurement after a change can change anything. */
  #scheduleMeasurement(): void {
    this.#cancelMeasurement();
    const interval = this.peek('adcInterval') * 1000;
    if (interval === 0) return;
    const elapsed = this.clock.now() - this.#measuringSince;
    this.#cancelMeasurement = this.clock.after(interval - (elapsed % interval), () => {
      this.#measure();
      const restore = this.peek('restoreVoltage');
      // D: wakes when the voltage measured during sleep is above it.
      if (restore > 0 && this.#measuredVoltage() > restore) this.#wake('restoration');
    });
  }

  #measure(): void {
    this.#memory.set('voltage1', this.#supply.voltage1);
    this.#memory.set('voltage2', this.#supply.voltage2);
  }

  #measuredVoltage(): number {
    return Math.max(this.peek('voltage1'), this.peek('voltage2'));
  }

  /** UVLO keeps an alarm from waking the Pi while the voltage is low (D); low is not above restore_voltage (I). */
  #lockedOut(): boolean {
    return this.bit('UVLO') && this.#measuredVoltage() <= this.peek('restoreVoltage');
  }

  #startCold(powered: boolean): void {
    for (const [name, value] of Object.entries(this.#options.coldRegisters ?? {})) {
      this.#memory.set(name as RegisterName, value);
    }
    this.#measuringSince = this.clock.now();
    this.#measure();
    this.#scheduleMeasurement();
    this.#showInputs();
    if (this.#switch) this.#switchCounter.start(0);
    if (this.#extin) this.#extinCounter.start(this.#extinPhase);
    if (powered) this.#powerOn('poweron');
    else this.#memory.set('wakeupStatus', 1 << wakeupFlags.indexOf('poweron'));
  }

  #die(): void {
    const extout = this.extout;
    this.#stopTimers();
    this.#memory.clear();
    if (this.#powered) {
      this.#powered = false;
      this.#emit('power', { on: false, cause: 'supply' });
      for (const pi of this.#pis) pi.powerOff();
    }
    this.#emitExtoutAfter(extout);
  }

  /** All but the alarm, which the RTC's battery keeps. */
  #stopTimers(): void {
    this.#extinCounter.stop();
    this.#switchCounter.stop();
    this.#cancelTimeout();
    this.#cancelRestart();
    this.#cancelLevelWake();
    this.#cancelMeasurement();
    this.#cancelInputRefresh();
  }
}

const nothing = () => {
  // Nothing to call off.
};

function checkedPhase(milliseconds: number): number {
  return inRange('extinPhase', milliseconds, -1000, 1000);
}

function checkedSupply(supply: Supply): Supply {
  wholeInRange('voltage1', supply.voltage1, 0, 0xffff);
  wholeInRange('voltage2', supply.voltage2, 0, 0xffff);
  return supply;
}

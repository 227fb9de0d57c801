/** One register of the board. */
export interface Register {
  /** Its address on the board, 0x00–0x0F. */
  readonly address: number;
  /** Bits of one transfer: a byte, or a word sent low byte first. */
  readonly width: 8 | 16;
  /** Whether the host can write it. `bits`: only the bits listed as writable are meant to be written. */
  readonly access: 'read' | 'read-write' | 'bits';
}

/**
 * The register map of the slee-Pi 3's controller.
 * Source: the vendor's python-sleepi; access is inferred from which parameters sleepi3ctl can set.
 */
export const registers = {
  /** mV at CN1. */
  voltage1: { address: 0x00, width: 16, access: 'read' },
  /** mV at CN2. */
  voltage2: { address: 0x02, width: 16, access: 'read' },
  /** mV, 0–24000, 0 = off: above it the board wakes from sleep. */
  restoreVoltage: { address: 0x04, width: 16, access: 'read-write' },
  /** s between voltage measurements, 0 = none. */
  adcInterval: { address: 0x06, width: 8, access: 'read-write' },
  /** s that the push switch has been held, saturates at 255. */
  pushSwitchCount: { address: 0x07, width: 8, access: 'read' },
  /** s that EXTIN has been detected, saturates at 255. */
  externalInputCount: { address: 0x08, width: 8, access: 'read' },
  /** s without a heartbeat until the board acts, 0 = off. */
  watchdogTimeout: { address: 0x09, width: 8, access: 'read-write' },
  /** s from the power-off request to the cut, 0 = off. */
  sleepTimeout: { address: 0x0a, width: 8, access: 'read-write' },
  /** RSTE, UVLO. */
  watchdogControl: { address: 0x0b, width: 8, access: 'read-write' },
  /** EIPDE, EITRG, RITRG. */
  inputControl: { address: 0x0c, width: 8, access: 'read-write' },
  /** EO (writable), EI, SW (read-only). */
  ioStatus: { address: 0x0d, width: 8, access: 'bits' },
  /** What last powered the Pi on, one bit a cause. */
  wakeupStatus: { address: 0x0e, width: 8, access: 'read' },
  /** The controller's firmware version. */
  version: { address: 0x0f, width: 8, access: 'read' },
} as const satisfies Record<string, Register>;

export type RegisterName = keyof typeof registers;

/** The named bits inside registers. */
export const bits = {
  /** After a watchdog time-out: 1 power-cycles the Pi, 0 cuts its power. */
  RSTE: { register: 'watchdogControl', bit: 0 },
  /** 1: under-voltage lock-out, an RTC alarm does not wake the Pi while the supply is low (vendor's documentation). */
  UVLO: { register: 'watchdogControl', bit: 2 },
  /** 1: EXTIN held for 10 s cuts the Pi's power. */
  EIPDE: { register: 'inputControl', bit: 0 },
  /** EXTIN wakes the Pi by 0 edge, 1 level. */
  EITRG: { register: 'inputControl', bit: 1 },
  /** RI wakes the Pi by 0 edge, 1 level. */
  RITRG: { register: 'inputControl', bit: 2 },
  /** EXTOUT: 1 asserts it. The only writable bit of io_status. */
  EO: { register: 'ioStatus', bit: 0 },
  /** EXTIN: 1 while it is asserted. */
  EI: { register: 'ioStatus', bit: 1 },
  /** The push switch: 1 while it is held. */
  SW: { register: 'ioStatus', bit: 2 },
} as const satisfies Record<string, { register: RegisterName; bit: number }>;

export type BitName = keyof typeof bits;

/** The causes in wakeup_status, from bit 0 up. */
export const wakeupFlags = ['poweron', 'watchdog', 'alarm', 'switch', 'extin', 'ri', 'restoration'] as const;

export type WakeupFlag = (typeof wakeupFlags)[number];

// Two virtual Pis with their boards cross-wired, on one virtual clock, with the service running on each. A Pi whose power is
// cut loses its processes and its /run; it boots by itself when it is given a time for that.
import type { ParsedDefaults } from '@sleepi3/driver';
import { createHarness, type Harness, type HarnessOptions, type VirtualClock } from '@sleepi3/simulator';
import type { PulseOutcome, PulseRequest } from '../src/line/act.js';
import { VirtualPi, type VirtualPiOptions } from './virtual-pi.js';

export interface VirtualCluster {
  readonly harness: Harness<VirtualClock>;
  readonly clock: VirtualClock;
  readonly pis: readonly [VirtualPi, VirtualPi];
  /** Runs the clock until the act has its outcome. */
  act(pi: 0 | 1, request?: Partial<PulseRequest>): Promise<PulseOutcome>;
}

export interface ClusterOptions extends Omit<HarnessOptions, 'clock'> {
  readonly clock?: VirtualClock;
  /** ms from a board's power-on until the service runs on its Pi; by default it never does. */
  readonly bootTime?: number;
  /** Whether the two line keepers talk with each other; by default they do not. */
  readonly talking?: boolean;
  /** Who watches the first Pi; by default nobody does. */
  readonly watch?: VirtualPiOptions['watch'];
  /** What the boards' defaults files say. */
  readonly defaults?: ParsedDefaults;
  readonly onBusOperation?: (pi: 0 | 1, ...rest: Parameters<NonNullable<VirtualPiOptions['onBusOperation']>>) => void;
}

const names = ['raspberrypi-1', 'raspberrypi-2'] as const;

/** What the agent on `pi` asks its keeper for, with the agent's defaults. */
export function requestOf(pi: 0 | 1, request: Partial<PulseRequest> = {}): PulseRequest {
  return {
    action: 'off',
    target: names[1 - pi]!,
    hold: 12_000,
    holdTimeout: 40_000,
    wakeDelay: 2000,
    preferred: pi === 0,
    ...request,
  };
}

export async function createCluster(options: ClusterOptions = {}): Promise<VirtualCluster> {
  const { bootTime, clock: given, defaults, onBusOperation, talking, watch, ...harnessOptions } = options;
  const harness = createHarness({
    ...harnessOptions,
    ...(given && { clock: given }),
    coldRegisters: { inputControl: 0b001, ...options.coldRegisters },
  });
  const { clock } = harness;
  const pi = (index: 0 | 1) => {
    const board = harness.boards[index];
    const virtualPi = new VirtualPi({
      clock,
      bus: board.bus,
      ...(defaults && { defaults }),
      ...(talking && { peer: () => pis[1 - index]!, names: { self: names[index], peer: names[1 - index]! } }),
      ...(watch && index === 0 && { watch }),
      ...(onBusOperation && {
        onBusOperation: (...rest) => {
          onBusOperation(index, ...rest);
        },
      }),
    });
    let starts = 0;
    let connected = false;
    board.connect({
      powerOn: () => {
        const start = ++starts;
        if (bootTime === undefined || !connected) return; // one that has power is booted below
        clock.after(bootTime, () => {
          if (start === starts) void virtualPi.boot();
        });
      },
      powerOff: () => {
        starts++;
        virtualPi.powerOff();
      },
    });
    connected = true;
    return virtualPi;
  };
  const pis: readonly [VirtualPi, VirtualPi] = [pi(0), pi(1)];
  // In no time, as far as anybody can tell: what a test measures begins with its first act.
  await clock.runUntil(Promise.all(pis.map((one) => one.boot())));
  return {
    harness,
    clock,
    pis,
    act: (index, request) => clock.runUntil(pis[index].runAgent(requestOf(index, request)).outcome),
  };
}

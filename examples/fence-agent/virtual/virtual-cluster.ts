// Two virtual Pis with their boards cross-wired, on one virtual clock. A Pi whose power is cut loses its processes and
// its /run; it does not boot by itself.
import { Sleepi3 } from '@sleepi3/driver';
import { createHarness, type Harness, type HarnessOptions, type VirtualClock } from '@sleepi3/simulator';
import { boardLines } from '../src/node/board.js';
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
  const { onBusOperation, ...harnessOptions } = options;
  const harness = createHarness({
    ...harnessOptions,
    coldRegisters: { inputControl: 0b001, ...options.coldRegisters },
  });
  const { clock } = harness;
  const pi = async (index: 0 | 1) => {
    const board = harness.boards[index];
    const driver = await Sleepi3.open({ bus: board.bus, clock, probe: false, random: () => 0.5 });
    const virtualPi = new VirtualPi({
      clock,
      lines: boardLines(driver),
      ...(onBusOperation && {
        onBusOperation: (...rest) => {
          onBusOperation(index, ...rest);
        },
      }),
    });
    board.connect({
      powerOn: () => {},
      powerOff: () => {
        virtualPi.killAll();
        virtualPi.recordText = undefined;
      },
    });
    return virtualPi;
  };
  const pis = [await pi(0), await pi(1)] as const;
  return {
    harness,
    clock,
    pis,
    act: (index, request) => clock.runUntil(pis[index].runAgent(requestOf(index, request)).outcome),
  };
}

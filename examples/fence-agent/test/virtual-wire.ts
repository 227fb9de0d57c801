// Two virtual nodes that test the wire between them: virtual boards, line keepers and network on one virtual clock.
import { Sleepi3 } from '@sleepi3/driver';
import type { HarnessOptions, VirtualBoard } from '@sleepi3/simulator';
import { performAct } from '../src/keeper/ask.js';
import { inMessages } from '../src/peer/channel.js';
import { parseListenerMessage, parseTesterMessage } from '../src/wire-test/messages.js';
import { answerWireTest, testWire, type WireEnd } from '../src/wire-test/test.js';
import { createCluster, requestOf, type VirtualCluster } from '../virtual/virtual-cluster.js';
import { conversationPair, PiProcess } from '../virtual/pi-process.js';

export interface WireCase {
  readonly cluster: VirtualCluster;
  readonly boards: readonly [VirtualBoard, VirtualBoard];
  readonly ends: readonly [WireEnd, WireEnd];
  readonly logs: string[];
  /** The processes of the tester and of the listener, to be killed. */
  readonly tester: PiProcess;
  readonly listener: PiProcess;
  /** Runs the tester on the first node and the listener on the second. */
  run(
    both?: boolean,
  ): Promise<readonly [Awaited<ReturnType<typeof testWire>>, Awaited<ReturnType<typeof answerWireTest>>]>;
  /** The same without waiting. */
  start(both?: boolean): {
    readonly tested: ReturnType<typeof testWire>;
    readonly answered: ReturnType<typeof answerWireTest>;
  };
}

const names = ['raspberrypi-1', 'raspberrypi-2'] as const;

export interface WireCaseOptions extends Omit<HarnessOptions, 'clock'> {
  /** From 0 up to 1: decides how long the pulses are and when they are given. */
  readonly random?: () => number;
}

export async function wireCase({ random = () => 0.5, ...options }: WireCaseOptions = {}): Promise<WireCase> {
  const cluster = await createCluster(options);
  const { clock, harness, pis } = cluster;
  const logs: string[] = [];
  const tester = new PiProcess('wire-test');
  const listener = new PiProcess('wire-listen');
  const end = (index: 0 | 1): WireEnd => {
    const board = harness.boards[index];
    const openBoard = () => Sleepi3.open({ bus: board.bus, clock, random });
    const machine = pis[index].machine({ hostname: names[index] });
    const stop = new AbortController().signal;
    const process = index === 0 ? tester : listener;
    return {
      node: names[index],
      peer: names[1 - index]!,
      clock,
      random,
      log: (message) => logs.push(message),
      openBoard: () => process.live(openBoard),
      pulse: (length) => {
        const keeper = machine.keeper({}, { log: (text) => logs.push(text), stop });
        return process.live(() => performAct(requestOf(index, { action: 'test', hold: length }), keeper, 10_000));
      },
    };
  };
  const ends = [end(0), end(1)] as const;
  const start = (both = false) => {
    const [near, far] = conversationPair<string, string>(tester, listener);
    return {
      tested: testWire(ends[0], inMessages(near, parseListenerMessage), both),
      answered: answerWireTest(ends[1], inMessages(far, parseTesterMessage)),
    };
  };
  return {
    cluster,
    boards: harness.boards,
    ends,
    logs,
    tester,
    listener,
    start,
    run: async (both) => {
      const { tested, answered } = start(both);
      return cluster.clock.runUntil(Promise.all([tested, answered]));
    },
  };
}

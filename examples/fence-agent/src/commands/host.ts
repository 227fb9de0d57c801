// What the commands that go with the agent have around them, and what several of them do the same way.
import type { Clock, Sleepi3 } from '@sleepi3/driver';
import { type BoardChoice, boardOf, defaultsOf, namedBoard, wiringOf } from '../actions.js';
import type { CommandName, CommandValues } from './table.js';
import { type AskHost, performAct } from '../keeper/ask.js';
import type { PulseOutcome, PulseRequest } from '../line/act.js';
import type { Machine } from '../node/machine.js';
import type { FoundWiring } from '../target/wiring.js';
import type * as wireSocket from '../wire-test/socket.js';
import type { WireEnd } from '../wire-test/test.js';

export interface CommandHost {
  readonly clock: Clock;
  /** Aborts when the program is asked to end. */
  readonly stop: AbortSignal;
  /** To standard output. */
  write(text: string): void;
  /** To standard error. */
  writeError(text: string): void;
  readonly machine: Machine;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly network: WireNetwork;
  /** Asks the person at the terminal; false is no, and also that nobody is there. */
  ask(question: string): Promise<boolean>;
}

/** How the two ends of a wire test reach each other. */
export type WireNetwork = Pick<typeof wireSocket, 'callListener' | 'listenForCalls'>;

/** How long the peer's machine may take to answer a connection, ms. */
export const connectTimeout = 5000;
/** How much longer than its hold an act may take, ms: it may have to wait for others. */
const holdMargin = 10_000;

/** This node's end of the wire, and its board. */
export async function wireEnd(
  values: CommandValues<'wire-test' | 'wire-listen' | 'characterize'>,
  host: CommandHost,
): Promise<{
  end: WireEnd;
  wiring: FoundWiring;
  /** The peer answers EXTIN where `extinExpected`, because it was told to. */
  act: (action: PulseRequest['action'], hold: number, extinExpected: boolean) => Promise<PulseOutcome>;
}> {
  const { clock, machine } = host;
  const wiring = await wiringOf(
    { self: values.self, peer: values.peer, corosync_conf: values['corosync-conf'] },
    machine,
  );
  const { self, peer } = wiring;
  const keeper = keeperOf(values, host);
  const act = (action: PulseRequest['action'], hold: number, extinExpected: boolean) =>
    performAct(
      {
        action,
        target: peer,
        hold,
        holdTimeout: hold + holdMargin,
        wakeDelay: 0,
        preferred: true,
        extinExpected,
      },
      keeper,
      hold + holdMargin,
    );
  const end = {
    node: self,
    peer,
    clock,
    random: () => host.random(),
    log: logTo(host),
    openBoard: () => openBoard(values, host),
    pulse: (length: number) => act('test', length, false),
  };
  return { end, wiring, act };
}

/** Opens the board that the options choose. */
export async function openBoard(
  values: BoardValues,
  host: Pick<CommandHost, 'machine' | 'writeError'>,
): Promise<Sleepi3> {
  const { machine } = host;
  const choice = boardChoice(values);
  return machine.openBoard(boardOf(choice, await defaultsOf(choice, machine)), logTo(host));
}

/** The line keeper of this machine, asked about the board that the options choose. */
export function keeperOf(values: BoardValues, host: Pick<CommandHost, 'machine' | 'stop' | 'writeError'>): AskHost {
  return host.machine.keeper(namedBoard(boardChoice(values)), { log: logTo(host), stop: host.stop });
}

type BoardValues = CommandValues<'release'>;

/** The options that choose the board, in the agent's words. */
export function boardChoice(values: BoardValues): BoardChoice {
  return {
    bus: values.bus,
    address: values.address,
    defaults_file: values['defaults-file'],
  };
}

/** What is going on, for people and for the journal. */
export function logTo(host: Pick<CommandHost, 'writeError'>): (message: string) => void {
  return (message) => {
    host.writeError(`${message}\n`);
  };
}

/** Prints a report: as JSON whatever it says, or its message, as the reason on standard error if it is no success. */
export function finish(
  name: CommandName,
  report: { readonly ok: boolean; readonly message: string },
  json: boolean,
  host: CommandHost,
): number {
  if (json) host.write(`${JSON.stringify(report)}\n`);
  else if (report.ok) host.write(`${report.message}\n`);
  else host.writeError(`fence_sleepi3 ${name}: ${report.message}\n`);
  return report.ok ? 0 : 1;
}

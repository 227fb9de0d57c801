// A line keeper on a virtual board, and callers that say what they are told to.
import { editDefaults, parseDefaults, Sleepi3 } from '@sleepi3/driver';
import { createHarness } from '@sleepi3/simulator';
import type { KeeperHost } from '../src/keeper/host.js';
import { keepLine } from '../src/keeper/keeper.js';
import type { AgentConversation, AgentMessage, KeeperEvent } from '../src/keeper/messages.js';
import { OwedWake } from '../src/keeper/owed-wake.js';
import type { PulseRequest } from '../src/line/act.js';
import { PowerRecord, type RecordFile } from '../src/line/power-record.js';
import { WireTestRecord } from '../src/wire-test/record.js';
import { requestOf } from '../virtual/virtual-cluster.js';
import { conversationPair, PiProcess } from '../virtual/pi-process.js';

export const off = requestOf(0);
export const peer = 'raspberrypi-2';
export const act = (request: PulseRequest = off, timeout = 60_000): AgentMessage => ({
  ask: 'act',
  request,
  timeout,
  board: {},
});

export function fileOf(text?: string): RecordFile & { text: string | undefined; fails: boolean } {
  const file = {
    text,
    fails: false,
    read: async () => file.text,
    replace: async (next: string) => {
      if (file.fails) throw new Error('EROFS');
      file.text = next;
    },
    remove: async () => {
      if (file.fails) throw new Error('EROFS');
      file.text = undefined;
    },
  };
  return file;
}

/** A keeper's process on a board, 5 ms a transfer; `changed` parts of it behave otherwise. */
export async function keeper(changed: Partial<KeeperHost> = {}, { owed = fileOf(), goesDown = false } = {}) {
  const harness = createHarness({ transferTime: 5, coldRegisters: { inputControl: 0b001 } });
  const { clock, boards } = harness;
  const stop = new AbortController();
  const done: string[] = [];
  const logs: string[] = [];
  let alive = 0;
  let onCall: ((conversation: AgentConversation) => void) | undefined;
  const host: KeeperHost = {
    clock,
    stop: stop.signal,
    record: new PowerRecord(fileOf(), 'boot'),
    owedWake: new OwedWake(owed),
    wireTest: new WireTestRecord(fileOf()),
    log: (message) => logs.push(message),
    date: () => new Date(0),
    defaultsFile: '/etc/default/sleepi3',
    readDefaults: async () => parseDefaults(editDefaults('', { EXTIN_FORCED_SHUTDOWN: true, HEARTBEAT_TIMEOUT: 0 })),
    openBoard: () => Sleepi3.open({ bus: boards[0].bus, clock, random: () => 0.5 }),
    objectionTo: async ({ bus }) => (bus === '9' ? 'bus=9 is not of this board' : undefined),
    observe: async () => void done.push('observed'),
    random: () => 0.5,
    listen: async (listener) => {
      done.push('listens');
      onCall = listener;
      return { stop: () => done.push('takes no more calls'), close: async () => void done.push('hung up') };
    },
    onReady: (message) => done.push(`ready: ${message}`),
    onAlive: () => alive++,
    nodeGoesDown: async () => goesDown,
    ...changed,
  };
  const kept = keepLine(host).then(() => done.push('ended'));
  await clock.advance(5000);
  /** A caller: what it hears, and how it speaks. */
  const caller = () => {
    const [ours, theirs] = conversationPair<KeeperEvent, AgentMessage>(new PiProcess('agent'), new PiProcess('keeper'));
    const heard: KeeperEvent[] = [];
    const listening = (async () => {
      for (let event = await ours.receive(); event; event = await ours.receive()) heard.push(event);
    })();
    onCall?.(theirs);
    const say = async (...messages: AgentMessage[]) => {
      for (const message of messages) ours.send(message);
      await clock.advance(0);
    };
    const but = (event: KeeperEvent['event']) => heard.filter((one) => one.event !== event && one.event !== 'alive');
    return { heard, but, last: () => heard.at(-1), say, leave: () => ours.close(), gone: listening };
  };
  const end = () => {
    stop.abort(new Error('SIGTERM'));
    return clock.runUntil(kept);
  };
  return {
    clock,
    harness,
    board: boards[0],
    peerBoard: boards[1],
    stop,
    done,
    logs,
    alive: () => alive,
    owed,
    caller,
    end,
  };
}

// What wire-test and wire-listen say to each other, one JSON object a line over TCP. The other side may be anybody: every
// line is checked before it is believed.
//
//   tester                                 listener
//   hello   who I am and who you are  →
//                                     ←    ready   its board answers, and what it says
//   watch   look at your EXTIN        →
//                                     ←    watching   it has looked for the first time
//   …pulse…
//   watched how long was it?          →
//                                     ←    seen
//   turn    now you; I have looked    →    …pulse…
//                                     ←    pulsed
//   result  what came of it           →

/** Whoever speaks another one is refused. */
export const wireProtocol = 1;
/** Where wire-listen waits unless told otherwise; 0x6e is 110. */
export const wirePort = 16110;
/** Longest line, bytes. */
export const longestWireMessage = 16_384;

/** What a board says of its readiness to be fenced. */
export interface BoardFacts {
  readonly extin: boolean;
  readonly extout: boolean;
  /** external_input_count, s. */
  readonly extinCount: number;
  /** EIPDE. */
  readonly extinPowerdown: boolean;
  /** EITRG. */
  readonly levelTrigger: boolean;
}

/** One time that EXTIN was seen asserted: for at least `shortest` and at most `longest` ms. */
export interface SeenPulse {
  readonly shortest: number;
  readonly longest: number;
}

/** What a watcher saw on its EXTIN. */
export interface Sightings {
  /** Whether it was asserted at first and at last. */
  readonly before: boolean;
  readonly after: boolean;
  readonly pulses: readonly SeenPulse[];
  readonly samples: number;
  /** Longest time from the beginning of a sample to the end of the next one, ms. */
  readonly longestGap: number;
  /** external_input_count at first and at last, s. */
  readonly countBefore: number;
  readonly countAfter: number;
}

/** What became of a pulse on the side that gave it. */
export type GivenPulse =
  | ({ readonly given: true; readonly extinMoved: boolean } & SeenPulse)
  | { readonly given: false; readonly reason: string };

export type RefusalCode = 'busy' | 'wrong-peer' | 'board' | 'protocol';

export type TesterMessage =
  | { readonly say: 'hello'; readonly protocol: number; readonly node: string; readonly peer: string }
  | { readonly say: 'watch' }
  | { readonly say: 'watched' }
  | { readonly say: 'turn' }
  | { readonly say: 'result'; readonly ok: boolean; readonly message: string; readonly toTester?: WireResult };

export type ListenerMessage =
  | ({ readonly say: 'ready'; readonly node: string; readonly peer: string } & BoardFacts)
  | { readonly say: 'refused'; readonly code: RefusalCode; readonly reason: string }
  | { readonly say: 'watching' }
  | ({ readonly say: 'seen' } & Sightings)
  | ({ readonly say: 'pulsed' } & GivenPulse);

/** A verdict in short, for the listener's own record of the way back. */
export interface WireResult {
  readonly verdict: string;
  readonly works: boolean;
}

/** @throws Error when the line is no message of a tester's. */
export function parseTesterMessage(line: string): TesterMessage {
  const { say, ...rest } = record(JSON.parse(line));
  const read = fieldsOf(rest);
  switch (say) {
    case 'hello':
      return { say, protocol: read.number('protocol'), node: read.text('node'), peer: read.text('peer') };
    case 'watch':
    case 'watched':
    case 'turn':
      return { say };
    case 'result': {
      const result = rest['toTester'] === undefined ? undefined : fieldsOf(record(rest['toTester']));
      return {
        say,
        ok: read.flag('ok'),
        message: read.text('message'),
        ...(result && { toTester: { verdict: result.text('verdict'), works: result.flag('works') } }),
      };
    }
    default:
      throw new Error('not a message of wire-test');
  }
}

/** @throws Error when the line is no message of a listener's. */
export function parseListenerMessage(line: string): ListenerMessage {
  const { say, ...rest } = record(JSON.parse(line));
  const read = fieldsOf(rest);
  switch (say) {
    case 'ready':
      return {
        say,
        node: read.text('node'),
        peer: read.text('peer'),
        extin: read.flag('extin'),
        extout: read.flag('extout'),
        extinCount: read.number('extinCount'),
        extinPowerdown: read.flag('extinPowerdown'),
        levelTrigger: read.flag('levelTrigger'),
      };
    case 'refused': {
      const code = refusalCodes.find((known) => known === rest['code']);
      if (!code) throw new Error('refused for no known reason');
      return { say, code, reason: read.text('reason') };
    }
    case 'watching':
      return { say };
    case 'seen':
      return {
        say,
        before: read.flag('before'),
        after: read.flag('after'),
        pulses: list(rest['pulses']).map((pulse) => seenPulse(record(pulse))),
        samples: read.number('samples'),
        longestGap: read.number('longestGap'),
        countBefore: read.number('countBefore'),
        countAfter: read.number('countAfter'),
      };
    case 'pulsed':
      return read.flag('given')
        ? { say, given: true, extinMoved: read.flag('extinMoved'), ...seenPulse(rest) }
        : { say, given: false, reason: read.text('reason') };
    default:
      throw new Error('not a message of wire-listen');
  }
}

const refusalCodes: readonly RefusalCode[] = ['busy', 'wrong-peer', 'board', 'protocol'];
const longestText = 500;
const mostPulses = 50;

export function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error('not an object');
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length <= mostPulses) return value;
  throw new Error('not a list');
}

function seenPulse(value: Readonly<Record<string, unknown>>): SeenPulse {
  const read = fieldsOf(value);
  return { shortest: read.number('shortest'), longest: read.number('longest') };
}

export function fieldsOf(value: Readonly<Record<string, unknown>>) {
  const wrong = (name: string) => new Error(`${name} is missing or wrong`);
  return {
    number(name: string): number {
      const field = value[name];
      if (typeof field === 'number' && Number.isFinite(field) && field >= 0) return field;
      throw wrong(name);
    },
    flag(name: string): boolean {
      const field = value[name];
      if (typeof field === 'boolean') return field;
      throw wrong(name);
    },
    /** Fit to be shown on a terminal. */
    text(name: string): string {
      const field = value[name];
      // eslint-disable-next-line no-control-regex -- that is what must not get through
      if (typeof field === 'string' && field.length <= longestText && !/[\x00-\x1f\x7f-\x9f]/.test(field)) return field;
      throw wrong(name);
    },
  };
}

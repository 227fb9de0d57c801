// What can be wrong with a board and its settings, as a table. Whoever judges a node (the fence agent's monitor and check, a
// doctor, a gate before a reboot) asks here, so that all of them say the same of the same setting.
import type { Snapshot } from './board/snapshot.js';
import { defaultsFilePath } from './defaults/file.js';
import type { Defaults } from './defaults/settings.js';
import type { Sleepi3Error } from './errors.js';
import { type DefaultsProblem, describeDefaultsProblem, type ParsedDefaults } from './defaults/text.js';

/** What of a board is judged. The supply is judged where it was measured. */
export type HealthReading = Pick<
  Snapshot,
  'extin' | 'extin-count' | 'extin-powerdown' | 'extin-trigger' | 'extout' | 'watchdog-timeout'
> &
  Partial<Pick<Snapshot, 'voltage' | 'measurement-interval'>>;

/** What {@link judgeHealth} looks at. */
export interface HealthView {
  /** What the board says, or why it says nothing. */
  readonly board: HealthReading | Error;
  /** The vendor's defaults file; undefined when it is not there. */
  readonly defaults: ParsedDefaults | undefined;
  /** Where that file is; by default /etc/default/sleepi3. */
  readonly defaultsPath?: string;
  /** EXTOUT is asserted by a fencing that is under way, and is not a fault then. */
  readonly extoutOwned?: boolean;
}

/** What a finding is about: to cut the power and to have it cut, to come back from a reboot that hangs, the file, the supply. */
export type HealthConcern = 'fencing' | 'restart' | 'settings' | 'supply';

/** One thing that is wrong. */
export interface HealthFinding {
  /** The row of the table. Stable. */
  readonly id: HealthId;
  /** `error`: the board would not do what it is there for. `warning`: it does, but not for long, or not as well. */
  readonly severity: 'error' | 'warning';
  readonly concerns: HealthConcern;
  /** What is so, with the numbers. */
  readonly fact: string;
  /** Why it matters. */
  readonly why: string;
  /** What mends it, in order: commands that are on the node, or what to do where there are none. */
  readonly remedy: readonly string[];
}

/** The view, taken apart. */
interface Judged {
  /** Undefined when the board says nothing. */
  readonly board: HealthReading | undefined;
  readonly silence: Error | undefined;
  /** Undefined when the file is not there. */
  readonly settings: Defaults | undefined;
  readonly problems: readonly DefaultsProblem[];
  readonly file: string;
  readonly extoutOwned: boolean;
}

interface Row extends Pick<HealthFinding, 'severity' | 'concerns' | 'why'> {
  /** What is so; undefined or empty when all is well. */
  readonly fact: (judged: Judged) => string | readonly string[] | undefined | false;
  readonly remedy: (judged: Judged) => readonly string[];
}

/**
 * s. An EXTIN that has been asserted for longer than any hold (12 s by default, and the power is cut after 11 s at the latest) is
 * not a fencing.
 */
const longestHold = 20;
/** mV below which a Raspberry Pi does not run: what is measured cannot be right then. */
const lowestVoltage = 5000;

/** Transfers that time out, or never get the bus, say nothing of the address: it is the bus that does not answer. */
function isHung(silence: Error): boolean {
  const { errno } = silence as Partial<Sleepi3Error>;
  return errno === 'ETIMEDOUT' || errno === 'EAGAIN';
}

const boot = () => ['fence_sleepi3 boot'];
const inFile =
  (...settings: readonly string[]) =>
  ({ file }: Judged) =>
    settings.map((setting) => `set ${setting} in ${file}`);

const table = {
  'board-silent': {
    severity: 'error',
    concerns: 'fencing',
    fact: ({ silence }) => silence && !isHung(silence) && `the board does not answer: ${silence.message}`,
    why: 'This node cannot fence the other one, and whether it can be fenced is not known.',
    remedy: ({ file }) => ['i2cdetect -y 1', `compare I2C_ADDRESS and I2C_BUS in ${file} with the DIP switch`],
  },
  'bus-hung': {
    severity: 'error',
    concerns: 'fencing',
    fact: ({ silence }) => silence && isHung(silence) && `the I2C bus hangs: ${silence.message}`,
    why: 'No board can be heard on it, whatever its address: something holds a line low. This node can neither fence nor be kept fenceable.',
    remedy: () => [
      'take everything else off the bus',
      'poweroff, then take the supply off CN1 and CN2 for ten seconds: a reboot does not reset what hangs',
    ],
  },
  'defaults-missing': {
    severity: 'warning',
    concerns: 'settings',
    fact: ({ settings, file }) => settings === undefined && `${file} does not exist`,
    why: "The vendor's services take the board's settings from it at each boot.",
    remedy: () => ['install sleepi3-utils, as the vendor describes'],
  },
  'defaults-unreadable': {
    severity: 'warning',
    concerns: 'settings',
    fact: ({ problems, file }) => problems.map((problem) => describeDefaultsProblem(problem, file)),
    why: "The vendor's boot service can stop at such a line: then EXTIN does not cut the power, and no watchdog is set.",
    remedy: ({ file }) => [`correct the line in ${file}`],
  },
  'extin-powerdown': {
    severity: 'error',
    concerns: 'fencing',
    fact: ({ board }) =>
      board?.['extin-powerdown'] === false &&
      'this node cannot be fenced: EIPDE is 0 (extin-powerdown), and EXTIN does not cut its power',
    why: 'The other node cannot cut this one off now: its signal arrives and nothing follows.',
    remedy: (judged) => [
      ...(judged.settings?.EXTIN_FORCED_SHUTDOWN === true ? [] : inFile('EXTIN_FORCED_SHUTDOWN=1')(judged)),
      ...boot(),
    ],
  },
  'extin-forced-shutdown': {
    severity: 'error',
    concerns: 'fencing',
    fact: ({ settings, file }) =>
      settings?.EXTIN_FORCED_SHUTDOWN === false &&
      `this node cannot be fenced after its next boot: EXTIN_FORCED_SHUTDOWN is not 1 in ${file}`,
    why: 'The board takes EIPDE from it at each boot: the other node would hold its line, and nothing would follow.',
    remedy: (judged) => [...inFile('EXTIN_FORCED_SHUTDOWN=1')(judged), ...boot()],
  },
  'extin-trigger': {
    severity: 'error',
    concerns: 'fencing',
    fact: ({ board }) =>
      board?.['extin-trigger'] === 'level' &&
      'this node cannot be fenced: EITRG is 1, level (extin-trigger), and a held EXTIN wakes it again at once',
    why: 'The power comes back during the hold: the node is never off, and returns in the middle of a takeover.',
    remedy: boot,
  },
  'extin-stuck': {
    severity: 'error',
    concerns: 'fencing',
    fact: ({ board }) =>
      board?.extin === true &&
      board['extin-count'] > longestHold &&
      `EXTIN has been asserted for ${board['extin-count']} s, longer than any fencing: the wire is shorted, or the other node's EXTOUT is stuck`,
    why: 'A fencing that began now would not be seen as one.',
    remedy: () => ['sleepi3ctl get extout (on the other node)', 'fence_sleepi3 boot (on the other node)'],
  },
  'extin-asserted': {
    severity: 'warning',
    concerns: 'fencing',
    fact: ({ board }) =>
      board?.extin === true &&
      board['extin-count'] <= longestHold &&
      'EXTIN is asserted: the other node is fencing this one, or testing the wire',
    why: 'If it stays asserted, this node loses its power.',
    remedy: () => ['sleepi3ctl get extin (again, in half a minute)'],
  },
  'extout-asserted': {
    severity: 'error',
    concerns: 'fencing',
    fact: ({ board, extoutOwned }) => board?.extout === true && !extoutOwned && 'EXTOUT is asserted',
    why: 'Unless a fencing is under way right now, the line was left asserted: the other node is cut off each time it boots.',
    remedy: boot,
  },
  'boot-timeout-contradicted': {
    severity: 'error',
    concerns: 'restart',
    fact: ({ settings }) =>
      settings?.RETRY_BOOT === true && settings.BOOT_TIMEOUT === 0 && 'RETRY_BOOT=1 contradicts BOOT_TIMEOUT=0',
    why: 'Without a timeout a boot that hangs is never retried.',
    remedy: inFile('BOOT_TIMEOUT to more seconds than the node takes to boot (90 as shipped)'),
  },
  'boot-timeout-off': {
    severity: 'warning',
    concerns: 'restart',
    fact: ({ settings, file }) =>
      settings?.RETRY_BOOT === false && settings.BOOT_TIMEOUT === 0 && `BOOT_TIMEOUT is 0 in ${file}`,
    why: 'A boot that hangs is left as it is.',
    remedy: inFile('BOOT_TIMEOUT=90'),
  },
  'retry-boot-off': {
    severity: 'warning',
    concerns: 'restart',
    fact: ({ settings, file }) => settings?.RETRY_BOOT === false && `RETRY_BOOT is 0 in ${file}`,
    // V: config.py of sleepi3-utils 1.0.6 to 1.0.8 compares the text with a number.
    why:
      "It takes no effect with the vendor's services up to 1.0.8: a boot that hangs is begun again all the same. One that heeds " +
      'it would leave the node off then, and away.',
    remedy: inFile('RETRY_BOOT=1'),
  },
  'watchdog-off': {
    severity: 'warning',
    concerns: 'restart',
    fact: ({ settings, file }) => settings?.HEARTBEAT_TIMEOUT === 0 && `HEARTBEAT_TIMEOUT is 0 in ${file}`,
    why: 'The board does not restart this node when it hangs. It may have been turned off for a test of fencing.',
    remedy: (judged) => [...inFile('HEARTBEAT_TIMEOUT=60')(judged), 'sleepi3ctl set watchdog-timeout 60'],
  },
  'watchdog-differs': {
    severity: 'error',
    concerns: 'restart',
    fact: ({ board, settings }) =>
      board !== undefined &&
      settings !== undefined &&
      board['watchdog-timeout'] !== settings.HEARTBEAT_TIMEOUT &&
      `HEARTBEAT_TIMEOUT=${settings.HEARTBEAT_TIMEOUT} contradicts the board, whose watchdog-timeout is ` +
        `${board['watchdog-timeout']} s`,
    why: "The vendor's boot service did not get through, or someone changed it since: a hang is not answered as you set it.",
    remedy: ({ settings }) => [`sleepi3ctl set watchdog-timeout ${settings?.HEARTBEAT_TIMEOUT ?? 60}`],
  },
  'voltage-low': {
    severity: 'warning',
    concerns: 'supply',
    fact: ({ board }) =>
      board?.voltage !== undefined &&
      board['measurement-interval'] !== 0 &&
      board.voltage < lowestVoltage &&
      `the board measures ${board.voltage} mV`,
    why: 'That is less than a Raspberry Pi needs: the supply is about to fail, or the measurement is wrong.',
    remedy: () => ['sleepi3ctl get voltage all', 'check the supply at CN1 and CN2'],
  },
} as const satisfies Readonly<Record<string, Row>>;

/** What can be found. */
export type HealthId = keyof typeof table;

/** Whether this table has a row of that name. */
export function isHealthId(id: string): id is HealthId {
  return Object.hasOwn(table, id);
}

/** Everything that is wrong with a board and its settings, in the order of the table. */
export function judgeHealth(view: HealthView): readonly HealthFinding[] {
  const { board, defaults, defaultsPath = defaultsFilePath, extoutOwned = false } = view;
  const silent = board instanceof Error;
  const judged: Judged = {
    board: silent ? undefined : board,
    silence: silent ? board : undefined,
    settings: defaults?.values,
    problems: defaults?.problems ?? [],
    file: defaultsPath,
    extoutOwned,
  };
  return (Object.entries(table) as [HealthId, Row][]).flatMap(([id, { severity, concerns, why, fact, remedy }]) => {
    const found = fact(judged);
    if (found === undefined || found === false) return [];
    const facts = typeof found === 'string' ? [found] : found;
    return facts.map((one): HealthFinding => ({ id, severity, concerns, fact: one, why, remedy: remedy(judged) }));
  });
}

/** A finding on one line, for a log: what is so, and what mends it. */
export function healthMessage(finding: Pick<HealthFinding, 'fact' | 'remedy'>): string {
  return `${finding.fact}; to mend it: ${finding.remedy.join(', then ')}`;
}

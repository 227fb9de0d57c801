// What a node owes at its boot, and whenever it is asked to look again: the line is idle, this node can be fenced, and whoever
// is owed a wake pulse gets it. Each is a duty of its own: one that cannot be done keeps none of the others from being done.
// The vendor's own service sets EIPDE once, gives up after one I2C error, and never clears EXTOUT.
import { type Clock, type ParsedDefaults, Sleepi3Error, type Sleepi3 } from '@sleepi3/driver';
import { FenceError } from '@sleepi3/fence-protocol';
import { settled } from '../line/lines.js';
import type { OwedWakeUp } from './owed-wake.js';
import { reasonOf } from '../reason.js';

/** Between two attempts, ms. */
const attemptInterval = 1000;

export interface DutyHost {
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly log: (message: string) => void;
  /** The vendor's file; undefined when it is missing and not needed. */
  readonly readDefaults: () => Promise<ParsedDefaults | undefined>;
  readonly openBoard: () => Promise<Sleepi3>;
  /** Lets go of a line that nobody owns, without a timeout of its own. */
  readonly clearLine: () => Promise<'idle' | 'released' | 'owned' | 'stuck'>;
  /** What is still owed; it is seen to that it will be given. */
  readonly makeGood: () => Promise<OwedWakeUp | undefined>;
}

export interface BootReport {
  /** Whether EXTOUT is cared for and this node can be fenced. */
  readonly ok: boolean;
  /** One line for the log: what was found and done, or what is wrong and what to do. */
  readonly message: string;
  readonly attempts: number;
  /** What became of EXTOUT: idle as it was, `released`, or `owned` by an act. Absent when that is not known. */
  readonly extout?: 'idle' | 'released' | 'owned';
  /** Whether EIPDE had to be set. */
  readonly extinPowerdown?: 'kept' | 'set';
  /** Whether EITRG had to be set to edge. */
  readonly extinTrigger?: 'kept' | 'set';
  /** Who is owed a wake pulse. */
  readonly owedWake?: string;
}

/** What a duty found and did, or why it failed; undefined fields are left out of the report. */
type Found = Partial<Omit<BootReport, 'ok' | 'message' | 'attempts'>> & {
  /** What makes this node unfit, although the duty was done. */
  readonly wrong?: string;
  readonly remark?: string;
};
type Duty = (host: DutyHost) => Promise<Found>;

const duties: readonly Duty[] = [idleLine, fenceable, owedWake];

/** Does each duty, again and again until it is done, `timeout` ms have passed, or trying again cannot help. */
export async function doDuties(host: DutyHost, timeout: number): Promise<BootReport> {
  const { clock, stop } = host;
  const deadline = clock.now() + timeout;
  const found: Found[] = [];
  let left: readonly Duty[] = duties;
  let told = '';
  for (let attempts = 1; ; attempts++) {
    const failures: unknown[] = [];
    const undone: Duty[] = [];
    for (const duty of left) {
      try {
        found.push(await duty(host));
      } catch (error) {
        undone.push(duty);
        failures.push(error);
      }
    }
    left = undone;
    const over = stop.aborted || clock.now() + attemptInterval > deadline || failures.every(isHopeless);
    if (over) return reportOf(found, failures, attempts);
    const reasons = reasonsOf(failures).join('; ');
    if (reasons !== told) host.log(`${reasons}; trying again`);
    told = reasons;
    // An abort ends the pause; the attempt after it is the last.
    await clock.sleep(attemptInterval, stop).catch(() => undefined);
  }
}

async function idleLine(host: DutyHost): Promise<Found> {
  const extout = await host.clearLine();
  if (extout === 'stuck') throw new Error('EXTOUT is asserted with no owner and cannot be released');
  return { extout };
}

async function fenceable(host: DutyHost): Promise<Found> {
  const defaults = await host.readDefaults();
  const wanted = defaults?.values.EXTIN_FORCED_SHUTDOWN ?? false;
  const board = await host.openBoard();
  try {
    let extinTrigger: 'kept' | 'set' = 'kept';
    if ((await settled('EITRG', () => board.get('extin-trigger'), Object.is)) !== 'edge') {
      await board.set('extin-trigger', 'edge'); // reads it back
      extinTrigger = 'set';
    }
    let extinPowerdown: 'kept' | 'set' = 'kept';
    const powerdown = await settled('EIPDE', () => board.get('extin-powerdown'), Object.is);
    if (wanted && !powerdown) {
      await board.set('extin-powerdown', true);
      extinPowerdown = 'set';
    }
    const facts = { extinPowerdown, extinTrigger };
    if (!wanted && !powerdown) return { ...facts, wrong: reasonForNoPowerdown(defaults) };
    const remark = 'EXTIN_FORCED_SHUTDOWN is not 1 in the defaults file, so that the next boot loses it';
    return { ...facts, ...(!wanted && { remark }) };
  } finally {
    await board.close();
  }
}

async function owedWake(host: DutyHost): Promise<Found> {
  const owed = await host.makeGood();
  return owed ? { owedWake: owed.target, remark: `${owed.target} is owed its wake pulse, which is being given` } : {};
}

function isHopeless(error: unknown): boolean {
  return (
    (error instanceof FenceError && error.code === 'REQUEST') ||
    (error instanceof Sleepi3Error && error.code === 'INVALID_BUS')
  );
}

function reportOf(found: readonly Found[], failures: readonly unknown[], attempts: number): BootReport {
  const { wrong, remark: _remark, ...facts } = Object.assign({}, ...found) as Found;
  const remarks = found.flatMap(({ remark }) => remark ?? []).map((remark) => `; ${remark}`);
  const tries = attempts === 1 ? '' : ` (${attempts} attempts)`;
  const problems = [
    ...reasonsOf(failures).map((reason) => `this node is not ready: ${reason}${tries}`),
    wrong ?? [],
  ].flat();
  const message = problems.length > 0 ? problems.join('; ') : `this node can be fenced: ${describe(facts)}`;
  return { ok: problems.length === 0, message: message + remarks.join(''), attempts, ...facts };
}

function reasonsOf(failures: readonly unknown[]): string[] {
  return [...new Set(failures.map(reasonOf))];
}

function reasonForNoPowerdown(defaults: ParsedDefaults | undefined): string {
  const problem = defaults?.problems.find(({ key }) => key === 'EXTIN_FORCED_SHUTDOWN');
  const found = problem
    ? `line ${problem.line} of the defaults file: EXTIN_FORCED_SHUTDOWN=${problem.value} ${problem.message}`
    : 'EXTIN_FORCED_SHUTDOWN is not 1 in the defaults file';
  return `this node cannot be fenced: EIPDE is 0 and ${found}; set EXTIN_FORCED_SHUTDOWN=1 and run fence_sleepi3 boot`;
}

const extoutWords = {
  idle: 'EXTOUT idle',
  released: 'EXTOUT was asserted with no owner and has been released',
  owned: 'EXTOUT belongs to an act that is under way',
} as const;

function describe({ extout = 'idle', extinPowerdown, extinTrigger }: Found): string {
  const powerdown = extinPowerdown === 'set' ? 'EIPDE was 0 and has been set' : 'EIPDE=1';
  const trigger = extinTrigger === 'set' ? 'EITRG was level and has been set to edge' : 'EITRG=edge';
  return `${extoutWords[extout]}, ${powerdown}, ${trigger}`;
}

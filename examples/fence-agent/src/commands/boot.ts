// What the boot-time unit does: lets go of a line that nobody owns, and sees to it that this node can be fenced. The vendor's
// own service sets EIPDE once and gives up after one I2C error, and it never clears EXTOUT.
import { type Clock, type ParsedDefaults, Sleepi3Error } from '@sleepi3/driver';
import { FenceError } from '@sleepi3/fence-protocol';
import { careForAssertedLine } from '../keeper/ask.js';
import { readSettled, settled } from '../line/lines.js';
import type { BoardSite } from '../node/machine.js';

/** Between two attempts, ms. */
const attemptPause = 1000;

export interface BootHost {
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly log: (message: string) => void;
  /** The vendor's file; undefined when it is missing and not needed. */
  readDefaults(): Promise<ParsedDefaults | undefined>;
  /** Throws a FenceError `request` when the options and the file name no board. */
  site(defaults: ParsedDefaults | undefined): BoardSite;
}

export interface BootReport {
  /** Whether EXTOUT is cared for and this node can be fenced. */
  readonly ok: boolean;
  /** One line for the log: what was found and done, or what is wrong and what to do. */
  readonly message: string;
  readonly attempts: number;
  /** What became of EXTOUT: idle as it was, `released`, or `owned` by a line keeper. Absent when that is not known. */
  readonly extout?: 'idle' | 'released' | 'owned';
  /** Whether EIPDE had to be set. */
  readonly extinPowerdown?: 'kept' | 'set';
  /** Whether EITRG had to be set to edge. */
  readonly extinTrigger?: 'kept' | 'set';
}

/** Tries until it succeeds, `patience` ms have passed, or trying again cannot help. */
export async function prepareNode(host: BootHost, patience: number): Promise<BootReport> {
  const { clock, stop } = host;
  const giveUp = clock.now() + patience;
  let told: string | undefined;
  for (let attempts = 1; ; attempts++) {
    try {
      return { ...(await attempt(host)), attempts };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const hopeless =
        (error instanceof FenceError && error.code === 'request') ||
        (error instanceof Sleepi3Error && error.code === 'INVALID_BUS');
      if (hopeless || stop.aborted || clock.now() + attemptPause > giveUp) {
        const tries = attempts === 1 ? '' : ` (${attempts} attempts)`;
        return { ok: false, message: `this node is not ready to be fenced: ${message}${tries}`, attempts };
      }
      if (message !== told) host.log(`${message}; trying again`);
      told = message;
    }
    // An abort ends the pause; the attempt after it is the last.
    await clock.sleep(attemptPause, stop).catch(() => undefined);
  }
}

async function attempt(host: BootHost): Promise<Omit<BootReport, 'attempts'>> {
  const defaults = await host.readDefaults();
  const site = host.site(defaults);
  await site.prepare();
  const extout = await clearExtout(site);
  const board = await site.openBoard();
  try {
    const wanted = defaults?.values.EXTIN_FORCED_SHUTDOWN ?? false;
    let extinPowerdown: 'kept' | 'set' = 'kept';
    let powerdown = await settled('EIPDE', () => board.get('extin-powerdown'), Object.is);
    if (wanted && !powerdown) {
      await board.set('extin-powerdown', true); // reads it back
      powerdown = true;
      extinPowerdown = 'set';
    }
    let extinTrigger: 'kept' | 'set' = 'kept';
    if ((await settled('EITRG', () => board.get('extin-trigger'), Object.is)) !== 'edge') {
      await board.set('extin-trigger', 'edge');
      extinTrigger = 'set';
    }
    const facts = { extout, extinPowerdown, extinTrigger };
    if (!powerdown) return { ok: false, message: reasonForNoPowerdown(defaults), ...facts };
    const warning = wanted
      ? ''
      : '; EXTIN_FORCED_SHUTDOWN is not 1 in the defaults file, so that the next boot loses it';
    return { ok: true, message: describe(facts) + warning, ...facts };
  } finally {
    await board.close();
  }
}

/** Never takes the line from a keeper that is alive. Rejects when the line stays asserted without an owner. */
async function clearExtout(site: BoardSite): Promise<'idle' | 'released' | 'owned'> {
  if (!(await isAsserted(site))) return 'idle';
  const care = await careForAssertedLine(site);
  if (care === 'owned' || care === 'idle') return care;
  if (care === 'stuck' || (await isAsserted(site))) {
    throw new Error('EXTOUT is asserted with no owner and cannot be released');
  }
  return 'released';
}

async function isAsserted(site: BoardSite): Promise<boolean> {
  const lines = await site.openLines();
  return (await readSettled(lines).finally(() => lines.close())).extout;
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
  owned: 'EXTOUT is held by a line keeper and left alone',
} as const;

function describe({
  extout,
  extinPowerdown,
  extinTrigger,
}: Required<Pick<BootReport, 'extout' | 'extinPowerdown' | 'extinTrigger'>>) {
  const powerdown = extinPowerdown === 'set' ? 'EIPDE was 0 and has been set' : 'EIPDE=1';
  const trigger = extinTrigger === 'set' ? 'EITRG was level and has been set to edge' : 'EITRG=edge';
  return `this node can be fenced: ${extoutWords[extout]}, ${powerdown}, ${trigger}`;
}

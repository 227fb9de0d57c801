// What monitor looks at: would this node go down if the peer fenced it now, and is its own line ready to fence the peer?
import type { Defaults, Sleepi3, Snapshot } from '@sleepi3/driver';
import { settled } from '../line/lines.js';

export interface Finding {
  /** An error makes monitor fail; a warning is logged. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what to do. */
  readonly message: string;
}

/**
 * An EXTIN that has been asserted for longer than any hold (12 s by default, and the cut falls at 11 s at the latest) is
 * nobody's shot, s.
 */
const longestShot = 20;

type CheckedDefaults = Pick<Defaults, 'EXTIN_FORCED_SHUTDOWN' | 'HEARTBEAT_TIMEOUT' | 'RETRY_BOOT' | 'BOOT_TIMEOUT'>;

type CheckedParameters = Pick<
  Snapshot,
  'extin' | 'extin-count' | 'extin-powerdown' | 'extin-trigger' | 'watchdog-timeout'
>;

/** What is judged, and EXTOUT. */
export interface BoardReading extends CheckedParameters {
  readonly extout: boolean;
}

/**
 * Reads what is judged until three readings in a row agree: a bit that flips on the bus must neither report that this node
 * cannot be fenced nor hide it.
 */
export function readBoard(board: Pick<Sleepi3, 'get' | 'ioStatus'>): Promise<BoardReading> {
  const read = async (): Promise<BoardReading> => {
    const { extout, extin } = await board.ioStatus();
    return {
      extout,
      extin,
      'extin-count': await board.get('extin-count'),
      'extin-powerdown': await board.get('extin-powerdown'),
      'extin-trigger': await board.get('extin-trigger'),
      'watchdog-timeout': await board.get('watchdog-timeout'),
    };
  };
  return settled('the board', read, isSameReading);
}

function isSameReading(a: BoardReading, b: BoardReading): boolean {
  // The count goes up by one a second while EXTIN is asserted.
  const counted = Math.abs(a['extin-count'] - b['extin-count']) <= 2;
  const same = ['extout', 'extin', 'extin-powerdown', 'extin-trigger', 'watchdog-timeout'] as const;
  return counted && same.every((name) => a[name] === b[name]);
}

/** Judges a snapshot of the board against the defaults file, if there is one. */
export function checkBoard(board: CheckedParameters, defaults: CheckedDefaults | undefined): Finding[] {
  const findings: Finding[] = [];
  const error = (message: string) => findings.push({ severity: 'error', message });
  const warning = (message: string) => findings.push({ severity: 'warning', message });

  if (!board['extin-powerdown']) {
    error(
      'this node cannot be fenced: EIPDE is 0, EXTIN would not cut its power; set EXTIN_FORCED_SHUTDOWN=1 in ' +
        '/etc/default/sleepi3, and for now run: sleepi3 set extin-powerdown 1',
    );
  }
  if (board['extin-trigger'] === 'level') {
    error(
      'this node cannot be fenced: EITRG is 1 (level), a held EXTIN would wake it again at once; ' +
        'run: sleepi3 set extin-trigger edge',
    );
  }
  if (board.extin && board['extin-count'] > longestShot) {
    error(
      `EXTIN has been asserted for ${board['extin-count']} s, longer than any pulse: the wire is shorted, or the ` +
        "peer's EXTOUT is stuck; look at it on the peer with: sleepi3 get extout",
    );
  } else if (board.extin) {
    warning('EXTIN is asserted: the peer is fencing this node, or testing the wire');
  }
  if (defaults) findings.push(...checkDefaults(board, defaults));
  return findings;
}

function checkDefaults(board: CheckedParameters, defaults: CheckedDefaults): Finding[] {
  const findings: Finding[] = [];
  if (!defaults.EXTIN_FORCED_SHUTDOWN) {
    findings.push({
      severity: 'error',
      message:
        'this node cannot be fenced after its next boot: set EXTIN_FORCED_SHUTDOWN=1 in /etc/default/sleepi3 ' +
        '(the board follows it at boot)',
    });
  }
  if (defaults.RETRY_BOOT && defaults.BOOT_TIMEOUT === 0) {
    findings.push({
      severity: 'error',
      message:
        'RETRY_BOOT=1 contradicts BOOT_TIMEOUT=0: without a time-out a boot that hangs is never retried; ' +
        'set BOOT_TIMEOUT to more than the node takes to boot (90 as shipped)',
    });
  }
  if (defaults.HEARTBEAT_TIMEOUT !== board['watchdog-timeout']) {
    findings.push({
      severity: 'error',
      message:
        `HEARTBEAT_TIMEOUT=${defaults.HEARTBEAT_TIMEOUT} contradicts the board, whose watchdog-timeout is ` +
        `${board['watchdog-timeout']} s: run sleepi3 set watchdog-timeout ${defaults.HEARTBEAT_TIMEOUT}, or reboot`,
    });
  }
  return findings;
}

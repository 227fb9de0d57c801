// The locks by which programs hold a shutdown back. Since systemd 257 `systemctl reboot` obeys those of mode block for root, too;
// before, it passed over them, and over the backup that held one.
import { runProgram } from '@sleepi3/driver';
import { RollError } from '../errors.js';
import type { Inhibitor } from './host.js';

const words = [
  ...['--json=short', 'call', 'org.freedesktop.login1', '/org/freedesktop/login1'],
  ...['org.freedesktop.login1.Manager', 'ListInhibitors'],
];

/** The answer of logind: who asks for what and why, in which mode, as which user and process. */
type Row = readonly [what: string, who: string, why: string, mode: string, uid: number, pid: number];

/** What `systemd-inhibit --list` shows, asked of logind itself, whose answer has no columns that are cut. */
export async function inhibitors(run: typeof runProgram = runProgram): Promise<readonly Inhibitor[]> {
  const { status, stdout, stderr } = await run('busctl', words, { timeout: 10_000 });
  // Without logind nobody can hold anything back.
  if (status !== 0 && /not provided|ServiceUnknown|could not be found|NameHasNoOwner/i.test(stderr)) return [];
  if (status !== 0) throw new RollError('STEP_FAILED', `systemd's inhibitors cannot be read: ${stderr.trim()}`);
  return parseInhibitors(stdout);
}

/** @throws RollError `STEP_FAILED` for what is no answer of busctl. */
export function parseInhibitors(json: string): readonly Inhibitor[] {
  try {
    const { data } = JSON.parse(json) as { data: readonly [readonly Row[]] };
    return data[0].map(([what, who, why, mode, , pid]) => ({ what, who, why, mode, pid }));
  } catch (cause) {
    throw new RollError('STEP_FAILED', "systemd's inhibitors cannot be read: busctl gave no list", { cause });
  }
}

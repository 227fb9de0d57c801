import { execFileSync } from 'node:child_process';

/**
 * When the program in `home` is released, s since 1970: SOURCE_DATE_EPOCH, or else the time of the last commit that changed it.
 *
 * @throws Error when that is no number of seconds.
 */
export function releaseEpoch(home: string): number {
  const lastCommit = () =>
    execFileSync('git', ['log', '-1', '--format=%ct', '--', '.'], { cwd: home, encoding: 'utf8' });
  const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? lastCommit());
  if (!Number.isSafeInteger(epoch)) throw new Error('set SOURCE_DATE_EPOCH to the seconds since 1970 of the release');
  return epoch;
}

// Which folders hold more source files than a newcomer takes in at a glance.
import { dirname } from 'node:path';

/** Source files in one folder, at the most. */
export const mostFiles = 15;

/**
 * The folders with too many source files, as one line each. Tests stand apart: theirs are as many as there are subjects.
 *
 * @param paths - Of files, from the root of the repository.
 */
export function crowdedFolders(paths: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    if (!/\.(?:[cm]?[jt]s)$/.test(path) || /\.d\.[cm]?ts$/.test(path) || /(?:^|\/)test\//.test(path)) continue;
    const folder = dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > mostFiles)
    .map(([folder, count]) => `${folder} has ${count} source files, and ${mostFiles} are the most: make rooms in it`);
}

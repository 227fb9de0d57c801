// The jobs of a check, as a table.

export interface Job {
  readonly name: string;
  /** A program of the repository's, and its words. */
  readonly command: readonly [program: string, ...words: string[]];
  /** `main` is in a hurry, and stops at what fails. What is `aside` has no deadline and gives way to it. */
  readonly lane: 'main' | 'aside';
  /** Whether its output is of use as it comes. That of others is shown at their end, when they fail. */
  readonly live?: boolean;
  /** It reads the code and runs none of it: `npm run lint`, and no part of `npm test` where somebody waits for that. */
  readonly reads?: true;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * All jobs; those of a lane in their order.
 *
 * @param complete - Whether every part that tests drive is on this machine: the floors of coverage are of such a run.
 * @param report - Where the tests report to, as JSON.
 */
export function jobsOf({ complete, report }: { readonly complete: boolean; readonly report: string }): readonly Job[] {
  const coverage = complete ? ['--coverage'] : [];
  return [
    { name: 'build', lane: 'main', command: ['pnpm', '-r', '--workspace-concurrency=2', 'run', 'build'] },
    {
      name: 'tests',
      lane: 'main',
      live: true,
      command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...coverage],
    },
    // What is too large is no reason not to know what the tests find.
    { name: 'size', lane: 'main', command: ['size-limit'] },
    {
      name: 'quick',
      lane: 'main',
      live: true,
      command: ['vitest', 'run', '--project=virtual'],
      environment: { WITHOUT_PARTS: '1', QUICK: '1' },
    },
    // What takes longest goes first.
    { name: 'lint', lane: 'aside', reads: true, command: ['tsx', 'tools/lint/main.ts'] },
    {
      name: 'format',
      lane: 'aside',
      reads: true,
      command: ['prettier', '--check', '.', '--cache', '--cache-location=.cache/prettier', '--cache-strategy=content'],
    },
    { name: 'types', lane: 'aside', reads: true, command: ['tsc', '--noEmit'] },
    {
      name: 'doors',
      lane: 'aside',
      reads: true,
      command: ['depcruise', ...doors, 'packages', 'examples', 'lab', 'tools'],
    },
    { name: 'rooms', lane: 'aside', reads: true, command: ['tsx', 'tools/rooms/main.ts'] },
    { name: 'unused', lane: 'aside', reads: true, command: ['knip', '--no-progress'] },
  ];
}

/**
 * The jobs of these names; without names all but the quick one, and on CI those that only read the code, too.
 *
 * @throws Error where a name is unknown.
 */
export function chooseJobs(
  jobs: readonly Job[],
  { names, ci }: { readonly names: readonly string[]; readonly ci: boolean },
): readonly Job[] {
  const unknown = names.find((name) => !jobs.some((job) => job.name === name));
  if (unknown !== undefined)
    throw new Error(`unknown job ${unknown}; the jobs are ${jobs.map((job) => job.name).join(', ')}`);
  if (names.length > 0) return jobs.filter(({ name }) => names.includes(name));
  return jobs.filter(({ name, reads }) => name !== 'quick' && (ci || reads !== true));
}

const doors = ['--config', 'tools/rooms/doors.cjs', '--output-type', 'err-long'];

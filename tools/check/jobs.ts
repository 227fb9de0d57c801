// The jobs of a check, as a table.

export interface Job {
  readonly name: string;
  /** A program of the repository's, and its words. */
  readonly command: readonly [program: string, ...words: string[]];
  /** `main` is in a hurry, and stops at what fails. What is `aside` has no deadline and gives way to it. */
  readonly lane: 'main' | 'aside';
  /** Whether its output is of use as it comes. That of others is shown at their end, when they fail. */
  readonly live?: boolean;
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
    { name: 'size', lane: 'main', command: ['size-limit'] },
    {
      name: 'tests',
      lane: 'main',
      live: true,
      command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...coverage],
    },
    {
      name: 'quick',
      lane: 'main',
      live: true,
      command: ['vitest', 'run', '--project=virtual'],
      environment: { WITHOUT_PARTS: '1', QUICK: '1' },
    },
    // What takes longest goes first.
    { name: 'lint', lane: 'aside', command: ['tsx', 'tools/lint/main.ts'] },
    {
      name: 'format',
      lane: 'aside',
      command: ['prettier', '--check', '.', '--cache', '--cache-location=.cache/prettier', '--cache-strategy=content'],
    },
    { name: 'types', lane: 'aside', command: ['tsc', '--noEmit'] },
    { name: 'doors', lane: 'aside', command: ['depcruise', ...doors, 'packages', 'examples', 'lab', 'tools'] },
    { name: 'rooms', lane: 'aside', command: ['tsx', 'tools/rooms/main.ts'] },
    { name: 'unused', lane: 'aside', command: ['knip', '--no-progress'] },
  ];
}

const doors = ['--config', 'tools/rooms/doors.cjs', '--output-type', 'err-long'];

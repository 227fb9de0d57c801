// Where Debian comes from: what this machine's own apt is set up with, for its own release or for another one.

export const releases = ['bookworm', 'trixie'] as const;
/** A release of Debian: 12 or 13. */
export type Release = (typeof releases)[number];

export interface DebianSource {
  /** The repository, such as apt prints it. */
  readonly uri: string;
  /** `bookworm`, `bookworm-updates`, `bookworm-security`. */
  readonly suite: string;
  /** `main` … */
  readonly component: string;
}

/** What prints the sources of this machine for {@link parseDebianSources}. */
export const askForSources = [
  ...['apt-get', 'indextargets', '--format', '$(REPO_URI)|$(RELEASE)|$(COMPONENT)'],
  'Created-By: Packages',
];

/**
 * The sources of a release: what apt is set up with for it, or else the same repositories with that release in the place of
 * this machine's.
 *
 * @param text - What {@link askForSources} printed.
 */
export function parseDebianSources(text: string, release: Release): DebianSource[] {
  const known = new Map<Release, Map<string, DebianSource>>();
  for (const line of text.split('\n')) {
    const [uri = '', suite = '', component = ''] = line.trim().split('|');
    const of = releases.find((each) => suite === each || suite.startsWith(`${each}-`));
    if (of === undefined || component !== 'main') continue;
    const source = { uri, suite: suite.replace(of, release), component };
    known.set(of, (known.get(of) ?? new Map<string, DebianSource>()).set(JSON.stringify(source), source));
  }
  return [...(known.get(release) ?? [...known.values()][0] ?? new Map<string, DebianSource>()).values()];
}

/** The repository that debootstrap starts from, if apt knows one. */
export const baseSource = (sources: readonly DebianSource[], release: Release): DebianSource | undefined =>
  sources.find(({ suite }) => suite === release);

/** A sources.list; repositories that apt reaches here, with the keys that Debian ships. */
export const sourcesList = (sources: readonly DebianSource[]): string =>
  sources.map(({ uri, suite, component }) => `deb ${uri} ${suite} ${component}\n`).join('');

// What a program tells Prometheus: a textfile, which node exporter reads as a whole.

/** A gauge: a number that goes up and down. */
export interface Metric {
  /** What it says, and of what; the unit is in the name. */
  readonly help: string;
  /** What tells its samples apart. */
  readonly labels?: readonly string[];
}

/** The metrics of a program, by their names: one place for them. */
export type MetricTable = Readonly<Record<string, Metric>>;

/** Undefined: not known, and not written. */
type Value = number | boolean | undefined;

/** What is known of each metric; one with labels has a list of values with their labels. */
type Samples<T extends MetricTable> = {
  readonly [N in keyof T]: T[N] extends { readonly labels: readonly string[] }
    ? readonly (readonly [Readonly<Record<T[N]['labels'][number], string>>, Value])[]
    : Value;
};

/** Debian's node exporter reads the files *.prom of this directory. */
export const textfileDirectory = '/var/lib/prometheus/node-exporter';

/** The whole textfile, in Prometheus's text format. */
export function textfileOf<T extends MetricTable>(table: T, samples: Samples<T>): string {
  const lines = Object.entries(table).flatMap(([name, { help }]) => {
    const known = listed(samples[name]).filter(([, value]) => value !== undefined);
    if (known.length === 0) return [];
    const values = known.map(([labels, value]) => `${name}${labelText(labels)} ${Number(value)}`);
    return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...values];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Replaces the file as a whole. Does nothing where its directory is not there: no node exporter, no textfile. */
export async function replaceTextfile(path: string, text: string): Promise<void> {
  const { open, rename, rm, stat } = await import('node:fs/promises');
  const found = await stat(path.replace(/[^/]*$/, '.')).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  });
  if (!found) return;
  // A name that node exporter does not read. It is made anew: a directory of another user's may have a link there.
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o644);
  try {
    await file.chmod(0o644); // whatever the umask is, node exporter is another user
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

type Labelled = readonly [Readonly<Record<string, string>>, Value];

function listed(sample: Value | readonly Labelled[]): readonly Labelled[] {
  return typeof sample === 'object' ? sample : [[{}, sample]];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

// Benchmarks as ratios: our way against an alternative, taken in turns in the same run on the same machine, so that
// a slow or busy machine slows both. Used by every package's bench/main.ts.
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';

export interface Contender {
  readonly name: string;
  /** One measured round; a bench that needs many calls to be measurable loops inside. */
  readonly run: () => unknown;
}

export interface RatioBench {
  readonly title: string;
  readonly ours: Contender;
  readonly baseline: Contender;
  /** The ratio ours / baseline that must not be exceeded. */
  readonly target: number;
  /** Measured rounds of each; default 30. */
  readonly rounds?: number;
  /** Rounds of each that are run first and not counted; default 3. */
  readonly warmUps?: number;
}

export interface RatioResult {
  readonly title: string;
  readonly oursMs: number;
  readonly baselineMs: number;
  readonly ratio: number;
  readonly target: number;
  readonly met: boolean;
}

/** Runs both in alternation and compares their medians. */
export async function measureRatio(bench: RatioBench): Promise<RatioResult> {
  const rounds = bench.rounds ?? 30;
  for (let i = 0; i < (bench.warmUps ?? 3); i++) {
    await bench.baseline.run();
    await bench.ours.run();
  }
  const ours: number[] = [];
  const baseline: number[] = [];
  for (let i = 0; i < rounds; i++) {
    // Alternating who goes first keeps a periodic disturbance from favouring one side.
    const order = i % 2 === 0 ? [baseline, ours] : [ours, baseline];
    for (const times of order) times.push(await timed((times === ours ? bench.ours : bench.baseline).run));
  }
  const oursMs = median(ours);
  const baselineMs = median(baseline);
  const ratio = oursMs / baselineMs;
  return { title: bench.title, oursMs, baselineMs, ratio, target: bench.target, met: ratio <= bench.target };
}

/** Runs the benches, prints one line each, and returns the process's exit code: 1 when a target was missed. */
export async function runRatioBenches(benches: readonly RatioBench[]): Promise<number> {
  let missed = 0;
  for (const bench of benches) {
    const result = await measureRatio(bench);
    if (!result.met) missed++;
    console.log(
      `${result.met ? 'ok  ' : 'MISS'} ${result.title}: ${result.ratio.toFixed(3)}× ` +
        `(target ≤ ${result.target}×; ${bench.ours.name} ${format(result.oursMs)}, ` +
        `${bench.baseline.name} ${format(result.baselineMs)}, medians)`,
    );
  }
  return missed === 0 ? 0 : 1;
}

/**
 * The environment of a program that is measured. Nothing of this process's own goes along: what a tool puts into NODE_OPTIONS,
 * or a certificate store named in NODE_EXTRA_CA_CERTS, costs a start of Node more than the program itself.
 */
export const cleanEnvironment: Readonly<Record<string, string>> = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** A whole process as a contender, in a clean environment; throws when it exits with anything but `status`. */
export function processContender(
  name: string,
  command: string,
  args: readonly string[],
  options: SpawnSyncOptions & { readonly status?: number } = {},
): Contender {
  const { status = 0, ...spawnOptions } = options;
  return {
    name,
    run: () => {
      const result = spawnSync(command, args, {
        stdio: ['pipe', 'ignore', 'pipe'],
        env: cleanEnvironment,
        ...spawnOptions,
      });
      if (result.status !== status) {
        throw new Error(`${name}: exit ${String(result.status)}: ${String(result.stderr)}`, { cause: result.error });
      }
    },
  };
}

async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function format(milliseconds: number): string {
  return milliseconds >= 1 ? `${milliseconds.toFixed(2)} ms` : `${(milliseconds * 1000).toFixed(1)} µs`;
}

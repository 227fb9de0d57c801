// ESLint with a cache. It remembers what it said of a file as long as that file stays the same, although that can depend on
// the types of others.
import { ESLint } from 'eslint';

export interface LintReport {
  readonly ok: boolean;
  /** What is wrong, for a person; empty when nothing is. */
  readonly text: string;
}

/**
 * Judges the files under a directory. What the cache finds fault with is judged again without it: it may have been mended in
 * another file. What the cache passes may have been spoilt in another file: only a run without one, as on CI, has the last word.
 */
export async function lintFiles(directory: string, cacheLocation: string): Promise<LintReport> {
  const known = await new ESLint({
    cwd: directory,
    cache: true,
    cacheLocation,
    cacheStrategy: 'content',
  }).lintFiles('.');
  const suspects = known.filter(isFaulty).map(({ filePath }) => filePath);
  if (suspects.length === 0) return { ok: true, text: '' };
  const fresh = new ESLint({ cwd: directory });
  const results = await fresh.lintFiles(suspects);
  const formatter = await fresh.loadFormatter();
  return { ok: !results.some(isFaulty), text: await formatter.format(results) };
}

function isFaulty({ errorCount, warningCount }: ESLint.LintResult): boolean {
  return errorCount + warningCount > 0;
}

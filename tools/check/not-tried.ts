// The last line of `npm test`: which tests were skipped, and what brings what they need.
import type { Part } from '../parts/parts.mjs';

/** What of vitest's JSON report counts here. */
export interface JsonReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** What tests can ask of a machine and not get. */
export interface Machine {
  /** The parts that it lacks. */
  readonly missing: readonly Part[];
  /** Whether a test may have namespaces of its own. */
  readonly namespaces: boolean;
}

/** Where everything is there that tests ask for, none may be skipped. */
export function notTried(
  { testResults }: JsonReport,
  { missing, namespaces }: Machine,
): { readonly accepted: boolean; readonly line?: string } {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const skipped = tests.filter(({ status }) => ['skipped', 'pending', 'disabled'].includes(status));
  if (skipped.length === 0) return { accepted: true };
  const count = `${skipped.length} of ${tests.length} tests`;
  if (missing.length === 0 && namespaces) {
    const names = skipped.map(({ fullName }) => `\n  ${fullName}`).join('');
    return {
      accepted: false,
      line: `${count} were skipped, though every part that they drive is on this machine:${names}`,
    };
  }
  const packages = [...new Set(missing.map(({ packages: [first = ''] }) => first))].sort();
  const wants = [...packages, ...(namespaces ? [] : ['the right to make namespaces'])];
  const remedy = [...(packages.length > 0 ? ['npm run parts'] : []), ...(namespaces ? [] : ['run as root'])];
  return { accepted: true, line: `Not tried: ${count}, for want of ${wants.join(', ')}. Remedy: ${remedy.join('; ')}` };
}

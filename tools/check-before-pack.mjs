// @ts-check
// Before a package is packed, by whatever packs it: a tarball without the built files installs and is empty.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ name: string, exports: Record<string, string | { types?: string, default: string }>, dependencies?: Record<string, string>, publishConfig?: { bin?: Record<string, string> } }} Manifest */

/**
 * What would be wrong with a tarball of the package in `directory`, as sentences that say what to do.
 *
 * @param {string} directory
 * @param {string} packer What packs it, as it names itself in npm_config_user_agent: `npm/10.8.2 node/v20 …`.
 * @returns {string[]}
 */
export function problemsOfPacking(directory, packer) {
  /** @type {Manifest} */
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const entries = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : [entry.types ?? entry.default, entry.default],
  );
  const promised = [...new Set([...entries, ...Object.values(manifest.publishConfig?.bin ?? {})])];
  const missing = promised.filter((file) => !existsSync(join(directory, file)));
  const needsPnpm =
    manifest.publishConfig?.bin !== undefined ||
    Object.values(manifest.dependencies ?? {}).some((range) => range.startsWith('workspace:'));
  const name = manifest.name.replace(/^@[^/]+\//, '');
  return [
    ...(missing.length > 0 ? [`${missing.join(', ')} missing: npm run build, at the top of the repository`] : []),
    ...(needsPnpm && !packer.startsWith('pnpm/')
      ? [
          `only pnpm makes its manifest whole: node tools/bootstrap.mjs --filter ${name} pack, at the top of the repository`,
        ]
      : []),
  ];
}

if (process.argv[1] === import.meta.filename) {
  const problems = problemsOfPacking(process.cwd(), process.env['npm_config_user_agent'] ?? '');
  for (const problem of problems) console.error(`not packed: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

/**
 * What would be wrong with a tarball of the package in `directory`, as sentences that say what to do.
 *
 * @param packer - What packs it, as it names itself in npm_config_user_agent: `npm/10.8.2 node/v20 …`.
 */
export function problemsOfPacking(directory: string, packer: string): string[];

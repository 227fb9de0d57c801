// The calls that take more than one command to be safe.
import type { Run } from './bind.js';
import type { Change, Confirmed, RequestTimeout } from './change.js';
import * as commands from './commands/index.js';
import type { MoveOptions } from './commands/resource.js';
import { isPcsError, PcsError } from './errors.js';
import type { Features } from './features.js';

/**
 * Destroys the cluster whose name the caller knows; pcs itself asks nothing without a terminal (observed).
 * @throws PcsError `INVALID_ARGUMENT` when the local corosync.conf names another cluster.
 */
export async function destroyCluster(
  run: Run,
  name: string,
  options: { readonly all?: boolean } & RequestTimeout = {},
): Promise<Change> {
  const found = await run(commands.cluster.name());
  if (found !== name) {
    throw new PcsError(`the cluster here is '${found}', not '${name}': nothing was destroyed`, {
      code: 'INVALID_ARGUMENT',
    });
  }
  return run(commands.cluster.destroy(options));
}

/**
 * Confirms that a node is off, after checking that there is such a node: pcs confirms any name (observed).
 * @throws PcsError `NOT_FOUND`
 */
export async function confirmFenced(run: Run, node: string, confirmed: Confirmed): Promise<Change> {
  const command = commands.stonith.confirm(node, confirmed);
  const known = nodeNamesIn(await run(commands.cib.query()));
  if (!known.includes(node)) {
    throw new PcsError(`there is no node '${node}' in this cluster; it has ${known.join(', ')}`, { code: 'NOT_FOUND' });
  }
  return run(command);
}

/** What a move did. */
export interface Moved {
  /** False when the resource was there already. */
  readonly moved: boolean;
  readonly warnings: readonly string[];
}

/**
 * Moves a resource and leaves no constraint behind, on every version of pcs, whether it succeeds or fails: pcs 0.10
 * leaves its constraint always, 0.11.5 after a timeout (observed). Moving to where the resource runs already is a
 * success.
 */
export async function moveResource(
  run: Run,
  features: () => Promise<Features>,
  resource: string,
  options: MoveOptions & { readonly strict?: boolean } = {},
): Promise<Moved> {
  const command = commands.resource.move(resource, options);
  const byItself = (await features()).has('pcmk.resource.move.autoclean');
  const before = new Set(await cliConstraints(run));
  let left = true;
  try {
    const { warnings } = await run(
      byItself ? command : commands.resource.moveWithConstraint(resource, { wait: command.wait ?? 60, ...options }),
    );
    left = !byItself;
    return { moved: true, warnings };
  } catch (error) {
    if (isPcsError(error) && ALREADY_THERE.test(error.stderr)) return { moved: false, warnings: [] };
    throw error;
  } finally {
    if (left) await removeConstraints(run, before);
  }
}

/** crm_resource and pcs about a resource that is where it should go. */
const ALREADY_THERE = /is already (?:active|running) on|already exists\b/;

async function removeConstraints(run: Run, before: ReadonlySet<string>): Promise<void> {
  const left = (await cliConstraints(run)).filter((id) => !before.has(id));
  if (left.length > 0) await run(commands.constraint.delete(...left));
}

/** The ids of the constraints that moves and bans make. */
async function cliConstraints(run: Run): Promise<string[]> {
  const cib = await run(commands.cib.query());
  return [...cib.matchAll(/<rsc_location\b[^>]*?\sid="(cli-(?:prefer|ban)-[^"]+)"/g)].map((match) => match[1] ?? '');
}

function nodeNamesIn(cib: string): string[] {
  return [...cib.matchAll(/<node\b[^>]*?\suname="([^"]+)"/g)].map((match) => match[1] ?? '');
}

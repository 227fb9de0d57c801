// The calls that take more than one command to be safe.
import type { Run } from './command/bind.js';
import type { Change, Confirmed, RequestTimeout } from './command/change.js';
import * as commands from './commands/index.js';
import { DEFAULT_MOVE_WAIT } from './commands/resource/primitive.js';
import type { MoveOptions } from './commands/resource/resource.js';
import { PcsError } from './errors.js';
import type { Features } from './command/command.js';
import { status } from './read/reads.js';
import { sameName } from './semantics/values.js';

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
    throw new PcsError('INVALID_ARGUMENT', `the cluster here is '${found}', not '${name}': nothing was destroyed`);
  }
  return run(commands.cluster.destroy(options));
}

/**
 * Confirms that a node is off, after checking that there is such a node: pcs confirms any name (observed).
 * @throws PcsError `NOT_FOUND`
 */
export async function confirmFenced(run: Run, node: string, confirmed: Confirmed): Promise<Change> {
  const command = commands.stonith.confirm(node, confirmed);
  const known = (await run(commands.cib.config())).nodes.map(({ name }) => name);
  if (!known.some((name) => sameName(name, node))) {
    throw new PcsError('NOT_FOUND', `there is no node '${node}' in this cluster; it has ${known.join(', ')}`);
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
  { features, cleanUp }: { readonly features: () => Promise<Features>; readonly cleanUp: Run },
  resource: string,
  options: MoveOptions & { readonly strict?: boolean } = {},
): Promise<Moved> {
  const byItself = commands.resource.move(resource, options);
  if (await isThere(run, resource, options)) return { moved: false, warnings: [] };
  const { strict, ...rest } = options;
  const cleansUp = (await features()).has('pcmk.resource.move.autoclean');
  if (!cleansUp && strict === true) {
    throw new PcsError('UNSUPPORTED', 'this pcs cannot move strictly: it does not simulate');
  }
  const command = cleansUp
    ? byItself
    : commands.resource.moveWithConstraint(resource, { wait: DEFAULT_MOVE_WAIT, ...rest });
  const before = new Set(await cliConstraints(run));
  let moved: Change;
  try {
    moved = await run(command);
  } catch (error) {
    const { code, argv, stderr, message } = error as PcsError;
    await removeNewConstraints(cleanUp, before).catch((cause: unknown) => {
      throw new PcsError(
        code,
        `${message}; its constraint could not be removed either: pcs resource clear ${resource}`,
        {
          argv,
          stderr,
          cause: new AggregateError([error, cause]),
        },
      );
    });
    throw error;
  }
  if (!cleansUp) await removeNewConstraints(cleanUp, before);
  return { moved: true, warnings: moved.warnings };
}

/** Where it should go, and nowhere else: crm_resource calls that a failure (observed). */
async function isThere(run: Run, resource: string, { node, promoted }: MoveOptions): Promise<boolean> {
  if (node === undefined) return false;
  const view = (await run(status())).resource(resource);
  const nodes = (promoted === true ? view?.promotedOn : view?.startedOn) ?? [];
  return nodes.length === 1 && nodes.every((name) => sameName(name, node));
}

async function removeNewConstraints(run: Run, before: ReadonlySet<string>): Promise<void> {
  const left = (await cliConstraints(run)).filter((id) => !before.has(id));
  if (left.length > 0) await run(commands.constraint.delete(...left));
}

/** The ids of the constraints that moves and bans make. */
async function cliConstraints(run: Run): Promise<string[]> {
  return (await run(commands.cib.config())).cliConstraints.map(({ id }) => id);
}

// Containers that run without the cluster. They serve until it does: what stops them is the last thing before the cluster gets its own.
import type { ClusterDesign } from '../../cluster/design.js';
import { SetupError } from '../../errors.js';
import { containerState } from '../../nodes/docker.js';
import type { Reality } from '../reality.js';
import { type Action, done, type Step } from '../step.js';

/** The name under which one is kept. */
export const asideOf = (name: string) => `${name}-before-cluster`;

export function byHandSteps(design: ClusterDesign, nodes: readonly string[]): readonly Step[] {
  return nodes.flatMap((node) => design.containers.map((container) => byHandStep(design, container, node)));
}

function byHandStep(design: ClusterDesign, { id, name }: ClusterDesign['containers'][number], node: string): Step {
  const docker = (...argv: readonly string[]): Action => ({ kind: 'run', node, program: 'docker', argv });
  const aside = asideOf(name);
  return {
    id: `by-hand-${id}@${node}`,
    node,
    title: `No container ${name} but the cluster's`,
    why:
      'A container that someone started by hand runs on both nodes, without the cluster knowing; and with a restart policy ' +
      'Docker starts it again behind its back. It is stopped and kept under another name.',
    look: async (reality) => {
      if (await isOfCluster(design, id, node, reality)) return done;
      const machine = reality.machine(node);
      const kept = await containerState(machine, aside);
      if ((await containerState(machine, name)) === undefined) {
        // One that was renamed, and not stopped any more.
        if (kept !== 'running') return done;
        return { differences: [{ what: aside, is: 'running', should: 'stopped' }], actions: [docker('stop', aside)] };
      }
      if (kept !== undefined) {
        throw new SetupError(
          'NOT_READY',
          `${node}: the container ${name} was made by hand, and ${aside}, as which it would be kept, is there already; look which ` +
            `of them is of use, and remove the other one, on ${node}: docker rm ${aside}`,
        );
      }
      // The name first: what is started with --rm is gone when it has stopped.
      return {
        differences: [{ what: name, is: 'made by hand' }],
        actions: [docker('update', '--restart=no', name), docker('rename', name, aside), docker('stop', aside)],
      };
    },
  };
}

/** One that the cluster has is the cluster's; so it is when this node cannot ask, because the cluster is stopped here. */
async function isOfCluster(design: ClusterDesign, id: string, node: string, reality: Reality): Promise<boolean> {
  const configuration = await reality.configuration();
  if (configuration !== undefined) return configuration.resource(id) !== undefined;
  return (await reality.corosyncConf(node))?.clusterName === design.name;
}

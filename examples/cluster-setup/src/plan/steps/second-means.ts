// The second means of fencing on each node: its agent, and its password in a file.
import type { ClusterDesign } from '../../cluster/design.js';
import { secondPasswordPath } from '../../cluster/second-ids.js';
import { mustHave } from '../../nodes/packages.js';
import { done, type Step } from '../step.js';
import { lookAtSecretFile } from './secret-file.js';

/** The steps of one node; none where the wire is the only means. */
export function secondNodeSteps(design: ClusterDesign, node: string): readonly Step[] {
  const agent = design.second[0]?.agent;
  if (agent === undefined) return [];
  const path = `/usr/sbin/${agent}`;
  return [
    {
      id: `second-agent@${node}`,
      node,
      title: `The agent of the second means, ${agent}`,
      why: 'It is asked when the wire has failed. Whichever node is left then has to have it.',
      look: async (reality) => {
        const own = `fence-agents-${agent.replace(/^fence_/, '').replaceAll('_', '-')}`;
        const remedy = `install what brings it: apt-get install fence-agents, or since Debian 13 ${own}`;
        await mustHave(reality.machine(node), path, remedy);
        return done;
      },
    },
    ...passwordStep(design.secondPassword, node),
  ];
}

function passwordStep(password: string | undefined, node: string): readonly Step[] {
  if (password === undefined) return [];
  const path = secondPasswordPath;
  return [
    {
      id: `second-password@${node}`,
      node,
      title: 'The password of the second means',
      why:
        'The agent reads it from this file, which root alone may read. In the configuration of the cluster every member of ' +
        'haclient would see it, and on a command line everybody.',
      look: (reality) =>
        lookAtSecretFile(reality, node, {
          path,
          text: `${password}\n`,
          owner: 'root',
          words: { other: 'another password', should: 'the password' },
          shell: `test -s ${path} || { echo 'put the password of the second means of fencing into ${path}, mode 600' >&2; exit 1; }`,
        }),
    },
  ];
}

/** The way back: the file that cluster-setup wrote; one that was changed since is left. */
export function secondPasswordRemoval({ secondPassword }: ClusterDesign, node: string): readonly Step[] {
  if (secondPassword === undefined) return [];
  return [
    {
      id: `second-password@${node}`,
      node,
      title: 'The password of the second means',
      why: 'Nothing reads it any more.',
      look: async (reality) =>
        (await reality.file(node, secondPasswordPath)) === `${secondPassword}\n`
          ? {
              differences: [{ what: secondPasswordPath, is: 'made by cluster-setup' }],
              actions: [{ kind: 'remove', node, path: secondPasswordPath }],
            }
          : done,
    },
  ];
}

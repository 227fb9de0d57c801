// The second means of fencing on each node: its agent, and its password in a file.
import type { ClusterDesign } from '../../cluster/design.js';
import { secondPasswordPath } from '../../cluster/second-ids.js';
import { SetupError } from '../../errors.js';
import { done, type Step } from '../step.js';

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
        const there = await reality.machine(node).run('test', ['-x', path], { exitCodes: [0, 1] });
        if (there.exitCode === 0) return done;
        throw new SetupError(
          'NOT_READY',
          `${node}: ${path} is not there; install what brings it: apt-get install fence-agents, or since Debian 13 ` +
            `fence-agents-${agent.replace(/^fence_/, '').replaceAll('_', '-')}`,
        );
      },
    },
    ...passwordStep(design.secondPassword, node),
  ];
}

function passwordStep(password: string | undefined, node: string): readonly Step[] {
  if (password === undefined) return [];
  const path = secondPasswordPath;
  const text = `${password}\n`;
  return [
    {
      id: `second-password@${node}`,
      node,
      title: 'The password of the second means',
      why:
        'The agent reads it from this file, which root alone may read. In the configuration of the cluster every member of ' +
        'haclient would see it, and on a command line everybody.',
      look: async (reality) => {
        const machine = reality.machine(node);
        const before = await reality.file(node, path);
        const owned = await machine.run('stat', ['--format=%U %a', path], { exitCodes: [0, 1] });
        const isPrivate = owned.stdout.trim() === 'root 600';
        if (before === text && isPrivate) return done;
        return {
          differences: [
            ...(before === text
              ? []
              : [{ what: path, is: before === undefined ? undefined : 'another password', should: 'the password' }]),
            ...(before !== undefined && !isPrivate ? [{ what: `${path} read by`, should: 'root alone' }] : []),
          ],
          actions: [
            {
              kind: 'write',
              node,
              path,
              before,
              text,
              mode: '600',
              secret: true,
              shell: `test -s ${path} || { echo 'put the password of the second means of fencing into ${path}, mode 600' >&2; exit 1; }`,
            },
            { kind: 'run', node, program: 'chown', argv: ['root:', path] },
            { kind: 'run', node, program: 'chmod', argv: ['600', path] },
          ],
        };
      },
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

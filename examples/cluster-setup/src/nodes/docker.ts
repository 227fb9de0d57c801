// Docker on a node: what makes dockerd come up before Pacemaker and go down after it, and what it has.
import type { Machine } from './machine.js';
import { hasProgram } from './packages.js';

export const dockerDropIn = {
  path: '/etc/systemd/system/resource-agents-deps.target.d/docker.conf',
  text: `# Written by cluster-setup: Pacemaker waits for this target, so Docker is up before it looks for containers.
[Unit]
Requires=docker.service
After=docker.service
`,
} as const;

/** Whether there is an image or a container of this name; none without Docker. */
export async function hasDockerObject(machine: Machine, type: 'image' | 'container', name: string): Promise<boolean> {
  if (!(await hasProgram(machine, 'docker'))) return false;
  const { exitCode } = await machine.run('docker', ['inspect', '--type', type, '--format', '{{.Id}}', '--', name], {
    exitCodes: [0, 1],
  });
  return exitCode === 0;
}

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

/** Whether there is an image of this name; none without Docker. */
export async function hasImage(machine: Machine, name: string): Promise<boolean> {
  return (await inspected(machine, 'image', '{{.Id}}', name)) !== undefined;
}

/** What a container of this name does; undefined when there is none, or no Docker. */
export async function containerState(machine: Machine, name: string): Promise<'running' | 'stopped' | undefined> {
  const running = await inspected(machine, 'container', '{{.State.Running}}', name);
  if (running === undefined) return undefined;
  return running === 'true' ? 'running' : 'stopped';
}

async function inspected(
  machine: Machine,
  type: 'image' | 'container',
  format: string,
  name: string,
): Promise<string | undefined> {
  if (!(await hasProgram(machine, 'docker'))) return undefined;
  const { exitCode, stdout } = await machine.run(
    'docker',
    ['inspect', '--type', type, '--format', format, '--', name],
    {
      exitCodes: [0, 1],
    },
  );
  return exitCode === 0 ? stdout.trim() : undefined;
}

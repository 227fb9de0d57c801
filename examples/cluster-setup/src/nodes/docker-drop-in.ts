// What makes dockerd come up before Pacemaker, and go down after it.

export const dockerDropIn = {
  path: '/etc/systemd/system/resource-agents-deps.target.d/docker.conf',
  text: `# Written by cluster-setup: Pacemaker waits for this target, so Docker is up before it looks for containers.
[Unit]
Requires=docker.service
After=docker.service
`,
} as const;

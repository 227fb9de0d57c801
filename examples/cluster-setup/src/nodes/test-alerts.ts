// The command alert test: each node sends a test message to its receivers, as the user that tells them for real.
import { SetupError } from '../errors.js';
import { clusterMachines, type ClusterMachinesHost } from './cluster-machines.js';

export interface TestAlertsHost extends ClusterMachinesHost {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** @returns the exit status: 0, or 1 when a node did not reach a receiver. */
export async function testAlerts(ssh: string | undefined, host: TestAlertsHost): Promise<number> {
  const { local, others } = await clusterMachines(host, ssh);
  let failed = false;
  for (const machine of [local, ...others]) {
    try {
      const words = ['--user', 'hacluster', '--', '/usr/sbin/alert_sleepi3', 'test'];
      const { exitCode, stdout, stderr } = await machine.run('runuser', words, {
        exitCodes: [0, 1],
        timeoutMs: 60_000,
      });
      const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
      host.write(lines.map((line) => `${machine.name}: ${line}\n`).join(''));
      if (exitCode !== 0) failed = true;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      host.writeError(`${error.message}\n`);
      failed = true;
    }
  }
  return failed ? 1 : 0;
}

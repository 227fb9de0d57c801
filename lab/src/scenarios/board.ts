import { guestContract, otherContract, otherNode } from '../cluster/provision.js';
import type { Lab } from '../lab.js';
import type { Verdict } from '../verdict.js';
import type { Scenario } from './scenario.js';

/** The driver on the kernel's own bus. */
export const board: Scenario = {
  name: 'board',
  mustSee:
    "the driver keeps the contract of a bus on the guest's real /dev/i2c-1, through i2c-bus and through i2c-tools, on " +
    "Debian's Node with the addon of the package, and on a newer one where this machine has it",
  cluster: 'none',
  // One machine is enough.
  boards: { boards: [{}, { powered: false }] },
  async run(lab, verdict) {
    const [machine] = lab.machines;
    // The contract writes to watchdog_timeout. A Pi that lives gives its signs of life meanwhile.
    const heartbeat = setInterval(() => {
      machine.board.heartbeat();
    }, 200);
    try {
      await lab.until(`${machine.name} answers`, () => machine.answers());
      await lab.until(
        '/dev/i2c-1 is there',
        async () => (await machine.exec(['test', '-e', '/dev/i2c-1'])).status === 0,
      );
      // Until then the vendor's service and the line keeper write to the registers that the contract is tried on.
      await lab.until('the boot is over', async () =>
        /^(?:running|degraded)/.test((await machine.exec(['systemctl', 'is-system-running'])).stdout),
      );
      await keepContract(lab, verdict, '/usr/bin/node', guestContract);
      const other = await machine.exec(['test', '-e', otherNode]);
      if (other.status === 0) await keepContract(lab, verdict, otherNode, otherContract);
    } finally {
      clearInterval(heartbeat);
    }
  },
};

async function keepContract(lab: Lab, verdict: Verdict, node: string, contract: string): Promise<void> {
  const [machine] = lab.machines;
  const version = (await machine.mustExec([node, '--version'])).trim();
  lab.note(`the contract on Node ${version}`);
  const { stdout, stderr, status } = await machine.exec([node, '--test-reporter=tap', contract], {
    timeout: 600_000,
  });
  const count = (word: string) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  const failed = stdout.match(/^\s*not ok .*$/gm)?.map((line) => line.trim()) ?? [];
  const passed = count('pass');
  for (const [, bus = '', duration] of stdout.matchAll(/^ *# (\S+) takes ([\d.]+) ms$/gm)) {
    verdict.figure(`a transfer on bus ${bus}, Node ${version}`, Number(duration), 'ms');
  }
  verdict.see(
    `the contract is kept on Node ${version}`,
    status === 0 && failed.length === 0 && passed >= 16,
    [`${passed} tests passed`, ...failed, ...stderr.trim().split('\n').slice(-1)].filter(Boolean).join('; '),
  );
}

import { parseQuorumStatus, type QuorumStatus } from '@sleepi3/pcs';
import type { Lab } from '../../lab.js';
import type { Machine } from '../../machine/machine.js';
import { Qnetd } from '../../network/qnetd.js';
import { defaultCluster } from '../../run-scenarios.js';
import type { Scenario } from '../scenario.js';
import { expectRejoin } from '../steps.js';

/** ms in which a node that may shoot does; an emulated one takes some 20 s from its decision to the shot. */
const longEnough = 40_000;

/** A third machine has a vote: it decides who goes on, and nobody shoots without quorum. */
export const thirdVote: Scenario = {
  name: 'third-vote',
  mustSee:
    'a quorum device: with the link cut the side that has its vote goes on and fences the other one, which never shoots; with ' +
    'the device dead both go on',
  told: { incidents: [{ causes: ['cut-link'], fenced: 'by wire', wokenBy: 'extin' }] },
  cluster: { ...defaultCluster, device: true },
  async run(lab, verdict) {
    const [first, second] = lab.machines;
    let qnetd = await Qnetd.start();
    try {
      for (const machine of lab.machines) {
        // It came with this boot, which was planned without it; from the next one on it is started by itself.
        await machine.mustExec(['systemctl', 'daemon-reload'], { timeout: 120_000 });
        await machine.mustExec(['systemctl', 'start', 'corosync-qdevice'], { timeout: 120_000 });
      }
      for (const machine of lab.machines) await votesAre(lab, machine, 3);
      verdict.see('both nodes have the vote of the device', true);

      const start = lab.clock.now();
      const { boots } = second;
      await lab.cutLink(true);
      await lab.until(`${second.name} is fenced and woken`, () => second.boots > boots, { interval: 50 });
      verdict.seconds('until it was fenced', lab.clock.now() - start);
      await lab.until(`${first.name} serves`, async () => (await lab.serving(first)) === first);
      await lab.until('the service answers', () => lab.http.answers, { interval: 50 });
      verdict.seconds('HTTP silent in all', lab.http.silence(start));
      verdict.see('the side of the vote goes on', (await quorumOf(first)).quorate, `${first.name} serves`);

      const alone = await lab.until('the one that lost runs its cluster again, alone', async () => {
        const status = await lab.status(second);
        return status.dc === second.name && status;
      });
      await lab.clock.sleep(longEnough);
      verdict.see('the one that lost comes back without quorum', !alone.quorate && !(await quorumOf(second)).quorate);
      verdict.see('it never shoots', lab.recording.pulses(second.name, 'EXTOUT').length === 0);
      verdict.see('it does not serve', (await lab.status(second)).resource('VIP')?.startedOn.length === 0);
      await lab.cutLink(false);
      await expectRejoin(lab, verdict, start);

      const lost = lab.clock.now();
      const shots = lab.recording.pulses(first.name, 'EXTOUT').length;
      lab.note('corosync-qnetd killed');
      await qnetd.kill();
      for (const machine of lab.machines) await votesAre(lab, machine, 2);
      await lab.clock.sleep(longEnough);
      for (const machine of lab.machines) {
        verdict.see(`${machine.name} goes on without the device`, (await quorumOf(machine)).quorate);
      }
      verdict.see('nobody shoots for that', lab.recording.pulses(first.name, 'EXTOUT').length === shots);
      verdict.see('the service went on', lab.http.silence(lost) === 0);
      const trial = await first.exec(['rolling-reboot', 'run', '--dry-run'], { timeout: 300_000 });
      verdict.see(
        'a rolling reboot would be refused meanwhile',
        `${trial.stdout}${trial.stderr}`.includes('the quorum device gives no vote'),
      );
      qnetd = await Qnetd.start();
      for (const machine of lab.machines) await votesAre(lab, machine, 3);
      verdict.see('its vote is back when it is', true);
      verdict.see('the side of the vote kept its power', lab.recording.pulses(first.name, 'power').length === 1);
      verdict.see('the other one was cut once', lab.recording.pulses(second.name, 'power').length === 2);
    } finally {
      await qnetd.kill();
    }
  },
};

async function votesAre(lab: Lab, machine: Machine, votes: number): Promise<void> {
  await lab.until(
    `${machine.name} counts ${votes} votes`,
    async () => (await quorumOf(machine)).votes?.total === votes,
  );
}

async function quorumOf(machine: Machine): Promise<QuorumStatus> {
  // 2 is "not quorate", which is an answer.
  const { stdout } = await machine.exec(['env', 'TZ=UTC', 'corosync-quorumtool', '-s', '-p'], { timeout: 30_000 });
  return parseQuorumStatus(stdout);
}

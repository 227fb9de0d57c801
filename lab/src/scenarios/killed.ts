import { fenceDevice } from '../cluster/configuration.js';
import type { Lab } from '../lab.js';
import type { Machine } from '../machine/machine.js';
import type { Scenario } from './scenario.js';
import { expectRejoin } from './steps.js';

/** s: what a try gets more than the one before, and the most that one gets. Less than a hold, so as not to miss it. */
const step = 7;
const longestTimeout = 60;

/** Pacemaker kills the agent when its time is up: SIGKILL to the whole process group. */
export const killed: Scenario = {
  name: 'killed',
  mustSee:
    'the fence action killed by Pacemaker in the middle of the pulse: the line is released, no success is reported, the ' +
    'next attempt fences',
  told: {
    incidents: [{ causes: ['by-hand'], fenced: 'by wire', wokenBy: 'extin' }],
    alerts: [/ could not be fenced$/],
  },
  async run(lab, verdict) {
    const [target, shooter] = lab.machines;
    const start = lab.clock.now();
    await shooter.mustExec(['fence_sleepi3', '--action', 'monitor']);
    const starting = (lab.clock.now() - start) / 1000;
    // How long the agent takes to start on this machine is not known. One that is killed before it has begun shows
    // nothing; the next one gets more time, but never a whole hold more.
    const begun = () => lab.recording.pulses(shooter.name, 'EXTOUT').length > 0;
    for (let timeout = Math.ceil(starting) + 4; !begun() && timeout < longestTimeout; timeout += step) {
      await setActionTimeout(lab, shooter, target, `${timeout}s`);
      lab.note(`${shooter.name}: stonith_admin --reboot ${target.name}, with ${timeout} s for it`);
      const { status, stderr } = await request(shooter, target);
      verdict.see('Pacemaker does not report a success', status !== 0, stderr.trim());
    }
    verdict.see('the pulse had begun when the agent was killed', begun());
    // The keeper ends the pulse that it began, the power is cut, and Pacemaker, which knows of no success, asks again.
    await setParameter(shooter, target, '60s');
    await lab.until('EXTOUT is released', () => !shooter.board.extout, { timeout: 60_000, interval: 50 });
    verdict.see('the line is released', true);
    const first = lab.recording.pulses(shooter.name, 'EXTOUT')[0];
    if (first) verdict.seconds('EXTOUT was asserted for', first.end - first.start);

    const { boots } = target;
    lab.note(`${shooter.name}: stonith_admin --reboot ${target.name}, with 60 s`);
    const second = await request(shooter, target);
    verdict.see('the next attempt reports a success', second.status === 0, second.stderr.trim());
    await lab.until(`${target.name} is woken`, () => target.boots > boots);
    verdict.see('and has really cut the power', !(lab.recording.pulses(target.name, 'power').at(-2)?.open ?? true));
    await expectRejoin(lab, verdict, start);
  },
};

const timeoutOf = (target: Machine) => ['crm_resource', '--resource', fenceDevice(target.name)];

async function setParameter(on: Machine, target: Machine, timeout: string): Promise<void> {
  const value = ['--set-parameter', 'pcmk_reboot_timeout', '--parameter-value', timeout];
  await on.mustExec([...timeoutOf(target), ...value]);
}

/** How long Pacemaker lets the device's action run. Read back, since the daemon learns of it by the CIB. */
async function setActionTimeout(lab: Lab, on: Machine, target: Machine, timeout: string): Promise<void> {
  const device = fenceDevice(target.name);
  await setParameter(on, target, timeout);
  await lab.until(`${device} is started with the new time-out`, async () => {
    const value = await on.mustExec([...timeoutOf(target), '--get-parameter', 'pcmk_reboot_timeout']);
    const status = await lab.status(on);
    return value.trim() === timeout && status.settled && (status.resource(device)?.startedOn.length ?? 0) > 0;
  });
}

const request = (shooter: Machine, target: Machine) =>
  shooter.exec(['stonith_admin', '--reboot', target.name, '--timeout', '120', '--tag', 'lab'], { timeout: 240_000 });

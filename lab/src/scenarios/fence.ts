import { expectAddon, expectRejoin, wakeupFlagIn } from './steps.js';
import type { Scenario } from './scenario.js';

/** The article's first test. */
export const fence: Scenario = {
  name: 'fence',
  mustSee:
    'a fencing by pcs stonith fence really power-cycles the node by wire; its guest then reads wakeup-flag extin from ' +
    'its board, and it rejoins',
  told: { incidents: [{ causes: ['by-hand'], fenced: 'by wire', wokenBy: 'extin' }] },
  async run(lab, verdict) {
    const [target, shooter] = lab.machines;
    const before = target.boots;
    const start = lab.clock.now();
    lab.note(`${shooter.name}: pcs stonith fence ${target.name}`);
    const result = await shooter.exec(['pcs', 'stonith', 'fence', target.name], { timeout: 180_000 });
    const end = lab.clock.now();
    verdict.see('pcs says that the node was fenced', result.status === 0, (result.stdout + result.stderr).trim());
    verdict.seconds('fencing by pcs', end - start);

    const [pulse] = lab.recording.pulses(shooter.name, 'EXTOUT');
    verdict.see('EXTOUT was held for the whole hold', pulse !== undefined && pulse.end - pulse.start >= 11_000);
    const power = lab.recording.pulses(target.name, 'power');
    const [first] = power;
    verdict.see('the power was cut by wire', first !== undefined && !first.open);
    if (first && pulse) verdict.seconds('from EXTOUT to the power cut', first.end - pulse.start);
    verdict.see('the other node kept its power', lab.recording.pulses(shooter.name, 'power').length === 1);

    await lab.until(`${target.name} is powered on again`, () => target.boots > before);
    const flag = await wakeupFlagIn(lab, target);
    verdict.see('the guest reads wakeup-flag extin from its board', flag === 'extin', flag);
    await expectRejoin(lab, verdict, start);
    for (const machine of lab.machines) await expectAddon(verdict, machine);
  },
};

import { panic } from '../commands.js';
import { identities } from '../machine/qemu-arguments.js';
import { defaultCluster } from '../run-scenarios.js';
import type { Scenario } from './scenario.js';
import { couldFenceAgain, couldNotFence, expectRejoin, testWire, toldOutside } from './steps.js';

/** The wire is broken, and there is a switched socket behind it. */
export const secondLevel: Scenario = {
  name: 'second-level',
  mustSee:
    'a wire that is open, known by its test, and a kernel panic: level 1 fails and says why, level 2, a switched socket, fences, ' +
    'and the service goes on',
  told: {
    incidents: [{ causes: ['panic', 'unknown'], fenced: 'by socket', wokenBy: 'poweron' }],
    alerts: [couldNotFence(identities[0].name), couldFenceAgain(identities[0].name)],
  },
  cluster: { ...defaultCluster, second: true },
  async run(lab, verdict) {
    const [first, second] = lab.machines;
    const wire = lab.harness.wires[1];
    wire.state = 'open';
    lab.note(`wire to ${second.name} open`);
    const test = await testWire(lab, first, second);
    verdict.see('the wire test finds it', test.status !== 0, test.said);

    const start = lab.clock.now();
    const { boots } = second;
    await panic(lab, second);
    await lab.until(`${second.name} is switched off and on`, () => second.boots > boots, { interval: 50 });
    verdict.seconds('from panic to the socket', lab.clock.now() - start);
    verdict.see(
      'it was the socket of that node alone',
      lab.sockets.switched.length > 0 && lab.sockets.switched.every(({ node }) => node === second.name),
    );
    await lab.until(`${first.name} serves`, async () => (await lab.serving(first)) === first);
    await lab.until('the service answers', () => lab.http.answers, { interval: 50 });
    verdict.seconds('HTTP silent in all', lab.http.silence(start));
    // By the fencing itself, or by a monitor that came first: then Pacemaker does not even try it.
    const words = ['journalctl', '--boot', '--no-pager', '--identifier=fence_sleepi3', '--output=cat'];
    const said = (await first.mustExec(words)).trim().split('\n');
    const why = said.filter((line) => line.includes('Failed: ') && line.includes('the wire test of')).at(-1);
    verdict.see('level 1 failed and says why', why !== undefined, why);

    await toldOutside(lab, couldNotFence(first.name));
    wire.state = 'sound';
    lab.note(`wire to ${second.name} mended`);
    const again = await lab.until('the mended wire is found sound', async () => {
      const result = await testWire(lab, first, second);
      return result.status === 0 && result;
    });
    verdict.see('the mended wire is found sound', true, again.said);
    // The monitor of the wire has failed by then.
    await first.mustExec(['crm_resource', '--cleanup']);
    await toldOutside(lab, couldFenceAgain(first.name));
    await expectRejoin(lab, verdict, start);
    verdict.see('the other node kept its power', lab.recording.pulses(first.name, 'power').length === 1);
    verdict.see('the socket was switched once', lab.recording.pulses(second.name, 'power').length === 2);
  },
};

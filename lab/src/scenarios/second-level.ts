import { panic } from '../commands.js';
import { defaultCluster } from '../run-scenarios.js';
import type { Scenario } from './scenario.js';
import { expectRejoin, testWire } from './steps.js';

/** The wire is broken, and there is a switched socket behind it. */
export const secondLevel: Scenario = {
  name: 'second-level',
  mustSee:
    'a wire that is open, known by its test, and a kernel panic: level 1 fails and says why, level 2, a switched socket, fences, ' +
    'and the service goes on',
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
    const log = await first.mustExec([
      'journalctl',
      '--boot',
      '--no-pager',
      '--grep',
      'fence_sleepi3',
      '--output',
      'cat',
    ]);
    verdict.see('level 1 failed and says why', /wire test|open/.test(log), log.trim().split('\n').at(-1) ?? '');
    wire.state = 'sound';
    await expectRejoin(lab, verdict, start);
    verdict.see('the other node kept its power', lab.recording.pulses(first.name, 'power').length === 1);
    const again = await lab.until('the mended wire has been tested', async () => {
      const result = await testWire(lab, first, second);
      return result.status === 0 && result;
    });
    verdict.see('the mended wire is sound', again.status === 0, again.said);
  },
};

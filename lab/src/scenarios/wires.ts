import { identities } from '../machine/qemu-arguments.js';
import type { Scenario } from './scenario.js';
import { couldFenceAgain, couldNotFence, testWire, toldOutside } from './steps.js';

/** What breaks a node's fencing in silence, until someone asks. */
export const wires: Scenario = {
  name: 'wires',
  mustSee:
    'a wire that is open, plugs that are swapped, an EIPDE of 0: the wire test or monitor says so before it is needed',
  told: {
    incidents: [],
    alerts: [couldNotFence(identities[0].name), couldFenceAgain(identities[0].name)],
    // While the plugs are swapped.
    mayTell: [couldNotFence(identities[1].name), couldFenceAgain(identities[1].name)],
  },
  async run(lab, verdict) {
    const { harness } = lab;
    const [first, second] = lab.machines;
    const wire = harness.wires[1];

    const sound = await testWire(lab, first, second);
    verdict.see('the wire test passes on sound wires', sound.status === 0, sound.said);

    wire.state = 'open';
    lab.note('wire to raspberrypi-2 open');
    const open = await testWire(lab, first, second);
    wire.state = 'sound';
    verdict.see('the wire test finds the open wire', open.status !== 0, open.said);
    // A failed test is believed until a later one is sound.
    await toldOutside(lab, couldNotFence(first.name));

    harness.wiring = 'swapped';
    lab.note('plugs swapped');
    const swapped = await testWire(lab, first, second);
    harness.wiring = 'crossed';
    verdict.see('the wire test finds the swapped plugs', swapped.status !== 0, swapped.said);

    const failing = await first.exec(['fence_sleepi3', '--action', 'monitor']);
    verdict.see('monitor fails after a failed wire test', failing.status === 1, failing.stderr.trim());
    const again = await testWire(lab, first, second);
    verdict.see('the wire test passes again on mended wires', again.status === 0, again.said);

    lab.note('EIPDE 0 on raspberrypi-1');
    const inputControl = ['i2cset', '-y', '1', '0x6e', '0x0c'];
    await first.mustExec([...inputControl, '0']);
    const monitor = await first.exec(['fence_sleepi3', '--action', 'monitor']);
    await first.mustExec([...inputControl, '1']);
    verdict.see('monitor finds that EIPDE is 0', monitor.status === 1, monitor.stderr.trim());
    const mended = await first.exec(['fence_sleepi3', '--action', 'monitor']);
    verdict.see('monitor is content with what is sound', mended.status === 0, mended.stderr.trim());
    verdict.see(
      'nobody lost power',
      lab.machines.every(({ name }) => lab.recording.pulses(name, 'power').length === 1),
    );

    await toldOutside(lab, couldFenceAgain(first.name));
    // The cluster's own monitor may have come by and seen it too.
    await first.mustExec(['crm_resource', '--cleanup']);
    await lab.settled();
  },
};

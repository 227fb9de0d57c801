import type { Lab } from '../lab.js';
import type { Scenario } from './scenario.js';

const listeningPort = 16110;

/** What breaks a node's fencing in silence, until someone asks. */
export const wires: Scenario = {
  name: 'wires',
  mustSee:
    'a wire that is open, plugs that are swapped, an EIPDE of 0: the wire test or monitor says so before it is needed',
  async run(lab, verdict) {
    const { harness } = lab;
    const [first] = lab.machines;
    const wire = harness.wires[1];

    const sound = await testWire(lab);
    verdict.see('the wire test passes on sound wires', sound.status === 0, sound.said);

    wire.state = 'open';
    lab.note('wire to raspberrypi-2 open');
    const open = await testWire(lab);
    wire.state = 'sound';
    verdict.see('the wire test finds the open wire', open.status !== 0, open.said);

    harness.wiring = 'swapped';
    lab.note('plugs swapped');
    const swapped = await testWire(lab);
    harness.wiring = 'crossed';
    verdict.see('the wire test finds the swapped plugs', swapped.status !== 0, swapped.said);

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

    // The cluster's own monitor may have come by and seen it too.
    await first.mustExec(['crm_resource', '--cleanup']);
    await lab.settled();
  },
};

/** A pulse from the first machine to the second, which listens for it. */
async function testWire(lab: Lab): Promise<{ status: number | undefined; said: string }> {
  const [first, second] = lab.machines;
  const listener = second.exec(['fence_sleepi3', 'wire-listen', '--timeout', '120'], { timeout: 180_000 });
  const port = listeningPort.toString(16).toUpperCase().padStart(4, '0');
  await lab.until(`${second.name} listens`, async () => {
    const sockets = await second.mustExec(['cat', '/proc/net/tcp', '/proc/net/tcp6']);
    return sockets.includes(`:${port} `);
  });
  const { status, stdout, stderr } = await first.exec(['fence_sleepi3', 'wire-test'], { timeout: 120_000 });
  await listener;
  return { status, said: (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '' };
}

// Runs in a guest: what every bus back end must do, on the kernel's own /dev/i2c-1.
import { describe, it } from 'node:test';
import { openBus, registers } from '@sleepi3/driver';
import { describeBusContract } from '../../../packages/driver/test/bus-contract.js';

/** Transfers that are timed. */
const times = 20;

for (const spec of ['1', 'i2c-tools:1']) {
  describeBusContract(
    `bus ${spec} on Node ${process.versions.node}`,
    () => Promise.resolve({ open: () => openBus(spec), address: 0x6e, absentAddress: 0x50 }),
    { describe, it },
  );
  void it(`bus ${spec} on Node ${process.versions.node} is timed`, async (context) => {
    const bus = await openBus(spec);
    const begun = performance.now();
    for (let count = 0; count < times; count += 1) await bus.readByte(0x6e, registers.ioStatus.address);
    context.diagnostic(`${spec} takes ${((performance.now() - begun) / times).toFixed(2)} ms`);
    await bus.close();
  });
}

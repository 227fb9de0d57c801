// Runs in a guest: what every bus back end must do, on the kernel's own /dev/i2c-1.
import { describe, it } from 'node:test';
import { openBus } from '@sleepi3/driver';
import { describeBusContract } from '../../../packages/driver/test/bus-contract.js';

for (const spec of ['1', 'i2c-tools:1']) {
  describeBusContract(
    `bus ${spec} on Node ${process.versions.node}`,
    () => Promise.resolve({ open: () => openBus(spec), address: 0x6e, absentAddress: 0x50 }),
    { describe, it },
  );
}

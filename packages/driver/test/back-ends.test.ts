import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { openBus } from '../src/index.js';
import { describeBusContract } from './bus-contract.js';
import { createFakeI2cBus } from './fake-i2c-bus.js';
import { createFakeI2cTools } from './fake-i2c-tools.js';
import { MemoryBus } from './memory-bus.js';
import { serveBus } from './unix-server.js';

const runner = { describe, it };

describeBusContract(
  'i2c-bus',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
    const devicePath = join(directory, 'i2c-1');
    await writeFile(devicePath, '');
    const fake = createFakeI2cBus();
    return {
      open: () => openBus('1', { loadI2cBus: fake.load, devicePath }),
      address: 0x6e,
      absentAddress: 0x6d,
      dispose: () => rm(directory, { recursive: true }),
    };
  },
  runner,
);

describeBusContract(
  'i2c-tools',
  async () => {
    const tools = await createFakeI2cTools();
    return {
      open: () => openBus('i2c-tools:1', { i2cToolsDirectory: tools.directory, devicePath: tools.device }),
      address: 0x6e,
      absentAddress: 0x6d,
      dispose: tools.dispose,
    };
  },
  runner,
);

describeBusContract(
  'unix',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
    const path = join(directory, 'board.sock');
    const server = await serveBus(new MemoryBus(), path);
    return {
      open: () => openBus(`unix:${path}`),
      address: 0x6e,
      absentAddress: 0x6d,
      dispose: async () => {
        await server.close();
        await rm(directory, { recursive: true });
      },
    };
  },
  runner,
);

describeBusContract(
  'the bus in memory that other tests use',
  async () => {
    // One memory, one bus a user: closing one leaves the others open.
    const shared = new MemoryBus();
    return {
      open: async () => {
        const bus = new MemoryBus();
        Object.assign(bus, { memory: shared.memory, withLock: shared.withLock.bind(shared) });
        return bus;
      },
      address: 0x6e,
      absentAddress: 0x6d,
    };
  },
  runner,
);

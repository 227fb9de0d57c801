// What the driver costs on top of the bus: each of its operations against the same transfers on the bare bus, in
// process and on a socket to another process; and the command against a Node that does nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processContender, type RatioBench, runRatioBenches } from '../../../tools/bench/ratio.js';
import type * as Driver from '../src/index.js';
import type { Bus } from '../src/index.js';
import { Mutex } from '../src/system/mutex.js';
import { MemoryBus } from '../test/memory-bus.js';

// The package as it is built and published, not as this bench's runner would compile it.
const dist = new URL('../dist/', import.meta.url);
const { openBus, registers, Sleepi3 } = (await import(new URL('index.js', dist).href)) as typeof Driver;

const target = 1.3;
const address = 0x6e;

/** A bus in memory whose transfers end in a later turn of the event loop, as those of every real bus do. */
class TurnBus extends MemoryBus {
  readonly #mutex = new Mutex();
  override withLock<T>(body: () => Promise<T>): Promise<T> {
    return this.#mutex.run(body);
  }
  override async readByte(address: number, register: number): Promise<number> {
    await turn();
    return super.readByte(address, register);
  }
  override async readWord(address: number, register: number): Promise<number> {
    await turn();
    return super.readWord(address, register);
  }
  override async writeByte(address: number, register: number, value: number): Promise<void> {
    await turn();
    return super.writeByte(address, register, value);
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * The three operations, each against the same transfers without the driver. A round makes `calls` of them: long enough
 * that a busy machine takes its time slices from both sides alike.
 */
async function benchesOn(where: string, bus: Bus, calls: number): Promise<RatioBench[]> {
  const board = await Sleepi3.open({ bus });
  const repeat = (body: () => Promise<unknown>) => async () => {
    for (let i = 0; i < calls; i++) {
      await body();
      if (bus instanceof MemoryBus) bus.calls.length = 0;
    }
  };
  const pair = (title: string, ours: () => Promise<unknown>, bare: () => Promise<unknown>): RatioBench => ({
    title: `${title} ${where}`,
    ours: { name: 'driver', run: repeat(ours) },
    baseline: { name: 'bare bus', run: repeat(bare) },
    target,
    rounds: 40,
  });
  const { address: control } = registers.inputControl;
  return [
    pair(
      'read',
      () => board.get('watchdog-timeout'),
      () => bus.readByte(address, registers.watchdogTimeout.address),
    ),
    pair(
      'locked read-modify-write with read-back',
      () => board.set('extin-powerdown', true),
      // The bare bus takes the lock, on a socket a message there and one back, and reads twice before it writes, too: that is
      // what it takes to lose no other program's change and not to write back a garbled bit.
      () =>
        bus.withLock(async () => {
          const read = () => bus.readByte(address, control);
          const value = await read();
          if (value !== (await read())) throw new Error('read differently');
          await bus.writeByte(address, control, value | 1);
          return (await read()) === (value | 1);
        }),
    ),
    pair(
      'snapshot',
      () => board.snapshot(),
      async () => {
        const reads = Object.values(registers).map((register) => () => {
          return register.width === 8
            ? bus.readByte(address, register.address)
            : bus.readWord(address, register.address);
        });
        const contents: number[] = [];
        for (const read of reads) contents.push(await read());
        return contents;
      },
    ),
  ];
}

const directory = mkdtempSync(join(tmpdir(), 'sleepi3-bench-'));
const socket = join(directory, 'board.sock');
const empty = join(directory, 'empty.cjs');
writeFileSync(empty, '');
const server = spawn(
  process.execPath,
  [...process.execArgv, fileURLToPath(new URL('serve-memory.ts', import.meta.url)), socket],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  await once(server.stdout, 'data');
  const bus = await openBus(`unix:${socket}`);
  const command = fileURLToPath(new URL('sleepi3.cjs', dist));
  process.exitCode = await runRatioBenches([
    ...(await benchesOn('in process', new TurnBus(), 2000)),
    ...(await benchesOn('on a socket', bus, 200)),
    {
      title: 'sleepi3 get voltage',
      ours: processContender('sleepi3', process.execPath, [command, '--bus', `unix:${socket}`, 'get', 'voltage']),
      baseline: processContender('node with an empty file', process.execPath, [empty]),
      target,
      rounds: 40,
    },
  ]);
  await bus.close();
} finally {
  server.kill();
  rmSync(directory, { recursive: true });
}

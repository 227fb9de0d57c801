// What the simulator costs: a bus transfer against the least that an asynchronous one can be, and a whole fencing on the
// virtual clock under both ways of letting the code under test run.
import { type Bus } from '@sleepi3/driver';
import { runRatioBenches } from '../../../tools/bench/ratio.js';
import { createHarness, VirtualBoard, VirtualClock, type VirtualClockOptions } from '../src/index.js';

const address = 0x6e;
const ioStatus = 0x0d;
const transfers = 5000;
const fencings = 40;

async function read(bus: Pick<Bus, 'readByte'>): Promise<void> {
  for (let i = 0; i < transfers; i++) await bus.readByte(address, ioStatus);
}

/** A hold of 12 s, verified four times a second, as the fence agent does. */
async function fence(settle: NonNullable<VirtualClockOptions['settle']>): Promise<void> {
  for (let i = 0; i < fencings; i++) {
    const clock = new VirtualClock({ settle });
    const { boards } = createHarness({ clock, coldRegisters: { inputControl: 1 } });
    const { bus } = boards[0];
    const hold = async () => {
      await bus.writeByte(address, ioStatus, 1);
      for (let poll = 0; poll < 48; poll++) {
        await clock.sleep(250);
        await bus.readByte(address, ioStatus);
      }
      await bus.writeByte(address, ioStatus, 0);
    };
    await clock.runUntil(hold());
    if (boards[1].powered) throw new Error('the fencing did not cut the power');
  }
}

const memory = new Uint8Array(16);
const bare = { readByte: (_: number, register: number) => Promise.resolve(memory[register] ?? 0) };
const { bus } = new VirtualBoard();

const started = performance.now();
await fence('promises');
const each = (performance.now() - started) / fencings;
console.log(
  `one simulated fencing: ${each.toFixed(2)} ms for 12 s, ${Math.round(12_000 / each)} times as fast as real time`,
);

process.exitCode = await runRatioBenches([
  {
    title: `${transfers} reads on the in-process bus of a virtual board`,
    ours: { name: 'virtual board', run: () => read(bus) },
    baseline: { name: 'a bare asynchronous function', run: () => read(bare) },
    // About 1 µs against 50 ns: it checks, orders, carries out and reports the transfer.
    target: 30,
  },
  {
    title: `${fencings} fencings on the virtual clock`,
    ours: { name: 'settling by promises', run: () => fence('promises') },
    baseline: { name: 'settling by turns of the event loop', run: () => fence('event-loop') },
    target: 1,
  },
]);

// What every bus back end must do, as one suite for all of them. It needs no test runner of its own: hand it vitest's
// or node:test's describe and it, so that it can also be bundled and run where there is a real bus.
import assert from 'node:assert/strict';
import { type Bus, BusError } from '../src/bus/bus.js';
import { isTransient } from '../src/board/retry.js';

/** A bus with one board on it. */
export interface BusContractSubject {
  /** Opens the bus once more, as another program would. The suite closes it. */
  open(): Promise<Bus>;
  /** Where the board answers. Its watchdog_timeout (0x09) and restore_voltage (0x04) are written to. */
  readonly address: number;
  /** An address where nobody answers. */
  readonly absentAddress: number;
  /** Removes what the subject made. */
  dispose?(): Promise<void>;
}

/** The part of a test runner that is needed. */
export interface TestRunner {
  describe(title: string, body: () => void): unknown;
  it(title: string, body: () => Promise<void>): unknown;
}

const byteRegister = 0x09;
const wordRegister = 0x04;

export function describeBusContract(
  name: string,
  setUp: () => Promise<BusContractSubject>,
  { describe, it }: TestRunner,
): void {
  const onBus = (title: string, body: (bus: Bus, subject: BusContractSubject) => Promise<void>) =>
    it(title, async () => {
      const subject = await setUp();
      try {
        const bus = await subject.open();
        try {
          await body(bus, subject);
        } finally {
          await bus.close();
        }
      } finally {
        await subject.dispose?.();
      }
    });

  describe(`${name} keeps the contract of a bus`, () => {
    onBus('reads the bytes it wrote', async (bus, { address }) => {
      for (const value of [0, 1, 0x5a, 255]) {
        await bus.writeByte(address, byteRegister, value);
        assert.equal(await bus.readByte(address, byteRegister), value);
      }
    });

    onBus('reads the words it wrote, with both bytes in their place', async (bus, { address }) => {
      for (const value of [0, 0x1234, 24000, 0x00ff, 0xff00]) {
        await bus.writeWord(address, wordRegister, value);
        assert.equal(await bus.readWord(address, wordRegister), value);
      }
    });

    onBus('carries out calls that overlap in the order they were made', async (bus, { address }) => {
      const results = await Promise.all([
        bus.writeByte(address, byteRegister, 11),
        bus.readByte(address, byteRegister),
        bus.writeByte(address, byteRegister, 22),
        bus.readByte(address, byteRegister),
      ]);
      assert.deepEqual(results, [undefined, 11, undefined, 22]);
    });

    onBus('rejects with a BusError where nobody answers, and works on', async (bus, { address, absentAddress }) => {
      await bus.writeByte(address, byteRegister, 33);
      for (const failing of [
        () => bus.readByte(absentAddress, byteRegister),
        () => bus.readWord(absentAddress, wordRegister),
        () => bus.writeByte(absentAddress, byteRegister, 44),
        () => bus.writeWord(absentAddress, wordRegister, 44),
      ]) {
        await assert.rejects(failing, (error) => error instanceof BusError && isTransient(error.errno));
        assert.equal(await bus.readByte(address, byteRegister), 33);
      }
    });

    onBus('closes twice without harm and rejects transfers from then on', async (bus, { address }) => {
      await bus.close();
      await bus.close();
      const closed = (error: unknown) => error instanceof BusError && error.errno === 'EBADF';
      await assert.rejects(() => bus.readByte(address, byteRegister), closed);
      await assert.rejects(() => bus.writeWord(address, wordRegister, 1), closed);
    });

    onBus('closes without ever having been used', async (_, subject) => {
      const unused = await subject.open();
      await unused.close();
    });

    onBus("withLock gives the body's result and its error", async (bus, { address }) => {
      await bus.writeByte(address, byteRegister, 55);
      assert.equal(await bus.withLock(() => bus.readByte(address, byteRegister)), 55);
      const failure = new Error('from the body');
      await assert.rejects(
        bus.withLock(() => Promise.reject(failure)),
        failure,
      );
      assert.equal(await bus.withLock(() => bus.readByte(address, byteRegister)), 55);
    });

    onBus('loses no update when two users increment under the lock', async (bus, subject) => {
      const { address } = subject;
      const other = await subject.open();
      try {
        await bus.writeByte(address, byteRegister, 0);
        const increment = (user: Bus) =>
          user.withLock(async () => {
            const value = await user.readByte(address, byteRegister);
            await user.writeByte(address, byteRegister, value + 1);
          });
        const rounds = Array.from({ length: 5 }, () => [increment(bus), increment(other), increment(bus)]);
        await Promise.all(rounds.flat());
        assert.equal(await other.readByte(address, byteRegister), 15);
      } finally {
        await other.close();
      }
    });
  });
}

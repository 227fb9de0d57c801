// The controller's sixteen bytes of registers, by the driver's register map.
import { type BitName, bits, type Register, type RegisterName, registers } from '@sleepi3/driver';
import { wholeInRange } from '../errors.js';

const size = 0x10;
const map: Readonly<Record<RegisterName, Register>> = registers;

/** Which bits of each byte the host can write, by the map's `access`. */
const writableMasks = ((): Uint8Array => {
  const masks = new Uint8Array(size);
  for (const { address, width, access } of Object.values(map)) {
    const mask = access === 'read-write' ? 0xff : access === 'bits' ? 1 << bits.EO.bit : 0;
    masks.fill(mask, address, address + width / 8);
  }
  return masks;
})();

export class RegisterMemory {
  readonly #bytes = new Uint8Array(size);

  get(name: RegisterName): number {
    const { address, width } = map[name];
    return width === 8 ? this.readByte(address) : this.readWord(address);
  }

  set(name: RegisterName, value: number): void {
    const { address, width } = map[name];
    wholeInRange(name, value, 0, 2 ** width - 1);
    this.#bytes[address] = value;
    if (width === 16) this.#bytes[address + 1] = value >> 8;
  }

  bit(name: BitName): boolean {
    const { register, bit } = bits[name];
    return (this.get(register) & (1 << bit)) !== 0;
  }

  setBit(name: BitName, on: boolean): void {
    const { register, bit } = bits[name];
    const others = this.get(register) & ~(1 << bit);
    this.set(register, on ? others | (1 << bit) : others);
  }

  /** What the bus reads. Beyond the map nothing answers the clock, and the released line reads as ones (I). */
  readByte(address: number): number {
    return this.#bytes[address] ?? 0xff;
  }

  readWord(address: number): number {
    return this.readByte(address) | (this.readByte(address + 1) << 8);
  }

  /** What the bus writes: the writable bits, or `all`. Beyond the map it is ignored (I). */
  writeByte(address: number, value: number, all: boolean): void {
    const mask = all ? 0xff : (writableMasks[address] ?? 0);
    this.#bytes[address] = (this.readByte(address) & ~mask) | (value & mask);
  }

  clear(): void {
    this.#bytes.fill(0);
  }
}

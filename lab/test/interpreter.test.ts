import { describe, expect, it } from 'vitest';
import { registration } from '../src/image/interpreter.js';

describe('the registration of an interpreter', () => {
  it('takes programs of the architecture alone, and opens the interpreter at once', () => {
    const [, name, kind, , magic = '', mask = '', path, flags] = registration('lab', 'arm64', '/usr/bin/q').split(':');
    expect({ name, kind, path, flags }).toEqual({ name: 'lab', kind: 'M', path: '/usr/bin/q', flags: 'F' });
    const bytes = (text: string) =>
      text
        .split('\\x')
        .slice(1)
        .map((hex) => Number.parseInt(hex, 16));
    const matches = (header: readonly number[]) =>
      bytes(magic).every((byte, index) => ((header[index] ?? 0) & (bytes(mask)[index] ?? 0)) === byte);
    const elf = (type: number, machine: number) => [
      0x7f,
      0x45,
      0x4c,
      0x46,
      2,
      1,
      1,
      ...Array<number>(9).fill(0),
      type,
      0,
      machine,
      0,
    ];
    expect([matches(elf(2, 0xb7)), matches(elf(3, 0xb7)), matches(elf(3, 0x3e)), matches(elf(1, 0xb7))]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

import { isIP, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, isAddress, isLoopback } from '../src/target/addresses.js';

const spellings: readonly string[] = [
  ...['10.0.0.1', '010.0.0.1', '10.0.0', '10.0.0.1.', '256.0.0.1', '1', '0x7f000001', '', ' 10.0.0.1', '10.0.0.1%eth0'],
  ...[
    '::',
    '::1',
    'FD00:0::1',
    'fe80::1%eth0',
    'fe80::1%',
    'fe80::1%et h',
    '::%',
    '%eth0',
    'fe80::1%a.b-c:1',
    '1::2::3',
  ],
  ...[
    '::ffff:10.0.0.1',
    '::ffff:0a00:1',
    '::10.0.0.1',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
  ],
  ...[
    '::ffff:10.0.0.256',
    '::1.2.3',
    'g::',
    '[::1]',
    '::1]',
    '::1/64',
    '::1 ',
    ':',
    ':::',
    'raspberrypi-1',
    'dead.beef',
    'a:b',
  ],
];

/** Texts of these characters only. */
const anyOf = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), maxLength });

describe('an address', () => {
  it('is what node:net takes for one', () => {
    for (const text of spellings) expect(`${text} ${isAddress(text)}`).toBe(`${text} ${isIP(text) !== 0}`);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          anyOf(':.%0129afgAFG', 24),
          fc
            .array(fc.oneof(fc.nat(300).map(String), anyOf('01259', 4)), { minLength: 3, maxLength: 5 })
            .map((parts) => parts.join('.')),
          fc.tuple(fc.ipV6(), anyOf('%eth0.:-_ /', 8)).map((two) => two.join('%')),
        ),
        (text) => {
          expect(isAddress(text)).toBe(isIPv4(text) || isIPv6(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is the same in all its spellings', () => {
    expect(['FD00:0::1', 'fd00::1', 'fd00:0:0:0:0:0:0:1'].map(canonicalAddress)).toEqual(Array(3).fill('fd00::1'));
    expect(['::ffff:10.0.0.1', '::ffff:a00:1', '10.0.0.1'].map(canonicalAddress)).toEqual(Array(3).fill('10.0.0.1'));
  });

  it('has the interface in it only where that makes another one of it', () => {
    expect(['FE80::1%eth0', 'fe80::1', 'fd00::1%eth0'].map(canonicalAddress)).toEqual([
      'fe80::1%eth0',
      'fe80::1',
      'fd00::1',
    ]);
  });

  it('is of whatever machine asks', () => {
    expect(['::1', '127.0.1.1', '::ffff:127.0.0.1', '10.0.0.1', 'localhost'].map(isLoopback)).toEqual([
      ...[true, true, true],
      ...[false, false],
    ]);
  });
});

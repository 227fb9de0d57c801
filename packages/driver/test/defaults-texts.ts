// Texts of defaults files as users could have them, good ones and bad ones, and edits of them.
import fc from 'fast-check';
import { type Defaults, type DefaultsKey, defaultsSettings } from '../src/index.js';

/** Any value of each setting. */
export const settingValues: { [K in DefaultsKey]: fc.Arbitrary<Defaults[K]> } = {
  RTC_DEVICE: fc.constantFrom('rtc0', 'rtc1', 'rtc-mcp'),
  HCTOSYS: fc.boolean(),
  SYSTOHC: fc.boolean(),
  I2C_ADDRESS: fc.constantFrom(0x6e, 0x6d, 0x6b),
  I2C_BUS: fc.constantFrom('1', '10'),
  HEARTBEAT_TIMEOUT: fc.nat(255),
  RETRY_BOOT: fc.boolean(),
  BOOT_TIMEOUT: fc.nat(255),
  POWEROFF_DELAY: fc.nat(255),
  EXTIN_FORCED_SHUTDOWN: fc.boolean(),
};

export const defaultsChanges = fc.record(settingValues, { requiredKeys: [] }) as fc.Arbitrary<Partial<Defaults>>;

const assignment = fc
  .tuple(
    fc.constantFrom('', '', '', ' ', '\t'),
    fc.constantFrom(...Object.keys(defaultsSettings), 'boot_timeout', 'MY_OWN'),
    fc.constantFrom('=', '=', '=', ' = ', ':'),
    fc.constantFrom(
      '1',
      '1',
      '60',
      'yes',
      'rtc0',
      '0x6D',
      '"60"',
      "'no' # x",
      '1 # note',
      '$(x)',
      ' 1',
      '',
      '5\\',
      '1\r',
    ),
  )
  .map((parts) => parts.join(''));

const line = fc.oneof(
  { arbitrary: assignment, weight: 5 },
  fc.constantFrom(
    ...['# comment', '#\\', '\\', '  ', 'export X=1', 'x y', 'A="b', 'B=[c]', '# [d]', '[env]', '[DEFAULT]', 'C=%(d)s'],
    ...['\r', '# a\rb', ';x', '   # y', 'E=ボード', '# \ufffd'],
  ),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
);

/** A few lines of any kind, or every setting and a few lines. */
export const defaultsText = fc
  .tuple(
    fc.boolean(),
    fc.record(settingValues),
    fc.array(line, { maxLength: 12 }),
    fc.array(line, { maxLength: 2 }),
    fc.boolean(),
  )
  .map(([whole, values, many, few, end]) => {
    const words = { HCTOSYS: ['no', 'yes'], SYSTOHC: ['no', 'yes'] } as Record<string, readonly string[]>;
    const settings = Object.entries(values).map(([key, value]) => {
      const text = typeof value === 'boolean' ? (words[key] ?? ['0', '1'])[value ? 1 : 0] : value;
      return `${key}=${key === 'I2C_ADDRESS' ? `0x${Number(text).toString(16)}` : String(text)}`;
    });
    const lines = whole ? [...few.slice(0, 1), ...settings, ...few.slice(1)] : many;
    return (whole ? '#\n' : '') + lines.join('\n') + (end ? '\n' : '');
  });

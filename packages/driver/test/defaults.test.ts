import fc from 'fast-check';
import { isUtf8 } from 'node:buffer';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Defaults,
  type DefaultsKey,
  defaultsSettings,
  editDefaults,
  editDefaultsFile,
  parseDefaults,
  planReapplication,
  readDefaultsFile,
  Sleepi3,
} from '../src/index.js';
import { defaultsChanges as changes, defaultsText, settingValues as valueOf } from './defaults-texts.js';
import { MemoryBus } from './memory-bus.js';
import { serveBus } from './unix-server.js';

const shipped: Defaults = {
  RTC_DEVICE: 'rtc0',
  HCTOSYS: true,
  SYSTOHC: true,
  I2C_ADDRESS: 0x6e,
  I2C_BUS: '1',
  HEARTBEAT_TIMEOUT: 60,
  RETRY_BOOT: true,
  BOOT_TIMEOUT: 90,
  POWEROFF_DELAY: 10,
  EXTIN_FORCED_SHUTDOWN: false,
};

/** The file as the vendor ships it, without its comments. */
const vendorText = `# sleepi3 configuration
RTC_DEVICE=rtc0
HCTOSYS=yes
SYSTOHC=yes
I2C_ADDRESS=0x6E
HEARTBEAT_TIMEOUT=60
RETRY_BOOT=1
BOOT_TIMEOUT=90
POWEROFF_DELAY=10
EXTIN_FORCED_SHUTDOWN=0
`;
const vendorLines = vendorText.split('\n').slice(1, -1);
/** The vendor's file with other lines for those of the same key; those of no key of its own go to the end, from line 11. */
function vendorTextWith(...others: readonly string[]): string {
  const keyOf = (text: string) => /^\s*(\w+)=/.exec(text)?.[1];
  const replaced = vendorText
    .split('\n')
    .map((line) => others.find((other) => keyOf(line) !== undefined && keyOf(other) === keyOf(line)) ?? line);
  const added = others.filter((other) => !replaced.includes(other));
  return replaced.slice(0, -1).concat(added, '').join('\n');
}
/** What is wrong: `line key: message`. */
const wrong = (text: string | Uint8Array) =>
  parseDefaults(text).problems.map(({ line, key, message }) => `${line} ${key ?? '-'}: ${message}`);

describe('reading the settings', () => {
  it('finds nothing wrong with what the vendor ships, nor with comments and settings of others', () => {
    expect(parseDefaults(vendorText)).toEqual({ values: shipped, problems: [] });
    expect(
      parseDefaults(
        `${vendorText}# I2C_ADDRESS=0x6D\n\n   # x\nMY_OWN="kept $HOME"\nA=\nB='x y'$(id -u)# # z\nI2C_BUS=1\n`,
      ),
    ).toEqual({
      values: shipped,
      problems: [],
    });
    expect(wrong(Buffer.from(`${vendorText}# \u30dc\u30fc\u30c9\n`))).toEqual([]);
  });

  it('takes blanks behind a value, quotes where a shell reads, and CRLF where Python reads', () => {
    const text = vendorTextWith('POWEROFF_DELAY=0 ', "HCTOSYS='no'", 'RTC_DEVICE="rtc1"', 'BOOT_TIMEOUT=5\r', '\r');
    expect(parseDefaults(text)).toEqual({
      values: { ...shipped, POWEROFF_DELAY: 0, HCTOSYS: false, RTC_DEVICE: 'rtc1', BOOT_TIMEOUT: 5 },
      problems: [],
    });
  });

  it.each([
    ['HEARTBEAT_TIMEOUT=256', 'HEARTBEAT_TIMEOUT', '256', '0 to 255'],
    ['HEARTBEAT_TIMEOUT=-1', 'HEARTBEAT_TIMEOUT', '-1', '0 to 255'],
    ['HEARTBEAT_TIMEOUT=', 'HEARTBEAT_TIMEOUT', '', '0 to 255'],
    ['BOOT_TIMEOUT=1e2', 'BOOT_TIMEOUT', '1e2', 'seconds'],
    ['RETRY_BOOT=yes', 'RETRY_BOOT', 'yes', '0 or 1'],
    ['HCTOSYS=1', 'HCTOSYS', '1', 'no or yes'],
    ['I2C_ADDRESS=0x6F', 'I2C_ADDRESS', '0x6F', '0x6e, 0x6d, 0x6b'],
    ['I2C_ADDRESS=board', 'I2C_ADDRESS', 'board', '0x6e'],
    ['I2C_BUS=i2c-1', 'I2C_BUS', 'i2c-1', 'i2c-tools:1'],
    ['I2C_BUS=unix:/run/board.sock', 'I2C_BUS', 'unix:/run/board.sock', 'bus= of fence_sleepi3'],
    ['RTC_DEVICE=../x', 'RTC_DEVICE', '../x', 'rtc0'],
    ['I2C_BUS=$BUS', 'I2C_BUS', '$BUS', 'plain'],
    ['I2C_BUS= 1', 'I2C_BUS', ' 1', 'plain'],
    ['I2C_BUS="1', 'I2C_BUS', '"1', 'plain'],
    ['I2C_BUS=1#2', 'I2C_BUS', '1#2', 'plain'],
  ])('names the line of %s, and takes the default for it', (bad, key, value, part) => {
    const { values, problems } = parseDefaults(vendorTextWith(bad));
    const line = vendorLines.findIndex((one) => one.startsWith(`${key}=`)) + 2;
    expect(values).toEqual(shipped);
    expect(problems).toEqual([
      { line: line === 1 ? 11 : line, key, value, message: expect.stringContaining(part) as string, understood: false },
    ]);
  });

  it.each([
    [
      'quotes',
      'HEARTBEAT_TIMEOUT="30"',
      '6 HEARTBEAT_TIMEOUT: has quotes, which config.py takes for a part of the value',
    ],
    [
      'a note',
      'HEARTBEAT_TIMEOUT=30 # s',
      '6 HEARTBEAT_TIMEOUT: has a note behind it, which is taken for a part of the value',
    ],
    [
      'an indent',
      '  HEARTBEAT_TIMEOUT=30',
      '6 HEARTBEAT_TIMEOUT: is indented: config.py takes it for a part of the line before',
    ],
  ])('names a line with %s, and understands it', (_, line, message) => {
    const text = vendorTextWith(line);
    expect(wrong(text)).toEqual([message]);
    expect(parseDefaults(text)).toMatchObject({ values: { HEARTBEAT_TIMEOUT: 30 }, problems: [{ understood: true }] });
  });

  it('names a key in small letters, which is the same to Python, and a carriage return in the name of the clock', () => {
    expect(wrong(vendorText.replace('BOOT_TIMEOUT=90', 'boot_timeout=5'))).toEqual([
      '8 BOOT_TIMEOUT: is to be written BOOT_TIMEOUT',
    ]);
    expect(wrong(vendorText.replaceAll('\n', '\r\n'))).toEqual([
      '2 RTC_DEVICE: ends in a carriage return, which sleepi3alarm takes for a part of the name',
    ]);
  });

  it('takes the number of a bus with a back end, which the vendor cannot read', () => {
    const { values, problems } = parseDefaults(vendorTextWith('I2C_BUS=i2c-tools:3'));
    expect(values.I2C_BUS).toBe('3');
    expect(problems).toMatchObject([{ line: 11, key: 'I2C_BUS', value: 'i2c-tools:3', understood: true }]);
  });

  it('names a key that is there again, of which the last counts, whosever it is', () => {
    const text = `${vendorText}BOOT_TIMEOUT=5\nX=1\nx=2\n`;
    expect(wrong(text)).toEqual([
      '11 BOOT_TIMEOUT: is there again, after line 8: config.py reads nothing of the file',
      '13 -: is there again, after line 12: config.py reads nothing of the file',
    ]);
    expect(parseDefaults(text).values.BOOT_TIMEOUT).toBe(5);
    expect(parseDefaults(`${vendorTextWith('BOOT_TIMEOUT=x')}BOOT_TIMEOUT=5\n`)).toMatchObject({
      values: { BOOT_TIMEOUT: 5 },
      problems: [{ line: 11, understood: true }],
    });
    expect(parseDefaults(`${vendorText}BOOT_TIMEOUT=x\n`)).toMatchObject({
      values: { BOOT_TIMEOUT: 90 },
      problems: [{ line: 11, understood: false }],
    });
  });

  it('names what is missing, at the line after the last', () => {
    const missing = "is missing, and the vendor's programs have no default for it";
    expect(wrong(vendorText.replace('POWEROFF_DELAY=10\n', ''))).toEqual([`10 POWEROFF_DELAY: ${missing}`]);
    expect(wrong('')).toHaveLength(8);
    expect(parseDefaults('').values).toEqual(shipped);
    // The vendor has defaults for these two.
    expect(wrong(vendorText.replace('I2C_ADDRESS=0x6E\n', ''))).toEqual([]);
  });

  it('names what Python loses of the first line', () => {
    expect(wrong(vendorText.slice(vendorText.indexOf('\n') + 1))).toEqual([
      '1 RTC_DEVICE: is in the first line, which config.py does not read',
    ]);
    expect(wrong(`# [of the board]\n${vendorText}`)).toEqual([
      '1 -: has a ] in the first line: config.py finds no settings',
    ]);
  });

  it('names a byte that is not UTF-8, in bytes and in what was made of them', () => {
    const bytes = Buffer.concat([Buffer.from(vendorText), Buffer.from([0x23, 0xe9, 0x0a])]);
    const message = '11 -: has a byte that is not UTF-8: config.py reads nothing of the file';
    expect(wrong(bytes)).toEqual([message]);
    expect(wrong(bytes.toString())).toEqual([message]);
  });

  it('names lines that are no assignments, go on into the next line, or are two lines to Python', () => {
    expect(wrong(`${vendorText}X=a\\\nb\nexport Y=1\n[section]\nKEY: 1\nQ="a\n  R=1\n# a\rb\n`)).toEqual([
      '11 -: is more to a shell than one plain or quoted word',
      '12 -: is neither a comment nor KEY=value',
      '13 -: is neither a comment nor KEY=value',
      '14 -: is neither a comment nor KEY=value',
      '15 -: is neither a comment nor KEY=value',
      '16 -: is more to a shell than one plain or quoted word',
      '17 -: is indented: config.py takes it for a part of the line before',
      '18 -: has a carriage return in it, where config.py begins a new line',
    ]);
  });

  it.each([
    ['6e', 0x6e],
    ['0X6D', 0x6d],
    ['6e6', undefined],
    ['0x6b0', undefined],
    ['x6e', undefined],
    ['a6e', undefined],
  ])('takes I2C_ADDRESS=%s as %s', (value, address) => {
    const { values, problems } = parseDefaults(vendorTextWith(`I2C_ADDRESS=${value}`));
    expect(problems).toHaveLength(address === undefined ? 1 : 0);
    expect(values.I2C_ADDRESS).toBe(address ?? 0x6e);
  });
});

describe('editing the settings', () => {
  it('reads back as the edit, with nothing wrong, whatever the file holds', () => {
    fc.assert(
      fc.property(defaultsText, changes, (before, edit) => {
        const after = parseDefaults(editDefaults(before, edit));
        expect(after).toEqual({ values: { ...parseDefaults(before).values, ...edit }, problems: [] });
      }),
      { numRuns: 2000 },
    );
  });

  it('does so with bytes', () => {
    fc.assert(
      fc.property(defaultsText, changes, (before, edit) => {
        const bytes = Buffer.from(before, 'latin1');
        const after = editDefaults(bytes, edit);
        expect(parseDefaults(after)).toEqual({ values: { ...parseDefaults(bytes).values, ...edit }, problems: [] });
        expect(isUtf8(after)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps every other byte of a sound file: only the value after KEY= differs, or a line stands at the end', () => {
    const edit = fc
      .constantFrom(...(Object.keys(defaultsSettings) as DefaultsKey[]))
      .chain((key) => valueOf[key].map((value) => ({ key, value })));
    const sound = defaultsText.map((text) => editDefaults(text, {}));
    fc.assert(
      fc.property(sound, edit, (before, { key, value }) => {
        const after = editDefaults(before, { [key]: value });
        const changed = (text: string) => new RegExp(`^${key}=[^ \\t\\r\\n]*`, 'm').exec(text)?.[0];
        const was = changed(before);
        const is = changed(after)!;
        expect(after).toBe(
          was === undefined
            ? `${before}${before.endsWith('\n') ? '' : '\n'}${is}\n`
            : before.replace(new RegExp(`^${was}`, 'm'), is),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(defaultsText, changes, (before, edit) => {
        const once = editDefaults(before, edit);
        expect(editDefaults(once, edit)).toBe(once);
        expect(editDefaults(once, {})).toBe(once);
      }),
    );
  });

  it('changes the value in its place', () => {
    expect(editDefaults(vendorTextWith('BOOT_TIMEOUT=1 \r', 'X=1'), { BOOT_TIMEOUT: 2, I2C_BUS: '3' })).toBe(
      `${vendorTextWith('BOOT_TIMEOUT=2 \r', 'X=1')}I2C_BUS=3\n`,
    );
    expect(editDefaults(vendorText.slice(0, -1), { I2C_BUS: '3' })).toBe(`${vendorText}I2C_BUS=3\n`);
  });

  it('writes a whole file where there was none', () => {
    expect(editDefaults('', { EXTIN_FORCED_SHUTDOWN: true })).toBe(
      `#\n${vendorText
        .slice(vendorText.indexOf('\n') + 1)
        .replace('I2C_ADDRESS=0x6E\n', '')
        .replace('SHUTDOWN=0', 'SHUTDOWN=1')}`,
    );
  });

  it.each([
    ['takes quotes away', 'HEARTBEAT_TIMEOUT="30"', 'HEARTBEAT_TIMEOUT=30'],
    ['puts a note above', 'HEARTBEAT_TIMEOUT=30 # s', '# s\nHEARTBEAT_TIMEOUT=30'],
    ['takes an indent away', '  HEARTBEAT_TIMEOUT=30', 'HEARTBEAT_TIMEOUT=30'],
    [
      'makes a comment of what is not understood',
      'HEARTBEAT_TIMEOUT=1 min',
      '# HEARTBEAT_TIMEOUT=1 min\nHEARTBEAT_TIMEOUT=60',
    ],
    ['keeps the number of a bus', 'I2C_BUS=i2c-tools:3', 'I2C_BUS=3'],
    ['takes the default bus for another back end', 'I2C_BUS=unix:/x', '# I2C_BUS=unix:/x\nI2C_BUS=1'],
    ['makes a comment of what is no assignment', '[section]', '# [section]'],
    ['ends what goes on into the next line', 'X=1\\', '# X=1\\ '],
    ['brings a line of another program to its place', '  X=1', 'X=1'],
    ['separates what Python does', '# a\rb', '# a b'],
    ['writes ? for what is not UTF-8', '# \ufffd', '# ?'],
  ])('mends: %s', (_, line, mended) => {
    expect(editDefaults(vendorTextWith(line), {})).toBe(
      line.includes('HEARTBEAT') ? vendorText.replace('HEARTBEAT_TIMEOUT=60', mended) : `${vendorText}${mended}\n`,
    );
  });

  it('mends: the last of several assignments stays, and the first line is a comment', () => {
    expect(editDefaults(`I2C_ADDRESS=0x6D\n${vendorText}X=1\nX=2\n`, { I2C_ADDRESS: 0x6b })).toBe(
      `#\n# I2C_ADDRESS=0x6D\n${vendorText.replace('0x6E', '0x6B')}# X=1\nX=2\n`,
    );
    expect(editDefaults(`# [of the board]\n${vendorText}`, {})).toBe(`#\n# [of the board]\n${vendorText}`);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ HEARTBEAT_TIMEOUT: 256 }, 'INVALID_VALUE'],
    [{ HEARTBEAT_TIMEOUT: '60' }, 'INVALID_VALUE'],
    [{ HEARTBEAT_TIMEOUT: 1.5 }, 'INVALID_VALUE'],
    [{ HEARTBEAT_TIMEOUT: undefined }, 'INVALID_VALUE'],
    [{ RETRY_BOOT: 1 }, 'INVALID_VALUE'],
    [{ I2C_ADDRESS: 0x6f }, 'INVALID_ADDRESS'],
    [{ I2C_BUS: 'x' }, 'INVALID_BUS'],
    [{ I2C_BUS: 'unix:/run/board' }, 'INVALID_VALUE'],
    [{ I2C_BUS: 'i2c-tools:1' }, 'INVALID_VALUE'],
    [{ RTC_DEVICE: 'a b' }, 'INVALID_VALUE'],
    [{ HEARTBEAT: 1 }, 'UNKNOWN_PARAMETER'],
    [{ toString: 1 }, 'UNKNOWN_PARAMETER'],
    [{ I2C_ADDRESS: '0x6e' }, 'INVALID_VALUE'],
    [{ HCTOSYS: 'yes' }, 'INVALID_VALUE'],
    [{ RTC_DEVICE: true }, 'INVALID_VALUE'],
  ])('refuses %j', (edit, code) => {
    expect(() => editDefaults('', edit as Partial<Defaults>)).toThrow(expect.objectContaining({ code }));
  });

  it('says in its errors which setting, and what is allowed', () => {
    const refused = (edit: Record<string, unknown>): unknown => {
      try {
        return editDefaults('', edit);
      } catch (error) {
        return error;
      }
    };
    expect(refused({ BOOT: 1 })).toMatchObject({
      message: `unknown setting 'BOOT'; the settings are ${Object.keys(defaultsSettings).join(', ')}`,
      parameter: 'BOOT',
      value: 1,
    });
    expect(refused({ BOOT_TIMEOUT: 256 })).toMatchObject({
      message: 'BOOT_TIMEOUT must be whole seconds from 0 to 255, not 256',
      parameter: 'BOOT_TIMEOUT',
      value: 256,
    });
    expect(refused({ BOOT_TIMEOUT: '60' })).toMatchObject({
      message: 'BOOT_TIMEOUT cannot be 60',
      parameter: 'BOOT_TIMEOUT',
      value: '60',
    });
  });
});

describe('what has to be re-applied', () => {
  it('is what the boot service writes to the board; the rest takes effect by itself', () => {
    expect(planReapplication(shipped, shipped)).toEqual({ now: [], later: [] });
    expect(
      planReapplication(shipped, {
        ...shipped,
        HEARTBEAT_TIMEOUT: 30,
        EXTIN_FORCED_SHUTDOWN: true,
        BOOT_TIMEOUT: 1,
        I2C_BUS: '2',
        HCTOSYS: false,
      }),
    ).toEqual({
      now: [
        { parameter: 'watchdog-timeout', value: 30 },
        { parameter: 'extin-powerdown', value: true },
      ],
      later: [
        { key: 'HCTOSYS', at: 'boot' },
        { key: 'I2C_BUS', at: 'next use' },
        { key: 'BOOT_TIMEOUT', at: 'shutdown' },
      ],
    });
  });
});

describe('the file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
    path = join(directory, 'sleepi3');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is edited and mended, its mode and its links kept', async () => {
    await writeFile(path, Buffer.concat([Buffer.from([0x23, 0xff, 0xfe, 0x00, 0x0a]), Buffer.from(vendorText)]));
    await chmod(path, 0o640);
    const link = join(directory, 'link');
    await symlink(path, link);
    expect(await editDefaultsFile(link, { BOOT_TIMEOUT: 2, EXTIN_FORCED_SHUTDOWN: true })).toMatchObject({
      before: { BOOT_TIMEOUT: 90, EXTIN_FORCED_SHUTDOWN: false },
      after: { BOOT_TIMEOUT: 2, EXTIN_FORCED_SHUTDOWN: true },
      now: [{ parameter: 'extin-powerdown', value: true }],
    });
    expect(await readFile(path, 'latin1')).toBe(
      `#??\0\n${vendorTextWith('BOOT_TIMEOUT=2', 'EXTIN_FORCED_SHUTDOWN=1')}`,
    );
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect((await readdir(directory)).sort()).toEqual(['link', 'sleepi3']);
    expect((await readDefaultsFile(path)).values).toMatchObject({ BOOT_TIMEOUT: 2 });
  });

  it('is not written when nothing changes, and loses no edit to another', async () => {
    await writeFile(path, vendorTextWith('BOOT_TIMEOUT=1'));
    const { ino } = await stat(path);
    await editDefaultsFile(path, { BOOT_TIMEOUT: 1 });
    expect((await stat(path)).ino).toBe(ino);
    await Promise.all([
      editDefaultsFile(path, { BOOT_TIMEOUT: 2 }),
      editDefaultsFile(path, { POWEROFF_DELAY: 3 }),
      editDefaultsFile(path, { HEARTBEAT_TIMEOUT: 4 }),
    ]);
    expect((await readDefaultsFile(path)).values).toMatchObject({
      BOOT_TIMEOUT: 2,
      POWEROFF_DELAY: 3,
      HEARTBEAT_TIMEOUT: 4,
    });
  });

  it('is as it was when the edit is refused or fails', async () => {
    await expect(editDefaultsFile(path, { BOOT_TIMEOUT: 2 })).rejects.toMatchObject({
      code: 'DEFAULTS_FILE_UNREADABLE',
      errno: 'ENOENT',
    });
    await writeFile(path, 'BOOT_TIMEOUT=1\n');
    await expect(editDefaultsFile(path, { BOOT_TIMEOUT: 999 })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    // Names are cut at 255 bytes: this one can be read, but no longer one be made beside it.
    const long = join(directory, 'x'.repeat(255));
    await writeFile(long, 'BOOT_TIMEOUT=1\n');
    await expect(editDefaultsFile(long, { BOOT_TIMEOUT: 2 })).rejects.toMatchObject({
      code: 'DEFAULTS_FILE_UNWRITABLE',
      errno: 'ENAMETOOLONG',
    });
    expect(await readFile(long, 'utf8')).toBe('BOOT_TIMEOUT=1\n');
    await expect(editDefaultsFile(directory, { BOOT_TIMEOUT: 2 })).rejects.toMatchObject({
      code: 'DEFAULTS_FILE_UNREADABLE',
      errno: 'EISDIR',
    });
  });

  it('says which board to open', async () => {
    const socket = join(directory, 'board.sock');
    const memory = new MemoryBus(0x6b);
    const server = await serveBus(memory, socket);
    // Bad lines of other settings do not matter, nor those that are understood.
    await writeFile(path, 'BOOT_TIMEOUT=bad\nI2C_ADDRESS="0x6B"\nI2C_BUS=odd\n');
    {
      await using board = await Sleepi3.fromDefaultsFile(path, { bus: `unix:${socket}` });
      await board.set('extout', true);
    }
    expect(memory.memory[0x0d]).toBe(1);
    await server.idle(); // the bus was closed with the board
    await server.close();
  });

  it('is refused, with the line, when its bus or address is bad, and when it is missing', async () => {
    await writeFile(path, '\nI2C_ADDRESS=0x70\n');
    await expect(Sleepi3.fromDefaultsFile(path)).rejects.toMatchObject({
      code: 'DEFAULTS_FILE_INVALID',
      path,
      line: 2,
      parameter: 'I2C_ADDRESS',
      value: '0x70',
    });
    await writeFile(path, 'BOOT_TIMEOUT=x\nI2C_BUS=usb\n');
    await expect(Sleepi3.fromDefaultsFile(path)).rejects.toMatchObject({
      message: expect.stringContaining(`${path}, line 2: I2C_BUS=usb: `) as string,
      parameter: 'I2C_BUS',
    });
    await expect(Sleepi3.fromDefaultsFile(join(directory, 'none'))).rejects.toMatchObject({
      code: 'DEFAULTS_FILE_UNREADABLE',
      errno: 'ENOENT',
      message: expect.stringContaining('sleepi3-utils') as string,
    });
  });
});

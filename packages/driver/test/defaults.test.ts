import fc from 'fast-check';
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

describe('reading the settings', () => {
  it('gives the shipped values where the file says nothing', () => {
    expect(parseDefaults('')).toEqual({ values: shipped, problems: [] });
    expect(parseDefaults('# I2C_ADDRESS=0x6D\n\n   # x\nMY_OWN="kept $HOME"\n')).toEqual({
      values: shipped,
      problems: [],
    });
  });

  it('understands what a shell does: quotes, comments, CRLF, the last one counts', () => {
    const text = [
      'I2C_ADDRESS=0x6d',
      '  HEARTBEAT_TIMEOUT="255"',
      "RETRY_BOOT='0' # no",
      'EXTIN_FORCED_SHUTDOWN=0',
      'HCTOSYS=no\r',
      'I2C_BUS="unix:/run/my board#1.sock"',
      'EXTIN_FORCED_SHUTDOWN=1',
      'POWEROFF_DELAY=0 ',
    ].join('\n');
    expect(parseDefaults(text)).toEqual({
      values: {
        ...shipped,
        I2C_ADDRESS: 0x6d,
        HEARTBEAT_TIMEOUT: 255,
        RETRY_BOOT: false,
        EXTIN_FORCED_SHUTDOWN: true,
        HCTOSYS: false,
        I2C_BUS: 'unix:/run/my board#1.sock',
        POWEROFF_DELAY: 0,
      },
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
    ['RTC_DEVICE=../x', 'RTC_DEVICE', '../x', 'rtc0'],
    ['I2C_BUS=$BUS', 'I2C_BUS', 'I2C_BUS=$BUS', 'plain'],
    ['I2C_BUS= 1', 'I2C_BUS', 'I2C_BUS= 1', 'plain'],
    ['I2C_BUS="1', 'I2C_BUS', 'I2C_BUS="1', 'plain'],
    ['I2C_BUS=1#2', 'I2C_BUS', 'I2C_BUS=1#2', 'plain'],
  ])('names the line of %s, and takes the default for it', (bad, key, value, part) => {
    const { values, problems } = parseDefaults(`# comment\\\n\n${bad}\nOTHER=1\n`);
    expect(values).toEqual(shipped);
    expect(problems).toEqual([{ line: 3, key, value, message: expect.stringContaining(part) as string }]);
  });

  it('names lines that are no assignments, and counts continued lines right', () => {
    const { problems } = parseDefaults('X=a\\\nb\nexport Y=1\nBOOT_TIMEOUT=x\nz\n');
    expect(problems.map(({ line, key }) => [line, key])).toEqual([
      [3, undefined],
      [4, 'BOOT_TIMEOUT'],
      [5, undefined],
    ]);
  });

  it('names them in their order, however often a key is there', () => {
    const { problems } = parseDefaults('BOOT_TIMEOUT=x\nRETRY_BOOT=x\nodd\nBOOT_TIMEOUT=y\n');
    expect(problems.map(({ line, value }) => [line, value])).toEqual([
      [2, 'x'],
      [3, 'odd'],
      [4, 'y'],
    ]);
    expect(problems[1]?.message).toBe('is neither a comment nor KEY=value');
  });

  it.each([
    ['6e', 0x6e],
    ['0X6D', 0x6d],
    ['6e6', undefined],
    ['0x6b0', undefined],
    ['x6e', undefined],
    ['a6e', undefined],
  ])('takes I2C_ADDRESS=%s as %s', (value, address) => {
    const { values, problems } = parseDefaults(`I2C_ADDRESS=${value}\n`);
    expect(problems).toHaveLength(address === undefined ? 1 : 0);
    expect(values.I2C_ADDRESS).toBe(address ?? 0x6e);
  });

  it('forgets a bad line when a later one is good', () => {
    expect(parseDefaults('BOOT_TIMEOUT=x\nBOOT_TIMEOUT=5\n')).toMatchObject({
      values: { BOOT_TIMEOUT: 5 },
      problems: [],
    });
    expect(parseDefaults('BOOT_TIMEOUT=5\nBOOT_TIMEOUT=x\n').problems).toHaveLength(1);
  });
});

const valueOf: { [K in DefaultsKey]: fc.Arbitrary<Defaults[K]> } = {
  RTC_DEVICE: fc.constantFrom('rtc0', 'rtc1', 'rtc-mcp'),
  HCTOSYS: fc.boolean(),
  SYSTOHC: fc.boolean(),
  I2C_ADDRESS: fc.constantFrom(0x6e, 0x6d, 0x6b),
  I2C_BUS: fc.constantFrom('1', '10', 'i2c-tools:3', 'unix:/run/board.sock', 'unix:/run/my board.sock', 'unix:/a#b;c'),
  HEARTBEAT_TIMEOUT: fc.nat(255),
  RETRY_BOOT: fc.boolean(),
  BOOT_TIMEOUT: fc.nat(255),
  POWEROFF_DELAY: fc.nat(255),
  EXTIN_FORCED_SHUTDOWN: fc.boolean(),
};
const changes = fc.record(valueOf, { requiredKeys: [] }) as fc.Arbitrary<Partial<Defaults>>;
/** Lines a user could have, good ones and bad ones, and odd bytes. */
const line = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...Object.keys(defaultsSettings)),
      fc.constantFrom('1', '0x6D', '"60"', "'no' # x", '$(x)', ' 1', '', '5\\'),
    )
    .map(([key, value]) => `${key}=${value}`),
  fc.constantFrom(
    '# comment',
    '#\\',
    '\\',
    '  ',
    'MY_OWN=1',
    'export X=1',
    'x y',
    '\tI2C_BUS=2',
    'A="b',
    'I2C_BUS=1\r',
    '\r',
  ),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, end]) => lines.join('\n') + (end ? '\n' : ''));

describe('editing the settings', () => {
  it('reads back as the edit, whatever the file holds', () => {
    fc.assert(
      fc.property(text, changes, (before, edit) => {
        const after = parseDefaults(editDefaults(before, edit));
        expect(after.values).toEqual({ ...parseDefaults(before).values, ...edit });
        expect(after.problems.filter(({ key }) => key !== undefined && key in edit)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps every other byte: only the value after KEY= differs, or a line stands at the end', () => {
    const edit = fc
      .constantFrom(...(Object.keys(defaultsSettings) as DefaultsKey[]))
      .chain((key) => valueOf[key].map((value) => ({ key, value })));
    fc.assert(
      fc.property(text, edit, (before, { key, value }) => {
        const after = editDefaults(before, { [key]: value });
        const added = editDefaults('', { [key]: value });
        if (after.startsWith(before) && after.slice(before.length).replace(/^\n{0,2}/, '') === added) return;
        const encoded = added.slice(key.length + 1, -1);
        const changedInPlace = [...after.matchAll(new RegExp(`^[ \\t]*${key}=`, 'gm'))].some(({ 0: head, index }) => {
          const start = index + head.length;
          const rest = after.slice(start + encoded.length);
          return (
            after.startsWith(encoded, start) &&
            before.startsWith(after.slice(0, start)) &&
            before.slice(start).endsWith(rest) &&
            /^\s|^$/.test(rest)
          );
        });
        expect(changedInPlace).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing for no changes, and nothing the second time', () => {
    fc.assert(
      fc.property(text, changes, (before, edit) => {
        expect(editDefaults(before, {})).toBe(before);
        const once = editDefaults(before, edit);
        expect(editDefaults(once, edit)).toBe(once);
      }),
    );
  });

  it('changes the value in its place and keeps the comment behind it', () => {
    expect(editDefaults('# a\nI2C_ADDRESS="0x6E"  # switch\nX=1\n', { I2C_ADDRESS: 0x6b, RETRY_BOOT: false })).toBe(
      '# a\nI2C_ADDRESS=0x6B  # switch\nX=1\nRETRY_BOOT=0\n',
    );
    expect(editDefaults('BOOT_TIMEOUT=1\r\nX=1', { BOOT_TIMEOUT: 2, HCTOSYS: false })).toBe(
      'BOOT_TIMEOUT=2\r\nX=1\nHCTOSYS=no\n',
    );
    expect(editDefaults('X=a\\', { POWEROFF_DELAY: 3 })).toBe('X=a\\\n\nPOWEROFF_DELAY=3\n');
    expect(editDefaults('#\\', { I2C_BUS: 'unix:/a b' })).toBe('#\\\nI2C_BUS="unix:/a b"\n');
  });

  it.each<[Record<string, unknown>, string]>([
    [{ HEARTBEAT_TIMEOUT: 256 }, 'INVALID_VALUE'],
    [{ HEARTBEAT_TIMEOUT: '60' }, 'INVALID_VALUE'],
    [{ HEARTBEAT_TIMEOUT: 1.5 }, 'INVALID_VALUE'],
    [{ HEARTBEAT_TIMEOUT: undefined }, 'INVALID_VALUE'],
    [{ RETRY_BOOT: 1 }, 'INVALID_VALUE'],
    [{ I2C_ADDRESS: 0x6f }, 'INVALID_ADDRESS'],
    [{ I2C_BUS: 'x' }, 'INVALID_BUS'],
    [{ I2C_BUS: 'unix:/$HOME' }, 'INVALID_VALUE'],
    [{ I2C_BUS: 'unix:/"x"' }, 'INVALID_VALUE'],
    [{ I2C_BUS: 'unix:/ボード' }, 'INVALID_VALUE'],
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

  it('is edited with every other byte, its mode and its links kept', async () => {
    await writeFile(path, Buffer.from([0x23, 0xff, 0xfe, 0x00, 0x0a, ...Buffer.from('BOOT_TIMEOUT=1\n')]));
    await chmod(path, 0o640);
    const link = join(directory, 'link');
    await symlink(path, link);
    expect(await editDefaultsFile(link, { BOOT_TIMEOUT: 2, EXTIN_FORCED_SHUTDOWN: true })).toMatchObject({
      before: { BOOT_TIMEOUT: 1, EXTIN_FORCED_SHUTDOWN: false },
      after: { BOOT_TIMEOUT: 2, EXTIN_FORCED_SHUTDOWN: true },
      now: [{ parameter: 'extin-powerdown', value: true }],
    });
    expect(await readFile(path, 'latin1')).toBe('#\xff\xfe\0\nBOOT_TIMEOUT=2\nEXTIN_FORCED_SHUTDOWN=1\n');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect((await readdir(directory)).sort()).toEqual(['link', 'sleepi3']);
    expect((await readDefaultsFile(path)).values).toMatchObject({ BOOT_TIMEOUT: 2 });
  });

  it('is not written when nothing changes, and loses no edit to another', async () => {
    await writeFile(path, 'BOOT_TIMEOUT=1\n');
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
    await writeFile(path, `I2C_ADDRESS=0x6B\nI2C_BUS=unix:${socket}\nBOOT_TIMEOUT=bad\n`);
    {
      await using board = await Sleepi3.fromDefaultsFile(path);
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

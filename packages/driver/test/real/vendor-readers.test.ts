// The defaults file before its other readers: Python's configparser as the vendor's config.py asks it, and a shell.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { type Defaults, editDefaults, parseDefaults } from '../../src/index.js';
import { defaultsChanges, defaultsText } from '../defaults-texts.js';

const python = '/usr/bin/python3';

/** For each file: what config.py has of it at a boot and at a shutdown, or why it stops. */
const reader = `
import configparser, json, sys

def settings(path):
    parser = configparser.ConfigParser()
    parser.read_dict({'DEFAULT': {'I2C_ADDRESS': '0x6E', 'I2C_BUS': '1'}})
    with open(path, 'r') as file:
        parser.read_string('[env]' + file.read())
    env = parser['env']
    seconds = ['HEARTBEAT_TIMEOUT', 'BOOT_TIMEOUT', 'POWEROFF_DELAY']
    found = {key: int(env[key]) for key in seconds + ['EXTIN_FORCED_SHUTDOWN', 'RETRY_BOOT']}
    if any(not 0 <= found[key] <= 255 for key in seconds):
        raise ValueError('no register takes it')
    return dict(found, I2C_ADDRESS=int(env['I2C_ADDRESS'], 16), I2C_BUS=int(env['I2C_BUS']))

def answer(path):
    try:
        return settings(path)
    except Exception as error:
        return str(error)

json.dump([answer(path) for path in sys.argv[1:]], sys.stdout)
`;

describe.runIf(haveRealParts(python))("the defaults file as the vendor's programs read it", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'defaults-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const write = (texts: readonly Uint8Array[]) =>
    texts.map((text, index) => {
      const path = join(directory, `${index}`);
      writeFileSync(path, text);
      return path;
    });
  const asPython = (texts: readonly Uint8Array[]) =>
    JSON.parse(
      execFileSync(python, ['-c', reader, ...write(texts)], {
        encoding: 'utf8',
        env: { LC_ALL: 'C.UTF-8' },
        maxBuffer: 2 ** 26,
      }),
    ) as readonly (Record<string, number> | string)[];
  const forPython = (values: Defaults) => ({
    EXTIN_FORCED_SHUTDOWN: Number(values.EXTIN_FORCED_SHUTDOWN),
    HEARTBEAT_TIMEOUT: values.HEARTBEAT_TIMEOUT,
    RETRY_BOOT: Number(values.RETRY_BOOT),
    BOOT_TIMEOUT: values.BOOT_TIMEOUT,
    POWEROFF_DELAY: values.POWEROFF_DELAY,
    I2C_ADDRESS: values.I2C_ADDRESS,
    I2C_BUS: Number(values.I2C_BUS),
  });

  const random = fc.sample(defaultsText, 4000).map((text) => Buffer.from(text));
  const odd = fc.sample(defaultsText, 2000).map((text) => Buffer.from(text, 'latin1'));

  it('is the same to config.py wherever nothing is wrong with it', () => {
    const sound = [...random, ...odd].filter((text) => parseDefaults(text).problems.length === 0);
    expect(sound.length).toBeGreaterThan(100);
    expect(asPython(sound)).toEqual(sound.map((text) => forPython(parseDefaults(text).values)));
  });

  it('is the same to config.py after any edit', () => {
    const changes = fc.sample(defaultsChanges, 1500);
    const edited = changes.map((change, index) => editDefaults([...random, ...odd][index * 4] ?? Buffer.of(), change));
    expect(asPython(edited)).toEqual(edited.map((text) => forPython(parseDefaults(text).values)));
  });

  it.each([
    ['a duplicate key', 'BOOT_TIMEOUT=5'],
    ['quotes', 'HEARTBEAT_TIMEOUT="60"'],
    ['a note behind a value', 'EXTIN_FORCED_SHUTDOWN=1 # note'],
    ['an indented line', '  RETRY_BOOT=1'],
    ['a missing key', 'POWEROFF_DELAY'],
    ['another back end', 'I2C_BUS=i2c-tools:1'],
    ['no assignment', 'other line'],
    ['the first line', 'FIRST'],
  ])('stops config.py with %s, and we say so', (_, line) => {
    const sound = editDefaults('', {});
    const key = /^ *(\w+)/.exec(line)?.[1] ?? '';
    const without = key === 'BOOT_TIMEOUT' ? sound : sound.replace(new RegExp(`^${key}=.*\n`, 'm'), '');
    const text = key === 'FIRST' ? sound.replace('#\n', 'BOOT_TIMEOUT=9\n').replace('\nBOOT_TIMEOUT=90', '') : without;
    const broken = /[= ]/.test(line) ? `${text}${line}\n` : text;
    expect(parseDefaults(sound).problems).toEqual([]);
    expect(parseDefaults(broken).problems).toHaveLength(1);
    const [before, after] = asPython([Buffer.from(broken), Buffer.from(editDefaults(broken, {}))]);
    expect(before).toBeTypeOf('string');
    expect(after).toEqual(forPython(parseDefaults(broken).values));
  });

  it('stops config.py with a byte that is not UTF-8, and we say so', () => {
    const broken = Buffer.concat([Buffer.from(editDefaults('', {})), Buffer.from([0x23, 0xe9, 0x0a])]);
    expect(parseDefaults(broken).problems).toHaveLength(1);
    expect(asPython([broken])[0]).toContain("codec can't decode byte 0xe9");
    expect(asPython([editDefaults(broken, {})])).toEqual([forPython(parseDefaults(broken).values)]);
  });

  it('gives a shell the same clock', () => {
    const edited = fc
      .sample(defaultsChanges, 150)
      .map((change, index) => editDefaults(random[index] ?? Buffer.of(), change));
    for (const [index, path] of write(edited).entries()) {
      // What other lines are about is their owner's: it must only not keep the shell from ours.
      const script = `. "$1" >/dev/null 2>&1; printf '%s %s %s' "$RTC_DEVICE" "$HCTOSYS" "$SYSTOHC"`;
      const { RTC_DEVICE, HCTOSYS, SYSTOHC } = parseDefaults(edited[index] ?? '').values;
      const word = (value: boolean) => (value ? 'yes' : 'no');
      const { stdout } = spawnSync('sh', ['-c', script, 'sh', path], { encoding: 'utf8', cwd: directory, env: {} });
      expect(stdout, path).toBe(`${RTC_DEVICE} ${word(HCTOSYS)} ${word(SYSTOHC)}`);
    }
  });
});

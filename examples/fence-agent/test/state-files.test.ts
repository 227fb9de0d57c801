import { chmod, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { busIdentity } from '../src/node/board.js';
import { recordFile } from '../src/node/record-file.js';
import { checkDirectoryOf, makeDirectoryOf, stateFiles } from '../src/node/state.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'state-files-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(parent, { recursive: true });
});

describe('the directory of the line keeper', () => {
  it('is made for its user alone', async () => {
    const file = join(parent, 'made', 'state', 'keeper.sock');
    makeDirectoryOf(file);
    makeDirectoryOf(file);
    expect((await stat(join(parent, 'made', 'state'))).mode & 0o777).toBe(0o700);
  });

  it('is refused when others can write to it', async () => {
    const directory = join(parent, 'open');
    await mkdir(directory);
    for (const mode of [0o720, 0o702]) {
      await chmod(directory, mode);
      for (const call of [makeDirectoryOf, checkDirectoryOf]) {
        expect(() => {
          call(join(directory, 'keeper.sock'));
        }).toThrow('can be written by others');
      }
    }
  });

  it('is refused when it is a link, which may lead anywhere', async () => {
    await mkdir(join(parent, 'real'), { mode: 0o700 });
    await symlink(join(parent, 'real'), join(parent, 'link'));
    expect(() => {
      checkDirectoryOf(join(parent, 'link', 'keeper.sock'));
    }).toThrow('can be written by others');
  });

  it('is safe when it is not there', () => {
    checkDirectoryOf(join(parent, 'none', 'keeper.sock'));
  });

  it("is root's in /run and /var/lib, and one for all where that is said", () => {
    vi.stubEnv('FENCE_SLEEPI3_DIRECTORY', '');
    vi.stubEnv('XDG_RUNTIME_DIR', '/run/user/0');
    const root = process.getuid?.() === 0;
    const files = stateFiles();
    expect(files.socket).toBe(root ? '/run/fence_sleepi3/keeper.sock' : '/run/user/0/fence_sleepi3/keeper.sock');
    if (root) expect(files.owedWake).toBe('/var/lib/fence_sleepi3/owed-wake');
    vi.stubEnv('FENCE_SLEEPI3_DIRECTORY', parent);
    expect(stateFiles()).toMatchObject({ socket: join(parent, 'keeper.sock'), wireTest: join(parent, 'wire-test') });
  });
});

describe('a bus', () => {
  it('is the same however it is written and reached', async () => {
    for (const bus of ['1', '01', 'i2c-tools:1', 'i2c-tools:001', '/dev/i2c-1']) expect(busIdentity(bus)).toBe('i2c-1');
    expect(new Set(['1', '11', 'unix:/run/board.sock', 'unix:/run/board.soc'].map(busIdentity)).size).toBe(4);
    await mkdir(join(parent, 'real'));
    await symlink(join(parent, 'real'), join(parent, 'link'));
    expect(busIdentity(`unix:${parent}/link`)).toBe(busIdentity(`unix:${parent}//real/`));
    expect(() => busIdentity('usb')).toThrow('usb');
  });
});

describe('a file', () => {
  it('is replaced as a whole, read as nothing when it cannot be read, and removed even when it is not there', async () => {
    const path = join(parent, 'made', 'record');
    const file = recordFile(path);
    expect(await file.read()).toBeUndefined();
    await file.replace('one\n');
    await file.replace('two\n');
    expect(await file.read()).toBe('two\n');
    await file.remove();
    await file.remove();
    expect(await file.read()).toBeUndefined();
    await mkdir(path);
    expect(await file.read()).toBeUndefined();
    await expect(file.replace('three\n')).rejects.toThrow();
    await expect(file.remove()).rejects.toThrow();
  });
});

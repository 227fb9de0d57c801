import { chmod, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { powerRecord } from '../src/node/machine-of-linux.js';
import { isDiskFault, makeStateDirectory, otherDirectories, recordFile, stateFiles } from '../src/node/state.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'state-files-'));
});
afterEach(() => rm(parent, { recursive: true }));

function thrownBy(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the state directory', () => {
  it('is made for its user alone', async () => {
    const directory = join(parent, 'made', 'state');
    makeStateDirectory(directory);
    makeStateDirectory(directory);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('is refused when others can write to it', async () => {
    const directory = join(parent, 'open');
    await mkdir(directory);
    for (const mode of [0o720, 0o702]) {
      await chmod(directory, mode);
      const error = thrownBy(() => {
        makeStateDirectory(directory);
      });
      expect(error).toMatchObject({ message: expect.stringContaining('can be written by others') });
      expect(isDiskFault(error)).toBe(false);
    }
  });

  it('is refused when it is a link, which may lead anywhere', async () => {
    await mkdir(join(parent, 'real'), { mode: 0o700 });
    await symlink(join(parent, 'real'), join(parent, 'link'));
    expect(() => {
      makeStateDirectory(join(parent, 'link'));
    }).toThrow('state directory');
  });

  it('is left for another one when its disk is to blame, and not when its configuration is', () => {
    const coded = (code: string) => Object.assign(new Error(code), { code });
    for (const code of ['EROFS', 'ENOENT', 'ENOSPC', 'EDQUOT', 'EIO']) {
      expect(isDiskFault(coded(code)), code).toBe(true);
      expect(isDiskFault(new Error('cannot be made', { cause: coded(code) })), code).toBe(true);
    }
    for (const code of ['ENOTDIR', 'EACCES', 'ENAMETOOLONG']) expect(isDiskFault(coded(code)), code).toBe(false);
    expect(otherDirectories('/mnt/state')).toEqual(['/run/fence_sleepi3', '/dev/shm/fence_sleepi3']);
    expect(otherDirectories('/run/fence_sleepi3')).toEqual(['/dev/shm/fence_sleepi3']);
  });
});

describe('the proof of a power-off', () => {
  it('is forgotten in the directory that was configured, too, by an act that had to go to another one', async () => {
    const board = { bus: '1', address: 0x6e };
    const [configured, other] = [join(parent, 'configured'), join(parent, 'other')];
    for (const directory of [configured, other]) makeStateDirectory(directory);
    const there = powerRecord({ files: stateFiles(configured, board), board });
    await there.rememberOff({ target: 'node1', held: 12_000, samples: 61, at: '2026-01-01T00:00:00.000Z' });
    expect(await there.offProof('node1')).toBeDefined();
    await powerRecord({ files: stateFiles(other, board, configured), board }).forget();
    expect(await there.offProof('node1')).toBeUndefined();
  });
});

describe('the files in it', () => {
  it('are the same for a board however it is reached, and others for another board', () => {
    const base = stateFiles('/state', { bus: '1', address: 0x6e });
    expect(stateFiles('/state', { bus: 'i2c-tools:1', address: 0x6e })).toEqual(base);
    const others = [
      { bus: '1', address: 0x6d },
      { bus: '2', address: 0x6e },
      { bus: 'unix:/run/board.sock', address: 0x6e },
      { bus: 'unix:/run/board.soc', address: 0x6e },
    ].map((board) => stateFiles('/state', board).lock);
    expect(new Set([base.lock, ...others]).size).toBe(5);
  });

  it('have names short enough for a socket, however long the path to the board', () => {
    const { socket } = stateFiles('/run/fence_sleepi3', { bus: `unix:/${'x'.repeat(500)}`, address: 0x6e });
    expect(socket.length).toBeLessThan(100);
  });

  it('are replaced as a whole, read as nothing when they cannot be read, and removed even when they are not there', async () => {
    const file = recordFile(join(parent, 'record'));
    expect(await file.read()).toBeUndefined();
    await file.replace('one\n');
    await file.replace('two\n');
    expect(await file.read()).toBe('two\n');
    await file.remove();
    await file.remove();
    expect(await file.read()).toBeUndefined();
    await mkdir(join(parent, 'record'));
    expect(await file.read()).toBeUndefined();
    await expect(file.replace('three\n')).rejects.toThrow();
    await expect(file.remove()).rejects.toThrow();
  });
});

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram, haveRealParts } from '../../../tools/test/support/real-parts.js';
import { openBus, type ProgramResult, type RunProgram, Sleepi3 } from '../src/index.js';
import { createFakeI2cTools, type FakeI2cTools } from './fake-i2c-tools.js';

let tools: FakeI2cTools;
beforeEach(async () => {
  tools = await createFakeI2cTools();
});
afterEach(() => tools.dispose());

const open = (run?: RunProgram, transferTimeout = 2000) =>
  openBus('i2c-tools:1', {
    i2cToolsDirectory: tools.directory,
    devicePath: tools.device,
    transferTimeout,
    ...(run && { run }),
  });

const ended =
  (result: Partial<ProgramResult>): RunProgram =>
  () =>
    Promise.resolve({ status: 0, signal: null, stdout: '', stderr: '', timedOut: false, ...result });

describe('a bus of i2cget and i2cset', () => {
  it('drives a whole board', async () => {
    await using board = await Sleepi3.open({
      bus: 'i2c-tools:1',
      i2cToolsDirectory: tools.directory,
      devicePath: tools.device,
    });
    await board.set('restore-voltage', 24000);
    await board.set('extin-powerdown', true);
    expect(await board.get('restore-voltage')).toBe(24000);
    expect(await board.get('extin-powerdown')).toBe(true);
  });

  it('calls the programs without asking questions, with numbers they read in one way only', async () => {
    const commands: string[] = [];
    const bus = await open((command, args) => {
      commands.push([command.slice(tools.directory.length + 1), ...args].join(' '));
      return ended({ stdout: '0x0d\n' })(command, args);
    });
    await bus.readByte(0x6e, 13);
    await bus.writeByte(0x6e, 9, 60);
    await bus.writeWord(0x6e, 4, 24000);
    expect(commands).toEqual([
      'i2cget -y 1 0x6e 0x0d b',
      'i2cset -y 1 0x6e 0x09 0x3c b',
      'i2cset -y 1 0x6e 0x04 0x5dc0 w',
    ]);
  });

  it.each<[string, string, number | null, string]>([
    ['a board that does not answer', 'Error: Read failed\n', 2, 'EIO'],
    ['a write that is not answered', 'Error: Write failed\n', 1, 'EIO'],
    [
      'a missing bus',
      "Error: Could not open file `/dev/i2c-1' or `/dev/i2c/1': No such file or directory\n",
      1,
      'ENOENT',
    ],
    ['a missing right', "Error: Could not open file `/dev/i2c-1': Permission denied\n", 1, 'EACCES'],
    ['a forbidden address', 'Error: Could not set address to 0x6e: Operation not permitted\n', 1, 'EPERM'],
    ['an address that a driver owns', 'Error: Could not set address to 0x6e: Device or resource busy\n', 1, 'EBUSY'],
    ['a device that went', "Error: Could not open file `/dev/i2c-1': No such device\n", 1, 'ENODEV'],
    ['an adapter that cannot', 'Error: Adapter does not have read word capability\n', 1, 'EOPNOTSUPP'],
    ['anything else', 'Usage: …\n', 1, 'EINVAL'],
    ['a program that was killed', '', null, 'EINVAL'],
  ])('knows %s by what i2c-tools 4.3 prints', async (_, stderr, status, errno) => {
    const bus = await open(ended({ status, stderr, signal: status === null ? 'SIGTERM' : null }));
    const error: unknown = await bus.readByte(0x6e, 0).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'BusError', errno });
    expect((error as Error).message).toContain(status === null ? 'SIGTERM' : `exited ${status}`);
  });

  it.each(['', '0x1\n', '0x0001\n', '0xgg\n', '13\n', '0x01\n0x02\n'])('takes %j for no byte', async (stdout) => {
    const bus = await open(ended({ stdout }));
    await expect(bus.readByte(0x6e, 0)).rejects.toMatchObject({ errno: 'EPROTO' });
  });

  it('kills a program that hangs and calls that a time-out', async () => {
    await writeFile(join(tools.directory, 'fault'), 'exec sleep 60');
    const bus = await open(undefined, 50);
    await expect(bus.readByte(0x6e, 0)).rejects.toMatchObject({ errno: 'ETIMEDOUT' });
  });

  it('tries again when the transfer failed once', async () => {
    await writeFile(join(tools.directory, 'fault'), 'rm "$directory/fault"; echo "Error: Read failed" >&2; exit 2');
    const bus = await open();
    await using board = await Sleepi3.open({ bus });
    expect(await board.get('extin')).toBe(false);
  });

  it('is not there without the programs, and says which package brings them', async () => {
    await rm(join(tools.directory, 'i2cset'));
    await expect(open()).rejects.toMatchObject({
      code: 'BUS_UNAVAILABLE',
      message: expect.stringContaining('apt install i2c-tools') as string,
    });
  });

  it('reports a program that cannot be started', async () => {
    const failure = Object.assign(new Error('spawn E2BIG'), { code: 'E2BIG' });
    const bus = await open(() => Promise.reject(failure));
    await expect(bus.readByte(0x6e, 0)).rejects.toMatchObject({ name: 'BusError', errno: 'ENOPKG', cause: failure });
  });
});

describe.runIf(haveRealParts('i2cget', 'i2cset'))('the real i2cget', () => {
  it('fails on a bus that is not there as the fake does', async () => {
    const directory = findProgram('i2cget')!.replace(/\/i2cget$/, '');
    const bus = await openBus('i2c-tools:4242', { i2cToolsDirectory: directory });
    await expect(bus.readByte(0x6e, 0)).rejects.toMatchObject({ errno: 'ENOENT' });
    await expect(bus.writeByte(0x6e, 0, 1)).rejects.toMatchObject({ errno: 'ENOENT' });
  });
});

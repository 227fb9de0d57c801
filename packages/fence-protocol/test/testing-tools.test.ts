// The tools for tests are products too.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryHost, pacemakerInput, runLikePacemaker, ScriptedDevice, VirtualClock } from '../src/testing/index.js';

describe('VirtualClock', () => {
  it('wakes sleepers in the order of their times, without waiting', async () => {
    const clock = new VirtualClock(1000);
    const woken: string[] = [];
    const sleep = async (name: string, milliseconds: number) => {
      await clock.sleep(milliseconds);
      woken.push(`${name} ${clock.now()}`);
    };
    await Promise.all([sleep('long', 3_600_000), sleep('short', 10), sleep('none', -5), sleep('short too', 10)]);
    expect(woken).toEqual(['none 1000', 'short 1010', 'short too 1010', 'long 3601000']);
  });

  it('rejects a sleep whose signal aborts, and forgets it', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(100, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(clock.sleep(5, controller.signal)).rejects.toThrow('enough');
    await clock.sleep(7, new AbortController().signal);
    expect(clock.now()).toBe(7);
  });
});

describe('pacemakerInput', () => {
  it('says the target as nodename and as the parameter the agent has, in an order that the seed decides', () => {
    const call = { action: 'off', target: 'node1', parameters: { a: '1', b: '2' } };
    const sorted = (text: string) => text.trim().split('\n').sort();
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(pacemakerInput({ ...call, seed })).toBe(pacemakerInput({ ...call, seed }));
        expect(sorted(pacemakerInput({ ...call, seed }))).toEqual([
          'a=1',
          'action=off',
          'b=2',
          'nodename=node1',
          'port=node1',
        ]);
      }),
    );
    const orders = new Set(Array.from({ length: 50 }, (_, seed) => pacemakerInput({ ...call, seed })));
    expect(orders.size).toBeGreaterThan(20);
    expect(sorted(pacemakerInput({ action: 'off', target: 'x', alias: '3', targetParameter: 'plug' }))).toContain(
      'plug=3',
    );
    expect(sorted(pacemakerInput({ action: 'off', target: 'x', targetParameter: 'none' }))).toEqual([
      'action=off',
      'nodename=x',
    ]);
    expect(pacemakerInput({ action: 'monitor' })).toBe('action=monitor\n');
  });

  it('leaves a configured parameter as it is', () => {
    expect(pacemakerInput({ action: 'off', target: 'x', parameters: { port: '7' } })).not.toContain('port=x');
  });
});

describe('runLikePacemaker', () => {
  it('kills the whole process group when the time is up', async () => {
    const result = await runLikePacemaker('/bin/cat', { action: 'monitor' });
    expect(result).toEqual({ exitStatus: 0, stdout: 'action=monitor\n', stderr: '', timedOut: false });
    const yes = await runLikePacemaker('/usr/bin/yes', { action: 'monitor' }, { timeout: 0.05 });
    expect(yes).toMatchObject({ exitStatus: undefined, timedOut: true });
  });

  it('says so when there is no such program', async () => {
    expect(await runLikePacemaker(join(import.meta.dirname, 'no-such-program'), { action: 'monitor' })).toMatchObject({
      exitStatus: 127,
    });
  });
});

describe('ScriptedDevice', () => {
  it('notes every call with its time, and follows after a while', async () => {
    const clock = new VirtualClock();
    const device = new ScriptedDevice({ plugs: { 1: 'on' }, secondsToChange: 2 });
    const { powerStatus, setPower, list } = device.functionsWithPlugs;
    await setPower({ clock, plug: '1', action: 'off' });
    expect(await powerStatus({ clock, plug: '1' })).toBe('on');
    expect(await list({ clock })).toEqual([{ id: '1', alias: '', status: 'on' }]);
    await clock.sleep(2000);
    expect(await powerStatus({ clock, plug: '1' })).toBe('off');
    expect(await list({ clock })).toEqual([{ id: '1', alias: '', status: 'off' }]);
    expect(device.calls.map(({ call, at }) => `${call} ${at}`)).toEqual([
      'setPower 0',
      'powerStatus 0',
      'list 0',
      'powerStatus 2',
      'list 2',
    ]);
    await expect(setPower({ clock, plug: '9', action: 'on' })).rejects.toThrow('no plug "9"');
  });

  it('fails as scripted: which call, which plug, which state, after how many, how often', async () => {
    const clock = new VirtualClock();
    const device = new ScriptedDevice({
      plugs: { 1: 'on', 2: 'on' },
      faults: [{ call: 'setPower', plug: '1', state: 'off', kind: 'throw', after: 1, times: 1 }],
    });
    const { setPower } = device.functions;
    await setPower({ clock, plug: '1', action: 'on' });
    await setPower({ clock, plug: '2', action: 'off' });
    await setPower({ clock, plug: '1', action: 'off' });
    await expect(setPower({ clock, plug: '1', action: 'off' })).rejects.toThrow('setPower failed');
    await setPower({ clock, plug: '1', action: 'off' });
    expect(device.power).toEqual({ 1: 'off', 2: 'off' });
    expect(device.told).toHaveLength(5);
  });
});

describe('MemoryHost', () => {
  it('has a name and an empty standard input unless told otherwise', async () => {
    const host = new MemoryHost({});
    expect(host.name).toBe('fence_agent');
    expect(await host.readStdin()).toBe('');
  });
});

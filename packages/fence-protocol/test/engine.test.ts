// How actions are carried out: against a scripted device, on a virtual clock.
import { describe, expect, it } from 'vitest';
import { defineFenceAgent, FenceError, type PlugStatus, standard } from '../src/index.js';
import { type DeviceScript, runInMemory, ScriptedDevice, VirtualClock } from '../src/testing/index.js';
import { description, runSwitch, singleAgent } from './agents.js';

const run = (words: string, script: DeviceScript = {}) => runSwitch({ argv: words.split(' ') }, script);
const single = async (words: string, script: DeviceScript = {}) => {
  const { agent, device } = singleAgent(script);
  return { ...(await runInMemory(agent, { argv: words.split(' ') })), device };
};

describe('status', () => {
  it('says ON with exit status 0 and OFF with 2', async () => {
    expect(await run('-o status -n 1')).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
    expect(await run('-o status -n 2')).toMatchObject({ exitStatus: 2, stdout: 'Status: OFF\n' });
    expect(await single('-o status')).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
  });

  it('of several plugs is ON as long as one is', async () => {
    expect(await run('-o status -n 2,1')).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
    expect(await run('-o status -n 2+1 --plug-separator=+')).toMatchObject({ exitStatus: 0 });
    expect(await run('-o status -n 1,2', { plugs: { 1: 'off', 2: 'off' } })).toMatchObject({ exitStatus: 2 });
  });

  it('of a missing plug fails, or is OFF with missing_as_off', async () => {
    const missing = await run('-o status -n 3');
    expect(missing).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(missing.stderr).toContain('Failed: Unable to obtain correct plug status or plug "3" is not available');
    expect(await run('-o status -n 3 --missing-as-off')).toMatchObject({ exitStatus: 2, stdout: 'Status: OFF\n' });
  });

  it('that is no status is a failure, whatever the other plugs say', async () => {
    const agent = defineFenceAgent({
      ...description,
      options: { plug: standard },
      powerStatus: async ({ plug }) => (plug === '1' ? 'on' : ('paused' as 'on')),
      setPower: async () => {},
      list: async () => [],
    });
    for (const plug of ['2,1', '1,2']) {
      expect(await runInMemory(agent, { argv: ['-o', 'status', '-n', plug] })).toMatchObject({
        exitStatus: 1,
        stdout: '',
      });
    }
  });
});

describe('on and off', () => {
  it('do nothing when the power is there already', async () => {
    const on = await run('-o on -n 1');
    expect(on).toMatchObject({ exitStatus: 0, stdout: 'Success: Already ON\n', seconds: 0 });
    expect(on.device.told).toEqual([]);
    expect(await run('-o off -n 2')).toMatchObject({ exitStatus: 0, stdout: 'Success: Already OFF\n' });
  });

  it('tell the device and wait until it has obeyed', async () => {
    const off = await run('-o off -n 1', { secondsToChange: 5 });
    expect(off).toMatchObject({ exitStatus: 0, stdout: 'Success: Powered OFF\n', seconds: 5 });
    expect(off.device.told).toEqual(['off 1']);
    expect(await run('-o on -n 2')).toMatchObject({ exitStatus: 0, stdout: 'Success: Powered ON\n' });
  });

  it('tell every plug, once each, and wait for all', async () => {
    const off = await run('-o off -n 1,2,1', { plugs: { 1: 'on', 2: 'on' }, secondsToChange: 2 });
    expect(off).toMatchObject({ exitStatus: 0, stdout: 'Success: Powered OFF\n', seconds: 2 });
    expect(off.device.told).toEqual(['off 1', 'off 2']);
  });

  it('give up after power_timeout seconds, whatever the time between two looks', async () => {
    for (const pause of [0, 1, 3, 7, 100]) {
      const off = await run(`-o off -n 1 --power-timeout=10 --stonith-status-sleep=${pause}`, { secondsToChange: 60 });
      expect(off).toMatchObject({ exitStatus: 1, stdout: '', seconds: 10 });
      expect(off.stderr).toContain('Failed: Timed out waiting to power OFF');
      expect(off.device.told).toEqual(['off 1']);
    }
  });

  it('look once more at the very end', async () => {
    const off = await run('-o off -n 1 --power-timeout=10 --stonith-status-sleep=7', { secondsToChange: 10 });
    expect(off).toMatchObject({ exitStatus: 0, seconds: 10 });
  });

  it('do not hang on a device that hangs', async () => {
    // The look before the action is answered, those after it are not.
    const off = await run('-o off -n 1 --power-timeout=4', {
      faults: [{ call: 'powerStatus', kind: 'hang', after: 1 }],
    });
    expect(off).toMatchObject({ exitStatus: 1, stdout: '', seconds: 4 });
  });

  it('wait without end when there is no limit', async () => {
    const off = await run('-o off -n 1 --disable-timeout=1', { secondsToChange: 100_000 });
    expect(off).toMatchObject({ exitStatus: 0, seconds: 100_000 });
  });

  it('wait power_wait seconds after each telling', async () => {
    const off = await run('-o off -n 1,2 --power-wait=3', { plugs: { 1: 'on', 2: 'on' } });
    expect(off).toMatchObject({ exitStatus: 0, seconds: 6 });
  });

  it('fail when the device fails, and say why once', async () => {
    for (const call of ['powerStatus', 'setPower'] as const) {
      const off = await run('-o off -n 1', { faults: [{ call, kind: 'throw' }] });
      expect(off).toMatchObject({ exitStatus: 1, stdout: '' });
      expect(off.stderr).toMatch(new RegExp(`^[-0-9 :,]+ ERROR: Failed: ${call} failed\\n$`));
    }
  });

  it('on tries again retry_on times, off never', async () => {
    const deaf = {
      plugs: { 1: 'off' as const, 2: 'on' as const },
      faults: [{ call: 'setPower' as const, kind: 'ignore' as const }],
    };
    const on = await run('-o on -n 1 --retry-on=2 --power-timeout=5', deaf);
    expect(on).toMatchObject({ exitStatus: 1, stdout: '', seconds: 15 });
    expect(on.stderr).toContain('Failed: Timed out waiting to power ON');
    expect(on.device.told).toEqual(['on 1', 'on 1', 'on 1']);
    expect((await run('-o on -n 1 --retry-on=0', deaf)).device.told).toEqual(['on 1']);
    expect((await run('-o off -n 2 --retry-on=2', deaf)).device.told).toEqual(['off 2']);
  });

  it('on acts on a machine that is on when the device is forced on', async () => {
    const device = new ScriptedDevice();
    const agent = defineFenceAgent({ ...description, options: {}, forceOn: true, ...device.functions });
    expect(await runInMemory(agent, { argv: ['-o', 'on'] })).toMatchObject({ stdout: 'Success: Powered ON\n' });
    expect(device.told).toEqual(['on']);
  });
});

describe('reboot', () => {
  it('powers off, then on', async () => {
    const reboot = await run('-o reboot -n 1', { secondsToChange: 3 });
    expect(reboot).toMatchObject({ exitStatus: 0, stdout: 'Success: Rebooted\n', seconds: 6, stderr: '' });
    expect(reboot.device.told).toEqual(['off 1', 'on 1']);
  });

  it('of a machine that is off only powers on', async () => {
    expect((await run('-o reboot -n 2')).device.told).toEqual(['on 2']);
  });

  it('fails when the machine does not go off, and leaves it', async () => {
    const reboot = await run('-o reboot -n 1', { faults: [{ call: 'setPower', state: 'off', kind: 'ignore' }] });
    expect(reboot).toMatchObject({ exitStatus: 1, stdout: '', seconds: 20 });
    expect(reboot.device.told).toEqual(['off 1']);
  });

  it.each(['ignore', 'throw'] as const)('succeeds when powering on fails (%s): the node is fenced', async (kind) => {
    const reboot = await run('-o reboot -n 1', { faults: [{ call: 'setPower', state: 'on', kind }] });
    expect(reboot).toMatchObject({ exitStatus: 0, stdout: 'Success: Rebooted\n' });
    expect(reboot.stderr).toMatch(/ERROR: Fenced, but not powered on again: Failed: /);
  });

  it('tells every phase what it is part of', async () => {
    const seen: string[] = [];
    const note = async ({ action, request }: { action: string; request: string }) =>
      void seen.push(`${request}: ${action}`);
    const agent = defineFenceAgent({ ...description, options: {}, off: note, on: note });
    expect(await runInMemory(agent, { argv: ['-o', 'reboot'] })).toMatchObject({ stdout: 'Success: Rebooted\n' });
    expect(seen).toEqual(['reboot: off', 'reboot: on']);
  });

  describe('by a power cycle of the device', () => {
    const cycle = async (words: string, answers: (boolean | Error)[]) => {
      const cycled: string[] = [];
      const device = new ScriptedDevice({ plugs: { 1: 'on', 2: 'on' } });
      const agent = defineFenceAgent({
        ...description,
        options: { plug: standard, method: standard },
        ...device.functionsWithPlugs,
        rebootCycle: async ({ plug }) => {
          cycled.push(plug);
          const answer = answers.shift();
          if (answer instanceof Error) throw answer;
          return answer;
        },
      });
      return { ...(await runInMemory(agent, { argv: words.split(' ') })), cycled, told: device.told };
    };

    it('cycles every plug and asks no status', async () => {
      expect(await cycle('-o reboot -n 1,2 -m cycle --power-wait=1', [])).toMatchObject({
        exitStatus: 0,
        stdout: 'Success: Rebooted\n',
        cycled: ['1', '2'],
        told: [],
        seconds: 2,
      });
    });

    it('is tried again, and fails when it keeps failing', async () => {
      expect(await cycle('-o reboot -n 1 -m CYCLE', [false, true])).toMatchObject({
        exitStatus: 0,
        cycled: ['1', '1'],
      });
      const failed = await cycle('-o reboot -n 1,2 -m cycle', [false, false]);
      expect(failed).toMatchObject({ exitStatus: 1, stdout: '', cycled: ['1', '1', '2'] });
      expect(failed.stderr).toContain('The device did not complete the power cycle');
      expect(await cycle('-o reboot -n 1 -m cycle', [new Error('burnt')])).toMatchObject({ exitStatus: 1, stdout: '' });
    });

    it('is done only when asked for', async () => {
      expect(await cycle('-o reboot -n 1', [])).toMatchObject({ exitStatus: 0, cycled: [], told: ['off 1', 'on 1'] });
    });
  });
});

describe('a device whose calls return when the power is certain', () => {
  const sync = async (words: string, answers: (boolean | undefined)[], status?: 'on' | 'off') => {
    const told: string[] = [];
    const agent = defineFenceAgent({
      ...description,
      options: { plug: standard },
      ...(status === undefined ? {} : { powerStatus: async () => status }),
      setPowerSync: async ({ action, plug }) => {
        told.push(`${action} ${plug}`);
        return answers.shift();
      },
      list: async () => [],
    });
    return { ...(await runInMemory(agent, { argv: words.split(' ') })), told, agent };
  };

  it('needs no status', async () => {
    const off = await sync('-o off -n 1,2 --power-wait=1', [true]);
    expect(off).toMatchObject({
      exitStatus: 0,
      stdout: 'Success: Powered OFF\n',
      told: ['off 1', 'off 2'],
      seconds: 2,
    });
    expect(off.agent.actions).not.toContain('status');
    expect(await sync('-o reboot -n 1', [])).toMatchObject({ exitStatus: 0, told: ['off 1', 'on 1'] });
  });

  it('is believed when it says no', async () => {
    expect(await sync('-o off -n 1,2', [false])).toMatchObject({ exitStatus: 1, stdout: '', told: ['off 1', 'off 2'] });
    expect(await sync('-o on -n 1', [false, true])).toMatchObject({ exitStatus: 0, told: ['on 1', 'on 1'] });
    expect(await sync('-o on -n 1', [false, false])).toMatchObject({ exitStatus: 1, told: ['on 1', 'on 1'] });
  });

  it('may have a status all the same', async () => {
    expect(await sync('-o off -n 1', [], 'off')).toMatchObject({ stdout: 'Success: Already OFF\n', told: [] });
  });
});

describe('whole actions of an agent', () => {
  const calls: string[] = [];
  const agent = defineFenceAgent({
    ...description,
    options: { plug: standard({ required: false }) },
    powerStatus: async () => 'off',
    off: async ({ plugs, target }) => void calls.push(`off ${plugs.join('+')} ${target.nodename}`),
    on: async () => void calls.push('on'),
    reboot: async () => void calls.push('reboot'),
    monitor: async () => void calls.push('monitor'),
    validate: async ({ target }) => {
      if (target.nodename === 'bad') throw new FenceError('REQUEST', 'Failed: bad configuration');
    },
  });
  const ask = async (text: string) => {
    calls.length = 0;
    return { ...(await runInMemory(agent, { stdin: text })), calls: [...calls] };
  };

  it('are always called, whatever the status', async () => {
    expect(await ask('action=off\nplug=a\nnodename=b')).toMatchObject({
      exitStatus: 0,
      stdout: 'Success: Powered OFF\n',
      calls: ['off a b'],
    });
    expect(await ask('action=on')).toMatchObject({ stdout: 'Success: Powered ON\n', calls: ['on'] });
    expect(await ask('action=reboot')).toMatchObject({ stdout: 'Success: Rebooted\n', calls: ['reboot'] });
    expect(await ask('action=monitor')).toMatchObject({ exitStatus: 0, stdout: '', calls: ['monitor'] });
  });

  it('may leave the target to the node name', async () => {
    expect(await ask('action=off\nnodename=b')).toMatchObject({ exitStatus: 0, calls: ['off  b'] });
  });

  it('validate-all succeeds when validate returns, and fails when it throws', async () => {
    expect(await ask('action=validate-all\nnodename=node1')).toMatchObject({ exitStatus: 0, stdout: '' });
    expect(await ask('action=validate-all\nnodename=bad')).toMatchObject({ exitStatus: 1, stdout: '' });
  });
});

describe('the delay', () => {
  it('comes before off and reboot touch anything, counted from the start of the process', async () => {
    for (const action of ['off', 'reboot']) {
      const delayed = await run(`-o ${action} -n 1 --delay=7`);
      expect(delayed).toMatchObject({ exitStatus: 0, seconds: 7 });
      expect(delayed.device.calls[0]).toMatchObject({ at: 7 });
    }
  });

  it('is for nothing else', async () => {
    for (const action of ['on', 'status', 'monitor', 'list']) {
      expect(await run(`-o ${action} -n 1 --delay=7`)).toMatchObject({ seconds: 0 });
    }
  });

  it('ends at once when the process is to end', async () => {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const { agent, device } = singleAgent();
    const ending = runInMemory(agent, { argv: ['-o', 'off', '--delay=60'], clock, signal: controller.signal });
    void clock.sleep(5000).then(() => {
      controller.abort(new FenceError('DEVICE', 'Failed: told to stop'));
    });
    expect(await ending).toMatchObject({ exitStatus: 1, seconds: 5 });
    expect(device.calls).toEqual([]);
  });

  it('and every other wait end too', async () => {
    const { agent } = singleAgent({ secondsToChange: 60 });
    for (const abortAt of [0, 5000]) {
      const controller = new AbortController();
      const clock = new VirtualClock();
      void clock.sleep(abortAt).then(() => {
        controller.abort(new FenceError('DEVICE', 'Failed: told to stop'));
      });
      const input = { argv: ['-o', 'off'], clock, signal: controller.signal };
      expect(await runInMemory(agent, input)).toMatchObject({ exitStatus: 1, stdout: '', seconds: abortAt / 1000 });
    }
  });
});

describe('list', () => {
  it('prints number and alias, and nothing else', async () => {
    expect(await run('-o list', { aliases: { 1: 'node1' } })).toMatchObject({
      exitStatus: 0,
      stdout: '1,node1\n2,\n',
      stderr: '',
    });
  });

  it('prints the status with list-status', async () => {
    expect(await run('-o list-status -C ;')).toMatchObject({ stdout: '1;;ON\n2;;OFF\n' });
    const agent = defineFenceAgent({
      ...description,
      options: { plug: standard },
      setPowerSync: async () => true,
      list: async () => [{ id: '7' }],
    });
    expect(await runInMemory(agent, { argv: ['-o', 'list-status'] })).toMatchObject({ stdout: '7,,UNKNOWN\n' });
  });

  it('asks each plug for its status when the list does not tell, and says why one is not known', async () => {
    const status: Record<string, () => Promise<PlugStatus>> = {
      1: async () => 'on',
      2: async () => 'off',
      3: async () => 'missing',
      4: () => Promise.reject(new Error('no answer')),
    };
    const agent = defineFenceAgent({
      ...description,
      options: { plug: standard },
      setPower: async () => {},
      powerStatus: async ({ plug }) => (await status[plug]?.()) ?? 'missing',
      list: async () => Object.keys(status).map((id) => ({ id })),
    });
    expect(await runInMemory(agent, { argv: ['-o', 'list-status'] })).toMatchObject({
      exitStatus: 0,
      stdout: '1,,ON\n2,,OFF\n3,,UNKNOWN\n4,,UNKNOWN\n',
      stderr: expect.stringMatching(/WARNING: The status of plug "4" is not known: no answer\n$/),
    });
    expect(await runInMemory(agent, { argv: ['-o', 'list'] })).toMatchObject({
      stdout: '1,\n2,\n3,\n4,\n',
      stderr: '',
    });
  });

  it('fails on a name that would become two', async () => {
    const agent = defineFenceAgent({
      ...description,
      options: { plug: standard },
      setPowerSync: async () => true,
      list: async () => [{ id: 'a' }, { id: 'b\nc' }],
    });
    expect(await runInMemory(agent, { argv: ['-o', 'list'] })).toMatchObject({ exitStatus: 1, stdout: '' });
  });

  it('of nothing prints nothing', async () => {
    expect(await run('-o list', { plugs: {} })).toMatchObject({ exitStatus: 0, stdout: '' });
  });
});

describe('monitor', () => {
  it('lists the plugs of a device that has some, and prints nothing', async () => {
    const monitor = await run('-o monitor');
    expect(monitor).toMatchObject({ exitStatus: 0, stdout: '', stderr: '' });
    expect(monitor.device.calls.map(({ call }) => call)).toEqual(['list']);
    expect(await run('-o monitor', { faults: [{ call: 'list', kind: 'throw' }] })).toMatchObject({ exitStatus: 1 });
  });

  it('asks a device without plugs for its status, and does not say 2', async () => {
    expect(await single('-o monitor', { plugs: { '': 'off' } })).toMatchObject({ exitStatus: 0, stdout: '' });
    expect(await single('-o monitor', { plugs: {} })).toMatchObject({ exitStatus: 1, stdout: '' });
  });

  it('of a device without plugs and status has nothing to ask', async () => {
    const agent = defineFenceAgent({ ...description, options: {}, setPowerSync: async () => true });
    expect(await runInMemory(agent, { argv: ['-o', 'monitor'] })).toMatchObject({ exitStatus: 0, stdout: '' });
  });
});

describe('validate-all', () => {
  it('touches no device, asks for no plug and knows no wrong one', async () => {
    for (const words of ['-o validate-all', '-o validate-all -n nosuch']) {
      const validate = await run(words);
      expect(validate).toMatchObject({ exitStatus: 0, stdout: '', stderr: '' });
      expect(validate.device.calls).toEqual([]);
    }
  });

  it('fails on an invalid option', async () => {
    expect(await run('-o validate-all --delay=x')).toMatchObject({ exitStatus: 1, stdout: '' });
  });
});

describe('a fabric device', () => {
  const fabric = async (words: string) => {
    const device = new ScriptedDevice();
    const agent = defineFenceAgent({ ...description, fabric: true, options: {}, ...device.functions });
    return { ...(await runInMemory(agent, { argv: words.split(' ') })), told: device.told };
  };

  it('is enabled and disabled, and not rebooted', async () => {
    expect(await fabric('-o disable')).toMatchObject({
      exitStatus: 0,
      stdout: 'Success: Powered OFF\n',
      told: ['off'],
    });
    expect(await fabric('-o ENABLE')).toMatchObject({ exitStatus: 0, stdout: 'Success: Already ON\n' });
    expect(await fabric('-o off')).toMatchObject({ exitStatus: 0, told: ['off'] });
    expect(await fabric('-o reboot')).toMatchObject({ exitStatus: 1, stdout: '', told: [] });
  });
});

describe('a plug that is a UUID', () => {
  it.each([
    ['12345678-9ABC-def0-1234-56789abcdef0', '12345678-9abc-def0-1234-56789abcdef0'],
    ['{123456789abcdef0123456789abcdef0}', '12345678-9abc-def0-1234-56789abcdef0'],
    ['urn:uuid:12345678-9abc-def0-1234-56789abcdef0', '12345678-9abc-def0-1234-56789abcdef0'],
    ['1', undefined],
    ['12345678-9abc-def0-1234-56789abcdefg', undefined],
  ])('%s is known as %s', async (plug, uuid) => {
    let seen: unknown = 'nothing';
    const agent = defineFenceAgent({
      ...description,
      options: { plug: standard },
      powerStatus: async (context) => {
        seen = context.uuid;
        return 'on';
      },
      setPower: async () => {},
      list: async () => [],
    });
    await runInMemory(agent, { argv: ['-o', 'status', '-n', plug] });
    expect(seen).toBe(uuid);
  });
});

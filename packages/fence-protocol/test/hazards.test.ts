// Hazards of fencing.py (fence-agents 4.12.1), each with the input that sets it off there, and what is done here.
import { describe, expect, it } from 'vitest';
import { defineFenceAgent, FenceError, standard } from '../src/index.js';
import { runInMemory, ScriptedDevice } from '../src/testing/index.js';
import { description, runSwitch, singleAgent } from './agents.js';

describe('a request that does not plainly ask for a power action', () => {
  // fencing.py ignores what it does not understand and falls back on its default action: reboot.
  it.each([
    ['a blank after the name', 'action = status\nplug=1\n'],
    ['a name in capitals', 'ACTION=status\nplug=1\n'],
    ['a byte-order mark', '\uFEFFaction=status\nplug=1\n'],
    ['a zero-width blank', 'act\u200Bion=status\nplug=1\n'],
    ['a quoted name', '"action"=status\nplug=1\n'],
    ['nothing but a plug', 'plug=1\n'],
    ['empty input', ''],
    ['nothing but comments', '# action=off\n\n'],
    ['two requests on one line', 'action=status plug=1'],
  ])('does none: %s', async (_, stdin) => {
    const { agent, device } = singleAgent();
    for (const run of [await runSwitch({ stdin }), { ...(await runInMemory(agent, { stdin })), device }]) {
      expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
      expect(run.device.calls).toEqual([]);
    }
  });

  it('does none when a later line takes back the action in a form that is not understood', async () => {
    const run = await runSwitch({ stdin: 'action=off\nplug=1\nAction=status\n' });
    expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(run.device.calls).toEqual([]);
  });
});

describe('booleans mean what they say', () => {
  // fencing.py looks only whether the key is there: help=0 prints the usage and exits with 0, and nothing is fenced.
  it.each(['help=0', 'version=0', 'help=no\nversion=off'])('%s fences', async (line) => {
    const run = await runSwitch({ stdin: `action=off\nplug=1\n${line}\n` });
    expect(run).toMatchObject({ exitStatus: 0, stdout: 'Success: Powered OFF\n' });
    expect(run.device.told).toEqual(['off 1']);
  });

  it('quiet=0 is not quiet, and quiet=1 is', async () => {
    expect((await runSwitch({ stdin: 'action=off\nplug=9\nquiet=0\n' })).stderr).toContain('Failed:');
    const quiet = await runSwitch({ stdin: 'action=off\nplug=9\nquiet=1\n' });
    expect(quiet).toMatchObject({ exitStatus: 1, stderr: '' });
    expect(quiet.syslog).toHaveLength(1);
  });

  it('missing_as_off=0 does not take a missing plug for OFF', async () => {
    expect(await runSwitch({ stdin: 'action=off\nplug=9\nmissing_as_off=0\n' })).toMatchObject({
      exitStatus: 1,
      stdout: '',
    });
  });

  it('help=1 beside action=off is not answered with the exit status of success', async () => {
    expect(await runSwitch({ stdin: 'action=off\nplug=1\nhelp=1\n' })).toMatchObject({ exitStatus: 1, stdout: '' });
  });
});

describe('power_timeout', () => {
  // fencing.py counts looks: with 20 looks 10 s apart it waits 200 s.
  it('is seconds', async () => {
    const run = await runSwitch(
      { stdin: 'action=off\nplug=1\npower_timeout=20\nstonith_status_sleep=10\n' },
      { secondsToChange: 100_000 },
    );
    expect(run).toMatchObject({ exitStatus: 1, seconds: 20 });
  });
});

describe('a device with plugs that cannot list them', () => {
  // fencing.py prints a NOTICE, each word of which pacemaker-fenced takes for the name of a node it can fence.
  it('is refused when it is defined', () => {
    const device = new ScriptedDevice();
    expect(() =>
      // @ts-expect-error nor does it compile
      defineFenceAgent({ ...description, options: { plug: standard }, ...device.functions }),
    ).toThrow(FenceError);
  });

  it('with a monitor of its own does not offer to list', async () => {
    const device = new ScriptedDevice();
    const agent = defineFenceAgent({
      ...description,
      options: { plug: standard },
      ...device.functions,
      monitor: async () => {},
    });
    expect(agent.actions).not.toContain('list');
    expect(agent.options.has('separator')).toBe(false);
    expect(await runInMemory(agent, { stdin: 'action=list\n' })).toMatchObject({ exitStatus: 1, stdout: '' });
  });
});

describe('numbers are judged before anything moves', () => {
  it.each([
    'power_wait=-1',
    'stonith_status_sleep=-1',
    'power_timeout=-5',
    'retry_on=-1',
    'delay=-3',
    'power_wait=1e3',
  ])(
    // fencing.py powers the machine off, then crashes in time.sleep().
    '%s moves nothing',
    async (line) => {
      const run = await runSwitch({ stdin: `action=off\nplug=1\n${line}\n` });
      expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
      expect(run.device.calls).toEqual([]);
    },
  );

  it('reboot with retry_on=0 powers on again', async () => {
    // fencing.py tries retry_on times, so never, and says Rebooted.
    const run = await runSwitch({ stdin: 'action=reboot\nplug=1\nretry_on=0\n' });
    expect(run).toMatchObject({ exitStatus: 0, stdout: 'Success: Rebooted\n', stderr: '' });
    expect(run.device.told).toEqual(['off 1', 'on 1']);
    expect(run.device.power).toMatchObject({ 1: 'on' });
  });
});

describe('two names of one option', () => {
  // pacemaker-fenced adds port=NODE beside a configured plug=3; fencing.py acts on whichever line comes last.
  it('that differ move nothing, whatever their order', async () => {
    for (const stdin of ['action=off\nplug=1\nport=2\n', 'port=2\naction=off\nplug=1\n']) {
      const run = await runSwitch({ stdin });
      expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
      expect(run.device.calls).toEqual([]);
    }
  });

  it('that agree are fine', async () => {
    expect(await runSwitch({ stdin: 'action=off\nplug=1\nport=1\n' })).toMatchObject({ exitStatus: 0 });
  });
});

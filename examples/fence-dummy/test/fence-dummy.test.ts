// fence_dummy in memory: it does as its parameters say.
import { describe, expect, it } from 'vitest';
import { runInMemory } from '@sleepi3/fence-protocol/testing';
import { dummyAgent } from '../src/agent.js';

/** Runs one request; `random` numbers are given out one after the other. */
function run(stdin: string, { calledBy = 'fence_dummy', random = [0] } = {}) {
  const numbers = [...random];
  return runInMemory(
    dummyAgent(calledBy, () => numbers.shift() ?? 0),
    { stdin, name: calledBy },
  );
}

describe('mode', () => {
  it.each([
    ['off', 'Success: Powered OFF\n'],
    ['on', 'Success: Powered ON\n'],
    ['reboot', 'Success: Rebooted\n'],
    ['status', 'Status: ON\n'],
  ])('pass lets %s pass', async (action, stdout) => {
    expect(await run(`action=${action}\nmode=pass`)).toMatchObject({ exitStatus: 0, stdout, stderr: '' });
  });

  it.each(['off', 'on', 'reboot', 'status'])('fail lets %s fail, and says that it is simulated', async (action) => {
    const failed = await run(`action=${action}\nmode=fail`);
    expect(failed).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(failed.stderr).toMatch(new RegExp(`ERROR: simulated ${action} failure\n$`));
  });

  it('random, the default, passes half of the time', async () => {
    expect(await run('action=off', { random: [0.49] })).toMatchObject({ exitStatus: 0 });
    expect(await run('action=off\nmode=random', { random: [0.5] })).toMatchObject({ exitStatus: 1 });
  });

  it('is not for monitor, which passes unless monitor_mode says otherwise', async () => {
    expect(await run('action=monitor\nmode=fail')).toMatchObject({ exitStatus: 0, stdout: '' });
    expect(await run('action=monitor\nmonitor_mode=fail')).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(await run('action=monitor\nmonitor_mode=random', { random: [0.7] })).toMatchObject({ exitStatus: 1 });
  });
});

describe('time', () => {
  it('passes before off: delay, off_delay, and a random sleep from 1 second on', async () => {
    const input = 'action=off\nmode=pass\ndelay=3\noff_delay=4\nrandom_sleep_range=10';
    expect(await run(input, { random: [0] })).toMatchObject({ exitStatus: 0, seconds: 3 + 4 + 1 });
    expect(await run(input, { random: [0.999] })).toMatchObject({ exitStatus: 0, seconds: 3 + 4 + 10 });
  });

  it('passes before monitor: monitor_delay', async () => {
    expect(await run('action=monitor\nmonitor_delay=5\noff_delay=9')).toMatchObject({ exitStatus: 0, seconds: 5 });
  });
});

describe('list', () => {
  it.each(['node1 node2', 'node1,node2', 'node1; node2 '])(
    'gives the hosts of mock_dynamic_hosts: %s',
    async (hosts) => {
      expect(await run(`action=list\nmock_dynamic_hosts=${hosts}`)).toMatchObject({
        exitStatus: 0,
        stdout: 'node1,\nnode2,\n',
        stderr: '',
      });
    },
  );

  it('fails without mock_dynamic_hosts', async () => {
    expect(await run('action=list')).toMatchObject({ exitStatus: 1, stdout: '' });
  });
});

describe('validate-all', () => {
  it.each([
    ['', 1],
    ['delay=1', 0],
    ['delay=10', 0],
    ['delay=11', 1],
  ])('of "%s" has exit status %i', async (line, exitStatus) => {
    expect(await run(`action=validate-all\n${line}`)).toMatchObject({ exitStatus, stdout: '', seconds: 0 });
  });
});

describe('nodeid', () => {
  it('is in the metadata, so that Pacemaker gives it, and is ignored', async () => {
    expect((await run('action=metadata')).stdout).toContain('<parameter name="nodeid"');
    expect(await run('action=off\nmode=pass\nnodeid=1')).toMatchObject({ exitStatus: 0, stderr: '' });
  });
});

describe('the name it is called by', () => {
  const actions = async (calledBy: string) =>
    [...(await run('action=metadata', { calledBy })).stdout.matchAll(/<action name="(.*?)" ?\/>/g)].map(
      ([, text]) => text,
    );

  it('stands for a variant', async () => {
    const [on, off, reboot] = await actions('fence_dummy');
    expect([on, off, reboot]).toEqual(['on" on_target="1" automatic="0', 'off', 'reboot']);
    expect((await actions('fence_dummy_auto_unfence'))[0]).toBe('on" automatic="1');
    expect(await actions('fence_dummy_no_reboot')).not.toContain('reboot');
    expect((await actions('fence_dummy_no_on'))[0]).toBe('off');
    const parameters = async (calledBy: string) => (await run('action=metadata', { calledBy })).stdout;
    expect(await parameters('fence_dummy')).toContain('<parameter name="nodeid"');
    expect(await parameters('fence_dummy_no_nodeid')).not.toContain('name="nodeid"');
  });
});

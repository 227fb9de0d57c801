import { helpText, parseCommandLine, parseRollStatus } from '@sleepi3/program';
import { describe, expect, it } from 'vitest';
import { version } from '../package.json';
import { RollError } from '../src/errors.js';
import type { Host } from '../src/node/host.js';
import { program as table } from '../src/program/commands.js';
import { exitStatus, type ProgramHost, runCommandLine } from '../src/program/program.js';
import { keyOf, settingNames } from '../src/settings.js';
import { hostOf } from './world/host.js';
import { World } from './world/world.js';

/** The program on a node of the model. */
async function program(overrides: Partial<ProgramHost> = {}) {
  const world = new World();
  await world.boot();
  const machine = world.machines[0]!;
  let out = '';
  const config: string | undefined = 'SERVICE=VIP\nURL=http://vip/\nHEALTH_URL=http://{node}/\n';
  const terminated: number[] = [];
  const run = async (...argv: string[]) => {
    out = '';
    const status = machine.pi.run((process) =>
      runCommandLine(argv, {
        hostname: () => machine.name,
        write: (text) => (out += text),
        writeError: (text) => (out += text),
        readFile: async () => config,
        host: (): Host => hostOf(world, machine, process, new AbortController().signal),
        exclusive: async () => async () => {},
        terminate: (pid) => terminated.push(pid),
        ...overrides,
      }),
    );
    return { status: await world.clock.runUntil(status), out };
  };
  return { world, machine, run, terminated };
}

describe('the program', () => {
  it('shows in a dry run every gate and every step, and changes nothing', async () => {
    const { run, world, machine } = await program();
    const { status, out } = await run('run', '--dry-run');
    expect(status).toBe(exitStatus.success);
    expect(out).toContain('open  the service answers');
    expect(out).toContain('  6. reboot: reboot raspberrypi-1');
    expect(world.operations.filter((name) => /change|standby|move|write|reboot$/.test(name))).toEqual([]);
    expect(machine.disk.size).toBe(0);
    world.standby.add('raspberrypi-2');
    const shut = await run('run', '--dry-run', '--json');
    expect(shut.status).toBe(exitStatus.notNow);
    expect((JSON.parse(shut.out) as { gates: unknown[] }).gates).toContainEqual({
      name: 'others',
      requires: expect.any(String),
      reason: 'node raspberrypi-2 is in standby: pcs node unstandby raspberrypi-2',
    });
  });

  it('shows the roll, the node and the last turns', async () => {
    const { run, machine, world } = await program();
    expect((await run('status')).out).toMatch(/Roll: {2}no roll is under way\nNode: {2}raspberrypi-1 has no turn\n/);
    machine.start('run');
    await world.clock.runUntil(() => world.standby.size > 0);
    expect((await run('status')).out).toMatch(
      /is held by raspberrypi-1, until [^\n]*\nNode: {2}raspberrypi-1 is at step standby/,
    );
    expect(parseRollStatus((await run('status', '--json')).out)?.roll).toMatchObject({
      holder: { node: 'raspberrypi-1', expires: expect.any(Number) },
      done: [],
    });
    await world.quiet();
    const { out, status } = await run('status');
    expect(out).toMatch(/Last: {2}\S+ done \(\d+ s, longest outage \d+ ms, roll \S+\)/);
    expect(status).toBe(exitStatus.success);
    expect(JSON.parse((await run('status', '--json')).out)).toMatchObject({
      roll: { done: ['raspberrypi-1'] },
      history: [{ result: 'done' }],
    });
  });

  it('says in JSON that there is no roll, and nothing of it where the cluster does not answer', async () => {
    const { run, machine } = await program();
    expect(parseRollStatus((await run('status', '--json')).out)?.roll).toBeNull();
    machine.joined = false;
    const answer = parseRollStatus((await run('status', '--json')).out);
    expect(answer).toMatchObject({ lock: expect.stringMatching(/^not known/) });
    expect(answer).not.toHaveProperty('roll');
  });

  it('tells by its exit status that it is not the time, that a setting is wrong, and that the words are', async () => {
    const { run, world } = await program();
    world.failures.push('monitor of VIP failed on raspberrypi-2');
    expect(await run('run')).toMatchObject({
      status: exitStatus.notNow,
      out: expect.stringContaining('monitor of VIP'),
    });
    expect(await run('run', '--soak=x')).toMatchObject({ status: exitStatus.badSetting });
    expect(await run('jump')).toMatchObject({ status: exitStatus.usage, out: expect.stringContaining('resume') });
    expect(await run('status', '--now')).toMatchObject({ status: exitStatus.usage });
    expect(await run('resume')).toMatchObject({ status: exitStatus.success });
  });

  it('shows and ends a turn whatever is wrong with the settings, and says what is', async () => {
    let config = 'SERVICE=VIP\nURL=http://vip/\nHEALTH_URL=http://{node}/\n';
    const { run, machine, world } = await program({ readFile: async () => config });
    machine.start('run');
    await world.clock.runUntil(() => world.standby.size > 0);
    machine.kill();
    await world.quiet();
    config = 'SOAK=abc\nSERVICE\nURL=ftp://x\nwhat is this\nNODES=7\n';
    const shown = await run('status');
    expect(shown.status).toBe(exitStatus.success);
    expect(shown.out).toMatch(/is at step standby/);
    for (const said of [
      'rolling-reboot:1: SOAK must be a whole number',
      'SERVICE … is not KEY=value',
      'unknown setting NODES',
    ]) {
      expect(shown.out).toContain(said);
    }
    expect(await run('run')).toMatchObject({ status: exitStatus.badSetting });
    // The move had been carried out; what it may have left is found by what the journal knows.
    world.constraints.add('cli-prefer-VIP');
    expect((await run('abort')).status).toBe(exitStatus.success);
    expect([world.standby.size, world.constraints.size, world.lock]).toEqual([0, 0, undefined]);
  });

  it('tells a run that is under way to end, and no other process that may have its number', async () => {
    const busy = async () => Promise.reject(new RollError('BUSY', 'it runs'));
    let asked = 0;
    const { run, terminated, machine } = await program({
      exclusive: (_directory, waitMs) => (asked++ === 0 && waitMs === 0 ? busy() : Promise.resolve(async () => {})),
    });
    machine.disk.set(
      'journal',
      JSON.stringify({ boot: 'boot-1', step: 'gates', pid: 4711, node: machine.name, roll: 'r' }),
    );
    expect((await run('abort')).status).toBe(exitStatus.success);
    expect(terminated).toEqual([4711]);
    const free = await program();
    free.machine.disk.set(
      'journal',
      JSON.stringify({ boot: 'boot-1', step: 'gates', pid: 4711, node: free.machine.name }),
    );
    await free.run('abort');
    expect(free.terminated).toEqual([]);
  });

  it('says on one line what the system refused, and what to do', async () => {
    const refused = Object.assign(new Error("EACCES: permission denied, mkdir '/var/lib/rolling-reboot'"), {
      code: 'EACCES',
      syscall: 'mkdir',
    });
    const { run } = await program({ exclusive: () => Promise.reject(refused) });
    expect(await run('run')).toEqual({ status: 1, out: `rolling-reboot: ${refused.message}: run it as root\n` });
    const unreadable = await program({
      readFile: () => Promise.reject(Object.assign(new Error('EISDIR: illegal operation on a directory, read'), {})),
    });
    expect(await unreadable.run('run', '--config', '/tmp')).toEqual({
      status: exitStatus.badSetting,
      out: 'rolling-reboot: cannot read /tmp: EISDIR: illegal operation on a directory, read\n',
    });
  });

  it('tells its version', async () => {
    const { run } = await program();
    expect(await run('--version')).toEqual({ status: 0, out: `${version}\n` });
  });

  it('does not run twice on a node', async () => {
    const { run } = await program({ exclusive: async () => Promise.reject(new RollError('BUSY', 'it runs')) });
    expect(await run('run')).toMatchObject({ status: exitStatus.notNow, out: expect.stringContaining('it runs') });
  });
});

describe('the command line', () => {
  const parse = (...argv: string[]) => parseCommandLine(table, argv);

  it('takes every setting as an option, before the file', async () => {
    expect(parse('run', '--soak=5', '--service', 'VIP', '--json')).toMatchObject({
      command: 'run',
      values: { json: true, soak: '5', service: 'VIP' },
    });
    const { run } = await program();
    expect((await run('run', '--dry-run', '--node=elsewhere')).out).toContain('there is no node elsewhere');
  });

  it('has a help that names every command, every option and every setting, within 100 columns', () => {
    for (const [name, { options }] of Object.entries(table.commands)) {
      expect(helpText(table)).toContain(`  ${name}`);
      const text = helpText(table, name);
      for (const option of Object.keys(options)) expect(text).toContain(`--${option}`);
      for (const setting of settingNames) expect(text).toContain(keyOf(setting));
      expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    }
    expect(helpText(table, 'run')).toMatch(
      /--move-timeout SECONDS\s+Longest [^(]*, 10 to 3600 s \(MOVE_TIMEOUT,\s+default 120 s\)/,
    );
  });
});

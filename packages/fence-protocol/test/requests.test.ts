// Requests as they come in: what is understood, what is refused, and that nothing moves when something is wrong.
import { describe, expect, it } from 'vitest';
import { boolean, choice, defineFenceAgent, integer, seconds, standard, string } from '../src/index.js';
import { runInMemory, ScriptedDevice } from '../src/testing/index.js';
import { description, runSwitch } from './agents.js';

const stdin = (text: string) => runSwitch({ stdin: text });
const argv = (...words: string[]) => runSwitch({ argv: words });

/** Runs an agent that only looks at its options, and gives them back. */
async function optionsOf(input: { argv?: string[]; stdin?: string; env?: Record<string, string> }) {
  let seen: Record<string, unknown> = {};
  const agent = defineFenceAgent({
    ...description,
    options: {
      plug: standard,
      hold: seconds({ default: 12, min: 11, max: 30, description: 'hold' }),
      level: integer({ short: 'L', min: -5, description: 'level' }),
      color: choice({ choices: ['Red', 'green'], description: 'color' }),
      fast: boolean({ short: 'f', description: 'fast' }),
      bus_name: string({ short: 'b', description: 'bus' }),
      random_sleep: string({ long: 'random_sleep', description: 'a long form with an underscore' }),
    },
    off: async () => {},
    on: async () => {},
    monitor: async (context) => {
      seen = { ...context.options, target: context.target };
    },
  });
  const result = await runInMemory(agent, input);
  return { ...result, options: seen };
}

describe('a request on stdin', () => {
  it('is lines of name=value, and the last one of a name counts', async () => {
    const run = await stdin('plug=2\naction=status\nplug=1\n');
    expect(run).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n', stderr: '' });
  });

  it.each([
    ['carriage returns', 'action=status\r\nplug=2\r\n'],
    ['lone carriage returns', 'action=status\rplug=2'],
    ['indentation and trailing blanks', '  action=status\t\n\tplug=2  \n'],
    ['comments and blank lines', '# a comment\n\naction=status\n  # another\nplug=2\n\n'],
    ['one pair of quotes', 'action="status"\nplug="2"'],
    ['no line break at the end', 'plug=2\naction=status'],
    ['the old names', 'option=status\nport=2'],
    ['capital letters in the action', 'action=STATUS\nplug=2'],
  ])('may have %s', async (_, text) => {
    expect(await stdin(text)).toMatchObject({ exitStatus: 2, stdout: 'Status: OFF\n', stderr: '' });
  });

  it('keeps everything behind the first equals sign, and inner quotes', async () => {
    const { options } = await optionsOf({ stdin: 'action=monitor\nbus_name=a=b="c"\nrandom_sleep=""x""' });
    expect(options).toMatchObject({ bus_name: 'a=b="c"', random_sleep: '"x"' });
    const half = await optionsOf({ stdin: 'action=monitor\nbus_name="a"b' });
    expect(half.options).toMatchObject({ bus_name: '"a"b' });
  });

  it('takes - for _ and _ for - in names', async () => {
    const { options } = await optionsOf({ stdin: 'action=monitor\nbus-name=x\nrandom-sleep=y\npower-timeout=7' });
    expect(options).toMatchObject({ bus_name: 'x', random_sleep: 'y', power_timeout: 7 });
  });

  it('is warned about unknown names, without their values, and carried out', async () => {
    const run = await stdin('action=status\nplug=1\npasswrd=geheim\n');
    expect(run).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
    expect(run.stderr).toMatch(/WARNING: Ignoring unknown option "passwrd"\n$/);
    expect(run.stderr).not.toContain('geheim');
  });

  it('may say the target as nodename, plug and port, of which nothing is unknown to any agent', async () => {
    const device = new ScriptedDevice();
    let target;
    const agent = defineFenceAgent({
      ...description,
      options: {},
      ...device.functions,
      monitor: async (context) => {
        target = context.target;
      },
    });
    const run = await runInMemory(agent, { stdin: 'action=monitor\nnodename=a\nplug=b\nport=c' });
    expect(run).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(target).toEqual({ nodename: 'a', plug: 'b', port: 'c' });
  });

  it('that is told by --plug has it for its target, and without has none', async () => {
    const targets: unknown[] = [];
    const agent = defineFenceAgent({
      ...description,
      options: { plug: standard({ required: false }) },
      ...new ScriptedDevice().functions,
      monitor: async ({ target }) => void targets.push(target),
    });
    await runInMemory(agent, { argv: ['-omonitor', '-n', 'a'] });
    await runInMemory(agent, { argv: ['-omonitor'] });
    expect(targets).toEqual([{ plug: 'a' }, {}]);
  });

  it('is not verbose unless the word says so as a whole', async () => {
    for (const [word, lines] of [
      ['1', 1],
      ['ON', 1],
      ['10', 0],
      ['not on', 0],
      ['', 0],
    ] as const) {
      const agent = defineFenceAgent({
        ...description,
        options: {},
        ...new ScriptedDevice().functions,
        monitor: async ({ log }) => log.debug('a detail'),
      });
      const { stderr } = await runInMemory(agent, {
        stdin: `action=monitor\n${word === '' ? '' : `verbose=${word}`}\n`,
      });
      expect(stderr.match(/a detail/g)?.length ?? 0, word).toBe(lines);
    }
  });

  it('is told all that is wrong with it, and how a name is to be written', async () => {
    const { stderr } = await stdin('action=explode\nPower-Timeout!=1\nretry_on=x\nplug=1');
    expect(stderr).toContain('"Power-Timeout!" is not a well-formed name: write power_timeout=value; ');
    expect(stderr).toMatch(/unknown action "explode": the actions are on, off, reboot, status, /);
    expect(stderr).toMatch(/; --retry-on must be a whole number from 0 to 1000, not "x"\. Nothing was done; --help/);
  });

  it.each(['1', 'yes', 'on', 'true', 'YES', 'True'])('takes %s for true', async (word) => {
    expect((await optionsOf({ stdin: `action=monitor\nfast=${word}` })).options).toMatchObject({ fast: true });
  });

  it.each(['0', 'no', 'off', 'false', 'Off'])('takes %s for false', async (word) => {
    expect((await optionsOf({ stdin: `action=monitor\nfast=${word}` })).options).toMatchObject({ fast: false });
  });

  it('from a terminal is not waited for: the usage is shown and nothing done', async () => {
    const run = await runSwitch({});
    expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(run.stderr).toMatch(/^Usage:\n\tfence_test \[options\]\nOptions:\n/);
    expect(run.device.calls).toEqual([]);
  });
});

describe('a request on the command line', () => {
  it.each([
    ['short options', ['-o', 'status', '-n', '2']],
    ['short options with the value attached', ['-ostatus', '-n2']],
    ['long options', ['--action', 'status', '--plug', '2']],
    ['long options with =', ['--action=status', '--plug=2']],
    ['unique prefixes', ['--act=status', '--plug=2']],
    ['flags before the others', ['-vo', 'status', '-qn2']],
    ['the last of several', ['-n', '1', '-o', 'off', '--action', 'status', '--plug=2']],
    ['an end of the options', ['-o', 'status', '-n', '2', '--']],
  ])('may have %s', async (_, words) => {
    expect(await argv(...words)).toMatchObject({ exitStatus: 2, stdout: 'Status: OFF\n' });
  });

  it('may have other words between the options as long as it only looks, and is warned', async () => {
    const run = await argv('stray', '-o', 'status', '-', '-n', '1', '--', '-x');
    expect(run).toMatchObject({ exitStatus: 0, stdout: 'Status: ON\n' });
    expect(run.stderr.match(/WARNING/g)).toHaveLength(3);
  });

  it('leaves stdin alone', async () => {
    expect(await runSwitch({ argv: ['-o', 'status', '-n', '1'], stdin: 'action=off' })).toMatchObject({
      stdout: 'Status: ON\n',
    });
  });

  it('counts -v', async () => {
    expect((await optionsOf({ argv: ['-vvv', '-v', '-o', 'monitor'] })).options).toMatchObject({ verbose_level: 4 });
    expect((await optionsOf({ argv: ['-v', '--verbose-level=1', '-omonitor'] })).options).toMatchObject({
      verbose_level: 1,
    });
  });

  it.each([
    ['an unknown option', ['-o', 'off', '-n', '1', '--frob'], /unknown option --frob/],
    ['an unknown short option', ['-o', 'off', '-n', '1', '-y'], /unknown option -y/],
    ['an ambiguous prefix', ['-o', 'off', '-n', '1', '--power=3'], /--power may be .*--power-(timeout|wait) or/],
    ['a missing value', ['-n', '1', '-o'], /option -o needs a value/],
    ['a missing long value', ['-o', 'off', '--plug'], /option --plug needs a value/],
    ['a value for a flag', ['-o', 'off', '-n', '1', '--quiet=1'], /option --quiet takes no value/],
    ['a word that is not an option', ['-o', 'off', '-n', '1', 'status'], /unexpected argument "status"/],
  ])('with %s moves nothing', async (_, words, why) => {
    const run = await argv(...words);
    expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(run.stderr).toMatch(why);
    expect(run.device.calls).toEqual([]);
  });
});

describe('nothing moves, and one line says why,', () => {
  it.each([
    ['without an action', 'plug=1', /no action is given/],
    ['for an unknown action', 'action=explode\nplug=1', /unknown action "explode"/],
    ['for an empty action', 'action=\nplug=1', /unknown action ""/],
    ['for an action with a blank', 'action= off\nplug=1', /unknown action " off"/],
    ['for enable on a device that is no fabric', 'action=enable\nplug=1', /unknown action "enable"/],
    ['without a plug', 'action=off', /machine to act on is missing/],
    ['for an empty plug', 'action=off\nplug=', /empty plug/],
    ['for an empty plug among others', 'action=off\nplug=1,,2', /empty plug/],
    ['for an empty plug separator', 'action=off\nplug=1\nplug_separator=', /must not be empty/],
    ['when two names of one option say different things', 'action=off\nplug=1\nport=2', /port and plug say different/],
    [
      'when the old and the new name of the action differ',
      'action=status\noption=off\nplug=1',
      /option and action say/,
    ],
    ['for seconds with a unit', 'action=off\nplug=1\npower_wait=5s', /--power-wait must be a whole number of seconds/],
    ['for a fraction', 'action=off\nplug=1\npower_timeout=1.5', /--power-timeout must be/],
    ['for a negative number', 'action=off\nplug=1\ndelay=-1', /--delay must be/],
    ['for an empty number', 'action=off\nplug=1\ndelay=', /--delay must be/],
    ['for more seconds than a timer holds', 'action=off\nplug=1\ndelay=2147484', /from 0 to 2147483/],
    ['for a number in words', 'action=off\nplug=1\nretry_on=once', /--retry-on must be/],
    ['for a boolean that is none', 'action=off\nplug=1\nquiet=maybe', /--quiet must be 1, yes, on, true or 0/],
    ['for an invalid verbose level', 'action=off\nplug=1\nverbose_level=-1', /--verbose-level must be/],
    ['for an invalid disable_timeout', 'action=off\nplug=1\ndisable_timeout=2', /--disable-timeout must be/],
    ['for help together with a power action', 'action=off\nplug=1\nhelp=1', /help and action=off cannot both/],
    ['for version together with a power action', 'action=off\nplug=1\nversion=yes', /version and action=off cannot/],
  ])('%s', async (_, text, why) => {
    const run = await stdin(text);
    expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(run.stderr).toMatch(why);
    expect(run.stderr.match(/\n/g)).toHaveLength(1);
    expect(run.device.calls).toEqual([]);
  });

  it('and all that is wrong is said at once', async () => {
    const run = await stdin('action=offf\nplug=,\ndelay=x');
    expect(run.stderr).toMatch(/unknown action "offf".*--delay must be.*empty plug/);
  });
});

describe('options', () => {
  it('have their defaults, as typed values', async () => {
    const { options } = await optionsOf({ argv: ['-o', 'monitor'] });
    expect(options).toMatchObject({
      action: 'monitor',
      delay: 0,
      power_wait: 0,
      power_timeout: 20,
      shell_timeout: 3,
      login_timeout: 5,
      stonith_status_sleep: 1,
      retry_on: 1,
      plug_separator: ',',
      quiet: false,
      verbose: false,
      verbose_level: 0,
      hold: 12,
      level: undefined,
      color: undefined,
      fast: false,
      disable_timeout: undefined,
    });
  });

  it('are read as declared', async () => {
    const { options } = await optionsOf({
      argv: ['-o', 'monitor', '--hold=030', '-L', '-5', '--color=RED', '-f', '--bus-name', '-x'],
    });
    expect(options).toMatchObject({ hold: 30, level: -5, color: 'Red', fast: true, bus_name: '-x' });
  });

  it.each([
    ['below the minimum', ['--hold=10'], /--hold must be a whole number of seconds from 11 to 30, not "10"/],
    ['above the maximum', ['--hold=31'], /from 11 to 30/],
    ['below a negative minimum', ['-L-6'], /--level must be a whole number of -5 or more/],
    ['that are none of the choices', ['--color=blue'], /--color must be one of Red, green, not "blue"/],
  ])('%s are refused', async (_, words, why) => {
    const run = await optionsOf({ argv: ['-o', 'monitor', ...words] });
    expect(run.exitStatus).toBe(1);
    expect(run.stderr).toMatch(why);
    expect(run.options).toEqual({});
  });

  it('that are required are asked for, by every action but those answered without a device', async () => {
    const agent = defineFenceAgent({
      ...description,
      options: { bus: string({ required: true, description: 'bus' }) },
      off: async () => {},
      on: async () => {},
    });
    for (const action of ['off', 'monitor', 'validate-all']) {
      const run = await runInMemory(agent, { stdin: `action=${action}` });
      expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
      expect(run.stderr).toContain('--bus is missing');
    }
    expect(await runInMemory(agent, { stdin: 'action=metadata' })).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(await runInMemory(agent, { stdin: 'action=off\nbus=1' })).toMatchObject({ exitStatus: 0 });
  });

  it('of time have no limit when Pacemaker calls, when disable_timeout says so, and when 0', async () => {
    const unlimited = { power_timeout: Infinity, shell_timeout: Infinity, login_timeout: Infinity };
    const pacemaker = { env: { PCMK_service: 'pacemaker-fenced' } };
    const limited = { power_timeout: 20, shell_timeout: 3, login_timeout: 5 };
    expect((await optionsOf({ stdin: 'action=monitor', ...pacemaker })).options).toMatchObject(unlimited);
    expect((await optionsOf({ stdin: 'action=monitor\ndisable_timeout=true' })).options).toMatchObject(unlimited);
    expect((await optionsOf({ argv: ['-omonitor', '--disable-timeout=yes'] })).options).toMatchObject(unlimited);
    const disabled = await optionsOf({ stdin: 'action=monitor\ndisable_timeout=0', ...pacemaker });
    expect(disabled.options).toMatchObject(limited);
    expect((await optionsOf({ stdin: 'action=monitor\npower_timeout=0' })).options).toMatchObject({
      ...limited,
      power_timeout: Infinity,
    });
  });
});

describe('a device at an address', () => {
  const run = (words: string[]) => {
    let ip: string | undefined;
    const agent = defineFenceAgent({
      ...description,
      options: { ip: standard, username: standard, password: standard },
      off: async () => {},
      on: async () => {},
      monitor: async (context) => {
        ip = context.options.ip;
        context.log.warning(`logging in as ${context.options.username} with ${context.options.password}`);
      },
    });
    return runInMemory(agent, { argv: words, scripts: { '/bin/secret': 'from the script' } }).then((result) => ({
      ...result,
      ip,
    }));
  };

  it('takes its address from --ip, or from the plug when port_as_ip says so', async () => {
    expect(await run(['-omonitor', '--ip=10.0.0.1'])).toMatchObject({ exitStatus: 0, ip: '10.0.0.1' });
    expect(await run(['-omonitor', '--port-as-ip', '-n', '10.0.0.2'])).toMatchObject({ exitStatus: 0, ip: '10.0.0.2' });
    expect((await run(['-omonitor'])).stderr).toContain('the address of the device is missing');
    expect((await run(['-omonitor', '-a', '10.0.0.1', '-n', '2'])).stderr).toContain(
      '--plug goes with --port-as-ip only',
    );
    const { stderr } = await run(['-omonitor', '-n', '10.0.0.2']);
    expect(stderr).toContain('the address of the device is missing: give --ip, or --plug with --port-as-ip');
  });

  it('never shows the password in a log', async () => {
    const given = await run(['-omonitor', '-a', 'x', '-l', 'me', '-p', 'geheim']);
    expect(given.stderr).toMatch(/logging in as me with \*\*\*\n$/);
    const script = await run(['-omonitor', '-a', 'x', '-S', '/bin/secret']);
    expect(script.stderr).toMatch(/with \*\*\*\n$/);
    expect(script.syslog).toEqual(['warning: logging in as undefined with ***']);
  });

  it('fails when the password script fails', async () => {
    expect(await run(['-omonitor', '-a', 'x', '-S', '/bin/none'])).toMatchObject({ exitStatus: 1, stdout: '' });
  });
});

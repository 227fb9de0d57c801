// Everything an agent says: metadata, manpage, help, version, and what it logs where.
import { describe, expect, it } from 'vitest';
import { choice, defineFenceAgent, FenceError, runFenceAgent, seconds, standard, string } from '../src/index.js';
import { MemoryHost, runInMemory, ScriptedDevice, type MemoryInput } from '../src/testing/index.js';
import { description, runSwitch, switchAgent } from './agents.js';

const ask = async (definition: Partial<Parameters<typeof define>[0]>, input: MemoryInput) =>
  runInMemory(define(definition), input);

function define(more: {
  longDescription?: string;
  shortDescription?: string;
  version?: string;
  symlinks?: { name: string; shortDescription: string }[];
  helpSections?: { title: string; lines: string[] }[];
  fabric?: boolean;
  automatic?: boolean;
  onTarget?: boolean;
  noOn?: boolean;
  noOff?: boolean;
  noReboot?: boolean;
}) {
  return defineFenceAgent({
    ...description,
    ...more,
    options: {
      hold: seconds({ default: 12, min: 11, description: 'How long to hold <the> line' }),
      color: choice({ choices: ['a&b', 'c'], description: 'A color' }),
      zebra: string({ order: 300, short: 'Z', description: 'The last one' }),
    },
    ...new ScriptedDevice().functions,
  });
}

const metadata = (more: Parameters<typeof define>[0] = {}, name?: string) =>
  ask(more, { stdin: 'action=metadata', ...(name === undefined ? {} : { name }) });

describe('metadata', () => {
  it('lists the parameters by order, then name, and old names as deprecated', async () => {
    const { stdout, exitStatus, stderr } = await runSwitch({ argv: ['-o', 'metadata'] });
    expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: '' });
    const parameters = [...stdout.matchAll(/<parameter name="(\w+)" unique="0" required="([01])"(.*)>/g)];
    expect(parameters.map(([, name, required, relation]) => `${name} ${required}${relation}`)).toEqual([
      'action 1',
      'plug 1 obsoletes="port"',
      'port 1 deprecated="1"',
      'quiet 0',
      'verbose 0',
      'verbose_level 0',
      'debug 0 deprecated="1"',
      'debug_file 0 obsoletes="debug"',
      'version 0',
      'help 0',
      'plug_separator 0',
      'separator 0',
      'delay 0',
      'disable_timeout 0',
      'login_timeout 0',
      'missing_as_off 0',
      'power_timeout 0',
      'power_wait 0',
      'shell_timeout 0',
      'stonith_status_sleep 0',
      'retry_on 0',
    ]);
  });

  it('is the same for meta-data, on stdin and on the command line, and needs nothing else', async () => {
    const { stdout } = await runSwitch({ argv: ['-o', 'metadata'] });
    expect((await runSwitch({ argv: ['--action=META-DATA'] })).stdout).toBe(stdout);
    expect((await runSwitch({ stdin: 'action=metadata' })).stdout).toBe(stdout);
  });

  it('goes by the name the program was called by', async () => {
    expect((await metadata({}, 'fence_alias')).stdout).toContain('<resource-agent name="fence_alias" shortdesc=');
  });

  it('escapes everything', async () => {
    const { stdout } = await metadata({ shortDescription: `"a" & 'b'`, longDescription: '<x> \u0000&amp;\u{1F600}' });
    expect(stdout).toContain('shortdesc="&quot;a&quot; &amp; &apos;b&apos;"');
    expect(stdout).toContain('<longdesc>&lt;x&gt; &amp;amp;\u{1F600}</longdesc>');
    expect(stdout).toContain('How long to hold &lt;the&gt; line');
    expect(stdout).toContain('<option value="a&amp;b" />');
  });

  it('lists the actions in the standard order, without those the device has not', async () => {
    const actions = async (more: Parameters<typeof define>[0]) =>
      [...(await metadata(more)).stdout.matchAll(/<action name="([^"]*)"(.*?) ?\/>/g)].map(
        ([, name, rest]) => `${name}${rest}`,
      );
    expect(await actions({})).toEqual([
      'on automatic="0"',
      'off',
      'reboot',
      'status',
      'monitor',
      'metadata',
      'manpage',
      'validate-all',
    ]);
    expect(await actions({ fabric: true, onTarget: true })).toEqual([
      'on on_target="1" automatic="1"',
      'off',
      'status',
      'monitor',
      'metadata',
      'manpage',
      'validate-all',
    ]);
    expect(await actions({ noOn: true, noOff: true, noReboot: true })).toEqual([
      'status',
      'monitor',
      'metadata',
      'manpage',
      'validate-all',
    ]);
    expect((await actions({ automatic: true }))[0]).toBe('on automatic="1"');
  });

  it('names the links', async () => {
    const { stdout } = await metadata({ symlinks: [{ name: 'fence_other', shortDescription: 'Other' }] });
    expect(stdout).toContain('<symlink name="fence_other" shortdesc="Other"/>\n<longdesc>');
  });

  it('leaves roff out of the description, manpage keeps it', async () => {
    const longDescription = 'A \\fBbold\\fR word\n.P\nand .P in a line';
    const { stdout } = await metadata({ longDescription });
    expect(stdout).toContain('<longdesc>A bold word\nand .P in a line</longdesc>');
    const manpage = await ask({ longDescription }, { argv: ['-o', 'manpage'] });
    expect(manpage.stdout).toContain('<longdesc>A \\fBbold\\fR word\n.P\nand');
  });

  it('cannot be written to a reader that has gone, and that is a failure', async () => {
    const { agent } = switchAgent();
    expect(await runInMemory(agent, { stdin: 'action=metadata', brokenStdout: true })).toMatchObject({ exitStatus: 1 });
  });
});

describe('help', () => {
  it('shows every option with what it takes, its default, and the actions', async () => {
    for (const flag of ['-h', '--help']) {
      const { exitStatus, stdout, stderr } = await ask({}, { argv: [flag, '-o', 'off'] });
      expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: '' });
      expect(stdout).toMatch(
        /^Usage:\n\tfence_test \[options\]\nOptions:\n {3}-o, --action=\[action\] {10}What to do: on, off,/,
      );
      expect(stdout).toContain('   --hold=[seconds]               How long to hold <the> line (default 12)\n');
      expect(stdout).toContain('   --color=[a&b|c]                A color\n');
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    }
  });

  it.each(['metadata', 'manpage'])('is given instead of %s, which moves nothing either', async (action) => {
    const { exitStatus, stdout } = await ask({}, { stdin: `action=${action}\nhelp=1\n` });
    expect({ exitStatus, usage: stdout.startsWith('Usage:\n') }).toEqual({ exitStatus: 0, usage: true });
  });

  it('has the sections of the agent', async () => {
    const { stdout } = await ask(
      { helpSections: [{ title: 'Commands', lines: ['wire-test  tests', ''] }] },
      { argv: ['-h'] },
    );
    expect(stdout).toMatch(/\nCommands:\n {3}wire-test {2}tests\n\n$/);
  });

  it('is for stdin too, alone or beside metadata', async () => {
    expect((await ask({}, { stdin: 'help=1' })).stdout).toMatch(/^Usage:/);
    expect((await ask({}, { stdin: 'help=yes\naction=metadata' })).stdout).toMatch(/^Usage:/);
  });

  it('is not followed by metadata that nobody asked for in so many words', async () => {
    expect(await ask({}, { argv: ['-o', 'metadata', '--frob'] })).toMatchObject({ exitStatus: 1, stdout: '' });
  });
});

describe('version', () => {
  it('is the definition’s', async () => {
    expect(await ask({ version: '1.2.3' }, { argv: ['-V'] })).toMatchObject({ exitStatus: 0, stdout: '1.2.3\n' });
    expect(await ask({}, { argv: ['--version'] })).toMatchObject({ stdout: '0.0.0\n' });
  });
});

describe('log lines', () => {
  const logging = (input: MemoryInput) =>
    runInMemory(
      defineFenceAgent({
        ...description,
        options: {},
        off: async () => {},
        on: async () => {},
        monitor: async ({ log }) => {
          log.error('an error');
          log.warning('a warning\n\n  of two lines \n');
          log.info('');
          log.info('news');
          log.debug('details');
        },
      }),
      input,
    );
  const messages = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice('1970-01-01 00:00:00,000 '.length));
  const important = ['ERROR: an error', 'WARNING: a warning', 'WARNING:   of two lines'];
  const all = [...important, 'INFO: news', 'DEBUG: details'];

  it('go to stderr and syslog when they are warnings or errors, each once', async () => {
    const { stderr, syslog } = await logging({ argv: ['-o', 'monitor'] });
    expect(messages(stderr)).toEqual(important);
    expect(stderr).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ERROR: an error\n/);
    expect(syslog).toEqual(['error: an error', 'warning: a warning', 'warning:   of two lines']);
  });

  it('are all shown with --verbose, verbose=1 or a verbose level', async () => {
    expect(messages((await logging({ argv: ['-o', 'monitor', '-v'] })).stderr)).toEqual(all);
    expect(messages((await logging({ stdin: 'action=monitor\nverbose=1' })).stderr)).toEqual(all);
    expect(messages((await logging({ stdin: 'action=monitor\nverbose_level=2' })).stderr)).toEqual(all);
    expect(messages((await logging({ stdin: 'action=monitor\nverbose=0' })).stderr)).toEqual(important);
    expect(messages((await logging({ stdin: 'action=monitor\nverbose=1\nverbose_level=0' })).stderr)).toEqual(
      important,
    );
  });

  it('do not go to stderr when quiet', async () => {
    const { stderr, syslog } = await logging({ argv: ['-o', 'monitor', '-q', '-v'] });
    expect(stderr).toBe('');
    expect(syslog).toHaveLength(5);
  });

  it('all go to the debug file', async () => {
    const { debugFiles, stderr } = await logging({ argv: ['-o', 'monitor', '-D', '/tmp/x', '-q'] });
    expect(messages(debugFiles.get('/tmp/x') ?? '')).toEqual(all);
    expect(stderr).toBe('');
  });

  it('fail the request when the debug file cannot be opened, before anything moves', async () => {
    const run = await runSwitch({ argv: ['-o', 'off', '-n', '1', '-D', '/x'], unwritable: ['/x'] });
    expect(run).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(run.stderr).toContain('Failed: Unable to create file /x: EACCES');
    expect(run.device.calls).toEqual([]);
  });

  describe('that cannot be written', () => {
    /** A process some of whose outlets are on a full disk, or gone. */
    class BrokenHost extends MemoryHost {
      readonly broken: readonly ('debug file' | 'stderr' | 'syslog' | 'finish')[];

      constructor(input: MemoryInput, ...broken: BrokenHost['broken']) {
        super(input);
        this.broken = broken;
      }

      override openDebugFile(path: string): (text: string) => void {
        const write = super.openDebugFile(path);
        return (text) => {
          if (this.broken.includes('debug file')) throw new Error('ENOSPC: no space left on device, write');
          write(text);
        };
      }

      override writeStderr(text: string): void {
        if (this.broken.includes('stderr')) throw new Error('EIO: i/o error, write');
        super.writeStderr(text);
      }

      override syslog(...line: Parameters<MemoryHost['syslog']>): void {
        if (this.broken.includes('syslog')) throw new Error('EMFILE: too many open files');
        super.syslog(...line);
      }

      finish(): Promise<void> {
        return this.broken.includes('finish') ? Promise.reject(new Error('EPIPE')) : Promise.resolve();
      }
    }

    const off = ['-o', 'off', '-v', '-D', '/d'];
    /** Tells what it does, and does it. */
    const talker = (fails = false) => {
      const done: string[] = [];
      const agent = defineFenceAgent({
        ...description,
        options: {},
        off: async ({ log }) => {
          log.info('holds the line');
          if (fails) throw new FenceError('DEVICE', 'Failed: the line is broken');
          done.push('off');
          log.info('held it');
        },
        on: async () => {},
      });
      return { agent, done };
    };

    it.each<[BrokenHost['broken']]>([
      [['debug file']],
      [['stderr']],
      [['syslog']],
      [['finish']],
      [['debug file', 'stderr', 'syslog', 'finish']],
    ])('to %j change neither what is done nor what is answered', async (broken) => {
      const { agent, done } = talker();
      const host = new BrokenHost({ argv: off }, ...broken);
      expect(await runFenceAgent(agent, host)).toBe(0);
      expect(host.stdout).toBe('Success: Powered OFF\n');
      expect(done).toEqual(['off']);
      for (const [outlet, text] of [
        ['debug file', host.debugFiles.get('/d') ?? ''],
        ['stderr', host.stderr],
        ['syslog', host.syslogLines.join('\n')],
      ] as const) {
        expect(text.includes('held it')).toBe(!broken.includes(outlet));
      }
    });

    it.each<[BrokenHost['broken']]>([[['debug file']], [['debug file', 'stderr', 'syslog']]])(
      'to %j leave a failure a failure',
      async (broken) => {
        const host = new BrokenHost({ argv: off }, ...broken);
        expect(await runFenceAgent(talker(true).agent, host)).toBe(1);
        expect(host.stdout).toBe('');
      },
    );

    it('are told of once, where they can be, and not on stderr where quiet was asked for', async () => {
      const told = 'Log lines are lost: the debug file cannot be written: ENOSPC: no space left on device, write';
      const run = async (...words: string[]) => {
        const host = new BrokenHost({ argv: [...off, ...words] }, 'debug file');
        expect(await runFenceAgent(talker().agent, host)).toBe(0);
        const lost = (lines: readonly string[]) => lines.filter((line) => line.includes('lost'));
        return { stderr: lost(messages(host.stderr)), syslog: lost(host.syslogLines) };
      };
      expect(await run()).toEqual({ stderr: [`WARNING: ${told}`], syslog: [`warning: ${told}`] });
      expect(await run('-q')).toEqual({ stderr: [], syslog: [`warning: ${told}`] });
    });

    it('are told of once although a password comes later', async () => {
      const agent = defineFenceAgent({
        ...description,
        options: { password: standard, password_script: standard },
        off: async () => {},
        on: async () => {},
        monitor: async ({ log, options }) => {
          log.info(`logged in with ${String(options.password)}`);
        },
      });
      const argv = ['-o', 'monitor', '-v', '-D', '/d', '-S', 'script', 'unused'];
      const host = new BrokenHost({ argv, scripts: { script: 'hunter2' } }, 'debug file');
      expect(await runFenceAgent(agent, host)).toBe(0);
      expect(host.stderr.match(/lost/g)).toHaveLength(1);
      expect(host.stderr).toContain('logged in with ***');
    });
  });

  it('tell the cause and the place of an unexpected error when asked for details', async () => {
    const failing = (thrown: unknown) =>
      runInMemory(
        defineFenceAgent({
          ...description,
          options: {},
          off: async () => {},
          on: async () => {},
          monitor: () => Promise.reject(thrown as Error),
        }),
        { argv: ['-v', '-o', 'monitor'] },
      );
    const { stderr } = await failing(new TypeError('no such thing', { cause: new Error('the reason') }));
    expect(stderr).toMatch(/ERROR: no such thing: the reason\n[^]* DEBUG: TypeError: no such thing\n/);
    expect((await failing(new Error('', { cause: 'text' }))).stderr).toContain(' ERROR: Error: text\n');
    expect((await failing('text')).stderr).toContain(' ERROR: text\n');
  });

  it('tell the whole chain of causes in the one line, and nothing twice', async () => {
    const lineOf = async (thrown: Error) => {
      const { stderr } = await runInMemory(
        defineFenceAgent({
          ...description,
          options: {},
          noOn: true,
          noReboot: true,
          off: async () => {},
          monitor: () => Promise.reject(thrown),
        }),
        { argv: ['-o', 'monitor'] },
      );
      return / ERROR: (.*)\n$/.exec(stderr)?.[1];
    };
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:1');
    const failed = new TypeError('fetch failed', { cause: refused });
    expect(await lineOf(failed)).toBe('fetch failed: connect ECONNREFUSED 127.0.0.1:1');
    const told = new FenceError('DEVICE', `Failed: http://127.0.0.1:1: ${String(failed)}`, { cause: failed });
    expect(await lineOf(told)).toBe(
      'Failed: http://127.0.0.1:1: TypeError: fetch failed: connect ECONNREFUSED 127.0.0.1:1',
    );
    const everyAddress = new AggregateError([refused, new Error('connect ECONNREFUSED ::1:1')]);
    expect(await lineOf(new TypeError('fetch failed', { cause: everyAddress }))).toBe(
      'fetch failed: connect ECONNREFUSED 127.0.0.1:1, connect ECONNREFUSED ::1:1',
    );
    const inCircles = new Error('first');
    inCircles.cause = new Error('second', { cause: inCircles });
    expect(await lineOf(inCircles)).toBe('first: second');
  });
});

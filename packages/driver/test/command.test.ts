import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderManualPage } from '../../../examples/program/src/manual-page.js';
import { parameters } from '../src/board/parameters.js';
import type { CommandIo } from '../src/command/io.js';
import { manualPage } from '../src/command/manual-page.js';
import { commands, options } from '../src/command/table.js';
import { runCommand } from '../src/command/run-command.js';
import { runProgram } from '../src/system/run-program.js';
import { BusError } from '../src/index.js';
import { MemoryBus } from './memory-bus.js';
import { serveBus, type UnixServer } from './unix-server.js';

let directory: string;
let defaults: string;
let memory: MemoryBus;
let server: UnixServer;
let rtc: FakeRtc;
/** The programs that were run. */
let ran: string[][];
/** 2026-11-29 20:00:00 UTC, ms since 1970. */
const now2026 = 1_795_982_400_000;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sleepi3-'));
  defaults = join(directory, 'defaults');
  memory = new MemoryBus();
  rtc = new FakeRtc(now2026 / 1000);
  ran = [];
  memory.memory.set([0x02, 0x2f, 0xe0, 0x2e, 0, 0, 1, 0, 9, 60, 10, 0b101, 0b001, 0b010, 0b10001, 3]);
  server = await serveBus(memory, join(directory, 'board.sock'));
  await writeFile(defaults, '');
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

/** Runs the command on the board of the defaults file. `sleep` stands for time between two looks of watch. */
async function sleepi3(
  args: string | readonly string[],
  sleep: (times: number, stop: AbortController) => void = () => {},
) {
  const result = { status: -1, out: '', err: '' };
  const stop = new AbortController();
  let slept = 0;
  let now = 0;
  const io: CommandIo = {
    args: typeof args === 'string' ? args.split(' ').filter((word) => word !== '') : args,
    write: (text) => (result.out += text),
    writeError: (text) => (result.err += text),
    clock: {
      now: () => now,
      sleep: async (milliseconds, signal) => {
        now += milliseconds;
        sleep(++slept, stop);
        signal?.throwIfAborted();
      },
    },
    epoch: () => now2026,
    run: (program, words, options) => {
      ran.push([program, ...words]);
      return runProgram(program, words, options);
    },
    files: rtc.files,
    stopSignal: () => stop.signal,
  };
  const withFile =
    args.includes('--bus') || args.includes('--defaults-file') ? io.args : [...io.args, '--defaults-file', defaults];
  result.status = await runCommand({ ...io, args: withFile }, '1.2.3', {
    bus: `unix:${directory}/board.sock`,
    retry: { tries: 2, baseDelay: 0 },
  });
  return result;
}

/** The files of a clock chip, which go by the kernel's rules. */
class FakeRtc {
  alarm: number | undefined;
  constructor(public now: number) {}
  readonly files = {
    readFile: (path: string) =>
      Promise.resolve(
        path.endsWith('since_epoch') ? `${this.now}\n` : this.alarm === undefined ? '' : `${this.alarm}\n`,
      ),
    writeFile: (_: string, data: string) => {
      this.alarm = Number(data) > this.now ? Number(data) : undefined;
      return Promise.resolve();
    },
  };
}

describe("sleepi3ctl's commands", () => {
  it.each([
    ['get extin', '1\n'],
    ['get extin-count', '9\n'],
    ['get extin-powerdown', '1\n'],
    ['get extin-trigger', '0\n'],
    ['get extout', '0\n'],
    ['get restart', '1\n'],
    ['get ri-trigger', '0\n'],
    ['get switch', '0\n'],
    ['get switch-count', '0\n'],
    ['get sleep-timeout', '10\n'],
    ['get watchdog-timeout', '60\n'],
    ['get voltage', '12034\n'],
    ['get voltage 1', '12034\n'],
    ['get voltage 2', '12000\n'],
    ['get voltage active', '12034\n'],
    ['get voltage all', '12034 12000\n'],
    ['get measurement-interval', '1\n'],
    ['get restore-voltage', '0\n'],
    ['get uvlo', '1\n'],
    ['get wakeup-flag', 'poweron\nextin\n'],
    ['get wakeup-status', '17\n'],
    ['-g extin', '1\n'],
    ['--get extin', '1\n'],
    ['version', 'sleepi3 version 1.2.3\n'],
    ['-v', 'sleepi3 version 1.2.3\n'],
    ['--version', 'sleepi3 version 1.2.3\n'],
  ])('%s prints what sleepi3ctl prints', async (args, out) => {
    expect(await sleepi3(args)).toEqual({ status: 0, out, err: '' });
  });

  it('get extin-trigger prints 1 for a level', async () => {
    memory.memory[0x0c] = 0b010;
    expect(await sleepi3('get extin-trigger')).toEqual({ status: 0, out: '1\n', err: '' });
  });

  it('get wakeup-flag prints nothing when there is no flag', async () => {
    memory.memory[0x0e] = 0;
    expect(await sleepi3('get wakeup-flag')).toEqual({ status: 0, out: '', err: '' });
  });

  it.each([
    ['set extout 1', 0x0d, 0b011],
    ['-s extin-trigger 1', 0x0c, 0b011],
    ['--set extin-trigger 0', 0x0c, 0b001],
    ['set ri-trigger level', 0x0c, 0b101],
    ['set extin-powerdown 0', 0x0c, 0],
    ['set restart 0', 0x0b, 0b100],
    ['set uvlo 0', 0x0b, 0b001],
    ['set watchdog-timeout 255', 0x09, 255],
    ['set sleep-timeout 0', 0x0a, 0],
    ['set measurement-interval 5', 0x06, 5],
    ['set restore-voltage 24000', 0x05, 0x5d],
  ])('%s sets it and prints nothing', async (args, register, value) => {
    expect(await sleepi3(args)).toEqual({ status: 0, out: '', err: '' });
    expect(memory.memory[register]).toBe(value);
  });
});

describe('wrong input', () => {
  it.each([
    ['', 2],
    ['get', 2],
    ['get nothing', 2],
    ['get nothing 1', 2],
    ['get voltage 3', 2],
    ['get extin extout', 2],
    ['set', 2],
    ['set extout', 2],
    ['set extin 1', 2],
    ['set nothing 1', 2],
    ['set extout 1 1', 2],
    ['set extout 2', 1],
    ['set extout on', 1],
    ['set ri-trigger 2', 1],
    ['set watchdog-timeout 256', 1],
    ['set watchdog-timeout -1', 1],
    ['set watchdog-timeout 1.5', 1],
    ['set watchdog-timeout', 2],
    ['set restore-voltage 24001', 1],
    ['status now', 2],
    ['watch it', 2],
    ['completion now', 2],
    ['version 2', 2],
    ['reboot', 2],
    ['--colour get extin', 2],
    ['get extin --bus', 2],
    ['get extin --address 1', 2],
    ['get extin --address 0x6F', 1],
    ['get extin --bus usb', 1],
    ['watch --interval 0', 2],
    ['watch --interval soon', 2],
    ['get extin --defaults-file /none', 1],
    ['get extin --bus unix:/none', 1],
  ])('%j is refused with status %i, one line that says why, and nothing written', async (args, status) => {
    const result = await sleepi3(args);
    expect(result.status).toBe(status);
    expect(memory.calls.filter(({ transfer }) => transfer.startsWith('write'))).toEqual([]);
    if (args === '') {
      expect(result).toMatchObject({ out: expect.stringContaining('Usage') as string, err: '' });
    } else {
      expect(result.out).toBe('');
      expect(result.err).toMatch(/^sleepi3: [^\n]+\n$/);
    }
  });

  it('a board that goes mid-way is an error, and nothing is printed', async () => {
    memory.before = () => {
      for (const socket of server.sockets) socket.destroy();
    };
    const result = await sleepi3('set extout 1');
    expect(result).toMatchObject({ status: 1, out: '' });
    expect(result.err).toMatch(/^sleepi3: [^\n]+\n$/);
  });

  it('a fault of the program is not hidden as one of the user', async () => {
    const io = {
      args: ['version'],
      write: () => {
        throw new TypeError('bug');
      },
    } as unknown as CommandIo;
    await expect(runCommand(io, '1')).rejects.toThrow('bug');
  });
});

describe('the options', () => {
  it('choose another bus, which needs no defaults file, and another address', async () => {
    expect(await sleepi3(`get extin --bus unix:${directory}/board.sock --address 0x6e`)).toMatchObject({ out: '1\n' });
    expect(await sleepi3(`get extin --bus=unix:${directory}/board.sock`)).toMatchObject({ out: '1\n' });
    expect(await sleepi3('get extin --address=6D')).toMatchObject({
      status: 1,
      err: expect.stringContaining('0x6d') as string,
    });
  });

  it('give help, for a command too', async () => {
    const all = await sleepi3('--help');
    expect(all).toMatchObject({ status: 0, err: '' });
    expect(all.out).toContain('watchdog-timeout <0..255>');
    expect(all.out).toContain('voltage [1|2|active|all]');
    expect((await sleepi3('help')).out).toBe(all.out);
    expect((await sleepi3('-h')).out).toBe(all.out);
    expect((await sleepi3('get --json -h')).out).toBe((await sleepi3('help get')).out);
    expect((await sleepi3('help alarm')).out).toContain('sleepi3 alarm set tomorrow 07:00');
    expect((await sleepi3('help get')).out).toMatch(/^Usage: sleepi3 get/);
    expect((await sleepi3('set --help')).out).toMatch(/^Usage: sleepi3 set/);
    expect((await sleepi3('set --help')).out).not.toContain('extin-count');
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('give help for all, for %s too', async (word) => {
    expect(await sleepi3(['help', word])).toEqual(await sleepi3('help'));
  });

  it('give JSON', async () => {
    expect(JSON.parse((await sleepi3('get extin --json')).out)).toEqual({ extin: true });
    expect(JSON.parse((await sleepi3('get wakeup-flag --json')).out)).toEqual({ 'wakeup-flag': ['poweron', 'extin'] });
    expect(JSON.parse((await sleepi3('--json get voltage all')).out)).toEqual({ voltage1: 12034, voltage2: 12000 });
    expect(JSON.parse((await sleepi3('version --json')).out)).toEqual({ version: '1.2.3' });
    expect(JSON.parse((await sleepi3('status --json')).out)).toMatchObject({ 'extin-trigger': 'edge', version: 3 });
  });
});

describe('the manual page', () => {
  it('has every command, option and parameter', () => {
    const page = renderManualPage(manualPage('1.2.3', new Date(now2026))).replaceAll('\\-', '-');
    for (const name of [...Object.keys(commands), ...Object.keys(options), ...Object.keys(parameters)]) {
      expect(page).toContain(name);
    }
    expect(page).toMatch(/^\.TH SLEEPI3 8 2026-11-29 "sleepi3 1.2.3"/);
  });
});

describe('status', () => {
  it('is a table that a person reads', async () => {
    const { out } = await sleepi3('status');
    expect(out).toContain('PARAMETER             VALUE ');
    expect(out).toMatch(/^watchdog-timeout +60 s +seconds/m);
    expect(out).toMatch(/^extin-trigger +edge +/m);
    expect(out).toMatch(/^voltage +12034 mV \(CN1 12034, CN2 12000\) /m);
    expect(out).toMatch(/^wakeup-flag +poweron extin /m);
    expect(out).toMatch(/^version +3 /m);
    memory.memory[0x0e] = 0;
    expect((await sleepi3('status')).out).toMatch(/^wakeup-flag +- /m);
  });
});

describe('what is refused', () => {
  it.each([
    ['gte extin', 'unknown command gte: did you mean get?'],
    ['get extin --jsno', 'unknown option --jsno: did you mean --json?'],
    ['--colour get extin', 'unknown option --colour'],
  ])('%s is answered with what may have been meant', async (args, message) => {
    expect((await sleepi3(args)).err).toBe(`sleepi3: ${message} (see sleepi3 --help)\n`);
  });

  it.each([
    ['set extin-trigger 2', "extin-trigger takes 0 (edge) or 1 (level), not '2'"],
    ['set watchdog-timeout 1.5', "watchdog-timeout takes a whole number from 0 to 255, not '1.5'"],
    ['get voltage 3', "voltage takes 1, 2, active or all, not '3'"],
    ['get extin --address 0xZZ', "--address must be like 0x6E, not '0xZZ'"],
  ])('%s is quoted, and what is taken is named', async (args, message) => {
    expect((await sleepi3(args)).err).toContain(message);
  });

  it('is quoted with its blanks', async () => {
    expect((await sleepi3(['set', 'extout', '1 '])).err).toContain("extout takes 0 or 1, not '1 '");
  });

  it('is named in the defaults file, too', async () => {
    await writeFile(defaults, 'I2C_ADDRESS=0xZZ\n');
    const { err } = await sleepi3('get extin');
    expect(err).toContain('0xZZ');
    expect(err).toContain('must be 0x6e, 0x6d, 0x6b');
    expect(err).not.toContain('NaN');
  });
});

describe('alarm', () => {
  it('takes the words of date, says when it is, and is cleared', async () => {
    expect(await sleepi3(['alarm', 'set', '2026-11-29', '21:30:00', 'UTC'])).toEqual({ status: 0, out: '', err: '' });
    expect(rtc.alarm).toBe(now2026 / 1000 + 5400);
    const { out } = await sleepi3('alarm get');
    expect(new Date(out.trim()).getTime()).toBe(now2026 + 5_400_000);
    expect(JSON.parse((await sleepi3('alarm get --json')).out)).toEqual({ alarm: '2026-11-29T21:30:00.000Z' });
    expect(await sleepi3('alarm clear')).toEqual({ status: 0, out: '', err: '' });
    expect(await sleepi3('alarm get')).toEqual({ status: 0, out: '', err: '' });
    expect(JSON.parse((await sleepi3('alarm get --json')).out)).toEqual({ alarm: null });
  });

  it('goes by the clock chip, which may keep another time', async () => {
    rtc.now += 9 * 3600;
    await sleepi3(['alarm', 'set', '2026-11-29 21:00 UTC']);
    expect(rtc.alarm).toBe(now2026 / 1000 + 10 * 3600);
    expect(JSON.parse((await sleepi3('alarm get --json')).out)).toEqual({ alarm: '2026-11-29T21:00:00.000Z' });
  });

  it.each([
    ['alarm', 'alarm takes get, set DATE or clear, not nothing'],
    ['alarm off', 'not off'],
    ['alarm set', 'needs a date'],
    ['alarm set sometime', "'sometime' is not a date"],
    ['alarm set --defaults-file', 'needs a value'],
    ['alarm get now', 'unexpected argument now'],
    ['alarm set 2026-11-29 12:00 UTC', 'which has passed'],
  ])('%s is refused, and the alarm stays', async (args, message) => {
    const result = await sleepi3(args);
    expect(result).toMatchObject({ status: 2, out: '' });
    expect(result.err).toContain(message);
    expect(rtc.alarm).toBeUndefined();
  });

  it('is of no use to an option of date', async () => {
    await sleepi3(['alarm', 'set', 'x --set=2000-01-01']);
    expect(ran).toEqual([['date', '--date=x --set=2000-01-01', '+%s']]);
  });
});

describe('the completion for bash', () => {
  it.each([
    [['al'], ['alarm']],
    [
      ['get', 'wa'],
      ['wakeup-flag', 'wakeup-status', 'watchdog-timeout'],
    ],
    [
      ['set', 'ext'],
      ['extin-powerdown', 'extin-trigger', 'extout'],
    ],
    [
      ['set', 'extout', ''],
      ['0', '1'],
    ],
    [
      ['get', 'voltage', 'a'],
      ['active', 'all'],
    ],
    [
      ['alarm', ''],
      ['get', 'set', 'clear'],
    ],
    [['status', '--j'], ['--json']],
  ])('of %j is %j', async (words, expected) => {
    const { out } = await sleepi3('completion');
    const script = `${out}\nshift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sleepi3; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await runProgram('bash', ['-uc', script, 'bash', 'x', 'sleepi3', ...words]);
    expect({ words: stdout.trim().split(' '), stderr }).toEqual({ words: expected, stderr: '' });
  });
});

describe('watch', () => {
  it('follows the parameters that are named', async () => {
    const { out } = await sleepi3('watch extout wakeup-status', (times, stop) => {
      if (times === 1) memory.memory[0x0d] = 0b011;
      if (times === 2) memory.memory[0x0d] = 0b010;
      if (times === 3) memory.memory[0x0e] = 1;
      if (times === 4) memory.memory[0x08] = 1;
      if (times === 6) stop.abort();
    });
    expect(out.split('\n\n')[1]).toBe('+1.0 s  extout  0 → 1\n+2.0 s  extout  1 → 0\n+3.0 s  wakeup-status  17 → 1\n');
  });

  it('runs a command at each change, and tells it what there is', async () => {
    const command = 'echo "$SLEEPI3_CHANGED: $SLEEPI3_EXTIN $SLEEPI3_WAKEUP_FLAG"; echo oh >&2; exit 3';
    const words = ['watch', 'extin', '--exec', command, '--json'];
    const { out, err } = await sleepi3(words, (times, stop) => {
      if (times === 2) memory.memory[0x0d] = 0;
      if (times === 3) memory.memory[0x08] = 1;
      if (times === 5) stop.abort();
    });
    expect(out.split('\n').filter((line) => !line.startsWith('{'))).toEqual(['extin: 0 poweron extin', '']);
    expect(err).toBe('oh\nsleepi3: the command of --exec exited with status 3\n');
    expect(ran).toHaveLength(1);
  });

  it('prints the state, then each change with its time, until stopped', async () => {
    const { status, out, err } = await sleepi3('watch --interval 0.5', (times, stop) => {
      if (times === 1) memory.memory[0x0d] = 0b001;
      if (times === 3) memory.memory[0x0e] = 0b10000;
      if (times === 5) stop.abort();
    });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('PARAMETER');
    expect(out.split('\n\n')[1]).toBe(
      '+0.5 s  extin  1 → 0\n+0.5 s  extout  0 → 1\n+1.5 s  wakeup-flag  poweron extin → extin\n',
    );
  });

  it('reports a board that does not answer once, and goes on', async () => {
    const { out, err } = await sleepi3('watch', (times, stop) => {
      if (times === 1) {
        memory.before = () => {
          throw new BusError('ENODEV', 'gone');
        };
      }
      if (times === 4) {
        memory.before = () => {};
        memory.memory[0x0d] = 0;
      }
      if (times === 5) stop.abort();
    });
    expect(err).toMatch(/^sleepi3: [^\n]*ENODEV[^\n]*\n$/);
    expect(out).toContain('+4.0 s  extin  1 → 0\n');
  });

  it('prints a line of JSON for each state', async () => {
    const { out } = await sleepi3('watch --json', (times, stop) => {
      if (times === 2) memory.memory[0x08] = 10;
      if (times === 3) stop.abort();
    });
    const states = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(states).toMatchObject([
      { seconds: 0, 'extin-count': 9 },
      { seconds: 2, 'extin-count': 10 },
    ]);
  });

  it('ends at once with an error that is no fault of the board', async () => {
    const choice = { bus: `unix:${directory}/board.sock` };
    const failing = { clock: { now: () => 0, sleep: () => Promise.reject(new Error('clock broke')) } };
    const io = {
      args: ['watch', '--defaults-file', defaults],
      write: () => {},
      writeError: () => {},
      epoch: () => now2026,
      run: runProgram,
      stopSignal: () => new AbortController().signal,
      ...failing,
    };
    await expect(runCommand(io, '1', choice)).rejects.toThrow('clock broke');
    const broken = {
      ...io,
      write: () => {
        throw new Error('output broke');
      },
    };
    await expect(runCommand(broken, '1', choice)).rejects.toThrow('output broke');
  });
});

import { describe, expect, it } from 'vitest';
import {
  type HealthFinding,
  healthMessage,
  type HealthReading,
  judgeHealth,
  editDefaults,
  parseDefaults,
  Sleepi3Error,
} from '../src/index.js';

const soundBoard: HealthReading = {
  extin: false,
  'extin-count': 0,
  'extin-powerdown': true,
  'extin-trigger': 'edge',
  extout: false,
  'watchdog-timeout': 60,
};
const soundFile = editDefaults('', { EXTIN_FORCED_SHUTDOWN: true });
/** The sound file with other lines for those of the same key. */
const fileWith = (...lines: readonly string[]) =>
  lines.reduce((file, line) => file.replace(new RegExp(`^${line.split('=', 1)[0] ?? ''}=.*$`, 'm'), line), soundFile);

function judge(board: Partial<HealthReading> | Error = {}, file = soundFile, extoutOwned = false) {
  return judgeHealth({
    board: board instanceof Error ? board : { ...soundBoard, ...board },
    defaults: parseDefaults(file),
    extoutOwned,
  });
}

const told = (findings: readonly HealthFinding[]) => findings.map(({ id, severity }) => `${severity} ${id}`);

describe('the judge of a board', () => {
  it('finds nothing with a sound board and sound settings', () => {
    expect(judge({ voltage: 12_000, 'measurement-interval': 1 })).toEqual([]);
  });

  it.each<[string, Partial<HealthReading>, string, string[]]>([
    ['EIPDE off', { 'extin-powerdown': false }, '', ['error extin-powerdown']],
    ['EITRG level', { 'extin-trigger': 'level' }, '', ['error extin-trigger']],
    ['an EXTIN of a fencing', { extin: true, 'extin-count': 20 }, '', ['warning extin-asserted']],
    ['an EXTIN that stays', { extin: true, 'extin-count': 21 }, '', ['error extin-stuck']],
    ['an asserted EXTOUT', { extout: true }, '', ['error extout-asserted']],
    ['a watchdog that was changed', { 'watchdog-timeout': 61 }, '', ['error watchdog-differs']],
    ['a watchdog that is off', { 'watchdog-timeout': 0 }, 'HEARTBEAT_TIMEOUT=0', ['warning watchdog-off']],
    ['a file that undoes EIPDE', {}, 'EXTIN_FORCED_SHUTDOWN=0', ['error extin-forced-shutdown']],
    ['a boot that is retried after no timeout', {}, 'BOOT_TIMEOUT=0', ['error boot-timeout-contradicted']],
    ['no retry', {}, 'RETRY_BOOT=0', ['warning retry-boot-off']],
    [
      'no timeout and no retry',
      {},
      'RETRY_BOOT=0 BOOT_TIMEOUT=0',
      ['warning boot-timeout-off', 'warning retry-boot-off'],
    ],
    ['a supply that fails', { voltage: 4999, 'measurement-interval': 1 }, '', ['warning voltage-low']],
    ['a supply that is not measured', { voltage: 0, 'measurement-interval': 0 }, '', []],
  ])('tells %s', (_, board, more, expected) => {
    expect(told(judge(board, fileWith(...more.split(' '))))).toEqual(expected);
  });

  it('takes an EXTOUT that somebody owns for a fencing', () => {
    expect(judge({ extout: true }, soundFile, true)).toEqual([]);
  });

  it('tells every line that cannot be read, with file, line, key and value', () => {
    const facts = judge({}, `${fileWith('BOOT_TIMEOUT=256')}nonsense\n`).map(({ fact }) => fact);
    expect(facts).toEqual([
      expect.stringMatching(/^\/etc\/default\/sleepi3, line 7: BOOT_TIMEOUT=256 must be /),
      '/etc/default/sleepi3, line 10: nonsense is neither a comment nor KEY=value',
    ]);
  });

  it('judges what is left when the board says nothing, or the file does not exist', () => {
    const silent = judge(new Error('no answer at 0x6e'), fileWith('EXTIN_FORCED_SHUTDOWN=0'));
    expect(told(silent)).toEqual(['error board-silent', 'error extin-forced-shutdown']);
    expect(silent[0]?.fact).toBe('the board does not answer: no answer at 0x6e');
    const bare = judgeHealth({ board: soundBoard, defaults: undefined, defaultsPath: '/etc/other' });
    expect(told(bare)).toEqual(['warning defaults-missing']);
    expect(bare[0]?.fact).toBe('/etc/other does not exist');
  });

  it('tells a bus that hangs from a board that is not there, and sends nobody to the DIP switch for it', () => {
    for (const errno of ['ETIMEDOUT', 'EAGAIN']) {
      const hung = judge(new Sleepi3Error('TRANSFER_FAILED', 'reading failed', { errno }));
      expect(told(hung)).toEqual(['error bus-hung']);
      expect(JSON.stringify(hung)).not.toContain('DIP switch');
    }
    const absent = judge(new Sleepi3Error('TRANSFER_FAILED', 'reading failed', { errno: 'EREMOTEIO' }));
    expect(told(absent)).toEqual(['error board-silent']);
    expect(JSON.stringify(absent)).toContain('DIP switch');
  });

  it('names what is to be done, in its order, and the setting only where it is not set', () => {
    const [powerdown] = judge({ 'extin-powerdown': false });
    expect(powerdown?.remedy).toEqual(['fence_sleepi3 boot']);
    const [both] = judge({ 'extin-powerdown': false }, fileWith('EXTIN_FORCED_SHUTDOWN=0'));
    expect(both && healthMessage(both)).toBe(
      'this node cannot be fenced: EIPDE is 0 (extin-powerdown), and EXTIN does not cut its power; ' +
        'to mend it: set EXTIN_FORCED_SHUTDOWN=1 in /etc/default/sleepi3, then fence_sleepi3 boot',
    );
  });

  it('has a reason and a remedy for everything, and names no command that is not on the node', () => {
    const all = [
      ...judge(new Error('silent'), 'EXTIN_FORCED_SHUTDOWN=0\nRETRY_BOOT=0\nBOOT_TIMEOUT=0\nHEARTBEAT_TIMEOUT=0\nx\n'),
      ...judge(
        { extin: true, 'extin-powerdown': false, 'extin-trigger': 'level', extout: true, voltage: 1 },
        'BOOT_TIMEOUT=0\n',
      ),
    ];
    for (const { why, remedy } of all) {
      expect(why).toMatch(/^[A-Z].*\.$/);
      expect(remedy).not.toEqual([]);
      for (const one of remedy)
        expect(one).toMatch(/^(?:fence_sleepi3 boot|sleepi3ctl |i2cdetect |set |compare |correct |check |install )/);
    }
  });
});

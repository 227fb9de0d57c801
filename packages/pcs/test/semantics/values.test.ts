import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isTrue,
  parseBoolean,
  parseDuration,
  parseRole,
  parseScore,
  parseSimulation,
  parseWord,
  sameDuration,
  sameName,
  sameRole,
  scoreOf,
} from '../../src/index.js';
import { parseClusterStatus } from '../../src/index.js';
import { asked, cibXml, dummy, havePacemaker, setXml, times, xml } from './pacemaker.js';

/** As many different texts as one question takes. */
const batch = 150;
/** Of those for which operations have to be simulated. */
const fewer = 60;

const sampled = (arbitrary: fc.Arbitrary<string>, seed: number, fixed: readonly string[], count = batch) =>
  [...new Set([...fixed, ...fc.sample(arbitrary, { numRuns: 2 * count, seed })])].slice(0, count);

/** Texts near what is meant: in any case, with spaces, signs and letters too many. */
const near = (words: fc.Arbitrary<string>) =>
  fc
    .tuple(
      fc.constantFrom('', '', '', ' ', '+', '-', 'x'),
      words,
      fc.constantFrom('', '', '', ' ', 's', '0', 'abc', '.5'),
    )
    .map((parts) => parts.join(''));

const anyCase = (word: string) =>
  fc
    .tuple(fc.constant(word), fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }))
    .map(([text, capitals]) =>
      Array.from(text, (letter, i) => (capitals[i] ? letter.toUpperCase() : letter.toLowerCase())).join(''),
    );

const booleans = near(
  fc
    .constantFrom('true', 'on', 'yes', 'y', '1', 'false', 'off', 'no', 'n', '0', 'default', 'ture', 'enabled', '')
    .chain(anyCase),
);
const scores = near(
  fc.oneof(
    fc.constantFrom('INFINITY', 'infinity', 'Infinity', 'red', 'Yellow', 'GREEN', '1000000', '999999', '1e3', '0x10'),
    fc.integer({ min: -2_000_000, max: 2_000_000 }).map(String),
  ),
);
const durations = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '', ' '),
      // Beyond this Pacemaker 2.1.5 prints what it took as a negative number.
      fc.nat(500),
      fc.constantFrom('', '', '.5', ' '),
      fc.constantFrom(
        '',
        's',
        'S',
        'sec',
        'seconds',
        'ms',
        'MS',
        'msec',
        'us',
        'usec',
        'm',
        'min',
        'Minutes',
        'h',
        'hr',
        'd',
        'x',
        '-',
      ),
      fc.constantFrom('', '', ' ', 'x'),
    )
    .map((parts) => parts.join('')),
  // Days, months and years are one day short before Pacemaker 3.0.1.
  fc
    .array(
      fc.tuple(fc.nat(99), fc.constantFrom('H', 'M', 'S')).map(([number, unit]) => `${number}${unit}`),
      { maxLength: 3 },
    )
    .chain((parts) => fc.constantFrom('PT', 'P', 'pT').map((prefix) => `${prefix}${parts.join('')}`))
    .filter((text) => !/^P[^T]*M/.test(text)),
);

describe('values, as we read them', () => {
  it.each([
    ['4', '4s', true],
    ['4', 'PT4S', true],
    ['60', '1min', true],
    ['4', '4ms', false],
    ['nonsense', 'nonsense', true],
    ['nonsense', 'rubbish', false],
    ['PT0S', '0', false],
  ])('%s and %s: one time is %s', (one, other, same) => {
    expect(sameDuration(one, other)).toBe(same);
  });

  it('are of the longest there is at most', () => {
    expect(parseDuration('9999999h')).toBe(4_294_967_295);
    expect(parseDuration('P1Y2M3W4DT5H6M7S')).toBe(4_294_967_295);
    expect(parseDuration('P1D')).toBe(86_400_000);
    expect(parseDuration('P1M')).toBe(2_592_000_000);
    expect(parseDuration('PT1H/anything')).toBe(3_600_000);
  });

  it.each([
    ['Master', 'Promoted'],
    ['slave', 'Unpromoted'],
    ['STARTED', 'Started'],
    ['stopped', 'Stopped'],
    ['unpromoted', 'Unpromoted'],
    ['Starting', undefined],
  ])('the role %s is %s', (text, role) => {
    expect(parseRole(text)).toBe(role);
  });

  it('tell roles, names and words apart without case and by either name', () => {
    expect(sameRole('Master', 'promoted')).toBe(true);
    expect(sameRole(undefined, 'Started')).toBe(true);
    expect(sameRole('Slave', 'Started')).toBe(false);
    expect(sameRole('Starting', 'starting')).toBe(true);
    expect(sameName('RASPBERRYPI-2', 'raspberrypi-2')).toBe(true);
    // As C's strcasecmp: letters of other alphabets are as they are.
    expect(sameName('Ä', 'ä')).toBe(false);
    expect(parseWord('Ignore', ['stop', 'ignore'])).toBe('ignore');
    expect(parseWord('ignored', ['stop', 'ignore'])).toBeUndefined();
  });
});

describe.runIf(havePacemaker)('values, as Pacemaker reads them', () => {
  it(`booleans of resources, ${batch * times} texts`, async () => {
    for (let seed = 0; seed < times; seed++) {
      const texts = sampled(booleans, seed, ['true', 'TRUE', 'ture', '', 'no', '2']).filter(
        (text) => !sameName(text, 'default'),
      );
      const resources = texts.map((text, i) => dummy(`r${i}`, setXml(`m${i}`, { 'is-managed': text }))).join('');
      const status = parseClusterStatus(
        await asked('crm_mon', ['-1', '--inactive', '--output-as=xml'], cibXml({ resources })),
      );
      const theirs = texts.map((text, i) => [text, status.resource(`r${i}`)?.managed]);
      expect(texts.map((text) => [text, isTrue(text)])).toEqual(theirs);
      expect(texts.map((text) => parseBoolean(text) ?? false)).toEqual(texts.map(isTrue));
    }
  });

  it(`scores, ${batch * times} texts`, async () => {
    for (let seed = 0; seed < times; seed++) {
      const texts = sampled(scores, seed, [
        'INFINITY',
        '+INFINITY',
        '-INFINITY',
        'infinity',
        '',
        '12abc',
        ' 7',
        '- 5',
        '--5',
      ]);
      const resources = texts.map((_, i) => dummy(`r${i}`)).join('');
      const constraints = texts
        .map((score, i) => xml('rsc_location', { id: `l${i}`, rsc: `r${i}`, node: 'n1', score }))
        .join('');
      // The schema would refuse most of them.
      const cib = cibXml({ resources, constraints, schema: 'none' });
      const { scores: found } = parseSimulation(
        await asked('crm_simulate', ['--live-check', '--show-scores', '--output-as=xml'], cib),
      );
      const theirs = texts.map((text, i) => [text, found.get(`r${i}`)?.get('n1')]);
      expect(texts.map((text) => [text, scoreOf(text)])).toEqual(theirs);
      expect(texts.map((text) => parseScore(text) ?? 0)).toEqual(texts.map(scoreOf));
    }
  });

  it(`times, ${fewer * times} texts`, async () => {
    for (let seed = 0; seed < times; seed++) {
      const texts = sampled(
        durations,
        seed,
        ['4', '4s', '1min', 'PT3S', '', 'abc', 'PT', 'PT0S', '1.5s', '1.5.7 s', '500ms', '1500us'],
        fewer,
      );
      const resources = texts
        .map((interval, i) =>
          dummy(`r${i}`, xml('operations', {}, xml('op', { id: `o${i}`, name: 'monitor', interval }))),
        )
        .join('');
      const answer = await asked(
        'crm_simulate',
        ['--simulate', '--live-check', '--output-as=xml'],
        cibXml({ resources }),
      );
      const theirs = texts.map((text, i) => {
        const found = new RegExp(`resource="r${i}" op="monitor" node="[^"]*" interval="(\\d+)"`).exec(answer)?.[1];
        return [text, Number(found ?? 0)];
      });
      expect(texts.map((text) => [text, parseDuration(text) ?? 0])).toEqual(theirs);
    }
  });
});

// Patterns of POSIX in JavaScript, as a table and, generated, beside those that Pacemaker matches resources with.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSimulation } from '../../src/index.js';
import { posixPattern } from '../../src/semantics/posix-pattern.js';
import { asked, type CibParts, cibXml, dummy, havePacemaker, times, xml } from './pacemaker.js';

describe('a POSIX pattern', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    // Anywhere in the text, with case.
    ['eb', ['web', 'ebb'], ['WEB', '']],
    ['', ['', 'a'], []],
    ['a|', ['', 'b'], []],
    // An escaped character is itself.
    ['^web\\-.*', ['web-a'], ['weba', 'a-web-a']],
    ['\\a\\.\\(\\{\\]\\/\\@', ['a.({]/@'], ['ab({]/@']],
    ['raspberrypi\\-[12]', ['raspberrypi-1', 'raspberrypi-2'], ['raspberrypi-3']],
    // Brackets.
    ['^web[[:digit:]]$', ['web1'], ['web', 'weba', 'webd', 'web:']],
    ['^[^[:space:][:punct:]]$', ['a', '1'], [' ', '_', '-', '{']],
    ['^[]a]$', [']', 'a'], ['b']],
    ['^[^]a]$', ['b', '\n'], [']', 'a']],
    ['^[\\d]$', ['\\', 'd'], ['1']],
    ['^[a-]$', ['a', '-'], ['b']],
    ['^[+--]$', ['+', ',', '-'], ['.']],
    ['^[[.-.]x]$', ['-', 'x'], ['.']],
    ['^[[=a=]b]$', ['a', 'b'], ['=']],
    ['^[[.a.]-c]$', ['a', 'b', 'c'], ['d', '.']],
    // What stands for itself.
    ['^a}$', ['a}'], ['a']],
    ['^a)$', ['a)'], ['a']],
    ['^a]$', ['a]'], ['a']],
    ['a/b', ['a/b'], ['ab']],
    // Repetition.
    ['^a{2}$', ['aa'], ['a', 'aaa']],
    ['^a{,2}$', ['', 'aa'], ['aaa']],
    ['^a{2,}$', ['aa', 'aaa'], ['a']],
    ['^a+*$', ['', 'aa'], ['b']],
    ['^(a|b){0}$', [''], ['a']],
    // Places.
    ['a^|$b', [], ['a', 'b', 'ab']],
    ['\\<b', ['b', 'a-b'], ['ab']],
    ['a\\>', ['a', 'a-b'], ['ab']],
    ["\\`a\\'", ['a'], ['ab', 'ba']],
    ['a\\B.\\b', ['ab'], ['a']],
    // References.
    ['^(a|b)\\1$', ['aa', 'bb'], ['ab', 'a']],
    ['^\\w\\W\\s\\S$', ['a- -'], ['--  ']],
    // Characters of more than one byte, and those that JavaScript has words for.
    ['^.$', ['é', '😀', '\n'], ['']],
    ['^\\d\\n$', ['dn'], ['1\n']],
  ])('%s', (pattern, matching, others) => {
    const expression = posixPattern(pattern);
    expect(matching.filter((text) => expression?.test(text) !== true)).toEqual([]);
    expect(others.filter((text) => expression?.test(text) !== false)).toEqual([]);
  });

  it.each([
    ...['[', '[]', '[a', '[a-', '[[:alpha:]', '[[:letter:]]', '[[:constructor:]]', '[[:alpha]', '[[.ab.]]', '[[=ab=]]'],
    ...['[b-a]', '[a-c-e]', '[[:digit:]-a]', '[a-[:digit:]]'],
    ...['(', 'a(b', '(*a)', '*a', '+', '?', '{1}', 'a|*', '^*', 'a$+', '\\b?', '(?=a)', '(?:a)'],
    ...['a{', 'a{}', 'a{x}', 'a{2,1}', 'a{1,2,3}', 'a{32768}', 'a{1'],
    ...['\\', '\\1', '(a\\1)', '(a)|\\1', '('.repeat(50_000) + ')'.repeat(50_000)],
  ])('%s is none', (pattern) => {
    expect(posixPattern(pattern)).toBeUndefined();
  });
});

describe.runIf(havePacemaker)('generated POSIX patterns', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b',
      'c',
      '1',
      '_',
      '-',
      '=',
      '/',
      '\\-',
      '\\a',
      '\\.',
      '\\(',
      '\\|',
      '\\w',
      '\\W',
      '\\S',
      '\\b',
      '\\<',
      '\\>',
    ],
    ...['.', '^', '$', '*', '+', '?', '|', '(', ')', '()', '(a|b)', '(|c)', '[', ']', '{', '}', '\\'],
    ...['{2}', '{1,}', '{,2}', '{0}', '{2,1}', '{,}', '{}', '{1,2}'],
    ...['[ab]', '[^a-]', '[a-c]', '[]a]', '[^]a]', '[a\\-]', '[\\]', '[1-]', '[--1]', '[a--]', '[a-c-e]', '[b-a]'],
    ...[
      '[[:digit:]]',
      '[[:alpha:]_]',
      '[^[:punct:]]',
      '[[:foo:]]',
      '[[.-.]]',
      '[[=a=]b]',
      '[[:upper:]-]',
      '[[',
      '[:alpha:]',
    ],
  );
  const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
  // Other characters Pacemaker takes for parts of an expression of its own, for the resource's fail counts.
  const character = fc.constantFrom('a', 'a', 'b', 'b', 'c', 'A', '1', '2', '_', '-', '.', '=', '/');
  const id = fc.array(character, { minLength: 1, maxLength: 5 }).map((characters) => characters.join(''));
  // Each pattern has a bit of the score: 19 bits are less than INFINITY.
  const generated = fc.record({
    patterns: fc.array(text, { minLength: 19, maxLength: 19 }),
    ids: fc.uniqueArray(id, { minLength: 40, maxLength: 40 }),
  });

  it.each(Array.from({ length: 8 * times }, (_, i) => i))(
    'run %i: 19 of them match 40 names as in crm_simulate',
    async (seed) => {
      const [{ patterns, ids } = { patterns: [], ids: [] }] = fc.sample(generated, { numRuns: 1, seed });
      const parts: CibParts = {
        resources: ids.map((one) => dummy(one)).join(''),
        constraints: patterns
          .map((pattern, i) => xml('rsc_location', { id: `l${i}`, 'rsc-pattern': pattern, node: 'n1', score: 2 ** i }))
          .join(''),
        schema: 'none',
      };
      const { scores } = parseSimulation(
        await asked('crm_simulate', ['--live-check', '--show-scores', '--output-as=xml'], cibXml(parts)),
      );
      const theirs = ids.map((one) => [one, patterns.filter((_, i) => (scores.get(one)?.get('n1') ?? 0) & (2 ** i))]);
      const expressions = patterns.map(posixPattern);
      expect(ids.map((one) => [one, patterns.filter((_, i) => expressions[i]?.test(one) === true)])).toEqual(theirs);
      expect(scores.size).toBe(ids.length);
    },
  );
});

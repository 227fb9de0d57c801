import { expect, it } from 'vitest';
import { benchTable, chooseContenders, contenders, pool, thereAndBack } from '../../src/bench/bench.js';
import { measurements } from '../../src/bench/measurements.js';

it('measures everything of the article, to which all is compared, and of the hot standby', () => {
  for (const { measured } of contenders.slice(0, 2)) expect(measured).toEqual(Object.keys(measurements));
});

it('compares to the article, and says of each target whether it is met', () => {
  const table = benchTable([
    {
      name: 'article',
      measured: {
        'kernel panic until HTTP answers again': { seconds: 50 },
        'HTTP silent in a planned move': { seconds: 10 },
      },
    },
    {
      name: 'hot standby',
      measured: {
        'kernel panic until HTTP answers again': {
          seconds: 20,
          detail: 'detection 3.00, answer 17.00',
        },
        'HTTP silent in a planned move': { seconds: 0.6 },
      },
    },
    { name: 'active/passive', measured: { 'HTTP silent in a planned move': { seconds: 9.9 } } },
    { name: '… at once', measured: { 'kernel panic until HTTP answers again': { seconds: 20.5 } } },
    { name: '… both', measured: { 'kernel panic until HTTP answers again': { seconds: 6.5 } } },
    { name: 'keepalived', measured: { 'kernel panic until HTTP answers again': { seconds: 4 } } },
  ]);
  expect(table).toBe(`HTTP silent in a planned move
  article             10.00 s
  hot standby          0.60 s  ratio 0.060  (target 0.05: missed)
  active/passive       9.90 s  ratio 0.990  (target 1: met)
kernel panic until HTTP answers again
  article             50.00 s
  hot standby         20.00 s  ratio 0.400  (target 0.4: met)
    detection 3.00, answer 17.00
  … at once           20.50 s  ratio 0.410  (target 0.4: missed)
  … both               6.50 s  ratio 0.130  (target 0.4: met)
  keepalived           4.00 s  ratio 0.080
  … both beside keepalived: ratio 1.625  (target 1.5: missed)
`);
});

it('compares to keepalived without the article, too', () => {
  const silence = (seconds: number) => ({ 'kernel panic until HTTP answers again': { seconds } });
  expect(
    benchTable([
      { name: '… both', measured: silence(6) },
      { name: 'keepalived', measured: silence(4) },
    ]),
  ).toBe(`kernel panic until HTTP answers again
  … both               6.00 s
  keepalived           4.00 s
  … both beside keepalived: ratio 1.500  (target 1.5: met)
`);
});

it('takes the ways by name, and all of them without', () => {
  expect(chooseContenders([])).toEqual(contenders);
  expect(chooseContenders(['keepalived', 'both']).map(({ name }) => name)).toEqual(['… both', 'keepalived']);
  expect(() => chooseContenders(['vrrp'])).toThrow('there is no way vrrp; there are article, hot-standby, at-once');
});

it('says nothing of what was not measured', () => {
  expect(benchTable([])).toBe('');
  expect(benchTable([{ name: 'article', measured: {} }])).toBe('');
});

it('measures one thing alone, of those that are measured for it', () => {
  const planned = chooseContenders([], 'move');
  expect(planned.map(({ name }) => name)).toEqual(['article', 'hot standby', 'active/passive', 'keepalived']);
  expect(new Set(planned.flatMap(({ measured }) => measured))).toEqual(new Set(['HTTP silent in a planned move']));
  expect(chooseContenders([])).toEqual(contenders);
  expect(chooseContenders(['article', 'keepalived'], 'pcs').map(({ name }) => name)).toEqual(['article']);
  expect(() => chooseContenders(['active/passive', 'both'], 'pcs')).toThrow(
    'pcs is not measured of active/passive, both, but of article, hot-standby, token-1-s',
  );
});

it('goes there and back, and takes the median of what a way was measured at', () => {
  const order = thereAndBack(chooseContenders(['article', 'active/passive'], 'move'), 3).map(({ name }) => name);
  expect(order).toEqual(['article', 'active/passive', 'active/passive', 'article', 'article', 'active/passive']);
  const move = (name: string, seconds: number) => ({
    name,
    measured: { 'HTTP silent in a planned move': { seconds } },
  });
  const rounds = [move('article', 10), move('active/passive', 16), move('active/passive', 8), move('article', 14)];
  expect(benchTable(pool(rounds))).toBe(`HTTP silent in a planned move
  article             12.00 s
    the median of 10.00, 14.00
  active/passive      12.00 s  ratio 1.000  (target 1: met)
    the median of 16.00, 8.00
`);
  expect(pool([move('article', 10)])).toEqual([move('article', 10)]);
});

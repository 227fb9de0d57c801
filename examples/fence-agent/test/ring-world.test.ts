// Rings of three to five nodes: any one failure, any cut between the links, any kill of a line keeper in its act.
import { describe, expect, it } from 'vitest';
import { allKinds, judgeRing, kindsOf } from '../virtual/ring/judge.js';
import { playRing } from '../virtual/ring/play.js';
import { drawRing } from '../virtual/ring/world.js';

/** A sample, each with its agents and line keepers; `pnpm run ring --worlds 100000` plays all. */
const worlds = process.env['CI'] === 'true' ? 2000 : 300;

describe('a ring', () => {
  it(`keeps its part with quorum whole, cuts nobody else than it must, and says success of a cut node alone, in ${worlds} worlds`, async () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < worlds; seed++) {
      const story = await playRing(drawRing(seed));
      for (const kind of kindsOf(story)) kinds.add(kind);
      expect([...judgeRing(story)], `ring ${seed}`).toEqual([]);
    }
    expect(allKinds.filter((kind) => !kinds.has(kind))).toEqual([]);
  }, 600_000);

  it('is judged: a member that was cut, a success of nothing, and a shot that was owed are found', async () => {
    const story = await playRing({
      ...drawRing(0),
      wire: undefined,
      kill: undefined,
      cut: undefined,
      nodes: 3,
      failure: { node: 1, at: 0, kind: 'panic' },
    });
    expect([...judgeRing(story)]).toEqual([]);
    expect(story.shots).toMatchObject([{ by: 0, at: 1, success: true }]);
    expect([...judgeRing({ ...story, cuts: [[], [20_000], [20_000]] })].join()).toContain(
      'n2 is in the part with quorum, and was cut',
    );
    expect([...judgeRing({ ...story, cuts: [[], [], []] })].join()).toMatch(
      /success of n1, which was not cut.*n1 has to be shot by n0/,
    );
    const wild = { by: 2, at: 1, begun: 0, ended: 1, success: false };
    expect([...judgeRing({ ...story, shots: [...story.shots, wild] })].join()).toContain(
      'which its wire does not reach',
    );
    expect([...judgeRing({ ...story, parts: [[0, 1, 2]] })].join()).toContain('n1 was cut, and nobody had a reason to');
  });
});

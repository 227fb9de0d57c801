/** What is measured: its word on the command line, and what ours should be at most, as a part of the article's. */
export const measurements = {
  'HTTP silent in a planned move': { word: 'move', target: 0.05 },
  'fencing requested by stonith_admin': { word: 'stonith_admin', target: 0.4 },
  'fencing requested by pcs stonith fence': { word: 'pcs', target: 0.6 },
  'kernel panic until HTTP answers again': { word: 'panic', target: 0.4 },
} as const;

export type Measurement = keyof typeof measurements;

export const measurementWords = Object.values(measurements).map(({ word }) => word);

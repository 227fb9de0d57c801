// The photographed pictures of the guides are not stale: what they were made from is kept beside them.
import { describe, expect, it } from 'vitest';
import { madeFrom, pictureHash, readRecord } from '../pictures/made-from.js';

const anew =
  'is stale: make the pictures anew with npm run pictures, and commit docs/pictures/made-from.json with them';

describe('the photographed pictures of the guides', () => {
  it('show what the programs, the alerts and the dashboard are today', async () => {
    const record = readRecord();
    const now = Object.entries(await madeFrom());
    expect(now.length).toBeGreaterThan(2);
    for (const [name, from] of now) {
      expect({ from, picture: pictureHash(name) }, `docs/pictures/${name} ${anew}`).toEqual(
        (record as Readonly<Record<string, unknown>>)[name],
      );
    }
  });
});

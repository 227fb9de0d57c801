import { describe, expect, it } from 'vitest';
import { World } from './world.js';

describe('a morning on which all is well', () => {
  for (const [nodes, cloned] of [
    [2, true],
    [2, false],
    [3, true],
    [4, false],
  ] as const) {
    it(`reboots each of ${nodes} nodes once, the container ${cloned ? 'cloned' : 'moving with the address'}`, async () => {
      const world = new World({ nodes, cloned });
      await world.boot();
      await world.morning();
      expect(world.machines.map(({ errors }) => errors)).toEqual(world.machines.map(() => []));
      expect(world.machines.map(({ reboots }) => reboots)).toEqual(world.machines.map(() => 1));
      expect(world.violations).toEqual([]);
      expect(world.lock).toBeUndefined();
    });
  }
});

import type { ClusterStatus } from '@sleepi3/pcs';
import { describe, expect, it } from 'vitest';
import { LabError } from '../src/errors.js';
import type { Lab } from '../src/lab.js';
import { NodesOut } from '../src/scenarios/reboot/rolling.js';

type View =
  'silent' | { readonly quorate?: boolean; readonly dc?: string | undefined; readonly out: readonly boolean[] };

/** What is counted when the machines see this, one after the other. */
async function counted(...views: readonly View[]): Promise<{ readonly most: number; readonly looks: number }> {
  const status = (machine: unknown) => {
    const view = views[machine as number];
    if (view === undefined || view === 'silent') return Promise.reject(new LabError('MACHINE', 'it does not answer'));
    const { quorate = true, out } = view;
    const members = out.map((standby) => ({ online: true, standby, unclean: false }));
    const dc = 'dc' in view ? view.dc : 'raspberrypi-2';
    return Promise.resolve({ quorate, dc, members } as unknown as ClusterStatus);
  };
  const nodes = new NodesOut();
  await nodes.look({ machines: views.map((_, index) => index), status } as unknown as Lab);
  return { most: nodes.most, looks: nodes.looks };
}

describe('the nodes that are out of service', () => {
  it('are counted as the first one sees them that answers', async () => {
    expect(await counted({ out: [true, false] }, { out: [true, true] })).toEqual({ most: 1, looks: 1 });
    expect(await counted('silent', { out: [true, false] })).toEqual({ most: 1, looks: 1 });
    expect(await counted({ out: [true, true] }, { out: [false, false] })).toEqual({ most: 2, looks: 1 });
  });

  it('are not counted as one sees them that has not joined yet', async () => {
    const alone = { quorate: false, out: [true, true] };
    expect(await counted(alone, { out: [true, false] })).toEqual({ most: 1, looks: 1 });
    expect(await counted({ dc: undefined, out: [true, true] }, { out: [true, false] })).toEqual({ most: 1, looks: 1 });
    expect(await counted(alone, 'silent')).toEqual({ most: 0, looks: 0 });
  });

  it('are all, when nobody has quorum', async () => {
    const alone = { quorate: false, out: [false, true] };
    expect(await counted(alone, alone)).toEqual({ most: 2, looks: 1 });
  });
});

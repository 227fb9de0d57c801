import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { HttpProbe } from '../src/network/http-probe.js';

/** A service that is away in the given stretches of the clock, ms. */
function watch(away: readonly (readonly [number, number])[], interval = 100) {
  const clock = new VirtualClock();
  const changes: [number, boolean][] = [];
  const ask = () => Promise.resolve(!away.some(([from, to]) => clock.now() >= from && clock.now() < to));
  const probe = new HttpProbe(clock, ask, (answers) => changes.push([clock.now(), answers]), interval);
  return { clock, probe, changes };
}

describe('the eye on the service', () => {
  it('measures an outage from the last answer before it to the first after it', async () => {
    const { clock, probe, changes } = watch([[1050, 3050]]);
    await clock.advance(5000);
    expect(probe.outages()).toEqual([{ start: 1000, end: 3100, open: false }]);
    expect(probe.silence()).toBe(2100);
    expect(changes).toEqual([
      [0, true],
      [1100, false],
      [3100, true],
    ]);
    await probe.stop();
  });

  it('counts only what lies after the time asked for', async () => {
    const { clock, probe } = watch([
      [1000, 2000],
      [4000, 5000],
    ]);
    await clock.advance(6000);
    expect(probe.outages(2500)).toHaveLength(1);
    expect(probe.silence(4500)).toBe(500);
    await probe.stop();
  });

  it('tells of an outage that has not ended', async () => {
    const { clock, probe } = watch([[1000, Infinity]]);
    await clock.advance(2000);
    expect(probe.answers).toBe(false);
    expect(probe.outages()).toEqual([{ start: 900, end: 2000, open: true }]);
    await probe.stop();
  });

  it('calls a service that has not answered yet neither up nor down', async () => {
    const { clock, probe, changes } = watch([[0, 500]]);
    await clock.advance(400);
    expect(probe.answers).toBe(false);
    expect(probe.outages()).toEqual([]);
    await clock.advance(400);
    expect(changes).toEqual([[500, true]]);
    await probe.stop();
  });
});

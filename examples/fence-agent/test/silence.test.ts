import { VirtualClock } from '@sleepi3/simulator';
import { describe, expect, it } from 'vitest';
import { SilenceWatch } from '../src/target/silence.js';

/** A watch whose answers come one after the other, and how often it has asked. */
function watch(...answers: readonly (boolean | undefined)[]) {
  const asked: number[] = [];
  const clock = new VirtualClock();
  const silence = new SilenceWatch(() => {
    asked.push(clock.now());
    return Promise.resolve(answers[asked.length - 1]);
  });
  return { clock, silence, asked };
}

describe('whether the peer answers', () => {
  it('is asked once, at 11.2 s, before the hold is over', async () => {
    const { clock, silence, asked } = watch(true, false);
    for (const held of [0, 200, 11_199]) silence.onHeld(held);
    expect(asked).toHaveLength(0);
    for (const held of [11_200, 11_400, 12_000]) silence.onHeld(held);
    expect(asked).toHaveLength(1);
    expect(await clock.runUntil(silence.peerAnswers(12_000, clock))).toBe(true);
    expect(asked).toHaveLength(1);
    expect(clock.now()).toBe(0);
  });

  it('is asked again of a hold that was begun anew', async () => {
    const { clock, silence, asked } = watch(true, false);
    silence.onHeld(11_200);
    silence.onHeld(200);
    silence.onHeld(11_300);
    expect(asked).toHaveLength(2);
    expect(await clock.runUntil(silence.peerAnswers(12_000, clock))).toBe(false);
  });

  it('is asked afterwards of a hold that is shorter, when the peer must be off', async () => {
    const { clock, silence, asked } = watch(true);
    silence.onHeld(11_000);
    expect(await clock.runUntil(silence.peerAnswers(11_000, clock))).toBe(true);
    expect(asked).toEqual([200]);
  });

  it('is asked at once of a long hold that nobody has followed', async () => {
    const { clock, silence, asked } = watch(undefined);
    expect(await clock.runUntil(silence.peerAnswers(12_000, clock))).toBe(false); // not to be told is no answer
    expect(asked).toEqual([0]);
  });
});

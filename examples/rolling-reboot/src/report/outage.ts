// How long the service was away, as its clients see it.
import type { Host } from '../node/host.js';

/** ms between two questions; a shorter outage may go unseen. */
export const samplingMs = 250;
/** ms to wait for one answer. */
const answerMs = 1000;

/**
 * Asks the service over and over while `body` runs.
 *
 * @returns what `body` returned, and the longest time between two good answers, less the sampling: ms.
 */
export async function measureOutage<T>(
  { clock, probe }: Pick<Host, 'clock' | 'probe'>,
  url: string,
  body: () => Promise<T>,
  onOutage: (longest: number) => void,
): Promise<T> {
  const stop = new AbortController();
  let lastGood = clock.now();
  let longest = 0;
  const sample = async () => {
    while (!stop.signal.aborted) {
      const asked = clock.now();
      const { ok } = await probe(url, answerMs);
      // From the last good answer until a question that got one: an answer's own time is no outage.
      longest = Math.max(longest, asked - lastGood - samplingMs);
      if (ok) lastGood = clock.now();
      await clock.sleep(samplingMs, stop.signal).catch(() => undefined);
    }
  };
  const sampling = sample();
  try {
    return await body();
  } finally {
    stop.abort(new Error('the step has ended'));
    await sampling;
    onOutage(Math.round(longest));
  }
}

// A pulse by itself, of which nobody keeps a record: what races, storms and rings give to `pulse`.
import type { Clock } from '@sleepi3/driver';
import type { Lines } from '../src/line/lines.js';
import { PowerRecord, type RecordFile } from '../src/line/power-record.js';
import type { PulseContext } from '../src/line/pulse.js';

const noFile: RecordFile = { read: async () => undefined, replace: async () => {}, remove: async () => {} };

export function alone(given: Pick<PulseContext, 'lines' | 'clock' | 'random'>): PulseContext {
  return {
    record: new PowerRecord(noFile, 'boot'),
    log: () => {},
    onProgress: () => {},
    signal: new AbortController().signal,
    date: () => new Date(0),
    ...given,
  };
}

/** Lines of a busy machine, with a stretched clock: a transfer takes up to 5 ms more, now and then 80. */
export function busy(lines: Lines, clock: Clock, random: () => number): Lines {
  const jitter = () => clock.sleep(random() < 0.02 ? random() * 80 : random() * 5);
  return {
    read: async () => {
      await jitter();
      return lines.read();
    },
    writeExtout: async (asserted) => {
      await jitter();
      await lines.writeExtout(asserted);
    },
  };
}

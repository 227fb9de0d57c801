// What keeps to seconds of real time, and says that it failed where a starved machine did not let it.
import { availableParallelism, loadavg } from 'node:os';

/** The load from which a machine is starved: so many processes want each of its processors. */
const starving = 4;

/** The `retry` of a test: where the machine is starved, and nowhere else, it is tried again. */
export const againWhereStarved = {
  count: 2,
  condition: (): boolean => (loadavg()[0] ?? 0) > starving * availableParallelism(),
};

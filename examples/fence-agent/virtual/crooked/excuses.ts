// What no program can prevent. Each excuse is one narrow condition on one particular case, asked for only where an invariant
// would be violated, and counted: an excuse that is used more often than its cause can come about swallows something else.
import { supervision } from '../virtual-pi.js';
import type { Assertion, Attempt, Cut, Story } from './play.js';

/** The earliest cut after EXTIN was asserted, ms. */
const earliestCut = 9000;
/** How many transfers it takes to let go of a line that somebody else has asserted: one that was under way, a look, a write. */
const letGoTransfers = 3;
/** After this long a keeper that lives has let go of a line that it must not hold: a wake pulse is over, a doubt is settled, ms. */
const soundShot = 3000;
/** How long after a bus that failed it is used again, ms: retries are that far apart. */
const afterBurst = 1000;
/** What a node needs from its power-on until its service has set EIPDE, ms. */
const unfenceableAtBoot = 25_000;

export const excuses = {
  /**
   * 1. The hold was verified and the target kept its power: its board or the wire is at fault, it cannot be heard, nothing that
   * this node's board shows tells of it, and no test of the wire has failed.
   */
  'nobody can know': ({ world, crashedAt }: Story, { target, until }: Attempt) => {
    const peer = world.peers[target];
    const crash = crashedAt[target] ?? Infinity;
    const network = peer === 'silent' || crash <= until;
    const unasked =
      peer === 'unasked' ||
      world.options === 'ask-nobody' ||
      (world.conf === 'missing' && world.options !== 'peer-address' && peer === 'one-link');
    // Its line keeper says so where it runs and can be reached.
    const talks =
      world.talk === 'talking' && !world.peers.includes('silent') && !world.events.some(({ node }) => node === target);
    const leadsNowhere = ['open', 'stuck-low', 'stuck-high', 'swapped', 'dying-open', 'dying-stuck'].includes(
      world.wires,
    );
    // Where it talks it has said so before it fell silent.
    const unfenceable = (peer === 'eipde-0' && !talks) || world.boards.eipdeOnPowerCut === 'lost';
    const tested = world.test === 'failed-once' || (world.test === 'found' && !world.wires.startsWith('dying'));
    return (network || (unasked && !talks)) && (leadsNowhere || unfenceable) && !tested;
  },

  /** 2. The wire itself asserts the EXTIN of the node, and the other node's board does not. */
  'a stuck wire': ({ assertions }: Story, { node, at, wireStuck }: Cut) =>
    wireStuck && !assertions.some((one) => one.node !== node && one.from <= at && one.until > at),

  /**
   * 2. A line that leads to the node is asserted and cannot be let go of before the earliest cut: its node hung as a whole, or
   * its keeper died or hung too late, or its bus failed before that and for too long.
   */
  'no time to let go': (story: Story, cut: Cut) => {
    const { world, begin, crashedAt, losses } = story;
    return shotsAt(story, cut).some((shot) => {
      const { faults, from, until, transfer } = world.buses[shot.node];
      const isTooLate = (free: number) => free + letGoTransfers * transfer > shot.from + earliestCut;
      // The write that asserted was on its way to the board before: whoever dies then cannot call it back.
      const begun = shot.from - transfer;
      const lost = losses
        .filter((one) => one.node === shot.node && one.at >= begun && one.at <= cut.at)
        .map(({ kind, at }) => at + supervision.stopPost + (kind === 'hang-keeper' ? supervision.watchdog : 0));
      const due = Math.max(...lost, shot.from + soundShot + 8 * transfer);
      const crash = crashedAt[shot.node] ?? Infinity;
      const crashed = crash >= begun && crash <= cut.at;
      const fails = faults === 'burst' && begin + from < due && isTooLate(begin + until + afterBurst);
      return crashed || fails || lost.some(isTooLate);
    });
  },

  /** 3, 4, 7. Of a host map Pacemaker tells monitor nothing (doctor sees it), and a slip shows beside the names of corosync.conf only. */
  'what monitor is not told': ({ world: { options, conf, names } }: Story) =>
    options === 'host-map' || (options === 'slip' && (conf === 'missing' || names === 'none')),

  /** 5. No process of the node runs: it hangs as a whole, or its power was cut and its next boot has not released the line yet. */
  'nobody is there to release': (
    { crashedAt, cuts, end }: Story,
    { node, from, until }: Story['assertions'][number],
  ) => {
    const cut = cuts.find((one) => one.node === node && one.at >= from && one.at <= until);
    return (
      crashedAt[node] !== undefined ||
      (cut !== undefined && (until !== Infinity || end - cut.at < 2 * unfenceableAtBoot))
    );
  },

  /** 6. The disk failed, so that what is owed could not be written, and the process that knew it died. */
  'what was owed is lost': ({ world, losses, cuts }: Story, { by }: Attempt) => {
    const failed = world.events.find(({ kind, node }) => kind === 'disk-fails' && node === by);
    return failed !== undefined && (losses.some(({ node }) => node === by) || cuts.some(({ node }) => node === by));
  },
} as const;

/** The assertions whose line leads to a node that was cut, at that moment. */
function shotsAt({ world, assertions }: Story, { node, at }: Cut): readonly Assertion[] {
  const reaches = (from: 0 | 1) => {
    if (world.wires === 'short' || world.wires === 'dying-short') return true;
    return world.wires === 'looped' ? from === node : from !== node;
  };
  return assertions.filter((one) => reaches(one.node) && one.from <= at && one.until >= at);
}

export type Excuse = keyof typeof excuses;

/** Asks for an excuse; true, and noted, when it holds. */
export type Excused = <E extends Excuse>(excuse: E, ...facts: Parameters<(typeof excuses)[E]>) => boolean;

/** Notes in `used` which excuses held. */
export function excusing(used: Set<Excuse>): Excused {
  return (excuse, ...facts) => {
    const holds = (excuses[excuse] as (...facts: unknown[]) => boolean)(...facts);
    if (holds) used.add(excuse);
    return holds;
  };
}

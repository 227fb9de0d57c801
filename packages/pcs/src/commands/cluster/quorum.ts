// pcs quorum: who may go on when nodes are missing.
import type { Command } from '../../command/command.js';
import {
  change,
  type Change,
  type Confirmed,
  confirmed,
  type Force,
  type RequestTimeout,
  type SkipOffline,
} from '../../command/change.js';
import { parseQuorumConfig, type QuorumConfig } from '../../read/quorum-config.js';
import { parseQuorumDeviceStatus, type QuorumDeviceStatus } from '../../read/quorum-device-status.js';
import { quorumStatus } from '../../read/reads.js';
import {
  changes,
  integer,
  invalid,
  type OptionChanges,
  type Options,
  pairs,
  section,
  someChanges,
} from '../../command/words.js';

/** The quorum now, from corosync-quorumtool. */
export const status = quorumStatus;

/** `pcs quorum config`: what corosync.conf of this node says of the quorum. */
export const config = (): Command<QuorumConfig> => ({
  program: 'pcs',
  words: ['quorum', 'config'],
  parse: ({ stdout }) => parseQuorumConfig(stdout.toString('utf8')),
});

/** votequorum's options; null removes one. See votequorum(5). */
export interface QuorumOptions {
  readonly autoTieBreaker?: boolean | null;
  readonly lastManStanding?: boolean | null;
  /** Milliseconds. */
  readonly lastManStandingWindow?: number | null;
  readonly waitForAll?: boolean | null;
}

/** `pcs quorum update`: the cluster must be stopped. */
export const update = (options: QuorumOptions, settings: Force & SkipOffline & RequestTimeout = {}): Command<Change> =>
  change(
    [
      ...['quorum', 'update'],
      ...someChanges({
        auto_tie_breaker: bit(options.autoTieBreaker),
        last_man_standing: bit(options.lastManStanding),
        last_man_standing_window: options.lastManStandingWindow,
        wait_for_all: bit(options.waitForAll),
      }),
    ],
    settings,
  );

/** `pcs quorum expected-votes`: of the running cluster only. */
export const expectedVotes = (votes: number): Command<Change> =>
  change(['quorum', 'expected-votes', String(integer(votes, 1, 1_000_000, 'votes'))]);

/**
 * `pcs quorum unblock`: stops waiting for all nodes. If those that are missing still run something, data is lost.
 */
export const unblock = ({ yes }: Confirmed): Command<Change> => confirmed(['quorum', 'unblock'], yes);

/** What a quorum device is made of; see corosync-qdevice(8). */
export interface QuorumDevice {
  /** `timeout`, `sync_timeout`. */
  readonly generic?: Options;
  /** `host` and `algorithm` among them; the model is always net. */
  readonly model: Options;
  readonly heuristics?: Options;
}

/** `pcs quorum device …` */
export const device = {
  /**
   * `pcs quorum device status`: this node's link to the device. Whether it gives a vote is in {@link status}.
   *
   * @param options.full - With the timeouts, and since when it is connected.
   */
  status: ({ full = false }: { readonly full?: boolean } = {}): Command<QuorumDeviceStatus> => ({
    program: 'pcs',
    ...(full && { options: ['--full'] }),
    words: ['quorum', 'device', 'status'],
    parse: ({ stdout }) => parseQuorumDeviceStatus(stdout.toString('utf8')),
  }),
  /** `pcs quorum device add`. */
  add: (parts: QuorumDevice, settings: Force & SkipOffline & RequestTimeout = {}) =>
    change(
      [
        ...['quorum', 'device', 'add', ...pairs(parts.generic)],
        ...['model', 'net', ...pairs(parts.model)],
        ...section('heuristics', pairs(parts.heuristics)),
      ],
      settings,
    ),
  /** `pcs quorum device update`: null removes an option; the cluster must be stopped. */
  update: (
    parts: { readonly generic?: OptionChanges; readonly model?: OptionChanges; readonly heuristics?: OptionChanges },
    settings: Force & SkipOffline & RequestTimeout = {},
  ) => {
    const words = [
      ...changes(parts.generic),
      ...section('model', changes(parts.model)),
      ...section('heuristics', changes(parts.heuristics)),
    ];
    if (words.length === 0) invalid('name at least one option to change');
    return change(['quorum', 'device', 'update', ...words], settings);
  },
  /** `pcs quorum device delete`. */
  delete: (settings: SkipOffline & RequestTimeout = {}) => change(['quorum', 'device', 'delete'], settings),
  /** `pcs quorum device heuristics delete`. */
  heuristicsDelete: (settings: SkipOffline & RequestTimeout = {}) =>
    change(['quorum', 'device', 'heuristics', 'delete'], settings),
};

/** corosync wants 0 and 1. */
function bit(value: boolean | null | undefined): number | null | undefined {
  if (value === null || value === undefined) return value;
  if (typeof (value as unknown) !== 'boolean') invalid('a quorum option is true, false or null');
  return value ? 1 : 0;
}

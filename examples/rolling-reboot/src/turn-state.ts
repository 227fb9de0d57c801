// One turn of this node as it stands: what all its steps share.
import type { ClusterFacts } from './cluster/cluster.js';
import { messageOf, RollError } from './errors.js';
import type { GateView } from './gates.js';
import { lookAtGates, waitForGates } from './look-at-gates.js';
import { type Journal, readHistory, writeJournal } from './journal.js';
import type { Host } from './node/host.js';
import type { Gauges } from './report/report.js';
import { changeLock, describeLock, type LockRecord } from './lock.js';
import { type Settings, turnTimeout } from './settings.js';

/** ms between two looks at the cluster, at least. */
const pollMs = 2000;
/**
 * So many times as long as a look took nobody looks again: on a node that is slow, or busy coming up, looking is not to
 * take what it waits for its time.
 */
const leisure = 3;

/** s for what passes by itself while this node has the lock; others wait for that. */
const heldTimeout = 120;

export class Turn {
  readonly host: Host;
  readonly settings: Settings;
  /** A person started it, and asked for it to be now. */
  readonly byHand: boolean;
  #journal: Journal;

  constructor(host: Host, settings: Settings, journal: Journal, byHand = false) {
    this.host = host;
    // A file that somebody has broken meanwhile keeps no turn from its end.
    const { service = '', url = '' } = journal;
    this.settings = { ...settings, service: settings.service || service, url: settings.url || url };
    this.#journal = journal;
    this.byHand = byHand;
  }

  get journal(): Journal {
    return this.#journal;
  }

  /** Changes the journal, on the disk first. */
  async save(changes: Partial<Journal>): Promise<void> {
    const journal = { ...this.#journal, ...changes };
    await writeJournal(this.host.records, journal);
    this.#journal = journal;
  }

  /** Changes the journal in memory alone, for when the disk fails. */
  assume(changes: Partial<Journal>): void {
    this.#journal = { ...this.#journal, ...changes };
  }

  log(text: string, level: 'info' | 'warning' | 'error' = 'info'): void {
    this.host.report.line(level, text, this.#journal.roll);
  }

  facts(): Promise<ClusterFacts> {
    return this.host.cluster.facts();
  }

  /** The gates that are shut, as one sentence; undefined when all are open. */
  async shut(which: 'all' | 'reboot'): Promise<string | undefined> {
    const look = async () => lookAtGates(await this.view(), which === 'all' && this.byHand ? 'by-hand' : which);
    const { clock, signal } = this.host;
    const log = (text: string) => {
      this.log(text);
    };
    // Just before the reboot the node is out, and the service must not wait.
    const states =
      which === 'all' ? await waitForGates(look, { clock, signal, log, timeout: heldTimeout }) : await look();
    const reasons = states.flatMap(({ reason }) => reason ?? []);
    return reasons.length === 0 ? undefined : reasons.join('; ');
  }

  async view(): Promise<GateView> {
    return viewOf(this.host, this.settings, await this.facts());
  }

  /**
   * Looks until nothing is missing.
   *
   * @param missing - Says what is still missing; undefined when nothing is. That it rejects counts as missing, too, but
   *   for a RollError: what it says will not come.
   * @throws RollError that of `missing`; `STEP_FAILED` after `seconds`, with what was missing last.
   */
  async until(seconds: number, missing: () => Promise<string | undefined>): Promise<void> {
    const { clock, signal } = this.host;
    const end = clock.now() + seconds * 1000;
    for (;;) {
      const begun = clock.now();
      const reason = await missing().catch((error: unknown) => {
        if (error instanceof RollError) throw error;
        return messageOf(error);
      });
      if (reason === undefined) return;
      if (clock.now() >= end) throw new RollError('STEP_FAILED', `${reason}, after ${seconds} s`);
      // The last look is due when the time is up, and not a long rest after it: the lock lasts as long as all steps may.
      const rest = Math.min(leisure * (clock.now() - begun), end - clock.now());
      await clock.sleep(Math.max(pollMs, rest), signal);
    }
  }

  /**
   * Makes the lock good for another turn, and this boot its owner.
   *
   * @throws RollError `LOCK_LOST` when this node does not hold it any more.
   */
  async renewLock(): Promise<void> {
    const { node } = this.settings;
    const holder = await newHolder(this.host, this.settings);
    await changeLock(this.host.cluster, (record) => {
      if (record?.holder?.node === node && record.roll === this.#journal.roll) {
        // After a boot the clock may be behind until it is synchronised: what was promised before still holds.
        return { ...record, holder: { ...holder, expires: Math.max(holder.expires, record.holder.expires) } };
      }
      throw new RollError('LOCK_LOST', `this node does not hold the lock any more: ${describeLock(record)}`);
    });
  }
}

/** This node as a holder, from now on. */
export async function newHolder(host: Host, settings: Settings): Promise<NonNullable<LockRecord['holder']>> {
  return {
    node: settings.node,
    boot: await host.bootId(),
    expires: Math.ceil(host.date() / 1000) + turnTimeout(settings),
  };
}

/** What gates look at, now. */
export async function viewOf(host: Host, settings: Settings, facts: ClusterFacts): Promise<GateView> {
  const { board, probe, inhibitors } = host;
  return { facts, settings, history: await readHistory(host.records), now: host.date(), board, probe, inhibitors };
}

/** Puts where this node is into the textfile, if there is one. */
export async function showPhase(host: Host, phase: Gauges['phase']): Promise<void> {
  const lockHeld = phase !== 'idle' && phase !== 'waiting';
  await host.report.gauges({ phase, lockHeld }, await readHistory(host.records).catch(() => []));
}

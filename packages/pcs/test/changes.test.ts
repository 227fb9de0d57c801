import { describe, expect, it } from 'vitest';
import { changesBetween, parseClusterStatus } from '../src/index.js';
import { fixture } from './fixtures.js';

const healthy = fixture('status/bookworm-healthy-clone-vip-fence-history.xml');
const standby = fixture('status/bookworm-standby-n2.xml');

/** What changes in the healthy status when its text is changed. */
function changesOf(...edits: readonly (readonly [string | RegExp, string])[]) {
  const changed = edits.reduce((xml, [from, to]) => {
    const next = xml.replace(from, to);
    expect(next, `${String(from)} is there`).not.toBe(xml);
    return next;
  }, healthy);
  return changesBetween(parseClusterStatus(healthy), parseClusterStatus(changed));
}

/** The same, the other way around. */
function changesBack(from: string | RegExp, to: string) {
  return changesBetween(parseClusterStatus(healthy.replace(from, to)), parseClusterStatus(healthy));
}

describe('the changes between two statuses', () => {
  it('are none when nothing happened', () => {
    expect(changesOf()).toEqual([]);
  });

  it('are no failure that was there before', () => {
    const failed = parseClusterStatus(fixture('status/bookworm-failures.xml'));
    expect(failed.failures.length).toBeGreaterThan(0);
    expect(changesBetween(failed, parseClusterStatus(fixture('status/bookworm-failures.xml')))).toEqual([]);
  });

  it('are all that a standby brings with it', () => {
    expect(changesBetween(parseClusterStatus(healthy), parseClusterStatus(standby))).toEqual([
      { kind: 'node-standby', node: 'n2' },
      { kind: 'resource-moved', resource: 'fd1', from: ['n2'], to: ['n1'] },
      { kind: 'resource-stopped', resource: 'Apache_container-clone', from: ['n2'], to: [] },
      { kind: 'resource-stopped', resource: 'Apache_container', from: ['n2'], to: [] },
    ]);
    expect(changesBetween(parseClusterStatus(standby), parseClusterStatus(healthy))).toContainEqual({
      kind: 'resource-started',
      resource: 'Apache_container',
      from: [],
      to: ['n2'],
    });
  });

  it.each([
    ['online="true"', 'online="false"', 'node-offline', 'node-online'],
    ['standby="false"', 'standby="true"', 'node-standby', 'node-unstandby'],
    ['maintenance="false"', 'maintenance="true"', 'node-maintenance', 'node-unmaintenance'],
    ['unclean="false"', 'unclean="true"', 'node-unclean', 'node-clean'],
  ])('of a node with %s turned to %s are %s, and back %s', (from, to, there, back) => {
    const at = '<node name="n1" id="1" ';
    const pattern = new RegExp(`(${at}[^>]*)${from}`);
    expect(changesOf([pattern, `$1${to}`])).toEqual([{ kind: there, node: 'n1' }]);
    expect(changesBack(pattern, `$1${to}`)).toEqual([{ kind: back, node: 'n1' }]);
  });

  it('of a node that shuts down are that, and nothing when it no longer does', () => {
    expect(changesOf(['shutdown="false"', 'shutdown="true"'])).toEqual([{ kind: 'node-shutdown', node: 'n1' }]);
    expect(changesBack('shutdown="false"', 'shutdown="true"')).toEqual([]);
  });

  it('of nodes and resources that come and go are told', () => {
    const node = /\s*<node name="n1" id="1" online[^>]*>/;
    expect(changesOf([node, ''])).toEqual([{ kind: 'node-removed', node: 'n1' }]);
    expect(changesBack(node, '')).toEqual([
      { kind: 'node-added', node: 'n1' },
      { kind: 'node-online', node: 'n1' },
    ]);
    const resource = /<resource id="fd1"[\s\S]*?<\/resource>/;
    expect(changesOf([resource, ''])).toEqual([{ kind: 'resource-removed', resource: 'fd1' }]);
    expect(changesBack(resource, '')).toEqual([
      { kind: 'resource-added', resource: 'fd1' },
      { kind: 'resource-started', resource: 'fd1', from: [], to: ['n2'] },
    ]);
  });

  it('of the designated controller and the quorum are told', () => {
    expect(changesOf(['name="n2" id="2" with_quorum="true"', 'name="n1" id="1" with_quorum="false"'])).toEqual([
      { kind: 'dc-changed', from: 'n2', to: 'n1' },
      { kind: 'quorum-lost' },
    ]);
    const none = /<current_dc [^>]*>/;
    expect(changesOf([none, '<current_dc present="false"/>'])).toEqual([
      { kind: 'dc-changed', from: 'n2', to: undefined },
      { kind: 'quorum-lost' },
    ]);
    expect(changesBack(none, '<current_dc present="false"/>')).toContainEqual({ kind: 'quorum-gained' });
  });

  it('of cluster options are told', () => {
    expect(changesOf(['maintenance-mode="false"', 'maintenance-mode="true"'])).toEqual([
      { kind: 'option-changed', option: 'maintenanceMode', from: false, to: true },
    ]);
  });

  it.each([
    ['failed="false"', 'failed="true"', 'resource-failed', 'resource-recovered'],
    ['blocked="false"', 'blocked="true"', 'resource-blocked', 'resource-unblocked'],
    ['managed="true"', 'managed="false"', 'resource-unmanaged', 'resource-managed'],
  ])('of a resource with %s turned to %s are %s, and back %s', (from, to, there, back) => {
    const pattern = new RegExp(`(<resource id="VIP"[^>]*)${from}`);
    expect(changesOf([pattern, `$1${to}`])).toEqual([{ kind: there, resource: 'VIP' }]);
    expect(changesBack(pattern, `$1${to}`)).toEqual([{ kind: back, resource: 'VIP' }]);
  });

  it('of the promoted role are told for the resource and its clone', () => {
    const promotable = fixture('status/groups-clones-bundles-3.0.0.xml');
    const swapped = promotable
      .replace('role="Promoted"', 'role="TEMPORARY"')
      .replace('role="Unpromoted"', 'role="Promoted"')
      .replace('role="TEMPORARY"', 'role="Unpromoted"');
    expect(changesBetween(parseClusterStatus(promotable), parseClusterStatus(swapped))).toEqual(
      ['promotable-clone', 'promotable-rsc'].flatMap((resource) => [
        { kind: 'resource-demoted', resource, nodes: ['cluster02'] },
        { kind: 'resource-promoted', resource, nodes: ['cluster01'] },
      ]),
    );
  });

  it('of operations are the failures that are new', () => {
    const failure =
      '<failures><failure op_key="VIP_monitor_10000" node="n1" exitstatus="not running" exitreason="" exitcode="7" call="5" status="complete"/></failures><fence_history>';
    expect(changesOf(['<fence_history>', failure])).toMatchObject([
      { kind: 'operation-failed', failure: { opKey: 'VIP_monitor_10000' } },
    ]);
    expect(changesBack('<fence_history>', failure)).toEqual([]);
  });

  it('of fencing are told oldest first', () => {
    const event = (status: string) =>
      `<fence_event action="off" target="n1" client="c.1" origin="n2" status="${status}"${status === 'pending' ? '' : ' completed="2026-11-22 08:00:00Z"'}/>`;
    const edit = (...statuses: readonly string[]) =>
      ['<fence_history>', `<fence_history>${statuses.map(event).join('')}`] as const;
    expect(changesOf(edit('pending', 'failed'))).toMatchObject([
      { kind: 'fencing-failed', event: { target: 'n1' } },
      { kind: 'fencing-started', event: { target: 'n1', completed: undefined } },
    ]);
    const pending = healthy.replace(...edit('pending'));
    const done = healthy.replace(...edit('success'));
    expect(changesBetween(parseClusterStatus(pending), parseClusterStatus(done))).toMatchObject([
      { kind: 'fencing-succeeded', event: { completed: new Date('2026-11-22T08:00:00Z') } },
    ]);
  });

  it('of fencing are none when a history could not be read, in either status', () => {
    expect(changesOf([/<fence_history>[\s\S]*<\/fence_history>/, '<fence_history status="107"/>'])).toEqual([]);
    expect(changesBack(/<fence_history>[\s\S]*<\/fence_history>/, '<fence_history status="107"/>')).toEqual([]);
  });

  it('of fencing start from nothing when there was no history', () => {
    expect(changesBack(/<fence_history>[\s\S]*<\/fence_history>/, '').map(({ kind }) => kind)).toEqual([
      'fencing-failed',
      'fencing-succeeded',
      'fencing-succeeded',
    ]);
    expect(changesOf([/<fence_history>[\s\S]*<\/fence_history>/, ''])).toEqual([]);
  });

  it('of bans and tickets are told', () => {
    const more =
      '<tickets><ticket id="site" status="granted" standby="false"/></tickets><bans><ban id="cli-ban-VIP-on-n2" resource="VIP" node="n2" weight="-1000000" promoted-only="false" master_only="false"/></bans><status ';
    expect(changesOf(['<status ', more])).toMatchObject([
      { kind: 'ban-added', ban: { id: 'cli-ban-VIP-on-n2', weight: -Infinity } },
      { kind: 'ticket-granted', ticket: 'site' },
    ]);
    expect(changesBack('<status ', more)).toMatchObject([
      { kind: 'ban-removed', ban: { id: 'cli-ban-VIP-on-n2' } },
      { kind: 'ticket-revoked', ticket: 'site' },
    ]);
  });
});

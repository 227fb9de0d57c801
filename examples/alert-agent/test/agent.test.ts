import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunProgram } from '@sleepi3/driver';
import { directoryAt } from '../src/node-host.js';
import { attendAlert } from '../src/pacemaker/attend.js';
import { operationOf } from '../src/pacemaker/fencing-operation.js';
import { Spool } from '../src/spool.js';
import { memoryDirectory } from './memory-directory.js';

const fencing = {
  CRM_alert_kind: 'fencing',
  CRM_alert_node: 'pi-b',
  // Pacemaker 2.1 and 3.0 write this for every action: lrmd_send_fencing_alert is given the operation of the notification.
  CRM_alert_task: 'st_notify_fence',
  CRM_alert_rc: '0',
  CRM_alert_desc: 'Operation reboot of pi-b by pi-a for pacemaker-controld.1234@pi-a: OK (ref=0b1c2d3e)',
  CRM_alert_timestamp_epoch: '1796000000',
  CRM_alert_timestamp_usec: '250000',
  CRM_alert_recipient: '/etc/sleepi3/alerts.json',
};
const resource = {
  CRM_alert_kind: 'resource',
  CRM_alert_rsc: 'Web',
  CRM_alert_node: 'pi-a',
  CRM_alert_task: 'monitor',
  CRM_alert_interval: '10000',
  CRM_alert_rc: '7',
  CRM_alert_target_rc: '0',
  CRM_alert_desc: 'not running',
};

/** One node of a cluster: its agent, called with what Pacemaker gives it. */
function node(self: string, members: readonly string[] = ['pi-a', 'pi-b']) {
  let now = new Date('2026-11-29T03:12:04Z');
  const directory = memoryDirectory();
  const spool = new Spool(directory, () => now);
  const asked: string[] = [];
  const runProgram: RunProgram = (_program, [option = '']) => {
    asked.push(option);
    const stdout = option === '--name' ? `${self}\n` : `${members.join(' ')} \n`;
    return Promise.resolve({ status: 0, signal: null, stdout, stderr: '', timedOut: false });
  };
  return {
    directory,
    asked,
    wait: (seconds: number) => (now = new Date(now.getTime() + seconds * 1000)),
    call: (environment: Readonly<Record<string, string>>) =>
      attendAlert({ environment, date: () => now, hostname: () => 'host', runProgram, spool }),
    queued: async () => (await spool.pending()).map(({ pending }) => pending!.event),
  };
}

describe('the alert agent', () => {
  it('says who was fenced, by whom, why, and what a person has to do', async () => {
    const a = node('pi-a', ['pi-a']);
    await a.call(fencing);
    const [event] = await a.queued();
    expect(event).toMatchObject({
      kind: 'fencing',
      severity: 'warning',
      subject: 'pi-b',
      title: 'pi-b was fenced',
      reporter: 'pi-a',
      at: '2026-11-30T00:53:20.250Z',
    });
    expect(event!.text).toContain('pi-a cut the power of pi-b because the cluster had lost it');
    expect(event!.text).toContain('Nothing has to be done');
  });

  it('tells of a fencing once that two had asked for, and Pacemaker called for both at the same time', async () => {
    const a = node('pi-a', ['pi-a']);
    const merged = { ...fencing, CRM_alert_desc: 'Operation reboot of pi-b by pi-a for stonith_admin.9@pi-a: OK' };
    await Promise.all([a.call(fencing), a.call(merged)]);
    expect(await a.queued()).toHaveLength(1);
  });

  it('tells of it once from a directory of this machine, too', async () => {
    const path = await mkdtemp(join(tmpdir(), 'spool-'));
    try {
      const event = { kind: 'fencing', severity: 'info', subject: 'pi-b', title: 't', text: 'x' } as const;
      const added = Array.from({ length: 8 }, () =>
        new Spool(directoryAt(path), () => new Date()).add(
          { ...event, reporter: 'pi-a', at: '2026-11-29T03:12:04Z', key: 'fenced pi-b', quietSeconds: 60 },
          'f',
        ),
      );
      expect((await Promise.all(added)).filter(Boolean)).toHaveLength(1);
      expect((await readdir(path)).filter((name) => name.endsWith('.event'))).toHaveLength(1);
    } finally {
      await rm(path, { recursive: true });
    }
  });

  it.each(['stonith_admin.99', '(null).a-tag.99'])('says that a person asked for a fencing, as %s', async (client) => {
    const a = node('pi-a');
    await a.call({ ...fencing, CRM_alert_desc: `Operation reboot of pi-b by pi-a for ${client}@pi-b: OK (ref=1)` });
    const [event] = await a.queued();
    expect(event!.severity).toBe('info');
    expect(event!.text).toContain('at the request of a person on pi-b');
  });

  it('says of a confirmation that nothing was cut, and what is at risk', async () => {
    const a = node('pi-a', ['pi-a', 'pi-b']);
    await a.call(fencing);
    await a.call({
      ...fencing,
      CRM_alert_desc: 'Operation off of pi-b by a human for stonith_admin.4711@pi-a: OK (ref=0b1c2d3e)',
    });
    const event = (await a.queued()).find(({ title }) => title === 'a person declared pi-b off');
    expect(event).toMatchObject({ kind: 'fencing', severity: 'warning', subject: 'pi-b' });
    expect(event!.text).toMatch(/^A person on pi-a declared that pi-b is off/);
    expect(event!.text).toContain('Nothing cut its power');
    expect(event!.text).toMatch(/If pi-b still runs, .* data is at risk/);
    expect(event!.text).not.toContain('comes back by itself');
  });

  it('tells a confirmation on the first node by name', async () => {
    const senders = [];
    for (const self of ['pi-a', 'pi-b', 'pi-c']) {
      const one = node(self, ['pi-c', 'pi-b', 'pi-a']);
      await one.call({ ...fencing, CRM_alert_desc: 'Operation off of pi-b by a human for stonith_admin.1@pi-c: OK' });
      if ((await one.queued()).length > 0) senders.push(self);
    }
    expect(senders).toEqual(['pi-a']);
  });

  it('says that a node that was powered off stays off', async () => {
    const a = node('pi-a', ['pi-a']);
    const description = 'Operation off of pi-b by pi-a for pacemaker-controld.1@pi-a: OK (ref=1)';
    await a.call({ ...fencing, CRM_alert_desc: description });
    expect((await a.queued())[0]!.text).toContain('pi-b stays off');
  });

  it('tells no unfencing', async () => {
    const a = node('pi-a', ['pi-a']);
    const description = 'Operation on of pi-b by pi-b for pacemaker-controld.1@pi-a: OK (ref=1)';
    expect(await a.call({ ...fencing, CRM_alert_desc: description })).toBe('nothing to send');
  });

  it.each([
    // stonith__event_description of Pacemaker 2.1.5 and 3.0, with each of its words for what is not known.
    [
      'Operation off of pi-b by a human for stonith_admin.4711@pi-a: OK (ref=abc)',
      { action: 'off', executor: undefined, confirmed: true, client: 'stonith_admin', origin: 'pi-a', result: 'OK' },
    ],
    [
      'Operation reboot of pi-b by the cluster for pacemaker-controld.1@pi-a: No fence device (None for pi-b) (ref=1)',
      {
        executor: undefined,
        confirmed: false,
        client: 'pacemaker-controld',
        result: 'No fence device (None for pi-b)',
      },
    ],
    [
      'Operation reboot of pi-b by pi-a for a client@a node: OK (ref=(none))',
      { executor: 'pi-a', client: undefined, origin: undefined, result: 'OK' },
    ],
    [
      'Operation off of pi-b by pi-a for stonith_admin.for the move.9@pi-a: Error occurred (a for b@c: d) (ref=1)',
      {
        executor: 'pi-a',
        client: 'stonith_admin.for the move',
        origin: 'pi-a',
        result: 'Error occurred (a for b@c: d)',
      },
    ],
    ['Operation (unknown) of no node by the cluster for a client@a node: OK (ref=1)', { action: undefined }],
    ['Operation off of pi-b by <no-one> for crmd.1@pi-a: No data available (ref=1)', { executor: undefined }],
    ['Fencing history may have changed', { action: undefined, executor: undefined, client: undefined }],
  ])('understands: %s', (description, operation) => {
    expect(operationOf(description)).toMatchObject(operation);
  });

  it('says what a failed fencing means, with the reason', async () => {
    const a = node('pi-a', ['pi-a']);
    await a.call({
      ...fencing,
      CRM_alert_rc: '-19',
      CRM_alert_desc: 'Operation reboot of pi-b by <anyone> for pacemaker-controld.1@pi-a: No such device (ref=1)',
    });
    const [event] = await a.queued();
    expect(event).toMatchObject({ severity: 'error', title: 'pi-b could not be fenced' });
    expect(event!.text).toContain('No such device');
    expect(event!.text).toContain('pcs stonith confirm pi-b');
  });

  it('tells a fencing on one node only, the one that carried it out, whatever the case of its name', async () => {
    const members = ['pi-a', 'pi-b', 'pi-c'];
    const senders = [];
    for (const self of members) {
      const one = node(self, members);
      await one.call({ ...fencing, CRM_alert_desc: fencing.CRM_alert_desc.replace('by pi-a', 'by PI-C') });
      if ((await one.queued()).length > 0) senders.push(self);
    }
    expect(senders).toEqual(['pi-c']);
  });

  it('tells a fencing that nobody carried out on the first node by name', async () => {
    const senders = [];
    for (const self of ['pi-a', 'pi-c']) {
      const one = node(self, ['pi-c', 'pi-a', 'pi-b']);
      await one.call({ ...fencing, CRM_alert_rc: '1', CRM_alert_desc: 'something new in Pacemaker 4' });
      if ((await one.queued()).length > 0) senders.push(self);
    }
    expect(senders).toEqual(['pi-a']);
  });

  it('tells where it cannot know who else would', async () => {
    const one = node('pi-b', []);
    await one.call(fencing);
    expect(await one.queued()).toHaveLength(1);
  });

  it('tells the same fencing once, and the next one again', async () => {
    const a = node('pi-a', ['pi-a']);
    await a.call(fencing);
    expect(await a.call(fencing)).toBe('sent a moment ago: pi-b was fenced');
    a.wait(60);
    await a.call(fencing);
    expect(await a.queued()).toHaveLength(2);
  });

  it('tells again after a clock was set back', async () => {
    const a = node('pi-a', ['pi-a']);
    await a.call(fencing);
    a.wait(-3600);
    await a.call(fencing);
    expect(await a.queued()).toHaveLength(2);
  });

  it('tells a resource that failed, a stop that failed as worse, and no probe and no success', async () => {
    const a = node('pi-a');
    await a.call(resource);
    await a.call({ ...resource, CRM_alert_task: 'stop', CRM_alert_rc: '1', CRM_alert_desc: 'error' });
    await a.call({ ...resource, CRM_alert_rc: '0' });
    await a.call({ ...resource, CRM_alert_interval: '0', CRM_alert_rc: '0', CRM_alert_target_rc: '7' });
    expect((await a.queued()).map(({ severity, title }) => [severity, title])).toEqual([
      ['warning', 'monitor of Web failed on pi-a'],
      ['error', 'stop of Web failed on pi-a'],
    ]);
  });

  it('tells a node that is back only when it was lost before: at the start of a cluster nobody is back', async () => {
    const a = node('pi-a');
    const event = (desc: string) => ({ CRM_alert_kind: 'node', CRM_alert_node: 'pi-b', CRM_alert_desc: desc });
    await a.call(event('member'));
    expect(await a.queued()).toEqual([]);
    await a.call(event('lost'));
    await a.call(event('member'));
    await a.call(event('member'));
    expect((await a.queued()).map(({ title }) => title).sort()).toEqual(['pi-b is back', 'pi-b left the cluster']);
  });

  it.each([
    [{}, 'CRM_alert_kind is not set'],
    [{ ...fencing, CRM_alert_rc: 'x' }, 'CRM_alert_rc is not a number: x'],
    [{ CRM_alert_kind: 'node', CRM_alert_node: 'pi-b' }, 'CRM_alert_desc is not set'],
  ])('refuses an environment that is not whole', async (environment, message) => {
    await expect(node('pi-a').call(environment as Record<string, string>)).rejects.toThrow(message);
  });

  it('does not ask the cluster about what is no news: it is called for each start that went well', async () => {
    const a = node('pi-a');
    const wentWell = { CRM_alert_task: 'start', CRM_alert_interval: '0', CRM_alert_rc: '0', CRM_alert_desc: 'ok' };
    expect(await a.call({ ...resource, ...wentWell })).toBe('nothing to send');
    expect(a.asked).toEqual([]);
    await a.call(resource);
    expect(a.asked).not.toEqual([]);
  });

  it('leaves alone the kinds that are nobody’s business', async () => {
    const a = node('pi-a');
    expect(await a.call({ CRM_alert_kind: 'attribute' })).toBe('nothing to send');
  });
});

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@sleepi3/simulator';
import { AlertError } from '../src/errors.js';
import { parseReceivers } from '../src/receivers/receivers.js';
import { run } from '../src/run.js';
import { Spool } from '../src/spool.js';
import { memoryDirectory } from './memory-directory.js';

const receivers = parseReceivers('{"receivers": [{"mail": "ops"}, {"webhook": "https://hooks.example/secret"}]}', 'f');

async function call(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const clock = new VirtualClock();
  const date = () => new Date(1_795_982_400_000);
  const spool = new Spool(memoryDirectory(), date);
  let output = '';
  let errors = '';
  const status = await run(words, {
    version: '1.2.3',
    environment,
    clock,
    date,
    hostname: () => 'pi-a',
    runProgram: () => Promise.reject(new Error('no such program')),
    spool,
    receivers: () => Promise.resolve(receivers),
    send: async (_event, { kind }) => {
      if (kind === 'webhook') throw new AlertError('NOT_DELIVERED', 'webhook hooks.example: HTTP 500');
    },
    write: (text) => (output += text),
    writeError: (text) => (errors += text),
    toJournal: false,
    stop: new AbortController().signal,
  });
  return { status, output, errors, waiting: (await spool.pending()).map(({ pending }) => pending!) };
}

describe('alert_sleepi3', () => {
  it('takes in what Pacemaker calls it with', async () => {
    const { status, output, waiting } = await call([], {
      CRM_alert_kind: 'fencing',
      CRM_alert_node: 'pi-b',
      CRM_alert_task: 'st_notify_fence',
      CRM_alert_rc: '0',
      CRM_alert_desc: 'Operation off of pi-b by pi-a for pacemaker-controld.7@pi-a: OK (ref=1)',
    });
    expect([status, output]).toEqual([0, 'queued: pi-b was fenced\n']);
    expect(waiting).toMatchObject([{ receivers: '/etc/sleepi3/alerts.json', event: { kind: 'fencing' } }]);
  });

  it('takes in what another program tells', async () => {
    const words = ['send', '--kind', 'readiness', '--severity', 'error', 'pi-a cannot be fenced', 'EIPDE is 0.'];
    const { status, waiting } = await call(words);
    expect(status).toBe(0);
    expect(waiting[0]!.event).toMatchObject({
      kind: 'readiness',
      severity: 'error',
      subject: 'pi-a',
      text: 'EIPDE is 0.',
    });
  });

  it('sends a test message to each receiver, and fails when one did not take it', async () => {
    expect(await call(['test'])).toMatchObject({
      status: 1,
      output: 'sent to mail to ops\n',
      errors: 'not sent: webhook hooks.example: HTTP 500\n',
    });
  });

  it('says who is told what', async () => {
    expect((await call(['check'])).output).toBe(
      'mail to ops: fencing, resource, readiness, roll, test\nwebhook hooks.example: fencing, resource, readiness, roll, test\n',
    );
  });

  it.each([
    [['sen'], 'did you mean send?'],
    [['send'], 'missing TITLE'],
    [['send', '--kind', 'fence', 'x'], '--kind must be fencing, node, resource'],
    [['deliver', 'now'], 'unexpected argument now'],
  ])('refuses %j', async (words, message) => {
    const { status, errors } = await call(words);
    expect(status).toBe(64);
    expect(errors).toContain(message);
  });

  it('prints its help when a person calls it without a word', async () => {
    expect((await call([])).output).toContain('Usage: alert_sleepi3 COMMAND');
  });
});

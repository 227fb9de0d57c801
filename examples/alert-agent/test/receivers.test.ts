import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { post } from '../src/node-host.js';
import { nameOf, parseReceivers, type Receiver } from '../src/receivers/receivers.js';
import { send, type SendHost } from '../src/receivers/send.js';
import type { AlertEvent } from '../src/event.js';

const parse = (receivers: unknown) => parseReceivers(JSON.stringify({ receivers }), 'alerts.json');

const event: AlertEvent = {
  kind: 'fencing',
  severity: 'error',
  subject: 'pi-b',
  title: 'pi-b could not be fenced',
  text: 'Der Strom läuft.',
  reporter: 'pi-a',
  at: '2026-11-29T03:12:04.000Z',
  key: 'k',
  quietSeconds: 5,
};

describe('the file of receivers', () => {
  it('has mail, webhook and ntfy, each with the usual kinds of events or its own', () => {
    const receivers = parse([
      { mail: 'root, ops@example.com', events: ['fencing'] },
      { webhook: 'https://hooks.example/T/secret', headers: { 'X-Key': 'k' } },
      { ntfy: 'https://ntfy.example/topic', token: 'tk' },
    ]);
    expect(receivers.map(nameOf)).toEqual([
      'mail to root, ops@example.com',
      'webhook hooks.example',
      'ntfy ntfy.example',
    ]);
    expect(receivers.map(({ events }) => events)).toEqual([
      ['fencing', 'test'],
      ['fencing', 'resource', 'readiness', 'roll', 'test'],
      ['fencing', 'resource', 'readiness', 'roll', 'test'],
    ]);
  });

  it('tells all that is wrong at once, and never a secret', () => {
    const wrong = () =>
      parse([
        { webhook: 'ftp://hooks.example/secret' },
        { mail: 'a@b', ntfy: 'https://c/d' },
        { mail: 'no address\nBcc: all@example.com' },
        { ntfy: 'https://user:secret@c/d' },
        { ntfy: 'https://c/d', tokn: 'secret' },
        { webhook: 'https://c/d', events: ['fence'] },
        { webhook: 'https://c/d', headers: { 'a b': 'secret' } },
        7,
      ]);
    expect(wrong).toThrow(/receivers\[0\].*receivers\[1\].*\[2\].*\[3\].*\[4\].*\[5\].*\[6\].*\[7\]/);
    expect(wrong).not.toThrow(/secret/);
  });

  it.each(['', '{', '[]', '{"receivers": {}}', 'null'])('refuses %j', (text) => {
    expect(() => parseReceivers(text, 'alerts.json')).toThrow('alerts.json');
  });
});

describe('sending', () => {
  const told: { url: string; body: string; headers: Readonly<Record<string, string>> }[] = [];
  const host = (answer: number | Error): SendHost => ({
    post: async (url, body, headers) => {
      told.push({ url, body, headers });
      if (answer instanceof Error) throw answer;
      return answer;
    },
    runProgram: async (program, args, options) => {
      told.push({ url: [program, ...args].join(' '), body: options?.input ?? '', headers: {} });
      return { status: 0, signal: null, stdout: '', stderr: '', timedOut: false };
    },
  });
  const one = (value: unknown): Receiver => parse([value])[0]!;

  it('gives ntfy title, priority and token in the headers, in ASCII', async () => {
    told.length = 0;
    await send({ ...event, title: 'pi-b läuft' }, one({ ntfy: 'https://ntfy.example/t', token: 'tk' }), host(200));
    expect(told[0]).toMatchObject({ body: event.text, headers: { priority: '5', authorization: 'Bearer tk' } });
    expect(told[0]!.headers['title']).toBe(`=?UTF-8?B?${Buffer.from('pi-b läuft').toString('base64')}?=`);
  });

  it('gives a webhook the event as JSON, without what is for the spool', async () => {
    told.length = 0;
    await send(event, one({ webhook: 'https://hooks.example/x' }), host(204));
    const { key: _key, quietSeconds: _quiet, ...public_ } = event;
    expect(JSON.parse(told[0]!.body)).toEqual(public_);
  });

  it('gives sendmail the whole message on standard input, and its arguments name nobody', async () => {
    told.length = 0;
    await send(event, one({ mail: 'ops@example.com', from: 'pi@example.com' }), host(200));
    expect(told[0]!.url).toBe('/usr/sbin/sendmail -t -i');
    const [head, body] = told[0]!.body.split('\n\n');
    expect(head).toContain('To: ops@example.com\nFrom: pi@example.com\nSubject: error: pi-b could not be fenced\n');
    expect(Buffer.from(body!, 'base64').toString()).toContain('Der Strom läuft.');
  });

  it('says which receiver did not take it and why, and never its address', async () => {
    const receiver = one({ webhook: 'https://hooks.example/secret' });
    await expect(send(event, receiver, host(500))).rejects.toThrow('webhook hooks.example: HTTP 500');
    const failure = new TypeError('fetch failed https://hooks.example/secret', { cause: { code: 'ECONNREFUSED' } });
    await expect(send(event, receiver, host(failure))).rejects.toThrow(/^webhook hooks.example: ECONNREFUSED$/);
  });
});

describe('a receiver', () => {
  it('is not held up or led elsewhere by what a webhook answers', async () => {
    let told = 0;
    const elsewhere: string[] = [];
    const server = createServer((request, response) => {
      if (request.url === '/s3cr3t-redirect') {
        response.writeHead(307, { location: '/elsewhere' }).end();
      } else if (request.url === '/s3cr3t-endless') {
        const pour = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.writeHead(200).on('drain', pour);
        pour();
        response.once('close', () => told++);
      } else if (request.url === '/s3cr3t-garbage') {
        request.socket.end('\u0000\u001b[31m HTTP?\r\n\r\n');
      } else elsewhere.push(request.url ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answers: string[] = [];
    for (const answer of ['endless', 'redirect', 'garbage']) {
      const [receiver] = parse([{ webhook: `${origin}/s3cr3t-${answer}` }]);
      answers.push(
        await send(event, receiver!, { post, runProgram: () => Promise.reject(new Error('no program is run')) }).then(
          () => 'taken',
          (error: unknown) => (error as Error).message,
        ),
      );
    }
    await new Promise((resolve) => server.close(resolve));
    expect({ told, elsewhere }).toEqual({ told: 1, elsewhere: [] });
    expect(answers[0]).toBe('taken');
    expect(answers[1]).toMatch(/^webhook 127\.0\.0\.1:\d+: HTTP 307$/);
    expect(answers[2]).toMatch(/^webhook 127\.0\.0\.1:\d+: HPE_\w+$/);
  });

  it('may be written in capitals', async () => {
    const [receiver] = parse([{ webhook: 'HTTPS://127.0.0.1:1/s3cr3t' }]);
    const sent = send(event, receiver!, { post, runProgram: () => Promise.reject(new Error('none is run')) });
    await expect(sent).rejects.toThrow('webhook 127.0.0.1:1: ECONNREFUSED');
  });

  it('that does not answer is given up in its time', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const [receiver] = parse([{ webhook: `http://127.0.0.1:${port}/s3cr3t` }]);
    const hasty: SendHost['post'] = (url, body, headers) => post(url, body, headers, 20);
    const sent = send(event, receiver!, { post: hasty, runProgram: () => Promise.reject(new Error('none is run')) });
    await expect(sent).rejects.toThrow(`webhook 127.0.0.1:${port}: ETIMEDOUT`);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probe } from '../src/probe.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(answer: boolean): Promise<string> {
  server = createServer((_request, response) => {
    if (answer) response.end('here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('a question to the service', () => {
  it('is not given up because this process was held up meanwhile', async () => {
    const url = await serve(true);
    const asked = probe(url, 200, 'test');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600); // nothing runs in this process
    expect(await asked).toEqual({ ok: true, fact: 'HTTP 200' });
  });

  it('is given up when nobody answers', async () => {
    const url = await serve(false);
    expect(await probe(url, 200, 'test')).toEqual({ ok: false, fact: 'no answer within 0.2 s' });
  });

  it('takes 200 to 399 for a good answer, on a new connection each time, and tells every other', async () => {
    let connections = 0;
    let status = 200;
    const server = createServer((_request, response) => {
      if (status === 0) return;
      response.writeHead(status, { location: 'http://elsewhere.invalid/' }).end('x');
    }).on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await probe(url, 5000, 'test')).toEqual({ ok: true, fact: 'HTTP 200' });
    status = 302;
    expect(await probe(url, 5000, 'test')).toEqual({ ok: true, fact: 'HTTP 302' });
    status = 503;
    expect(await probe(url, 5000, 'test')).toEqual({ ok: false, fact: 'HTTP 503' });
    expect(connections).toBe(3);
    status = 0;
    expect(await probe(url, 50, 'test')).toEqual({ ok: false, fact: 'no answer within 0.05 s' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await probe(url, 5000, 'test')).toMatchObject({ ok: false, fact: expect.stringContaining('ECONNREFUSED') });
  });
});

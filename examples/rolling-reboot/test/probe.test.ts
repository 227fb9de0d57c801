import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probe } from '../src/cluster/probe.js';

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
    const asked = probe(url, 200);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600); // nothing runs in this process
    expect(await asked).toEqual({ ok: true, fact: 'HTTP 200' });
  });

  it('is given up when nobody answers', async () => {
    const url = await serve(false);
    expect(await probe(url, 200)).toEqual({ ok: false, fact: 'no answer within 0.2 s' });
  });
});

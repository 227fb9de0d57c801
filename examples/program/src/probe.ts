// Asking a service over HTTP, as a client would.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { explain } from './process.js';

/** What came of asking a URL once. */
export interface ProbeResult {
  readonly ok: boolean;
  /** The HTTP status, or why there is none. */
  readonly fact: string;
}

/** Into which the time for an answer is cut. */
const parts = 10;

/**
 * Asks once, on a connection of its own: one that is kept open would go on to the node that had the address before.
 * 200 to 399 is a good answer. Never rejects.
 *
 * @param who The program that asks, for the server's log.
 */
export function probe(url: string, timeoutMs: number, who: string): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const asked = request(url, { agent: false, headers: { 'user-agent': who } }, (response) => {
      const { statusCode = 0 } = response;
      finish({ ok: statusCode >= 200 && statusCode < 400, fact: `HTTP ${statusCode}` });
    });
    // From end to end; the request's own timeout is for silence alone. In parts: a time in which this process itself could
    // not run, as on a node that is busy, is one part of it at most, and not the service's silence.
    let left = parts;
    const timer = setInterval(() => {
      left -= 1;
      if (left === 0) finish({ ok: false, fact: `no answer within ${timeoutMs / 1000} s` });
    }, timeoutMs / parts);
    const finish = (result: ProbeResult) => {
      clearInterval(timer);
      asked.destroy();
      resolve(result);
    };
    asked.on('error', (error) => {
      finish({ ok: false, fact: explain(error) });
    });
    asked.end();
  });
}

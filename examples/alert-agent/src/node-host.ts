// The outside of the alert agent on a real node.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireFileLock } from '@sleepi3/driver';
import { replaceFile } from '@sleepi3/program';
import { AlertError } from './errors.js';
import type { SendHost } from './receivers/send.js';
import { parseReceivers, type Receiver } from './receivers/receivers.js';
import type { Directory } from './spool.js';

/** Of the package: hacluster's, since Pacemaker calls the agent as that user. */
export const spoolDirectory = '/var/lib/alert-sleepi3';

/** ms; what is done alone is a matter of two small files. */
const lockTimeout = 5000;

/** A directory of this machine. Root writes there, too: what it writes the delivery, as hacluster, has to read. */
export function directoryAt(path: string): Directory {
  const unlessMissing = (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  };
  return {
    list: async () => (await readdir(path).catch(unlessMissing)) ?? [],
    read: (name) => readFile(join(path, name), 'utf8').catch(unlessMissing),
    replace: async (name, text) => {
      await mkdir(path, { recursive: true, mode: 0o770 });
      await replaceFile(join(path, name), text);
    },
    remove: (name) => rm(join(path, name), { force: true }),
    alone: async (body) => {
      // The directory itself: root and hacluster both can open it. Whoever cannot have it tells all the same.
      const lock = await acquireFileLock(path, { create: false, timeout: lockTimeout }).catch(() => undefined);
      try {
        return await body();
      } finally {
        await lock?.release();
      }
    },
  };
}

/** @throws AlertError `RECEIVERS` */
export async function readReceivers(file: string): Promise<Receiver[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AlertError(
      'RECEIVERS',
      missing
        ? `no alert is sent: ${file} does not exist; write it, for hacluster and with mode 0600, or have cluster-setup apply write it from alerts: in cluster.yaml`
        : `cannot read ${file}: ${(cause as Error).message}`,
      { cause },
    );
  });
  return parseReceivers(text, file);
}

/**
 * By node:http and not by fetch, which takes four times the processor: a node that has just lost its peer has none to spare. A
 * redirection is not followed: an address elsewhere would be given the headers, and so the secret.
 */
export const post: SendHost['post'] = async (url, body, headers, timeoutMs) => {
  const { request } = await (new URL(url).protocol === 'https:' ? import('node:https') : import('node:http'));
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const asked = request(url, { method: 'POST', headers: { ...headers, ...length }, agent: false }, (response) => {
      clearTimeout(timer);
      resolve(response.statusCode ?? 0);
      response.on('error', () => undefined).destroy(); // what it says besides is nobody's
    });
    const timer = setTimeout(() => {
      asked.destroy(Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    asked.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asked.end(body);
  });
};

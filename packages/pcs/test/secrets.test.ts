// A password that is given to this package is found nowhere but in the pipe to pcs.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commands, createNodeRunner, isPcsError, Pcs, type RawResult, type Runner } from '../src/index.js';
import { answer } from '../src/testing/index.js';

/** With everything in it that is written differently in XML, in Python, in JSON and in a request. */
const password = 'tr0ub4dor & "3" \'x\' <y> \\z+(!)*';
const python = String.raw`'tr0ub4dor & "3" \'x\' <y> \\z+(!)*'`;
const asXml = "tr0ub4dor &amp; &quot;3&quot; 'x' &lt;y&gt; \\z+(!)*";
const writings = [
  password,
  python,
  asXml,
  asXml.replaceAll("'", '&apos;'),
  JSON.stringify(password),
  new URLSearchParams({ password }).toString(),
  `password=${encodeURIComponent(password)}`,
].join('\n');

/** Everything that a caller could print of an error, or of a value. */
const everything = (value: unknown) =>
  [
    inspect(value, { depth: Infinity, showHidden: true, maxStringLength: Infinity }),
    JSON.stringify(value),
    value instanceof Error ? `${value.message}\n${value.stack ?? ''}` : '',
  ].join('\n');

/** The least of it that would help somebody. */
const telltale = 'tr0ub4dor';

/** Each way in which a run can end, with a program that prints the password in all writings. */
const endings: Readonly<Record<string, () => Promise<RawResult>>> = {
  'a success with a warning': async () => answer({ stdout: writings, stderr: `Warning: ${writings}` }),
  'a refusal': async () => answer({ exitCode: 1, stderr: `Error: ${writings}`, stdout: writings }),
  'a refusal by one of two nodes': async () =>
    answer({ exitCode: 1, stderr: `n1: Authorized\nError: n2: Unable to authenticate with ${python}\n` }),
  'a crash of pcs': async () =>
    answer({ exitCode: 1, stderr: `Traceback (most recent call last):\nKeyError: ${python}` }),
  'a timeout': async () => ({ ...answer({ stdout: writings, stderr: writings }), timedOut: true, exitCode: null }),
  'a signal': async () => ({ ...answer({ stderr: writings }), exitCode: null, signal: 'SIGSEGV' }),
  'a program that cannot be started': async () => {
    const spawnargs = ['host', 'auth', password];
    throw Object.assign(new Error(`spawn pcs ${password} E2BIG`), { code: 'E2BIG', path: password, spawnargs });
  },
};

const calls: Readonly<Record<string, (pcs: Pcs) => Promise<unknown>>> = {
  'host.auth': (pcs) => pcs.host.auth(['n1', 'n2'], { password }),
  'cluster.auth': (pcs) => pcs.cluster.auth({ password }),
  'client.localAuth': (pcs) => pcs.client.localAuth({ username: 'me', password }),
  'stonith.create': (pcs) => pcs.stonith.create('f', 'fence_x', { password }),
  'stonith.update': (pcs) => pcs.stonith.update('f', { passwd: password }),
};

describe.each(Object.keys(calls))('the password given to %s', (call) => {
  it.each(Object.keys(endings))('is in nothing that comes back after %s', async (ending) => {
    const runner: Runner = { run: () => endings[ending]!() };
    const came = await calls[call]!(new Pcs({ runner })).catch((error: unknown) => {
      expect(isPcsError(error)).toBe(true);
      return error;
    });
    expect(everything(came)).not.toContain(telltale);
  });
});

describe('pcs host auth', () => {
  it('gives the password through the pipe, and neither on the command line nor in the environment', async () => {
    const requests: unknown[] = [];
    const runner: Runner = {
      run: async ({ stdin, ...request }) => {
        expect(stdin).toBe(`${password}\n`);
        requests.push(request);
        return answer({});
      },
    };
    const pcs = new Pcs({ runner });
    await pcs.host.auth(['n1', { name: 'n2', address: '::1', port: 2224 }], { password, requestTimeout: 5 });
    expect(requests).toHaveLength(1);
    expect(everything(requests)).not.toContain(telltale);
    expect(everything(await pcs.dryRun(commands.host.auth('n1', { password })))).not.toContain(telltale);
  });

  it('says nothing of the password when the program is not there, is ended, or does not end, as real processes', async () => {
    const nowhere = createNodeRunner({ env: { PATH: '/nonexistent' } });
    const hanging = createNodeRunner({ graceMs: 100 });
    const shell = (script: string): Runner => ({
      run: (request) => hanging.run({ ...request, program: '/bin/sh', argv: ['-c', script, ...request.argv] }),
    });
    for (const [runner, timeoutMs] of [
      [nowhere, 10_000],
      [shell('cat >&2; exec sleep 60'), 300],
      [shell('cat >&2; kill -9 $$'), 10_000],
      [shell('cat; exit 1'), 10_000],
    ] as const) {
      const pcs = new Pcs({ runner, timeoutMs });
      for (const call of [calls['host.auth']!, calls['stonith.create']!]) {
        const error = await call(pcs).catch((thrown: unknown) => thrown);
        expect(isPcsError(error)).toBe(true);
        expect(everything(error)).not.toContain(telltale);
      }
    }
  });
});

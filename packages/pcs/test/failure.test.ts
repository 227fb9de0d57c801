import { describe, expect, it } from 'vitest';
import {
  type Command,
  commands,
  execute,
  isPcsError,
  PcsError,
  type PcsErrorCode,
  type RawResult,
} from '../src/index.js';
import { answer, RecordedRunner } from '../src/testing/index.js';

const start = commands.cluster.start({ all: true });

/** Runs a command whose program answers like this, and returns the error. */
async function errorOf(parts: Parameters<typeof answer>[0], command: Command<unknown> = start): Promise<PcsError> {
  const result: RawResult = answer(parts);
  const error = await execute(command, { run: () => Promise.resolve(result) }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PcsError);
  return error as PcsError;
}

/** What the programs said, word for word as observed, and what it means. */
const observed: readonly (readonly [code: PcsErrorCode, stderr: string, stdout?: string])[] = [
  ['NOT_RUNNING', 'Error: unable to get cib\n'],
  ['NOT_RUNNING', 'Error: cluster is not currently running on this node\n'],
  [
    'NOT_RUNNING',
    'Could not connect to the CIB: Transport endpoint is not connected\nInit failed, could not perform requested operations\n',
  ],
  ['PERMISSION_DENIED', 'Error: Permission denied\n'],
  [
    'NOT_FOUND',
    "Error: bundle/clone/group/resource/tag 'nosuch' does not exist\nError: Errors have occurred, therefore pcs is unable to continue\n",
  ],
  ['NOT_FOUND', 'Error: unable to find group or resource: D\n'],
  ['ALREADY_EXISTS', "Error: 'VIP' already exists\n"],
  ['ALREADY_EXISTS', "Error: id 'x' is already in use, please specify another one\n"],
  ['NEEDS_FORCE', "Error: Stonith resource(s) 'fence1' do not exist, use --force to override\n"],
  ['NEEDS_FORCE', 'Error: n2: Unable to connect to n2, use --skip-offline to override\n'],
  ['NEEDS_FORCE', 'Error: this would do harm, use --yes to override\n'],
  ['USAGE', '\nUsage: pcs resource delete...\n    delete <resource id>\n'],
  ['CONFLICT', 'Error: unable to push cib\nCall failed: Application of update diff failed\n\n'],
  ['WAIT_TIMEOUT', 'Error: waiting timeout\n\nError performing operation: Timer expired\n'],
  ['WAIT_TIMEOUT', "Error: resource 'VIP' is not running on any node\n"],
  [
    'NOT_AUTHENTICATED',
    "Error: Hosts 'a', 'b' are not known to pcs, try to authenticate the hosts using 'pcs host auth a b' command\n",
  ],
  ['NOT_AUTHENTICATED', 'Error: a: Username and/or password is incorrect\n'],
  ['UNREACHABLE', 'Error: Unable to communicate with nosuchhost\n'],
  ['REFUSED', 'Error: something nobody has seen yet\n'],
  ['REFUSED', ''],
  ['TRACEBACK', 'Traceback (most recent call last):\n  File "/usr/sbin/pcs", line 33\nKeyError: \'x\'\n'],
  [
    'NOT_RUNNING',
    '',
    '<pacemaker-result api-version="2.25"><status code="102" message="Not connected"><errors><error>crm_mon: Connection to cluster failed: Connection refused</error></errors></status></pacemaker-result>',
  ],
  [
    'PARTIAL',
    'Error: unable to stop all nodes\nn1: Unable to connect to n1, check if pcsd is running there\nn2: Stopping Cluster (pacemaker)...\n',
  ],
];

describe('a failed command', () => {
  it.each(observed)('is %s for: %j %j', async (code, stderr = '', stdout = '') => {
    const error = await errorOf({ exitCode: 1, stderr, stdout });
    expect(error.code).toBe(code);
    expect(error).toMatchObject({ name: 'PcsError', exitCode: 1, stderr });
    expect(error.argv).toEqual(['pcs', '--all', '--', 'cluster', 'start']);
    expect(error.message).toMatch(/^pcs/);
  });

  it('says what to do when the cluster does not run', async () => {
    const error = await errorOf({ exitCode: 1, stderr: 'Error: unable to get cib\n' });
    expect(error.message).toBe('pcs: unable to get cib; start the cluster on this node: pcs cluster start');
  });

  it('says why the fencer could not fence, and not that a device is missing', async () => {
    const stderr =
      "Error: unable to fence 'pi-b'\n" +
      "stonith_admin: Couldn't fence pi-b: No such device (Fence agent did not complete in time)\n";
    const error = await errorOf({ exitCode: 1, stderr });
    expect(error).toMatchObject({ code: 'REFUSED', nodes: {} });
    expect(error.message).toBe(
      "pcs: unable to fence 'pi-b'; stonith_admin: Couldn't fence pi-b: No such device (Fence agent did not complete in time)",
    );
  });

  it.each([
    ["Warning: Unable to read the known-hosts file: No such file or directory: '/var/lib/pcsd/known-hosts'", 'REFUSED'],
    ['Deprecation Warning: this does not exist any more', 'REFUSED'],
    ['warning: Permission denied for something else', 'REFUSED'],
    ["Warning: 'VIP' already exists", 'REFUSED'],
  ])('takes its code from no warning: %s', async (warning, code) => {
    for (const stderr of [`${warning}\nError: no\n`, `Error: no\n${warning}\n`]) {
      expect((await errorOf({ exitCode: 1, stderr })).code).toBe(code);
    }
    expect(await errorOf({ exitCode: 1, stderr: `${warning}\n` }, commands.cib.query())).toMatchObject({ code });
  });

  it('has the reason of a headline in its message', async () => {
    const stderr = 'Error: unable to push cib\nCall failed: Application of update diff failed\n\n';
    expect((await errorOf({ exitCode: 1, stderr })).message).toBe(
      'pcs: unable to push cib; Call failed: Application of update diff failed',
    );
    const usage = 'Error: no\nHint: do it otherwise\nUsage: pcs cluster [commands]...\n  start\n';
    expect((await errorOf({ exitCode: 1, stderr: usage })).message).toBe('pcs: no; Hint: do it otherwise');
  });

  it('says which node failed and why, and not what went well', async () => {
    const stderr =
      'Error: unable to start all nodes\nraspberrypi-1: Starting Cluster...\n' +
      'raspberrypi-2: Error connecting to raspberrypi-2 - (HTTP error: 500)\n';
    const error = await errorOf({ exitCode: 1, stderr });
    expect(error.message).toBe(
      'pcs: unable to start all nodes; raspberrypi-2: Error connecting to raspberrypi-2 - (HTTP error: 500)',
    );
  });

  it('is given up later when pcs was told to wait longer for a node', async () => {
    const limits: (number | undefined)[] = [];
    const runner = {
      run: ({ timeoutMs }: { timeoutMs?: number }) => {
        limits.push(timeoutMs);
        return Promise.resolve(answer({}));
      },
    };
    for (const requestTimeout of [undefined, 600]) {
      await execute(
        commands.cluster.start({ all: true }, requestTimeout === undefined ? {} : { requestTimeout }),
        runner,
      );
    }
    expect(limits).toEqual([150_000, 720_000]);
  });

  it.each([
    [4, 'PERMISSION_DENIED'],
    [102, 'NOT_RUNNING'],
    [105, 'NOT_FOUND'],
    [108, 'ALREADY_EXISTS'],
    [124, 'WAIT_TIMEOUT'],
    [1, 'REFUSED'],
  ] as const)('of a tool of Pacemaker says by exit code %i that it is %s', async (exitCode, code) => {
    expect((await errorOf({ exitCode }, commands.cib.query())).code).toBe(code);
  });

  it('says per node what happened when some did it and some did not', async () => {
    const error = await errorOf({
      exitCode: 1,
      stderr: 'n1: Unable to connect to n1\nn2: Stopping Cluster (pacemaker)...\nn2: Stopping Cluster (corosync)...\n',
    });
    expect(error.code).toBe('PARTIAL');
    expect({ ...error.nodes }).toEqual({
      n1: { ok: false, messages: ['Unable to connect to n1'] },
      n2: { ok: true, messages: ['Stopping Cluster (pacemaker)...', 'Stopping Cluster (corosync)...'] },
    });
  });

  it.each([
    ['--force', 'force'],
    ['--skip-offline', 'skipOffline'],
    ['--yes', 'yes'],
  ] as const)('that %s would override names it, and never uses it', async (option, hint) => {
    const error = await errorOf({ exitCode: 1, stderr: `Error: no, use ${option} to override\n` });
    expect(error.forceHint).toBe(hint);
    expect(error.argv).not.toContain(option);
  });

  it('that the runner had to end is a timeout, and says that what was done is unknown', async () => {
    const error = await errorOf({
      exitCode: null,
      signal: 'SIGTERM',
      timedOut: true,
      stderr: "Error: 'VIP' already exists\n",
    });
    expect(error).toMatchObject({ code: 'TIMEOUT', signal: 'SIGTERM', exitCode: null });
    expect(error.message).toContain('150 s');
  });

  it('that ended by itself in time although a timeout was on its way is still a timeout', async () => {
    expect((await errorOf({ exitCode: 0, timedOut: true })).code).toBe('TIMEOUT');
  });

  it('that wrote without end says so, whatever its exit', async () => {
    const tooMuch = { tooMuchOutput: true } as const;
    expect((await errorOf({ exitCode: null, signal: 'SIGTERM', ...tooMuch })).code).toBe('TOO_MUCH_OUTPUT');
    expect((await errorOf({ exitCode: 0, ...tooMuch })).code).toBe('TOO_MUCH_OUTPUT');
  });

  it('that died of a signal is killed', async () => {
    expect(await errorOf({ exitCode: null, signal: 'SIGKILL' })).toMatchObject({ code: 'KILLED', signal: 'SIGKILL' });
  });

  it('that could not be started says why', async () => {
    const failing = (cause: unknown) => execute(start, { run: () => Promise.reject(cause as Error) });
    const cause = (code: string) => Object.assign(new Error(code), { code });
    await expect(failing(cause('ENOENT'))).rejects.toMatchObject({ code: 'NOT_INSTALLED' });
    await expect(failing(cause('EACCES'))).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await expect(failing(cause('E2BIG'))).rejects.toMatchObject({ code: 'NOT_STARTED', cause: { code: 'E2BIG' } });
  });

  it('that was aborted says so', async () => {
    const abort = new AbortController();
    abort.abort();
    const run = () => Promise.reject(abort.signal.reason as Error);
    await expect(execute(start, { run }, { signal: abort.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('never shows a secret, in the words, in the outputs, or as a part of another', async () => {
    const command = commands.stonith.create('f', 'fence_x', {
      password: 'hunter2',
      token: 'hunter2hunter2',
      ip: '::1',
    });
    const error = await errorOf(
      { exitCode: 1, stderr: "Error: bad password 'hunter2'\n", stdout: 'hunter2hunter2' },
      command,
    );
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain('hunter2');
    expect(error.argv).toContain('password=***');
    expect(error.argv).toContain('ip=::1');
  });

  it('is told from other errors, and from other codes', async () => {
    const error = await errorOf({ exitCode: 1, stderr: "Error: 'VIP' already exists\n" });
    expect(isPcsError(error)).toBe(true);
    expect(isPcsError(error, 'NOT_FOUND', 'ALREADY_EXISTS')).toBe(true);
    expect(isPcsError(error, 'NOT_FOUND')).toBe(false);
    expect(isPcsError(new Error('x'))).toBe(false);
  });
});

describe('a command that succeeds', () => {
  it('tells warnings, deprecations and what each node said', async () => {
    const runner = new RecordedRunner([
      {
        program: 'pcs',
        argv: ['--all', '--', 'cluster', 'start'],
        stderr: 'Warning: a\nDeprecation Warning: b\nn1: Starting Cluster...\nNode: n1 fenced\n',
        stdout: 'n2: Starting Cluster...\n',
      },
    ]);
    const change = await execute(start, runner);
    expect(change).toMatchObject({ warnings: ['a'], deprecations: ['b'], output: 'n2: Starting Cluster...\n' });
    expect(Object.keys(change.nodes)).toEqual(['n1', 'n2']);
    expect(runner.unused).toEqual([]);
  });

  it('may exit with another code where that is an answer', async () => {
    const status: Command<number | null> = {
      program: 'pcs',
      words: ['x'],
      exitCodes: [0, 2],
      parse: ({ exitCode }) => exitCode,
    };
    await expect(execute(status, { run: () => Promise.resolve(answer({ exitCode: 2 })) })).resolves.toBe(2);
    await expect(execute(status, { run: () => Promise.resolve(answer({ exitCode: 1 })) })).rejects.toThrow(PcsError);
  });

  it('is an error when its answer is not what was asked for', async () => {
    const answering = (stdout: string) => ({ run: () => Promise.resolve(answer({ stdout })) });
    const malformed = { code: 'MALFORMED_ANSWER' };
    await expect(execute(commands.config.backup(), answering('tar?'))).rejects.toMatchObject(malformed);
    await expect(execute(commands.cluster.name(), answering('totem {\n}\n'))).rejects.toMatchObject(malformed);
    await expect(execute(commands.cib.query(), answering('<cib><configuration/></ci'))).rejects.toMatchObject(
      malformed,
    );
    await expect(execute(commands.cib.query(), answering('Error: cluster is not running'))).rejects.toMatchObject(
      malformed,
    );
    await expect(execute(commands.config.backup(), answering('BZh91AY'))).resolves.toEqual(Buffer.from('BZh91AY'));
    await expect(execute(commands.cluster.name(), answering('totem {\n  cluster_name: c\n}\n'))).resolves.toBe('c');
    await expect(execute(commands.cluster.corosync(), answering('totem'))).resolves.toBe('totem');
    await expect(execute(commands.resource.simulateDisable('R'), answering('R\nS\n'))).resolves.toEqual(['R', 'S']);
  });
});

describe('the time a command may take', () => {
  const timeoutOf = async (command: Command<unknown>, timeoutMs?: number) => {
    let asked: number | undefined;
    const runner = {
      run: (request: { timeoutMs?: number }) => ((asked = request.timeoutMs), Promise.resolve(answer())),
    };
    await execute({ ...command, parse: () => undefined }, runner, timeoutMs === undefined ? {} : { timeoutMs });
    return asked;
  };
  it("is always limited: its own, the caller's or the default, and twice what it waits besides", async () => {
    expect(await timeoutOf(start)).toBe(150_000);
    expect(await timeoutOf(start, 5)).toBe(5);
    expect(await timeoutOf(commands.cluster.start('n1', { wait: 10 }), 5)).toBe(20_005);
    expect(await timeoutOf(commands.stonith.fence('n1'), 5)).toBe(600_000);
  });
});

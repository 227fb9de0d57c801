// Set-ups that went wrong once, with the built agent on hosts of their own names and with real pings, on a board that is served.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@sleepi3/driver';
import { createHarness, type Harness, serveBoard } from '@sleepi3/simulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { buildAgent } from './live-cluster.js';
import { type Service, startService } from './service.js';

const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;
const hasNamespaces = () => spawnSync('unshare', ['--uts', '--net', 'true']).status === 0;
const possible = haveRealParts('unshare', 'nsenter', 'ip', 'ping') && hasNamespaces();

describe.runIf(possible)('the built agent', () => {
  let directory: string;
  let program: string;
  let harness: Harness;
  let server: AsyncDisposable;
  let service: Service;
  let edges: number;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fence-crooked-'));
    program = buildAgent(directory);
  });
  afterAll(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    harness = createHarness({ clock: systemClock, coldRegisters: { inputControl: 0b001 } });
    const path = join(directory, 'board.sock');
    server = await serveBoard(harness.boards[0], { path });
    const defaults = join(directory, 'sleepi3');
    await writeFile(defaults, `I2C_BUS=unix:${path}\nEXTIN_FORCED_SHUTDOWN=1\nHEARTBEAT_TIMEOUT=0\n`);
    service = await startService(
      program,
      join(directory, 'state'),
      '--bus',
      `unix:${path}`,
      '--defaults-file',
      defaults,
    );
    edges = 0;
    harness.boards[0].on('extout', () => edges++);
  });
  afterEach(async () => {
    await service.stop();
    harness.close();
    await server[Symbol.asyncDispose]();
  });

  /** Runs it on a host of that name, with these addresses of its own and these of a peer that answers. */
  async function runOn(
    host: { readonly name: string; readonly own?: readonly string[]; readonly answering?: readonly string[] },
    stdin: string,
  ) {
    const { name, own = [], answering = [] } = host;
    // A network with nobody on it but who is to answer, who is another machine.
    const far = (words: string) => `nsenter --net --target $peer ${words}`;
    const script = [
      `hostname ${name}`,
      'ip link set lo up',
      'ip link add near type veth peer name far',
      '{ unshare --net sleep 60 & } && peer=$!',
      'while [ "$(readlink /proc/$peer/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done',
      'ip link set far netns $peer',
      ...own.map((address) => `ip address add ${address}/24 dev near`),
      ...answering.map((address) => far(`ip address add ${address}/24 dev far`)),
      far('ip link set far up'),
      'ip link set near up',
      `{ ${program}; status=$?; kill $peer; exit $status; }`,
    ].join(' && ');
    const env = { ...process.env, ...service.env };
    return new Promise<{ status: number; out: string; err: string }>((resolve) => {
      const child = execFile('unshare', ['--uts', '--net', 'sh', '-c', script], { env }, (error, out, err) => {
        resolve({ status: error ? Number(error.code) : 0, out, err });
      });
      child.stdin?.end(stdin);
    });
  }

  const lines = (conf: string, more: Readonly<Record<string, string>>) =>
    Object.entries({
      corosync_conf: fixture(conf),
      defaults_file: join(directory, 'sleepi3'),
      ...more,
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  const stdinOf = (name: string) => execFileSync('cat', [fixture(name)], { encoding: 'utf8' });

  it('on its own target, with full names, is refused, and nothing is asserted', async () => {
    const conf = lines('corosync-fqdn-names.conf', {});
    const result = await runOn({ name: 'pi-b' }, stdinOf('fence-own-target-fqdn.stdin') + conf);
    expect(result).toMatchObject({ status: 1, out: '' });
    expect(result.err).toContain('this host is pi-b.example.com, the configured peer');
    expect(edges).toBe(0);
  });

  it.each([
    ['corosync-two-links.conf', '10.0.1.179'],
    ['corosync-ring1-only.conf', '192.168.11.179'],
  ])('with %s says no success of a peer that answers at %s', async (conf, address) => {
    harness.wires[1].state = 'open';
    const own = ['192.168.11.211', '10.0.1.211'];
    const stdin = lines(conf, { nodename: 'pi-b', action: 'off' });
    const result = await runOn({ name: 'pi-a', own, answering: [address] }, stdin);
    expect(result).toMatchObject({ status: 1, out: '' });
    expect(result.err).toContain(`pi-b still answers at ${address}`);
  });

  it.each(['corosync-two-links.conf', 'corosync-fqdn-names.conf'])(
    'with a pcmk_host_map is refused, and says so (%s)',
    async (conf) => {
      const result = await runOn({ name: 'pi-a' }, stdinOf('fence-host-map.stdin') + lines(conf, {}));
      expect(result).toMatchObject({ status: 1, out: '' });
      expect(result.err).toContain('pcmk_host_map');
      expect(edges).toBe(0);
    },
  );
});

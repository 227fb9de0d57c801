// The way to the other node by the real ssh and sshd: whom it leads to, and what is left when it breaks in the middle of a file.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeRunner, Pcs, type Runner } from '@sleepi3/pcs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { designOf } from '../../src/cluster/design.js';
import { readClusterFile } from '../../src/config/read-cluster-file.js';
import { commandMachine, sshRunner } from '../../src/nodes/machine.js';
import { identityStep } from '../../src/plan/steps/identity.js';
import { Reality } from '../../src/plan/reality.js';
import { withNodes } from '../with-nodes.js';

const [first, second] = ['raspberrypi-1', 'raspberrypi-2'] as const;
const ownMachineId = '11111111111111111111111111111111';

interface There {
  readonly hostname?: string;
  readonly machineId?: string;
  readonly address?: string;
  /** The connection breaks after so many bytes to the other side. */
  readonly breaksAfter?: number;
  /** Who may get in, and whom the client expects. */
  readonly key?: 'authorized' | 'unknown';
  readonly hostKey?: 'known' | 'changed';
}

describe.runIf(haveRealParts('ssh', 'sshd', 'ip', 'unshare') && process.getuid?.() === 0)(
  'the other node by ssh',
  () => {
    let directory = '';
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'cluster-setup-ssh-'));
      for (const name of ['host', 'other-host', 'authorized', 'unknown']) {
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, name)]);
      }
      const publicKey = (name: string) => readFileSync(join(directory, `${name}.pub`), 'utf8');
      writeFileSync(join(directory, 'keys'), publicKey('authorized'));
      writeFileSync(join(directory, 'known'), `${second} ${publicKey('host')}`);
      writeFileSync(join(directory, 'changed'), `${second} ${publicKey('other-host')}`);
      writeFileSync(
        join(directory, 'sshd_config'),
        [
          `HostKey ${join(directory, 'host')}`,
          `AuthorizedKeysFile ${join(directory, 'keys')}`,
          ...['StrictModes no', 'UsePAM no', 'PermitRootLogin prohibit-password', 'LogLevel QUIET', ''],
        ].join('\n'),
      );
      mkdirSync('/run/sshd', { recursive: true });
    });
    afterAll(() => {
      rmSync(directory, { recursive: true });
    });

    /** ssh to a machine that is made for this connection: its own name, machine-id and network, and sshd on a pipe. */
    function runnerTo({
      hostname = second,
      machineId = '2'.repeat(32),
      address = '192.168.11.179',
      breaksAfter,
      key = 'authorized',
      hostKey = 'known',
    }: There): Runner {
      const idFile = join(directory, `machine-id-${machineId}`);
      writeFileSync(idFile, `${machineId}\n`);
      const machine = [
        `ip link set lo up; ip address add ${address}/24 dev lo`,
        `hostname ${hostname}; mount --bind ${idFile} /etc/machine-id`,
        `exec /usr/sbin/sshd -i -f ${join(directory, 'sshd_config')}`,
      ].join('; ');
      // Its input ends in the middle, and then it ends.
      const input = breaksAfter === undefined ? '' : ` < <(exec dd bs=1 count=${breaksAfter} status=none)`;
      const script = join(directory, `machine-${randomBytes(4).toString('hex')}`);
      const words = `unshare --uts --net --mount sh -c '${machine}'`;
      writeFileSync(script, `#!/bin/bash\nexec ${words}${input}\n`, { mode: 0o755 });
      const options = {
        ProxyCommand: script,
        IdentityFile: join(directory, key),
        IdentitiesOnly: 'yes',
        User: 'root',
        UserKnownHostsFile: join(directory, hostKey),
        GlobalKnownHostsFile: '/dev/null',
        StrictHostKeyChecking: 'yes',
      };
      const settings = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
      const real = createNodeRunner();
      return sshRunner(
        { run: (request) => real.run({ ...request, argv: ['-F', '/dev/null', ...settings, ...request.argv] }) },
        second,
      );
    }

    const machineAt = (there: There) => commandMachine(second, runnerTo(there));

    /** What is wrong with the other node; nothing when it is the one of the file. */
    async function refusal(there: There): Promise<string | undefined> {
      const local = {
        ...commandMachine(first, createNodeRunner()),
        run: () => Promise.resolve({ exitCode: 0, stdout: `${first}\n${ownMachineId}\n`, stderr: '' }),
      };
      const pcs = new Pcs({ runner: createNodeRunner() });
      const reality = new Reality({ local, others: [machineAt(there)], pcs, destroyable: new Set() });
      const step = identityStep(designOf(readClusterFile(withNodes(), 'cluster.yaml')), second);
      return Promise.resolve(step.look(reality)).then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
    }

    it('is taken for what it is', async () => {
      expect(await refusal({})).toBeUndefined();
    });

    it.each<[string, There, RegExp]>([
      ['is another machine', { hostname: 'nas' }, /^raspberrypi-2: the machine there calls itself nas; correct /],
      ['is this machine', { machineId: ownMachineId }, /^raspberrypi-2 is this machine itself /],
      [
        'has another address',
        { address: '192.168.11.78' },
        /does not have the address 192\.168\.11\.179 of the file; it has 192\.168\.11\.78$/,
      ],
      [
        'does not let us in',
        { key: 'unknown' },
        /^ssh to raspberrypi-2 does not work: .*Permission denied.*put this machine's key there/,
      ],
      [
        'has another host key',
        { hostKey: 'changed' },
        /^ssh to raspberrypi-2 does not work: Host key verification failed.*ssh-keygen -R/,
      ],
      ['breaks off at once', { breaksAfter: 30 }, /^ssh to raspberrypi-2 does not work: /],
    ])('is refused on one line when it %s', async (_, there, words) => {
      const said = await refusal(there);
      expect(said).toMatch(words);
      expect(said).not.toContain('\n');
    });

    it.each([10_000, 40_000, 75_000])(
      'keeps the old file when the connection breaks after %i bytes of a new one',
      async (breaksAfter) => {
        const files = mkdtempSync(join(directory, 'files-'));
        const path = join(files, 'sleepi3');
        writeFileSync(path, 'the old one');
        const text = randomBytes(80_000).toString('latin1');
        const failure = await machineAt({ breaksAfter })
          .writeFile(path, text)
          .catch((error: unknown) => (error as Error).message);
        expect(failure).toMatch(/^ssh to raspberrypi-2 does not work: /);
        expect(failure).not.toContain('\n');
        // The other side notices it by itself.
        await expect.poll(() => readdirSync(files)).toEqual(['sleepi3']);
        expect(readFileSync(path, 'utf8')).toBe('the old one');
        await machineAt({}).writeFile(path, text);
        expect(readFileSync(path, 'latin1')).toBe(text);
      },
    );
  },
);

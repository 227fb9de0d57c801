// cts-fencing, the regression tests of Pacemaker's own fencer, with any agent in the place of their fence_dummy.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the package pacemaker-cts installs the tests. Debian 12 has no such package: there, PACEMAKER_TESTS may name a
 * directory of the same layout.
 */
const tests = process.env['PACEMAKER_TESTS'] ?? '/usr/share/pacemaker/tests';
const ctsFencing = join(tests, 'cts-fencing');

/** Pacemaker's own test agent. */
export const fenceDummyOfPacemaker = join(tests, 'cts/fence_dummy');

/** Whether the tests are on this machine. */
export const haveCtsFencing = existsSync(ctsFencing) && existsSync(fenceDummyOfPacemaker);

/** What is run, in words and in options of cts-fencing: of Pacemaker 2 what is quick or about agents, of 3 all there is. */
export const ctsSelections: readonly (readonly [string, readonly string[]])[] =
  haveCtsFencing && readFileSync(ctsFencing, 'utf8').includes('--no-cpg')
    ? [
        ['without Corosync', ['--no-cpg']],
        ['of node ids', ['--run-only-pattern', 'nodeid']],
        ['of unfencing', ['--run-only-pattern', 'unfence']],
        ['of reboots that become off and on', ['--run-only-pattern', 'remap']],
      ]
    : [['there is', []]];

/**
 * What runs inside: every place that the tests, Pacemaker and Corosync write to is a new, empty one, and so is the
 * network. cts-support would install Pacemaker's agent over ours. `$1` is the directory of this run, the command follows.
 */
const inside = `
set -e
ip link set lo up
for place in /dev/shm /run /var/log /var/lib/pacemaker /var/lib/corosync /etc/corosync; do
  mount -t tmpfs tmpfs "$place"
done
for support in /usr/lib/pacemaker/cts-support /usr/libexec/pacemaker/cts-support; do
  [ ! -e "$support" ] || mount --bind /bin/true "$support"
done
mount --bind "$1/sbin" /usr/sbin
cd "$1"
export TMPDIR="$1"
shift
exec "$@"
`;

/** What came of each test, by its name. */
type Outcomes = ReadonlyMap<string, 'SUCCESS' | 'FAILURE'>;

/** Runs the tests that the words of `selection` (options of cts-fencing) pick, with `agent` as fence_dummy. Needs root. */
export async function runCtsFencing(agent: string, selection: readonly string[]): Promise<Outcomes> {
  const directory = await mkdtemp(join(tmpdir(), 'cts-fencing-'));
  try {
    await fillSbin(join(directory, 'sbin'), agent);
    await writeFile(join(directory, 'inside.sh'), inside);
    const isolated = ['-mnip', '--fork', '--kill-child', '--mount-proc', 'sh', join(directory, 'inside.sh'), directory];
    // A loaded machine may need more than the 2 seconds that a start of pacemaker-fenced has by default.
    const output = await outputOf('unshare', [...isolated, ctsFencing, '--timeout', '10', ...selection]);
    if (!output.includes('--- TOTALS')) throw new Error(`cts-fencing did not come to its end:\n${output}`);
    return new Map(
      [...output.matchAll(/^(SUCCESS|FAILURE) - '(.*?)'/gm)].map(([, outcome, name]) => [
        name!,
        outcome as 'SUCCESS' | 'FAILURE',
      ]),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What is in /usr/sbin inside: the agent under its names, and the programs that the tests call. */
async function fillSbin(sbin: string, agent: string): Promise<void> {
  await mkdir(sbin);
  // ldconfig: by it the tests' Python finds Pacemaker's library, since 3.0.
  for (const program of ['stonith_admin', 'corosync', 'fence_watchdog', 'ldconfig']) {
    await copyFile(join('/usr/sbin', program), join(sbin, program));
  }
  await copyFile(agent, join(sbin, 'fence_dummy'));
  await chmod(join(sbin, 'fence_dummy'), 0o755);
  for (const variant of ['auto_unfence', 'no_reboot', 'no_on', 'no_nodeid']) {
    await symlink('fence_dummy', join(sbin, `fence_dummy_${variant}`));
  }
  // Programs of pacemaker-cts that are found before these where they are installed; without cts-fence-helper, the tests
  // that need it fail with any agent.
  await symlink('/bin/true', join(sbin, 'cts-support'));
  await symlink('/bin/false', join(sbin, 'cts-fence-helper'));
}

function outputOf(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', reject);
    child.on('close', () => {
      resolve(output);
    });
  });
}

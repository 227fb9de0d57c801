// The road that a stranger takes: the commands of the README, typed into a machine that has Node and npm and nothing else.
//
//   npm run road -- RELEASE [COMMAND…]      bookworm or trixie; by default the commands of the README's "See it"
//
// The machine is a minimal Debian, made once by debootstrap outside the repository, under an overlay in memory with a copy of
// this checkout, without git. Node and npm are this machine's. Needs root.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { askForSources, baseSource, parseDebianSources, type Release, releases } from '../parts/debian-sources.js';
import { timed } from '../parts/processor-time.js';
import { codeBlocksOf, sectionsOf } from '../test/support/markdown.js';

const repository = join(import.meta.dirname, '../..');

/** $1 the base, $2 the repository, $3 Node, $4 the folder of npm, $5 what to copy with its path; the command follows. */
const inside = `set -e
base=$1 repository=$2 node=$3 npm=$4 settings=$5
shift 5
mount -t tmpfs -o size=90% tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir="$base",upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
for place in proc sys dev; do mount --rbind "/$place" "/mnt/root/$place"; done
mkdir -p /mnt/root/usr/lib/node_modules/npm /mnt/root/root/sleepi3
cp "$node" /mnt/root/usr/bin/node
cp -r "$npm/." /mnt/root/usr/lib/node_modules/npm
ln -sf ../lib/node_modules/npm/bin/npm-cli.js /mnt/root/usr/bin/npm
ln -sf ../lib/node_modules/npm/bin/npx-cli.js /mnt/root/usr/bin/npx
cp /etc/resolv.conf /etc/hosts /mnt/root/etc
for file in $settings; do mkdir -p "/mnt/root$(dirname "$file")" && cp "$file" "/mnt/root$file"; done
git -C "$repository" ls-files -z | tar -C "$repository" --null --files-from=- --create | tar -C /mnt/root/root/sleepi3 --extract
exec chroot /mnt/root sh -ec 'cd /root/sleepi3; exec "$@"' sh "$@"`;

/** Makes the minimal Debian, under its name only when it is whole. */
function makeBase(release: Release, base: string): void {
  const source = baseSource(parseDebianSources(output(askForSources), release), release);
  if (source === undefined) throw new Error('apt of this machine knows no repository of Debian: run apt-get update');
  const partial = `${base}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  console.error(`making ${base} …`);
  output(['debootstrap', '--variant=minbase', `--components=${source.component}`, release, partial, source.uri]);
  renameSync(partial, base);
}

function output([program = '', ...words]: readonly string[]): string {
  return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
}

/** Runs the command as a stranger would, and says how long that took. */
function take(base: string, command: string): boolean {
  const node = realpathSync(process.execPath);
  const npm = join(dirname(node), '../lib/node_modules/npm');
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  // How npm reaches its registry is the machine's, not the road's.
  const settings = [certificates, '/etc/npmrc', join(homedir(), '.npmrc')].filter((file) => file && existsSync(file));
  const words = [
    ...['--mount', '--propagation', 'private', 'sh', '-c', inside, 'sh'],
    ...[base, repository, node, npm, settings.join(' ')],
    ...['sh', '-c', command],
  ];
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: homedir(),
    ...(certificates && { NODE_EXTRA_CA_CERTS: certificates }),
  };
  const { result, took } = timed(() => spawnSync('unshare', words, { stdio: 'inherit', env }));
  const passed = result.status === 0;
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${command}: ${took}`);
  return passed;
}

function main([word, ...commands]: readonly string[]): number {
  const release = releases.find((each) => each === word);
  if (release === undefined || process.getuid?.() !== 0) {
    console.error(`usage, as root: npm run road -- ${releases.join('|')} [COMMAND…]`);
    return 1;
  }
  const base = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sleepi3', `base-${release}`);
  if (!existsSync(base)) makeBase(release, base);
  const seeIt = sectionsOf(readFileSync(join(repository, 'README.md'), 'utf8')).find(
    ({ heading }) => heading === 'See it',
  );
  const readme = codeBlocksOf(seeIt?.text ?? '')
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n').flatMap((line) => /^npm [^#]*[^# ]/.exec(line)?.[0] ?? []));
  const taken = (commands.length > 0 ? commands : readme).map((command) => take(base, command));
  return taken.length > 0 && taken.every(Boolean) ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));

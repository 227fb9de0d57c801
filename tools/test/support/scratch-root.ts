// A copy of this machine to install things on: its root file system under an overlay in memory, in a mount namespace of
// its own. What happens in it happens to nobody else, and all of it is gone when it is closed.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

export interface ScratchRoot {
  /** Runs a shell script in it; rejects when that fails. Resolves to its standard output. */
  run(script: string): Promise<string>;
  close(): Promise<void>;
}

const mountAll = `set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount --rbind /proc /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mount -t tmpfs tmpfs /mnt/root/run
mount -t tmpfs tmpfs /mnt/root/tmp`;

/** Whether this user may do so: root on a machine, but not in every container. */
export function canMakeScratchRoot(): boolean {
  return spawnSync('unshare', ['--mount', 'sh', '-c', mountAll], { stdio: 'ignore' }).status === 0;
}

/** @param files Copied to /tmp in it. */
export async function makeScratchRoot(files: readonly string[]): Promise<ScratchRoot> {
  const copies = files.map((file) => `cp '${file}' /mnt/root/tmp`).join('\n');
  const holder = spawn('unshare', ['--mount', 'sh', '-c', `${mountAll}\n${copies}\necho ready\nexec cat`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  await Promise.race([
    once(holder.stdout, 'data'),
    ended.then(() => {
      throw new Error('the scratch root could not be made');
    }),
  ]);
  // From where the holder is: a namespace's own root is another one, where this runs in a chroot.
  const enter = [`--target=${holder.pid}`, '--mount', '--root', 'chroot', '/mnt/root', 'sh', '-ec'];
  return {
    run: async (script) =>
      (await promisify(execFile)('nsenter', [...enter, script], { env: scratchEnvironment })).stdout,
    close: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}

const scratchEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
};

// What a kernel kept of its own end. A journal has nothing of a panic: the disk is not written any more.
import type { Boot, Entry } from './journal.js';

/**
 * Prints the time of each record, `== seconds since 1970`, and its lines that say why. systemd-pstore takes the records away at
 * the next boot; without it they stay where the kernel has them.
 */
export const askForPanics = [
  ...['/sys/fs/pstore', '/var/lib/systemd/pstore', '-type', 'f', '-name', 'dmesg*', '-printf', '== %T@\\n'],
  ...['-exec', 'grep', '-aoE', 'Kernel panic - not syncing.*', '{}', ';'],
] as const;

/** ms by which a boot may seem to have ended after the record: its journal is written with a delay. */
const tolerance = 2000;

/**
 * The panics as entries of the boot that each ended. A record is of the time of the panic, or of the boot after it, which took it
 * away: either way it is of the last boot that was over by then.
 */
export function panicsIn(text: string, boots: readonly Boot[], clockAhead: number): Entry[] {
  const panics: Entry[] = [];
  let boot: Boot | undefined;
  for (const line of text.split('\n')) {
    const [, time] = /^== (\d+\.\d+)$/.exec(line) ?? [];
    if (time !== undefined) {
      const kept = Number(time) * 1000 - clockAhead;
      boot = boots.filter(({ to }) => to <= kept + tolerance).at(-1);
    } else if (boot !== undefined && line !== '') {
      panics.push({ node: boot.node, at: boot.to, program: 'kernel', message: line, boot: boot.id });
      boot = undefined; // the first line says it
    }
  }
  return panics;
}

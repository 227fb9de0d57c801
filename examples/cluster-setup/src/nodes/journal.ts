// Whether a node's journal outlives its boot. Raspberry Pi OS 13 has a drop-in, 40-rpi-volatile-storage.conf, that keeps it in memory;
// drop-ins go before /etc/systemd/journald.conf, and one after another by their names.
import type { Machine } from './machine.js';

export const journalDropIn = {
  path: '/etc/systemd/journald.conf.d/90-persistent.conf',
  text: '[Journal]\nStorage=persistent\n',
} as const;

/** What to type for it. */
export const keepJournal: readonly string[] = [
  `mkdir -p ${journalDropIn.path.replace(/\/[^/]*$/, '')}`,
  `printf '[Journal]\\nStorage=persistent\\n' >${journalDropIn.path}`,
  'systemctl restart systemd-journald && journalctl --flush',
];

/** Undefined when it cannot be told. */
export async function isJournalKept(machine: Machine): Promise<boolean | undefined> {
  const script =
    "systemd-analyze cat-config systemd/journald.conf | sed -n 's/^[[:space:]]*Storage[[:space:]]*=[[:space:]]*//p' | tail -n 1\n" +
    'echo end\n[ ! -d /var/log/journal ] || echo kept';
  const { exitCode, stdout } = await machine.run('sh', ['-c', script], { exitCodes: [0, 1, 127], timeoutMs: 30_000 });
  const [configured = '', directory = ''] = stdout.split('end\n').map((text) => text.trim());
  if (exitCode !== 0 || !stdout.includes('end\n')) return undefined;
  // journald.conf(5): auto, the default, is persistent where the directory is.
  return configured === '' || configured === 'auto' ? directory === 'kept' : configured === 'persistent';
}

// cloud-init, which Raspberry Pi OS 13 has, and whose `manage_etc_hosts` writes /etc/hosts anew at every boot: what was put
// there is gone, and the own name is back at 127.0.1.1. What it writes comes from a template, which is to be edited instead
// (so its own header).
import { type HostEntry, withHosts, withoutHosts } from './hosts-file.js';
import type { Machine } from './machine.js';

export const hostsTemplate = '/etc/cloud/templates/hosts.debian.tmpl';

/**
 * What cloud-init does to /etc/hosts at each boot: `template`, all of it is written anew; `own-name`, the own name is put at
 * 127.0.1.1 (`manage_etc_hosts: localhost`); undefined, nothing.
 */
export type HostsManagement = 'template' | 'own-name' | undefined;

/** What the user gave goes before what the system has; the value of the first is printed. */
const script = `command -v cloud-init >/dev/null || exit 0
[ ! -e /etc/cloud/cloud-init.disabled ] || exit 0
for file in /var/lib/cloud/instance/cloud-config.txt /boot/firmware/user-data /boot/user-data \\
  $(ls -r /etc/cloud/cloud.cfg.d/*.cfg 2>/dev/null) /etc/cloud/cloud.cfg; do
  value=$(sed -n 's/^manage_etc_hosts[[:space:]]*:[[:space:]]*//p' "$file" 2>/dev/null | tail -n 1)
  if [ -n "$value" ]; then printf '%s\\n' "$value"; exit 0; fi
done`;

export async function hostsManagement(machine: Machine): Promise<HostsManagement> {
  const { stdout } = await machine.run('sh', ['-c', script]);
  const value = stdout
    .replace(/(?:^|\s)#.*$/m, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .toLowerCase();
  if (value === 'localhost') return 'own-name';
  // cloud-init's translate_bool, with the word that manage_etc_hosts takes besides.
  return ['true', '1', 'on', 'yes', 'template'].includes(value) ? 'template' : undefined;
}

const marker = '# cluster-setup: ';
const ownName = /^\s*(?:127\.|::1\s).*\{\{\s*(?:fqdn|hostname)\s*\}\}/;

/** The template with the names at these addresses, and without the own name at a loopback address. */
export function withTemplateHosts(text: string, entries: readonly HostEntry[]): string {
  const lines = text.split('\n').map((line) => (ownName.test(line) ? `${marker}${line}` : line));
  return withHosts(lines.join('\n'), entries);
}

/** The template as it was before {@link withTemplateHosts}. */
export const withoutTemplateHosts = withoutHosts;

/** The same by a shell, where there is such a template. */
export function templateHostsInShell(entries: readonly HostEntry[]): string {
  const lines = entries.map(({ name, address }) => `printf '%s\\t%s\\t${marker.trim()}\\n' ${address} ${name}`);
  return [
    `if command -v cloud-init >/dev/null && [ -e ${hostsTemplate} ] && ! grep -q '^${marker}' ${hostsTemplate}; then`,
    `  sed -i -E '/^[[:space:]]*(127\\.|::1[[:space:]]).*\\{\\{[[:space:]]*(fqdn|hostname)/ s/^/${marker}/' ${hostsTemplate}`,
    `  { ${lines.join('; ')}; } >>${hostsTemplate}`,
    'fi',
  ].join('\n');
}

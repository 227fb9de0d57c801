// pcs and the other machines: whom it has a token for, and how long it waits for them.

/** Seconds that pcs waits for the other node; it gives up after 60 by itself, and slow machines were seen to take longer. */
export const requestTimeout = 300;

/** Whether pcs has logged in to a host, by the text of its file /var/lib/pcsd/known-hosts. */
export function knows(knownHosts: string, name: string): boolean {
  try {
    const { known_hosts: hosts = {} } = JSON.parse(knownHosts) as { known_hosts?: Record<string, { token?: string }> };
    return Boolean(hosts[name]?.token);
  } catch {
    // None, or one that pcs cannot read either: it writes a new one.
    return false;
  }
}

// Where a service answers, told from its address and what its containers publish.
import type { PublishedPort } from '../config/published-ports.js';

/** `http://192.168.11.215/`, by the first TCP port; undefined when there is none. */
export function urlAt(address: string, ports: readonly PublishedPort[]): string | undefined {
  const port = ports.find(({ protocol }) => protocol === 'tcp');
  if (port === undefined) return undefined;
  const secure = port.container.from === 443;
  const name = address.includes(':') ? `[${address}]` : address;
  const usual = secure ? 443 : 80;
  return `${secure ? 'https' : 'http'}://${name}${port.host.from === usual ? '' : `:${port.host.from}`}/`;
}

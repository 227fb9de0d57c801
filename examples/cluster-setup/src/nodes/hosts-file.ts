// /etc/hosts, the lines that the cluster needs: corosync binds to what a node's name resolves to, and Debian's installer
// writes 127.0.1.1 for it.
import { sameAddress, sameName } from '@sleepi3/pcs';

/** A name and where it is. */
export interface HostEntry {
  readonly name: string;
  readonly address: string;
}

const marker = '# cluster-setup: ';

/** The text with the names at these addresses alone; every other line stays. What is taken away is kept as a comment. */
export function withHosts(text: string, entries: readonly HostEntry[]): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const kept = lines.flatMap((line) => {
    const { address, names, comment } = parse(line);
    const wrong = names.filter((name) =>
      entries.some((entry) => sameName(entry.name, name) && !sameAddress(entry.address, address)),
    );
    if (wrong.length === 0) return [line];
    // Of an address that the node had before: nobody wants it back.
    if (isOwn(line)) return [];
    const rest = names.filter((name) => !wrong.includes(name));
    return [
      `${marker}${line}`,
      ...(rest.length === 0 ? [] : [`${address}\t${rest.join(' ')}${comment === '' ? '' : ` ${comment}`}`]),
    ];
  });
  const missing = entries.filter(({ name, address }) => !kept.some((line) => says(line, name, address)));
  return [...kept, ...missing.map(({ name, address }) => `${address}\t${name}\t${marker.trim()}`)].join('\n') + '\n';
}

/** The text as it was before {@link withHosts}, as far as the lines it marked still tell. */
export function withoutHosts(text: string): string {
  const lines = text.split('\n');
  return lines
    .flatMap((line, index) => {
      if (line.startsWith(marker)) return [line.slice(marker.length)];
      if (isOwn(line)) return [];
      // The rest of a line that was taken apart stands right after it.
      const before = lines[index - 1];
      if (before?.startsWith(marker)) {
        const { address, names } = parse(before.slice(marker.length));
        const rest = parse(line);
        if (rest.address === address && rest.names.every((name) => names.includes(name))) return [];
      }
      return [line];
    })
    .join('\n');
}

/** Whether {@link withHosts} added the line. */
function isOwn(line: string): boolean {
  return line.endsWith(`\t${marker.trim()}`);
}

/** The addresses that the file gives a name, in its order. */
export function addressesOf(text: string, name: string): string[] {
  return text.split('\n').flatMap((line) => {
    const { address, names } = parse(line);
    return names.some((one) => sameName(one, name)) ? [address] : [];
  });
}

function says(line: string, name: string, address: string): boolean {
  const entry = parse(line);
  return sameAddress(entry.address, address) && entry.names.some((one) => sameName(one, name));
}

function parse(line: string): {
  readonly address: string;
  readonly names: readonly string[];
  readonly comment: string;
} {
  const [, content = '', comment = ''] = /^([^#]*)(#.*)?$/.exec(line) ?? [];
  const [address = '', ...names] = content.trim().split(/\s+/);
  return { address, names, comment };
}

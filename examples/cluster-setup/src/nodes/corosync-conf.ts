// What corosync.conf says, as far as it matters here.

export interface CorosyncConf {
  readonly clusterName: string | undefined;
  /** The options of the section `totem`. */
  readonly totem: Readonly<Record<string, string>>;
  readonly nodes: readonly CorosyncNode[];
  /** The options of the section `quorum`. */
  readonly quorum: Readonly<Record<string, string>>;
}

export interface CorosyncNode {
  readonly name: string | undefined;
  /** One for each link (`ring0_addr`, `ring1_addr` …). */
  readonly addresses: readonly string[];
}

/** Reads a corosync.conf (corosync.conf(5)). */
export function parseCorosyncConf(text: string): CorosyncConf {
  const totem: Record<string, string> = {};
  const quorum: Record<string, string> = {};
  const nodes: { name: string | undefined; addresses: string[] }[] = [];
  const path: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const opening = /^(\w+)\s*\{$/.exec(line)?.[1];
    if (opening !== undefined) {
      path.push(opening);
      if (path.join('/') === 'nodelist/node') nodes.push({ name: undefined, addresses: [] });
      continue;
    }
    if (line === '}') {
      path.pop();
      continue;
    }
    const [, key = '', value = ''] = /^(\w+)\s*:\s*(.*)$/.exec(line) ?? [];
    const node = nodes.at(-1);
    switch (path.join('/')) {
      case 'totem':
        totem[key] = value;
        break;
      case 'quorum':
        quorum[key] = value;
        break;
      case 'nodelist/node':
        if (key === 'name' && node) node.name = value;
        if (/^ring\d_addr$/.test(key)) node?.addresses.push(value);
        break;
    }
  }
  return { clusterName: totem['cluster_name'], totem, nodes, quorum };
}

/**
 * Whether it is the one that Debian's package brings and starts, a cluster of nothing but 127.0.0.1, which nobody made.
 */
export function isPlaceholder({ clusterName, nodes }: CorosyncConf): boolean {
  return (
    clusterName === 'debian' && nodes.length === 1 && nodes.every(({ addresses }) => addresses.join() === '127.0.0.1')
  );
}

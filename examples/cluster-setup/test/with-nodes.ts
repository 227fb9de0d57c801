/** The nodes of the article, as a cluster file has them. */
export const articleNodes =
  'nodes: [{name: raspberrypi-1, addresses: [192.168.11.211]}, {name: raspberrypi-2, addresses: [192.168.11.179]}]\n';

/** A cluster file with the nodes of the article after it, if it is a block of YAML and has none. */
export function withNodes(text = ''): string {
  return /^\s*nodes:|^\s*[{[-]/m.test(text.split('\n', 1)[0] ?? '') || /^nodes:/m.test(text)
    ? text
    : (text === '' ? '' : `${text.trimEnd()}\n`) + articleNodes;
}

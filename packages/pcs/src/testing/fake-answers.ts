// The small pieces of an answer, and of a question.
import type { RawResult } from '../run/runner.js';

/** A raw result with what is not said left empty. */
export function answer(
  parts: Partial<Omit<RawResult, 'stdout' | 'stderr'>> & { readonly stdout?: string; readonly stderr?: string } = {},
): RawResult {
  const { stdout = '', stderr = '', ...rest } = parts;
  return {
    exitCode: 0,
    signal: null,
    durationMs: 0,
    timedOut: false,
    ...rest,
    stdout: Buffer.from(stdout),
    stderr: Buffer.from(stderr),
  };
}

/** pcs saying no. */
export function refused(...errors: readonly string[]): RawResult {
  return answer({ exitCode: 1, stderr: errors.map((error) => `Error: ${error}\n`).join('') });
}

/** The options before `--` and the words after it. */
export function splitArgv(argv: readonly string[]): { readonly options: string[]; readonly words: string[] } {
  const separator = argv.indexOf('--');
  return separator < 0
    ? { options: [...argv], words: [] }
    : { options: argv.slice(0, separator), words: argv.slice(separator + 1) };
}

/** The CIB with what the daemons write into its first tag: the DC's node id (0 for none) and the quorum. */
export function cibWith(cib: string, { dc, quorate }: { readonly dc: number; readonly quorate: boolean }): string {
  return cib.replace(/<cib\b[^>]*>/, (tag) => {
    const bare = tag.replace(/ (?:dc-uuid|have-quorum)="[^"]*"/g, '');
    return bare.replace('<cib', `<cib${dc > 0 ? ` dc-uuid="${dc}"` : ''} have-quorum="${quorate ? 1 : 0}"`);
  });
}

/** The CIB with everything that was done `seconds` further in the past. */
export function aged(cib: string, seconds: number): string {
  return cib.replace(/ (last-(?:rc-change|run))="(\d+)"/g, (_, name: string, time: string) => {
    return ` ${name}="${Number(time) - seconds}"`;
  });
}

/** A corosync.conf with one more node, and without what is for two nodes alone. */
export function withNode(
  conf: string,
  { name, id, addresses }: { readonly name: string; readonly id: number; readonly addresses: readonly string[] },
): string {
  const links = addresses.map((one, link) => `        ring${link}_addr: ${one}\n`).join('');
  const section = `\n    node {\n${links}        name: ${name}\n        nodeid: ${id}\n    }\n`;
  return conf.replace(/^nodelist \{\n[^]*?\n(?=\}\n)/m, (nodes) => nodes + section).replace(/^ *two_node: .*\n/m, '');
}

/** The CIB of a cluster that has just been set up. */
export function freshCib(
  name: string,
  nodes: readonly string[],
  features: { readonly set: string; readonly schema: string },
) {
  const property = (key: string, value: string) =>
    `<nvpair id="cib-bootstrap-options-${key}" name="${key}" value="${value}"/>`;
  return (
    `<cib crm_feature_set="${features.set}" validate-with="${features.schema}" epoch="1" num_updates="0" admin_epoch="0">` +
    '<configuration><crm_config><cluster_property_set id="cib-bootstrap-options">' +
    property('have-watchdog', 'false') +
    property('cluster-infrastructure', 'corosync') +
    property('cluster-name', name) +
    '</cluster_property_set></crm_config><nodes>' +
    nodes.map((node, index) => `<node id="${index + 1}" uname="${node}"/>`).join('') +
    '</nodes><resources/><constraints/></configuration><status/></cib>'
  );
}

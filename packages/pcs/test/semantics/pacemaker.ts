// Pacemaker's own tools on configurations that a test writes, and the XML of those.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, haveRealParts } from '../../../../tools/test/support/real-parts.js';
import { type ClusterConfiguration, type Command, execute, parseClusterConfiguration } from '../../src/index.js';
import { createNodeRunner } from '../../src/run/node-runner.js';

/** Whether the tools that answer from a file are here. */
export const havePacemaker = haveRealParts('crm_simulate', 'crm_mon', 'cibadmin', 'crm_resource');

/** Ours and theirs are compared this many times more often than usual: `SEMANTICS_RUNS=20 npx vitest run packages/pcs/test/semantics`. */
export const times = Number(process.env['SEMANTICS_RUNS'] ?? 1);

// Programs of another release may come first in the PATH.
const runner = createNodeRunner({ env: { PATH: process.env['PATH'] } });

/** Runs a command of the package on the real tools. */
export const run = <T>(command: Command<T>): Promise<T> => execute(command, runner);

/** The output of a tool that reads a CIB from `CIB_file`. */
export async function asked(program: string, argv: readonly string[], cib: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'semantics-'));
  try {
    const file = join(directory, 'cib.xml');
    writeFileSync(file, cib);
    return await new Promise((resolve, reject) =>
      execFile(
        findProgram(program) ?? program,
        argv,
        { env: { PATH: process.env['PATH'], CIB_file: file, TZ: 'UTC', LC_ALL: 'C' }, maxBuffer: 1e8 },
        (error, stdout, stderr) =>
          error ? reject(new Error(`${error.message}\n${stderr}${stdout}`)) : resolve(stdout),
      ),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The feature set of the Pacemaker that answers, which a cluster writes into its CIB. */
export const featureSet = havePacemaker
  ? (/crm_feature_set="([^"]+)"/.exec(
      execFileSync(findProgram('cibadmin') ?? '', ['--empty'], { encoding: 'utf8' }),
    )?.[1] ?? '')
  : '3.16.1';

/** Text as the value of an XML attribute. */
export function quoted(value: string): string {
  return `"${value.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)}"`;
}

/** An element with its attributes; those undefined are left out. */
export function xml(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...children: readonly string[]
): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}=${quoted(String(value))}`],
  );
  return `<${name}${list.join('')}>${children.join('')}</${name}>`;
}

export interface CibParts {
  readonly properties?: string;
  readonly nodes?: string;
  readonly resources?: string;
  readonly constraints?: string;
  readonly tags?: string;
  readonly topology?: string;
  readonly defaults?: string;
  /** `all-online` (the default): the nodes n1 and n2 (n3 …) are up with nothing on them. */
  readonly status?: string;
  /** `none` lets anything pass. */
  readonly schema?: string;
}

/** The members' names, of which the first are in the CIBs. */
export const memberNames = ['n1', 'n2', 'n3'] as const;

export function nodesXml(count = 2): string {
  return memberNames
    .slice(0, count)
    .map((uname, i) => xml('node', { id: i + 1, uname }))
    .join('');
}

/** Members that are up, with operations on them or none, and transient attributes or none. */
export function onlineXml(
  count = 2,
  histories: readonly string[] = [],
  transient: readonly Readonly<Record<string, string>>[] = [],
): string {
  return memberNames
    .slice(0, count)
    .map((uname, i) =>
      xml(
        'node_state',
        { id: i + 1, uname, in_ccm: 'true', crmd: 'online', join: 'member', expected: 'member' },
        ...transient.slice(i, i + 1).map((values) => transientXml(i + 1, values)),
        xml('lrm', { id: i + 1 }, xml('lrm_resources', {}, histories[i] ?? '')),
      ),
    )
    .join('');
}

function transientXml(id: number, values: Readonly<Record<string, string>>): string {
  return xml('transient_attributes', { id }, setXml(`status-${id}`, values, {}, 'instance_attributes'));
}

/** A property of the cluster, in a set of its own. */
export function propertyXml(name: string, value: string): string {
  return xml('cluster_property_set', { id: `set-${name}` }, xml('nvpair', { id: `pair-${name}`, name, value }));
}

export const withoutFencing = propertyXml('stonith-enabled', 'false');

export function cibXml({
  properties = withoutFencing,
  nodes = nodesXml(),
  resources = '',
  constraints = '',
  tags,
  topology,
  defaults,
  status = onlineXml(),
  schema = 'pacemaker-3.9',
}: CibParts): string {
  return xml(
    'cib',
    {
      crm_feature_set: featureSet,
      'validate-with': schema,
      admin_epoch: 0,
      epoch: 1,
      num_updates: 0,
      'have-quorum': 1,
      'dc-uuid': 1,
    },
    xml(
      'configuration',
      {},
      xml('crm_config', {}, properties),
      xml('nodes', {}, nodes),
      xml('resources', {}, resources),
      xml('constraints', {}, constraints),
      ...(topology === undefined ? [] : [xml('fencing-topology', {}, topology)]),
      ...(tags === undefined ? [] : [xml('tags', {}, tags)]),
      ...(defaults === undefined ? [] : [xml('rsc_defaults', {}, defaults)]),
    ),
    xml('status', {}, status),
  );
}

/** A configuration, as of a cluster of another Pacemaker where a feature set is given. */
export function configurationOf(parts: CibParts, ofFeatureSet = featureSet): ClusterConfiguration {
  return parseClusterConfiguration(
    cibXml(parts).replace(`crm_feature_set="${featureSet}"`, `crm_feature_set="${ofFeatureSet}"`),
  );
}

/** A primitive that does nothing, with whatever is in it. */
export function dummy(id: string, ...children: readonly string[]): string {
  return xml('primitive', { id, class: 'ocf', provider: 'pacemaker', type: 'Dummy' }, ...children);
}

/** A set of values: meta attributes by default. */
export function setXml(
  id: string,
  values: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string | undefined>> = {},
  name = 'meta_attributes',
): string {
  const pairs = Object.entries(values).map(([key, value]) => xml('nvpair', { id: `${id}-${key}`, name: key, value }));
  return xml(name, { id, ...more }, ...pairs);
}

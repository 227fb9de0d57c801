// What reading costs: against the bare XML parser on the same text, and how it grows with the cluster.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SaxesParser } from 'saxes';
import type { RatioBench } from '../../../tools/bench/ratio.js';
import { parseClusterConfiguration, parseClusterStatus } from '../src/index.js';

const fixture = (path: string) => readFileSync(new URL(`../test/fixtures/${path}`, import.meta.url), 'utf8');

/** The parser alone, as it comes, throwing everything away. */
function bareSaxes(text: string): void {
  new SaxesParser().write(text).close();
}

function againstSaxes(title: string, text: string, parse: (text: string) => unknown, repeats: number): RatioBench {
  const times = (run: (text: string) => unknown) => () => {
    for (let i = 0; i < repeats; i++) run(text);
  };
  return {
    title: `${title} (${(text.length / 1024).toFixed(0)} KiB)`,
    ours: { name: 'parsed, typed and checked', run: times(parse) },
    baseline: { name: 'bare saxes', run: times(bareSaxes) },
    target: 2,
  };
}

/** The parsing of answers within twice the bare parser. */
export const readBenches: readonly RatioBench[] = [
  againstSaxes('status, two nodes', fixture('status/bookworm-failures.xml'), parseClusterStatus, 100),
  againstSaxes('status, clones and bundles', fixture('status/groups-clones-bundles-3.0.0.xml'), parseClusterStatus, 40),
  againstSaxes('status, 32 nodes and 2,000 resources', syntheticStatus(32, 2000), parseClusterStatus, 1),
  againstSaxes('configuration with everything in it', fixture('cib/everything.xml'), parseClusterConfiguration, 40),
];

/** Prints what a growing cluster costs: each quarter more should cost a quarter more, in time and in memory. */
export function printGrowth(print: (line: string) => void): void {
  const clusters = [1, 2, 3, 4].map((quarters) => {
    const [nodes, resources] = [quarters * 8, quarters * 500];
    return { nodes, resources, xml: syntheticStatus(nodes, resources), best: Infinity };
  });
  // Time of the processor, in turns, and the best of many: what else the machine does must not look like growth.
  for (let round = 0; round < 40; round++) {
    for (const cluster of clusters) {
      const start = process.cpuUsage();
      parseClusterStatus(cluster.xml);
      const { user, system } = process.cpuUsage(start);
      cluster.best = Math.min(cluster.best, (user + system) / 1000);
    }
  }
  print('growth, up to 32 nodes and 2,000 resources:');
  for (const { nodes, resources, xml, best } of clusters) {
    const bytes = retainedBytes(() => parseClusterStatus(xml));
    print(
      `  ${String(nodes).padStart(2)} nodes, ${String(resources).padStart(4)} resources: ` +
        `${best.toFixed(1)} ms, ${perResource(best * 1000, resources)} µs a resource; ` +
        `${(bytes / 2 ** 20).toFixed(1)} MiB, ${perResource(bytes, resources)} B a resource`,
    );
  }
}

function perResource(amount: number, resources: number): string {
  return (amount / resources).toFixed(0);
}

/** What a value keeps alive, the median of five. */
function retainedBytes(make: () => unknown): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const sizes = Array.from({ length: 5 }, () => retainedOnce(make, collectGarbage));
  return sizes.sort((a, b) => a - b)[2] ?? Number.NaN;
}

/** A function of its own, so that no value of an earlier round is still in a variable. */
function retainedOnce(make: () => unknown, collectGarbage: () => void): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = [make()];
  collectGarbage();
  const after = process.memoryUsage().heapUsed;
  return kept.length > 0 ? after - before : Number.NaN;
}

/** A status as crm_mon 2.1 writes it: each resource started on one node, with a start and a monitor behind it. */
export function syntheticStatus(nodes: number, resources: number): string {
  const nodeNames = Array.from({ length: nodes }, (_, i) => `node${i}`);
  const ids = Array.from({ length: resources }, (_, i) => `resource-${i}`);
  const home = (i: number) => i % nodes;
  const time = 'Sun Nov 22 07:56:27 2026';
  return [
    '<pacemaker-result api-version="2.25" request="crm_mon -1 --inactive --output-as=xml">',
    '  <summary>',
    '    <stack type="corosync"/>',
    '    <current_dc present="true" version="2.1.5-a3f44794f94" name="node0" id="1" with_quorum="true" mixed_version="false"/>',
    `    <last_update time="${time}"/>`,
    `    <nodes_configured number="${nodes}"/>`,
    '  </summary>',
    '  <nodes>',
    ...nodeNames.map(
      (name, i) =>
        `    <node name="${name}" id="${i + 1}" online="true" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="false" health="green" feature_set="3.16.1" shutdown="false" expected_up="true" is_dc="${i === 0}" resources_running="${Math.ceil(resources / nodes)}" type="member"/>`,
    ),
    '  </nodes>',
    '  <resources>',
    ...ids.map(
      (id, i) =>
        `    <resource id="${id}" resource_agent="ocf:pacemaker:Dummy" role="Started" active="true" orphaned="false" blocked="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1">\n      <node name="node${home(i)}" id="${home(i) + 1}" cached="true"/>\n    </resource>`,
    ),
    '  </resources>',
    '  <node_history>',
    ...nodeNames.flatMap((name, node) => [
      `    <node name="${name}">`,
      ...ids
        .filter((_, i) => home(i) === node)
        .map(
          (id) =>
            `      <resource_history id="${id}" orphan="false" migration-threshold="1000000">\n        <operation_history call="17" task="start" rc="0" rc_text="ok" last-rc-change="${time}" exec-time="14ms" queue-time="0ms"/>\n        <operation_history call="18" task="monitor" rc="0" rc_text="ok" interval="10000ms" last-rc-change="${time}" exec-time="12ms" queue-time="0ms"/>\n      </resource_history>`,
        ),
      '    </node>',
    ]),
    '  </node_history>',
    '  <status code="0" message="OK"/>',
    '</pacemaker-result>',
    '',
  ].join('\n');
}

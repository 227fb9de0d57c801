// A day of a cluster in figures, in the programs' own words: at noon EIPDE was 0 on raspberrypi-1 for an hour; in the evening
// raspberrypi-2 was fenced, and raspberrypi-1 lost its second supply.
import { metricsText as fencingText } from '../../examples/fence-agent/src/watch/metrics.js';
import { metricsText as rollingText } from '../../examples/rolling-reboot/src/report/metrics.js';

const minute = 60_000;
export const hour = 60 * minute;

/** The day that is shown, ms since 1970, UTC. */
export const day = { from: Date.UTC(2026, 10, 28), to: Date.UTC(2026, 10, 29) } as const;
const at = (hours: number) => day.from + hours * hour;

const nodes = ['raspberrypi-1', 'raspberrypi-2'] as const;
type Node = (typeof nodes)[number];

const fencedAt = at(19);
/** When each was rebooted in its turn, and how long the service was silent then, ms. */
const turns = {
  'raspberrypi-1': { started: at(3), ended: at(3) + 171_000, outage: 220 },
  'raspberrypi-2': { started: at(3) + 180_000, ended: at(3) + 358_000, outage: 260 },
} as const;
/** When its wire was tested last that day, and the day before. */
const tests = { 'raspberrypi-1': 8, 'raspberrypi-2': 15 } as const;

/** mV, with the unrest of a real supply. */
const unrest = (time: number, of: number) =>
  Math.round(Math.sin(time / 7e6 + of) * 35 + (((time / minute) * 7919) % 40));

function fencing(node: Node, time: number): string {
  const isFirst = node === nodes[0];
  const unfenceable = isFirst && time >= at(12) && time < at(13);
  const testedAt = time >= at(tests[node]) ? at(tests[node]) : at(tests[node] - 24);
  const board = {
    ...({ extin: false, extout: false, 'extin-count': 0, 'extin-trigger': 'edge' } as const),
    'extin-powerdown': !unfenceable,
    'watchdog-timeout': 60,
  };
  const second = isFirst && time < at(21) ? 9600 + unrest(time, 2) / 2 : 0;
  return fencingText(
    {
      ready: !unfenceable,
      findings: [],
      board,
      peerFenceable: isFirst || !(time >= at(12) && time < at(13)),
      wireTest: { at: new Date(testedAt).toISOString(), verdict: 'sound' },
    },
    {
      voltages: { voltage1: 12_020 + unrest(time, isFirst ? 0 : 1), voltage2: second },
      wakeup: [!isFirst && time >= fencedAt ? 'extin' : 'poweron'],
    },
    isFirst && time >= fencedAt ? { [nodes[1]]: { success: new Date(fencedAt).toISOString() } } : {},
  );
}

function rolling(node: Node, time: number): string {
  const { started, ended, outage } = turns[node];
  const turn = { roll: '2026-11-28', node, result: 'done', rebooted: true, started, ended, outage } as const;
  const before = { ...turn, started: started - 24 * hour, ended: ended - 24 * hour, outage: outage + 30 };
  const underWay = time >= started && time < ended;
  const gauges = { phase: underWay ? 'reboot' : 'idle', lockHeld: underWay } as const;
  return rollingText(gauges, time >= ended ? [before, turn] : [before], node);
}

/** All of it in OpenMetrics, as node exporter would have handed it to Prometheus each minute, or as seldom as `step` ms. */
export function figuresOfDay(step = minute): string {
  const families = new Map<string, { readonly head: string[]; readonly samples: string[] }>();
  for (let time = day.from; time <= day.to; time += step) {
    for (const node of nodes) {
      // For a minute it gives no sign: it boots.
      if (node === nodes[1] && time > fencedAt && time <= fencedAt + minute) continue;
      const files = { fence_sleepi3: fencing(node, time), rolling_reboot: rolling(node, time) };
      for (const [file, text] of Object.entries(files)) {
        const written = `# HELP node_textfile_mtime_seconds When a textfile was written.\n# TYPE node_textfile_mtime_seconds gauge\nnode_textfile_mtime_seconds{file="/var/lib/prometheus/node-exporter/${file}.prom"} ${time / 1000 - 20}\n`;
        take(families, `${text}${written}`, node, time);
      }
    }
  }
  return `${[...families.values()].flatMap(({ head, samples }) => [...head, ...samples]).join('\n')}\n# EOF\n`;
}

function take(
  families: Map<string, { readonly head: string[]; readonly samples: string[] }>,
  text: string,
  node: Node,
  time: number,
): void {
  for (const line of text.split('\n')) {
    const [, name = ''] = /^(?:# (?:HELP|TYPE) )?(\w+)/.exec(line) ?? [];
    if (name === '') continue;
    const family = families.get(name) ?? { head: [], samples: [] };
    families.set(name, family);
    if (line.startsWith('#')) {
      if (!family.head.includes(line)) family.head.push(line);
      continue;
    }
    const [, labels = '', value = ''] = /^\w+(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const all = [`instance="${node}"`, 'job="node"', ...(labels === '' ? [] : [labels])].join(',');
    family.samples.push(`${name}{${all}} ${value} ${time / 1000}`);
  }
}

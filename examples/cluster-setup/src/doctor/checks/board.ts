// What is looked at of a node's slee-Pi 3: whether the node can be cut off, and come back.
import { type Defaults, editDefaults, type HealthId, isHealthId, judgeHealth, parseBusSpec } from '@sleepi3/driver';
import type { FenceFinding } from '@sleepi3/program';
import { isMap, isSeq, parseDocument } from 'yaml';
import { agentPath } from '../../nodes/fence-check.js';
import { defaultsPath } from '../../plan/steps/node.js';
import type { Action } from '../../plan/step.js';
import type { Ailment, Check } from '../check.js';
import type { Facts } from '../facts.js';

/** A boot may take this much longer than the measured one without anybody having to worry. */
const bootMargin = 1.5;

/** Where sleepi3-monitor looks for what to run while EXTIN is asserted, and its settings. */
const hookDirectory = '/etc/sleepi3-monitor/extin.d';
const monitorSettings = '/etc/sleepi3-monitor/monitor.yml';
/** A command that ends the system. */
const ending = /\b(?:poweroff|shutdown|halt|reboot|systemctl +(?:suspend|hibernate|kexec)|(?:tel)?init +[06])\b/;

const boot = (facts: Facts): Action => ({ kind: 'run', node: facts.node, program: agentPath, argv: ['boot'] });

export const boardChecks: readonly Check[] = [
  {
    id: 'i2c',
    of: 'node',
    needsWire: true,
    title: 'the I2C device',
    look: async (facts) => {
      const { I2C_BUS: bus = '1' } = (await facts.defaults())?.values ?? {};
      const spec = parseBusSpec(bus);
      if (spec.backEnd === 'unix' || (await facts.says('test', '-e', `/dev/i2c-${spec.number}`))) return [];
      return [
        {
          severity: 'error',
          fact: `/dev/i2c-${spec.number} is not there`,
          why: 'The board is reached through it: without it this node can neither fence nor be kept fenceable.',
          fix: ['raspi-config nonint do_i2c 0', 'modprobe i2c-dev'],
        },
      ];
    },
  },
  judged('board', 'the board answers', ['board-silent', 'bus-hung', 'voltage-low']),
  judged('defaults', '/etc/default/sleepi3', ['defaults-missing', 'defaults-unreadable'], (facts) => edit(facts, {})),
  judged(
    'extin-forced-shutdown',
    'this node can be cut off',
    ['extin-powerdown', 'extin-forced-shutdown'],
    async (facts) => {
      const set = (await facts.defaults())?.values.EXTIN_FORCED_SHUTDOWN ?? false;
      return [...(set ? [] : await edit(facts, { EXTIN_FORCED_SHUTDOWN: true })), boot(facts)];
    },
  ),
  judged('extin-trigger', 'EITRG', ['extin-trigger'], (facts) => Promise.resolve([boot(facts)])),
  judged('extin', 'EXTIN is idle', ['extin-stuck', 'extin-asserted']),
  judged('extout', 'EXTOUT is idle', ['extout-asserted'], (facts) => Promise.resolve([boot(facts)])),
  {
    id: 'monitor-hooks',
    of: 'node',
    needsWire: true,
    title: "the vendor's monitor leaves a held EXTIN alone",
    look: async (facts) => {
      const listed = await facts.ask('find', '-L', hookDirectory, '-maxdepth', '1', '-type', 'f', '-perm', '/111');
      const paths = (listed?.stdout ?? '').split('\n').filter((path) => path !== '');
      const commands = [
        ...(await Promise.all(paths.map(async (path) => ({ path, text: (await facts.file(path)) ?? '' })))),
        ...extinCommands((await facts.file(monitorSettings)) ?? '').map((text) => ({ path: monitorSettings, text })),
      ];
      return commands
        .filter(({ text }) => ending.test(text.replace(/^\s*#.*$/gm, '')))
        .map(({ path }): Ailment => ({
          severity: 'warning',
          fact: `${path} shuts this node down when EXTIN is asserted (sleepi3-monitor)`,
          why:
            'A hold is asserted for 12 s, and its first seconds already start the shutdown: the node goes down by itself in the ' +
            'middle of a fencing, and a wire test shuts it down, too.',
          fix: [path === monitorSettings ? `take the command out of extin in ${path}` : `chmod -x ${path}`],
        }));
    },
  },
  judged('watchdog', 'the watchdog', ['watchdog-off', 'watchdog-differs']),
  judged('restart', 'a boot that hangs is begun again', [
    'boot-timeout-contradicted',
    'boot-timeout-off',
    'retry-boot-off',
  ]),
  {
    id: 'boot-timeout',
    of: 'node',
    needsWire: true,
    title: 'the boot timeout against the measured boot',
    look: async (facts) => {
      const limit = (await facts.defaults())?.values.BOOT_TIMEOUT;
      const measured = bootSeconds((await facts.ask('systemd-analyze', 'time'))?.stdout ?? '');
      if (limit === undefined || limit === 0 || measured === undefined || limit >= measured * bootMargin) return [];
      const better = Math.min(255, Math.ceil((measured * 2) / 10) * 10);
      return [
        {
          severity: limit < measured ? 'error' : 'warning',
          fact: `BOOT_TIMEOUT is ${limit} s, and this node's last boot took ${Math.round(measured)} s`,
          why: 'A boot that takes longer is cut and begun again, over and over: the node never comes back.',
          fix: [`set BOOT_TIMEOUT=${better} in ${defaultsPath}`],
        },
      ];
    },
  },
  {
    id: 'wire',
    of: 'node',
    needsWire: true,
    title: 'the wire and the line keeper, as the fence agent sees them',
    look: async (facts) => {
      const check = await facts.fenceCheck();
      if (check !== undefined) {
        return check.findings.filter(({ id }) => !isHealthId(id)).map(ailmentOf);
      }
      // That it is not installed is a finding of its own.
      if (!(await facts.says('test', '-x', agentPath))) return [];
      return [
        {
          severity: 'warning',
          fact: 'fence_sleepi3 check does not answer',
          why: 'Whether the wire was tested, and whether the line keeper runs, is not known.',
          fix: ['fence_sleepi3 check', 'install the same version of fence-sleepi3 as of cluster-setup'],
        },
      ];
    },
  },
];

/** A check of which the driver is the judge: these rows of its table. */
function judged(
  id: string,
  title: string,
  rows: readonly HealthId[],
  mend?: (facts: Facts) => Promise<readonly Action[]>,
): Check {
  return {
    id,
    of: 'node',
    title,
    needsWire: true,
    look: async (facts) => {
      // The agent asks the same judge, and knows which EXTOUT is a fencing. Where there is none, the board is looked at from here.
      const findings =
        (await facts.fenceCheck())?.findings ??
        judgeHealth({ board: await facts.board(), defaults: await facts.defaults(), defaultsPath });
      const found = findings.filter(({ id }) => (rows as readonly string[]).includes(id));
      return Promise.all(
        found.map(async (finding): Promise<Ailment> => ({
          ...ailmentOf(finding),
          ...(mend !== undefined && { mend: await mend(facts) }),
        })),
      );
    },
  };
}

/** Changes settings in the vendor's file, where it is, and mends it. */
async function edit(facts: Facts, changes: Partial<Defaults>): Promise<Action[]> {
  const before = await facts.file(defaultsPath);
  if (before === undefined) return [];
  return [{ kind: 'write', node: facts.node, path: defaultsPath, before, text: editDefaults(before, changes) }];
}

function ailmentOf({ severity, fact, why, remedy }: FenceFinding): Ailment {
  return { severity, fact, why, fix: remedy };
}

/** What sleepi3-monitor's settings have it run by itself, besides what is in a directory. */
function extinCommands(text: string): readonly string[] {
  const document = parseDocument(text, { logLevel: 'silent' });
  // One that is no YAML is not read by the monitor either.
  const commands: unknown = document.errors.length > 0 ? undefined : document.getIn(['extin', 'commands']);
  return isSeq(commands)
    ? commands.items.flatMap((command) => {
        const [run, condition] = isMap(command) ? [command.get('exec'), command.get('condition')] : [];
        return typeof run === 'string' && condition !== 'none' ? [run] : [];
      })
    : [];
}

/** The total of `systemd-analyze time`: `… = 1min 2.345s`. */
export function bootSeconds(text: string): number | undefined {
  const total = /= ([\dhmins. ]+)/.exec(text)?.[1];
  if (total === undefined) return undefined;
  const part = (unit: string) => Number(new RegExp(`([\\d.]+)${unit}(?:\\s|$)`).exec(total.trim())?.[1] ?? 0);
  return part('h') * 3600 + part('min') * 60 + part('s') + part('ms') / 1000;
}

// The restart of each node in its turn: the settings of rolling-reboot, from the same file as all else, and its timer.
import { type ClusterDesign } from '../../cluster/design.js';
import { mustHave, ofThisRelease } from '../../nodes/packages.js';
import { type KeyValues, settingIn, withSettings } from '../../nodes/settings-file.js';
import { isEnabled } from './node.js';
import type { Reality } from '../reality.js';
import { type Action, done, type Step, type Todo } from '../step.js';

const programPath = '/usr/sbin/rolling-reboot';
export const rebootSettingsPath = '/etc/default/rolling-reboot';
/** The settings as they were before: where this is, they are ours. */
export const rebootSettingsBackup = '/etc/default/rolling-reboot.before-cluster-setup';
const timer = 'rolling-reboot.timer';
/** When the timer starts a turn, where the window is another one than that of the package. */
const timerDropIn = `/etc/systemd/system/${timer}.d/cluster-setup.conf`;

/** The step of one node: the settings as the file has them, or as they were where it has none. */
export function rebootSteps(design: ClusterDesign, node: string): readonly Step[] {
  return [
    {
      id: `reboot@${node}`,
      node,
      title: design.reboot === undefined ? 'No restart in turn by cluster-setup' : 'A restart in turn',
      why:
        design.reboot === undefined
          ? 'The file has no reboot: the settings of rolling-reboot are left alone, or are again what they were.'
          : 'rolling-reboot restarts each node in its turn while the other one serves. What it has to know is in the same file.',
      look: (reality) =>
        design.reboot === undefined
          ? lookAtNone(reality, node)
          : lookAtSettings(reality, node, settingsOf(design.reboot), design.reboot.window),
    },
  ];
}

/** As they stand in the file of rolling-reboot. */
export function settingsOf(reboot: NonNullable<ClusterDesign['reboot']>): KeyValues {
  return {
    SERVICE: reboot.service,
    URL: reboot.url,
    HEALTH_URL: reboot.healthUrl,
    WINDOW: reboot.window,
    WHEN: reboot.when,
    SOAK: String(reboot.soak),
    FAILBACK: reboot.failback,
  };
}

async function lookAtSettings(reality: Reality, node: string, values: KeyValues, window: string): Promise<Todo> {
  const machine = reality.machine(node);
  await mustHave(machine, programPath, ofThisRelease('rolling-reboot'));
  const before = (await reality.file(node, rebootSettingsPath)) ?? '';
  const different = Object.entries(values).filter(([key, value]) => settingIn(before, key) !== value);
  const backup = await reality.file(node, rebootSettingsBackup);
  const dropIn = await reality.file(node, timerDropIn);
  const wanted = dropInFor(window);
  const write = (path: string, was: string | undefined, text: string): Action => ({
    kind: 'write',
    node,
    path,
    before: was,
    text,
  });
  const enabled = await isEnabled(machine, timer);
  const changes = {
    settings: different.length > 0 || backup === undefined,
    timer: dropIn !== wanted,
  };
  if (!changes.settings && !changes.timer && enabled) return done;
  return {
    differences: [
      ...different.map(([key, should]) => ({ what: key, is: settingIn(before, key), should })),
      ...(changes.timer
        ? [{ what: `${timer} starts`, is: startIn(dropIn), should: startIn(wanted) ?? 'as packaged' }]
        : []),
      ...(enabled ? [] : [{ what: timer, should: 'enabled and started' }]),
      ...(changes.settings && different.length === 0 ? [{ what: rebootSettingsBackup, should: 'as it was' }] : []),
    ],
    actions: [
      ...(backup === undefined ? [write(rebootSettingsBackup, undefined, before)] : []),
      ...(different.length === 0 ? [] : [write(rebootSettingsPath, before, withSettings(before, values))]),
      ...(changes.timer ? timerActions(node, dropIn, wanted) : []),
      ...(enabled ? [] : [run(node, 'systemctl', 'enable', '--now', timer)]),
    ],
  };
}

/** What was ours is as it was before. */
async function lookAtNone(reality: Reality, node: string): Promise<Todo> {
  const backup = await reality.file(node, rebootSettingsBackup);
  if (backup === undefined) return done;
  const before = await reality.file(node, rebootSettingsPath);
  const dropIn = await reality.file(node, timerDropIn);
  return {
    differences: [
      { what: rebootSettingsPath, is: 'by cluster-setup', should: 'as it was' },
      { what: timer, is: 'enabled' },
    ],
    actions: [
      run(node, 'systemctl', 'disable', '--now', timer),
      ...(dropIn === undefined ? [] : timerActions(node, dropIn, undefined)),
      { kind: 'write', node, path: rebootSettingsPath, before, text: backup },
      { kind: 'remove', node, path: rebootSettingsBackup },
    ],
  };
}

function timerActions(node: string, before: string | undefined, wanted: string | undefined): readonly Action[] {
  return [
    wanted === undefined
      ? { kind: 'remove', node, path: timerDropIn }
      : { kind: 'write', node, path: timerDropIn, before, text: wanted },
    run(node, 'systemctl', 'daemon-reload'),
  ];
}

/** Starts when the window opens; undefined where that is when the package's timer starts. */
function dropInFor(window: string): string | undefined {
  const opens = /^(\d\d:\d\d)-/.exec(window)?.[1] ?? packagedStart;
  return opens === packagedStart ? undefined : `[Timer]\nOnCalendar=\nOnCalendar=*-*-* ${opens}:00\n`;
}

const packagedStart = '03:00';
const startIn = (text: string | undefined) => /OnCalendar=(\*\S* \S+)/.exec(text ?? '')?.[1];

const run = (node: string, program: string, ...argv: readonly string[]): Action => ({
  kind: 'run',
  node,
  program,
  argv,
});

// Every command of the package as data: what it is called with, and either what the CIB must hold afterwards (it runs
// for real, in pcs, on a file) or the exact words it becomes (it needs daemons).
import { type Command, commands } from '../../src/index.js';
import { clusterWide } from './cluster-wide.js';
import { constraints } from './constraints.js';
import type { OnFile } from './on-file.js';
import { resources } from './resources.js';
import { stonithCommands } from './stonith.js';

const { cib, stonith } = commands;

export const onFile: readonly OnFile[] = [...clusterWide, ...resources, ...stonithCommands, ...constraints];

/** A command that only looks, or does nothing here, when it runs on a file. */
export const onFileUnchanged: readonly Command<unknown>[] = [
  cib.query(),
  cib.config(),
  stonith.enable('F1'),
  stonith.level.verify(),
];

/** Commands of pcs that this package leaves out, and why. `docs/commands.md` tells users the same. */
export const leftOut: Readonly<Record<string, string>> = {
  'cluster cib': 'cib.query reads it ten times faster',
  'cluster edit': 'opens an editor',
  'cluster status': 'text for people; status() is typed',
  'booth config': 'text for people',
  'booth status': 'text for people',
  'config checkpoint diff': 'text for people',
  'config checkpoint view': 'text for people',
  'constraint ref': 'text for people; cib.config() is typed',
  'dr config': 'text for people',
  'dr status': 'text for people',
  'pcsd status': 'text for people',
  qdevice: 'belongs on the machine of the quorum device, not in a cluster',
  'resource agents': 'a list for people; describe() tells of one agent',
  'resource config': 'cib.config() is typed and holds for all versions',
  'resource failcount': 'status().nodeHistory has the counts',
  'resource group list': 'cib.config() is typed',
  'resource list': 'a list for people; describe() tells of one agent',
  'resource providers': 'a list for people',
  'resource relations': 'a tree for people; cib.config() has the constraints',
  'resource relocate show': 'text for people',
  'resource safe-disable': 'resource.disable with safe',
  'resource standards': 'a list for people',
  status: 'text for people; status() and quorum.status() are typed',
  'stonith config': 'cib.config() is typed and holds for all versions',
  'stonith defaults': 'an alias of resource defaults',
  'stonith failcount': 'status().nodeHistory has the counts',
  'stonith list': 'a list for people; describe() tells of one agent',
  'stonith op defaults': 'an alias of resource op defaults',
  'stonith sbd config': 'text for people',
  'stonith sbd status': 'text for people',
  'stonith sbd watchdog': 'may reset the machine it runs on at once',
};

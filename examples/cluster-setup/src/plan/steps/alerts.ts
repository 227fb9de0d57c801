// Who gets an alert when something happens: the receivers on each node, and the alert agent in the cluster.
import { type ClusterConfiguration, commands, type Correction } from '@sleepi3/pcs';
import type { ClusterDesign } from '../../cluster/design.js';
import { mustHave, ofThisRelease } from '../../nodes/packages.js';
import type { Step } from '../step.js';
import { lookAtSecretFile } from './secret-file.js';

export const alertAgentPath = '/usr/sbin/alert_sleepi3';
export const receiversPath = '/etc/sleepi3/alerts.json';
/** The alert's id in the CIB. */
export const alertId = 'sleepi3-alert';

/** The step of one node; none where nobody wants alerts. */
export function receiverSteps(design: ClusterDesign, node: string): readonly Step[] {
  if (design.alerts.length === 0) return [];
  return [
    {
      id: `receivers@${node}`,
      node,
      title: 'Receivers of alerts',
      why:
        'Pacemaker calls alert_sleepi3 as hacluster, which sends to the receivers in this file. It has secrets: nobody else may ' +
        'read it, and the cluster knows only its name.',
      look: async (reality) => {
        await mustHave(reality.machine(node), alertAgentPath, ofThisRelease('alert-sleepi3'));
        return lookAtSecretFile(reality, node, {
          path: receiversPath,
          text: receiversText(design),
          owner: 'hacluster',
          words: { other: 'with other receivers', should: namesOf(design) },
          shell: `test -s ${receiversPath} || echo 'put the receivers into ${receiversPath}: see alert_sleepi3(8)' >&2`,
        });
      },
    },
  ];
}

/** The file of alert_sleepi3. */
export function receiversText({ alerts }: ClusterDesign): string {
  return `${JSON.stringify({ receivers: alerts }, undefined, 2)}\n`;
}

/** Who gets alerts, without secrets. */
function namesOf({ alerts }: ClusterDesign): string {
  return alerts
    .map(
      ({ mail, webhook, ntfy }) => mail ?? `${webhook === undefined ? 'ntfy' : 'webhook'} ${hostOf(webhook ?? ntfy)}`,
    )
    .join(', ');
}

function hostOf(address = ''): string {
  return /^https?:\/\/([^/]+)/.exec(address)?.[1] ?? '';
}

/** The alert in the cluster's configuration, there or not as the design has it. */
export function alertChange(configuration: ClusterConfiguration, design: ClusterDesign): Correction {
  const existing = configuration.alerts.find(({ path }) => path === alertAgentPath);
  if (design.alerts.length === 0) {
    // One that was made by hand is left alone; ours has our id.
    if (existing?.id !== alertId) return { differences: [], commands: [] };
    return { differences: [{ what: alertId, is: alertAgentPath }], commands: [commands.alert.delete(alertId)] };
  }
  const id = existing?.id ?? alertId;
  const isNamed = existing?.recipients.some(({ value }) => value === receiversPath);
  if (isNamed) return { differences: [], commands: [] };
  return {
    differences: [{ what: existing === undefined ? id : `recipient of ${id}`, should: receiversPath }],
    commands: [
      ...(existing === undefined ? [commands.alert.create(alertAgentPath, { id })] : []),
      commands.alert.recipient.add(id, receiversPath),
    ],
  };
}

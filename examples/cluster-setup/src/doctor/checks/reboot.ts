// What is looked at of the restart in turn: the settings of rolling-reboot, held against the cluster and against the other node's.
import { sameAddress } from '@sleepi3/pcs';
import { settingIn } from '../../nodes/settings-file.js';
import { rebootSettingsPath } from '../../plan/steps/reboot.js';
import type { Ailment, Check, Finding } from '../check.js';
import type { Facts } from '../facts.js';

/** Under which an examination tells the settings. */
export const rebootFact = 'restart in turn';
const compared = ['SERVICE', 'URL', 'HEALTH_URL', 'WINDOW', 'WHEN', 'SOAK', 'FAILBACK'] as const;

/** The settings on one line; undefined where none are made. */
export async function rebootSettings(facts: Facts): Promise<string | undefined> {
  const text = await facts.file(rebootSettingsPath).catch(() => undefined);
  if (text === undefined || settingIn(text, 'SERVICE') === undefined) return undefined;
  return compared
    .flatMap((key) => {
      const value = settingIn(text, key);
      return value === undefined ? [] : [`${key}=${value}`];
    })
    .join(' ');
}

export const rebootChecks: readonly Check[] = [
  {
    id: 'reboot-settings',
    of: 'node',
    title: 'the settings of rolling-reboot',
    needsCluster: true,
    look: async (facts): Promise<readonly Ailment[]> => {
      const text = await facts.file(rebootSettingsPath);
      const service = settingIn(text ?? '', 'SERVICE');
      if (text === undefined || service === undefined) return [];
      const configuration = await facts.configuration();
      const ailment = (fact: string): Ailment => ({
        severity: 'warning',
        fact,
        why: 'rolling-reboot waits for what is not there, and restarts no node.',
        fix: [
          `correct it in ${rebootSettingsPath}, or have it written: reboot: {} in the cluster file, then cluster-setup apply`,
        ],
      });
      if (configuration.resource(service) === undefined) {
        return [ailment(`SERVICE=${service} in ${rebootSettingsPath} is not a resource of this cluster`)];
      }
      const url = settingIn(text, 'URL') ?? '';
      const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') : url;
      const vips = await facts.addresses();
      const addresses = vips.flatMap(({ id }) => configuration.optionsOf(id).get('ip') ?? []);
      // A name may stand for the address.
      if (addresses.length === 0 || !/^[\d.]+$|:/.test(host) || addresses.some((one) => sameAddress(one, host)))
        return [];
      return [ailment(`URL=${url} in ${rebootSettingsPath} is not at the virtual address, ${addresses.join(', ')}`)];
    },
  },
];

/** Whether the nodes have different settings: each turn would be another. */
export function differentSettings(
  examinations: readonly { readonly node: string; readonly facts: Readonly<Record<string, string>> }[],
): readonly Finding[] {
  const [first] = examinations;
  const second = examinations.find(({ facts }) => facts[rebootFact] !== first?.facts[rebootFact]);
  if (first === undefined || second === undefined) return [];
  const [one, other] = [first.facts[rebootFact], second.facts[rebootFact]];
  return [
    {
      check: 'reboot-settings',
      severity: 'warning',
      fact: `rolling-reboot is set differently: ${first.node} has ${one ?? 'nothing set'}, ${second.node} has ${other ?? 'nothing set'}`,
      why: 'Each node restarts by its own settings, and one of them perhaps never.',
      fix: ['put reboot: into the cluster file, then cluster-setup apply'],
    },
  ];
}

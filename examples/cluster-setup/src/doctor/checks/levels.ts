// What each means of fencing proves, in which order they are tried, and whether they share power with their target.
import { fenceDevicesFor, type FenceDevice, type FencingLevel, levelsFor, nodeNamed } from '@sleepi3/pcs';
import { secondPasswordPath } from '../../cluster/second-ids.js';
import type { Ailment, Check } from '../check.js';
import type { Facts } from '../facts.js';

interface Means {
  readonly agents: RegExp;
  /** What its success proves. */
  readonly proves: string;
  /** Whether it fails together with the power of its target; undefined: not known. */
  readonly sharesPower: boolean | undefined;
}

/** The first that fits. What the agents of Debian's fence-agents 4.12 speak to, by their names. */
const means: readonly Means[] = [
  {
    agents: /^fence_sleepi3$/,
    proves: "EXTOUT was held and read back throughout, and the node was silent; the node's own board has to act on it",
    sharesPower: true,
  },
  {
    agents: /^fence_(?:sbd|watchdog)$/,
    proves: 'nothing from outside: the node resets itself by its watchdog',
    sharesPower: true,
  },
  {
    agents:
      /^fence_(?:ipmilan|ipmilanplus|idrac|drac|ilo|imm|redfish|amt|rsa|rsb|alom|hpblade|bladecenter|ibmblade|intelmodular)/,
    proves: "its management controller said that it switched; the controller is on the node's supply",
    sharesPower: true,
  },
  {
    agents:
      /^fence_(?:apc|cdu|cyberpower|eaton|emerson|eps|ipdu|lindypdu|netio|powerman|raritan|rcd_serial|tripplite|wti)/,
    proves: 'the outlet was read back as off',
    sharesPower: false,
  },
  {
    agents: /^fence_(?:ifmib|brocade|sanbox2|cisco_mds)$/,
    proves: 'its port was shut: the node still runs, and reaches nobody',
    sharesPower: false,
  },
  {
    agents: /^fence_(?:virt|xvm|virsh|pve|vbox|vmware|rhevm|docker|kubevirt)/,
    proves: 'its host said so',
    sharesPower: false,
  },
];

const unknownMeans: Omit<Means, 'agents'> = {
  proves: 'what its agent says, which is not known here',
  sharesPower: undefined,
};

const meansOf = ({ type }: Pick<FenceDevice, 'type'>) =>
  means.find(({ agents }) => agents.test(type ?? '')) ?? unknownMeans;

/** By node: each means in the order in which they are tried, and what it proves. None where there is one means alone. */
export async function meansInWords(facts: Facts): Promise<readonly (readonly [node: string, says: string])[]> {
  const configuration = await facts.configuration();
  return configuration.members.flatMap(({ name }) => {
    const devices = fenceDevicesFor(configuration, name);
    const steps = levelsFor(configuration.fencingLevels, name);
    if (devices.length < 2) return [];
    const told = (device: FenceDevice) => {
      const { proves, sharesPower } = meansOf(device);
      const power =
        sharesPower === undefined
          ? 'whether it has power of its own is not known'
          : sharesPower
            ? `shares power with ${name}`
            : 'has power of its own';
      return `${device.id} (${device.type ?? '?'}): ${proves}; ${power}`;
    };
    const all =
      steps.length === 0
        ? devices.map((device) => `any: ${told(device)}`)
        : steps.map(
            ({ index, devices: ids }) =>
              `level ${index}: ${devices
                .filter(({ id }) => ids.includes(id))
                .map(told)
                .join(', and ')}`,
          );
    return [[name, all.join('. ')] as const];
  });
}

export const levelChecks: readonly Check[] = [
  {
    id: 'fence-levels',
    of: 'cluster',
    title: 'the order of the means of fencing',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const findings: Ailment[] = [];
      const goneFrom = ({ devices }: FencingLevel) =>
        devices.filter((id) => !configuration.stonithDevices.some((device) => device.id === id));
      for (const level of configuration.fencingLevels) {
        const gone = goneFrom(level);
        // A node of which no level is left cannot be fenced, which is told already.
        const others = configuration.fencingLevels.some(
          (other) =>
            other.target === level.target &&
            other.targetPattern === level.targetPattern &&
            goneFrom(other).length === 0,
        );
        const whom = level.target ?? level.targetPattern ?? level.targetValue ?? '';
        if (gone.length > 0 && others) {
          findings.push({
            severity: 'error',
            fact: `level ${level.index} of ${whom} names ${gone.join(' and ')}, which is not a fence device`,
            why: 'All devices of a level have to succeed: this level never does.',
            fix: [`pcs stonith level delete ${level.index} ${whom}`, 'pcs stonith level verify'],
          });
        }
        if (level.target !== undefined && nodeNamed(configuration.members, level.target) === undefined) {
          findings.push({
            severity: 'warning',
            fact: `level ${level.index} is for ${level.target}, which is not a node of this cluster`,
            why: 'No node uses it.',
            fix: [`pcs stonith level clear target ${level.target}`],
          });
        }
      }
      for (const { name } of configuration.members) {
        const steps = levelsFor(configuration.fencingLevels, name);
        const devices = fenceDevicesFor(configuration, name).filter(({ disabled }) => !disabled);
        const unused = devices.filter(
          ({ id }) => steps.length > 0 && !steps.some(({ devices: ids }) => ids.includes(id)),
        );
        if (unused.length > 0) {
          findings.push({
            severity: 'warning',
            fact: `${unused.map(({ id }) => id).join(' and ')} ${unused.length === 1 ? 'is' : 'are'} in no level of ${name}`,
            why: 'A node that has levels is fenced by them alone.',
            fix: unused.map(
              ({ id }, index) =>
                `pcs stonith level add ${Math.max(...steps.map((one) => one.index)) + index + 1} ${name} ${id}`,
            ),
          });
        }
        const wire = devices.find(({ type }) => type === 'fence_sleepi3');
        if (devices.length > 1 && steps.length === 0 && wire !== undefined) {
          findings.push({
            severity: 'warning',
            fact: `${name} has several fence devices and no levels`,
            why: 'Any of them is tried first, and the next one only in the time that is left.',
            fix: [
              `pcs stonith level add 1 ${name} ${wire.id}`,
              ...devices
                .filter((one) => one !== wire)
                .map(({ id }, index) => `pcs stonith level add ${index + 2} ${name} ${id}`),
            ],
          });
        }
        if (steps.length > 1 && devices.every((device) => meansOf(device).sharesPower === true)) {
          findings.push({
            severity: 'warning',
            fact: `all that fences ${name} shares its power`,
            why: 'When its supply fails, no means is left that could prove it off. One of them should have power of its own.',
            fix: ['add a switched socket or a PoE switch: fencing.second in cluster.yaml'],
          });
        }
      }
      return findings;
    },
  },
  {
    id: 'second-password',
    of: 'node',
    title: 'the password of the second means',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const reads = configuration.stonithDevices.some(
        ({ id }) => configuration.optionsOf(id).get('password_script') === `cat ${secondPasswordPath}`,
      );
      if (!reads) return [];
      const access = (await facts.ask('stat', '--format=%U %a', secondPasswordPath))?.stdout.trim() ?? '';
      if (access === 'root 600') return [];
      return [
        access === ''
          ? {
              severity: 'error',
              fact: `${secondPasswordPath} is not there`,
              why: 'From this node the second means of fencing has no password, and fails.',
              fix: ['cluster-setup apply'],
            }
          : {
              severity: 'warning',
              fact: `${secondPasswordPath} is ${access}`,
              why: 'Others than root may read the password with which a node is switched off.',
              fix: [`chown root: ${secondPasswordPath}`, `chmod 600 ${secondPasswordPath}`],
              mend: [
                { kind: 'run', node: facts.node, program: 'chown', argv: ['root:', secondPasswordPath] },
                { kind: 'run', node: facts.node, program: 'chmod', argv: ['600', secondPasswordPath] },
              ],
            },
      ];
    },
  },
];

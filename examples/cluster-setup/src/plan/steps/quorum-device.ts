// The third vote: corosync-qnetd on a machine that is no node, made known to pcs and to the cluster.
import { commands, type CorosyncConf, type Difference, nodeNameOf, sameName } from '@sleepi3/pcs';
import type { ClusterDesign } from '../../cluster/design.js';
import { knows, requestTimeout } from '../../nodes/known-hosts.js';
import type { Reality } from '../reality.js';
import { type Action, done, type Step, type Todo } from '../step.js';

type DeviceDesign = NonNullable<ClusterDesign['device']>;

const unit = 'corosync-qdevice.service';
/** Seconds until the device has given its vote; it is there within ten where it can be reached. */
const voteTimeout = 120;

/** After the cluster runs and starts at boot: only then does pcs have the nodes' part start at boot as well. */
export function deviceSteps(design: ClusterDesign, device: DeviceDesign): readonly Step[] {
  const { host } = device;
  return [
    {
      id: 'device-known',
      title: `pcs knows ${host}`,
      why:
        `The nodes get their certificates for the quorum device from pcsd on ${host}, as hacluster; the password there has to be ` +
        'the same. pcs hands the token on to the other node.',
      look: async (reality) => {
        const text = (await reality.file(reality.local.name, '/var/lib/pcsd/known-hosts')) ?? '';
        if (knows(text, host)) return done;
        return {
          differences: [{ what: host, should: 'known to pcs' }],
          actions: [
            {
              kind: 'pcs-with-password',
              command: (password) => commands.host.auth(host, { password, requestTimeout }),
            },
          ],
        };
      },
    },
    {
      id: 'quorum-device',
      title: `A third vote, by ${host}`,
      why:
        'Two nodes alone cannot tell a dead peer from a cut link. With a third vote one side of a cut link has quorum and the ' +
        'other one has not: it stops what it runs and shoots nobody. two_node, and wait_for_all with it, are taken back by pcs: ' +
        `a node that starts alone asks ${host} now.`,
      look: (reality) => deviceStep(design, device, reality),
    },
  ];
}

async function deviceStep(design: ClusterDesign, device: DeviceDesign, reality: Reality): Promise<Todo> {
  const { host, algorithm } = device;
  const local = await reality.corosyncConf(reality.local.name);
  const tieBreaker = tieBreakerOf(design, local);
  const model = { host, algorithm, tie_breaker: tieBreaker };
  const should = `${host}, ${algorithm}, ${design.preferred} in a tie`;
  const differences: Difference[] = [];
  for (const { name } of reality.machines) {
    const conf = await reality.corosyncConf(name);
    if (!isAs(conf, model)) differences.push({ what: `the quorum device on ${name}`, is: told(conf), should });
  }
  const waiting: Action = {
    kind: 'wait',
    until: `${host} gives its vote (corosync-qnetd runs there, and its TCP port 5403 can be reached)`,
    timeoutS: voteTimeout,
    reached: async (later) => (await votes(later)) > 0,
    shell: "corosync-quorumtool -s -p 2>/dev/null | grep -q ' Qdevice$'",
  };
  if (differences.length > 0) {
    const is = local?.device?.net['host'];
    const add = commands.quorum.device.add({ model }, { requestTimeout });
    const change =
      is === undefined
        ? [add]
        : isAs(local, model)
          ? [commands.cluster.sync(), commands.cluster.reload()]
          : sameName(is, host)
            ? [commands.quorum.device.update({ model }, { requestTimeout })]
            : // Another machine gives other certificates.
              [commands.quorum.device.delete({ requestTimeout }), add];
    return { differences, actions: [{ kind: 'pcs', commands: change }, waiting] };
  }
  const disabled: string[] = [];
  for (const machine of reality.machines) {
    const { exitCode } = await machine.run('systemctl', ['is-enabled', '--quiet', unit], { exitCodes: [0, 1, 4] });
    if (exitCode !== 0) disabled.push(machine.name);
  }
  if (disabled.length > 0) {
    return {
      differences: disabled.map((name) => ({ what: `${unit} on ${name}`, should: 'enabled' })),
      actions: disabled.map((node): Action => ({
        kind: 'run',
        node,
        program: 'systemctl',
        argv: ['enable', '--now', unit],
      })),
    };
  }
  if ((await reality.quorum()) === undefined || (await votes(reality)) > 0) return done;
  return { differences: [{ what: `the vote of ${host}`, should: 'given' }], actions: [waiting] };
}

async function votes(reality: Reality): Promise<number> {
  return (await reality.quorum())?.device?.votes ?? 0;
}

/** The id of the preferred node, which gets the vote when two halves are equal; pcs numbers nodes in the order of their names. */
function tieBreakerOf({ preferred, nodes }: ClusterDesign, conf: CorosyncConf | undefined): string {
  const configured = conf?.nodes.find((node) => sameName(nodeNameOf(node) ?? '', preferred))?.nodeId;
  return String(configured ?? nodes.findIndex(({ name }) => name === preferred) + 1);
}

function isAs(conf: CorosyncConf | undefined, model: Readonly<Record<string, string>>): boolean {
  const device = conf?.device;
  if (device?.generic['model'] !== 'net') return false;
  return Object.entries(model).every(([name, value]) => {
    const is = device.net[name];
    return name === 'host' ? sameName(is ?? '', value) : is === value;
  });
}

function told(conf: CorosyncConf | undefined): string | undefined {
  const net = conf?.device?.net;
  return net && `${net['host'] ?? '?'}, ${net['algorithm'] ?? 'ffsplit'}, ${net['tie_breaker'] ?? 'lowest'} in a tie`;
}

/** The way back: pcs sets two_node again. A device that is another one than the file's stays. */
export function deviceRemoval({ name, device }: ClusterDesign): readonly Step[] {
  if (device === undefined) return [];
  const { host } = device;
  return [
    {
      id: 'quorum-device',
      title: `No vote of ${host} any more`,
      why: 'Two nodes alone have two_node again, by which the survivor keeps quorum.',
      look: async (reality) => {
        const conf = await reality.corosyncConf(reality.local.name);
        if (conf?.clusterName !== name || !sameName(conf.device?.net['host'] ?? '', host)) return done;
        return {
          differences: [{ what: 'the quorum device', is: host }],
          actions: [
            {
              kind: 'pcs',
              commands: [commands.quorum.device.delete({ requestTimeout }), commands.host.deauth([host])],
            },
          ],
        };
      },
    },
  ];
}

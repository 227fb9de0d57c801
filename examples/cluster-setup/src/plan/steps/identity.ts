// The first thing that is asked of a machine: who it is. An address that was mistyped, or that is somebody else's by now,
// would otherwise have the wrong machine changed.
import { sameAddress, sameName } from '@sleepi3/pcs';
import { type ClusterDesign, isRing } from '../../cluster/design.js';
import { SetupError } from '../../errors.js';
import type { Reality } from '../reality.js';
import { done, type Step } from '../step.js';

interface Identity {
  readonly hostname: string;
  readonly machineId: string;
  readonly addresses: readonly string[];
}

/** @throws SetupError `NOT_READY` of the step when the machine is not the node. */
export function identityStep(design: ClusterDesign, node: string): Step {
  return {
    id: `machine@${node}`,
    node,
    title: 'The machine',
    why: `It is ${node}, it has the addresses of the file, and it is not the same machine as ${isRing(design) ? 'another' : 'the other'} node.`,
    look: async (reality) => {
      const identity = await identityOf(reality, node);
      // A script cannot look.
      if (identity === undefined) return done;
      refuseStranger(node, identity);
      refuseForeignAddresses(design, node, identity);
      const names = reality.machines.map(({ name }) => name);
      for (const earlier of names.slice(0, names.indexOf(node))) {
        if ((await identityOf(reality, earlier))?.machineId === identity.machineId) {
          const same = earlier === reality.local.name ? 'this machine itself' : `the machine of ${earlier}`;
          throw new SetupError(
            'NOT_READY',
            `${node} is ${same} (the same /etc/machine-id): correct its address in the file, or --ssh; a machine whose ` +
              'disk was copied needs an id of its own: rm /etc/machine-id; systemd-machine-id-setup',
          );
        }
      }
      return done;
    },
  };
}

async function identityOf(reality: Reality, node: string): Promise<Identity | undefined> {
  const script = 'uname -n; cat /etc/machine-id; ip -o address show';
  const { stdout } = await reality.machine(node).run('sh', ['-c', script]);
  const [hostname = '', machineId = '', ...lines] = stdout.split('\n');
  if (hostname === '') return undefined;
  const addresses = lines.flatMap((line) => /\binet6? ([0-9A-Fa-f.:]+)/.exec(line)?.[1] ?? []);
  return { hostname: hostname.trim(), machineId: machineId.trim(), addresses };
}

function refuseStranger(node: string, { hostname }: Identity): void {
  const bare = hostname.split('.')[0] ?? hostname;
  if (sameName(bare, node)) return;
  throw new SetupError(
    'NOT_READY',
    `${node}: the machine there calls itself ${hostname}; correct the address or the name in the file, or give it the name: ` +
      `hostnamectl hostname ${node}`,
  );
}

function refuseForeignAddresses({ nodes }: ClusterDesign, node: string, { addresses }: Identity): void {
  const wanted = nodes.find(({ name }) => name === node)?.addresses ?? [];
  const missing = wanted.filter((address) => !addresses.some((one) => sameAddress(one, address)));
  if (missing.length === 0) return;
  const has = addresses.filter((address) => !/^(127\.|::1$|fe80:)/.test(address));
  throw new SetupError(
    'NOT_READY',
    `${node} does not have the address ${missing.join(', ')} of the file; it has ${has.join(', ') || 'none'}`,
  );
}

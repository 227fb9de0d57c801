// What is looked at of the resources: where they stay, what belongs together, and what has failed.
import {
  type ClusterConfiguration,
  colocationsIn,
  commands,
  type ConfiguredPrimitive,
  type ConfiguredResource,
  describeFailure,
  failedResource,
  isFirm,
  membersOf,
  ruleHolds,
  runsOnlyWith,
  startsOnlyAfter,
  staysPut,
  valueIn,
} from '@sleepi3/pcs';
import { leavesAfter } from '../../cluster/elements.js';
import { initIn } from '../../config/run-options.js';
import { type Ailment, type Check, judgeEach } from '../check.js';

/** What a resource wants to stay when nothing is said in the file. */
const usualStickiness = 100;

export const resourceChecks: readonly Check[] = [
  {
    id: 'stickiness',
    of: 'cluster',
    title: 'stickiness',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      const fickle = movable(configuration).filter((id) => staysPut(configuration, id) === false);
      if (fickle.length === 0) return [];
      const why = 'A node that comes back takes the service with it: a second interruption. And a move does not hold.';
      const [own, byDefault] = [true, false].map((is) =>
        fickle.filter((id) => (ownStickiness(configuration, id) !== undefined) === is),
      );
      const findings = (own ?? []).map((id): Ailment => ({
        severity: 'warning',
        fact: `resource-stickiness of ${id} is ${ownStickiness(configuration, id) ?? ''}`,
        why,
        fix: [`pcs resource meta ${id} resource-stickiness=${usualStickiness}`],
      }));
      if (byDefault === undefined || byDefault.length === 0) return findings;
      const value = valueIn(configuration.resourceDefaults, stickinessName, configuration.references);
      return [
        ...findings,
        {
          severity: 'warning',
          fact: `resource-stickiness is ${value ?? 'not set'}, for ${byDefault.join(', ')}`,
          why,
          fix: [`pcs resource defaults update resource-stickiness=${usualStickiness}`],
          mend: [
            { kind: 'push', commands: [commands.resource.defaults.update({ [stickinessName]: usualStickiness })] },
          ],
        },
      ];
    },
  },
  {
    id: 'vip',
    of: 'cluster',
    title: 'order and colocation of VIP and container',
    needsCluster: true,
    look: async (facts) => {
      const vips = await facts.addresses();
      const containers = await facts.containers();
      if (containers.length === 0) return [];
      const configuration = await facts.configuration();
      return judgeEach(vips, 'the address', (vip) => belongsTogether(configuration, vip, containers));
    },
  },
  {
    id: 'container-init',
    of: 'cluster',
    title: 'containers have an init process',
    needsCluster: true,
    look: async (facts) => {
      const configuration = await facts.configuration();
      return judgeEach(await facts.containers(), 'the container', ({ id }): readonly Ailment[] => {
        const options = configuration.optionsOf(id).get('run_opts') ?? '';
        if (initIn(options) === true) return [];
        return [
          {
            severity: 'note',
            fact: `${id} runs its container without --init`,
            why: 'A program that is process 1 ignores SIGTERM unless it handles it: a stop then takes its whole timeout, 80 s and more.',
            fix: [`pcs resource update ${id} run_opts='--init ${options}'`],
          },
        ];
      });
    },
  },
  {
    id: 'cli-constraints',
    of: 'cluster',
    title: 'left-over constraints of moves and bans',
    needsCluster: true,
    look: async (facts) => {
      const { cliConstraints, references } = await facts.configuration();
      const now = facts.date();
      return judgeEach(cliConstraints, 'the constraint', (constraint): readonly Ailment[] => {
        const { id } = constraint;
        // One with a lifetime that is over does nothing any more.
        const rules = [
          ...(constraint.kind === 'location' ? constraint.rules : []),
          ...('lifetime' in constraint ? (constraint.lifetime?.rules ?? []) : []),
        ];
        if (rules.length > 0 && rules.every((rule) => ruleHolds(rule, { ...references, now }) === false)) return [];
        return [
          {
            severity: 'warning',
            fact: `the constraint ${id} was left behind by a move or ban`,
            why: 'The resource is tied to a node, or kept off one, for good: a later failure may leave it nowhere to go.',
            fix: [`pcs constraint delete ${id}`],
            mend: [{ kind: 'push', commands: [commands.constraint.delete(id)] }],
          },
        ];
      });
    },
  },
  {
    id: 'failed-actions',
    of: 'cluster',
    title: 'failed actions',
    needsCluster: true,
    look: async (facts) =>
      judgeEach((await facts.status()).failures, 'a failure', (failure): readonly Ailment[] => {
        const resource = failedResource(failure);
        return [
          {
            severity: 'warning',
            fact: describeFailure(failure),
            why: 'It counts against the node until it is cleaned up; after a failed start or stop the resource does not come back there.',
            fix: [`pcs resource cleanup${resource === undefined ? '' : ` ${resource}`}`],
            ...(resource !== undefined && {
              mend: [{ kind: 'pcs', commands: [commands.resource.cleanup(resource)] }],
            }),
          },
        ];
      }),
  },
];

/** The resources that run once and may run on more than one node, at the level at which they move. */
function movable(configuration: ClusterConfiguration): readonly string[] {
  return configuration.resources.flatMap((resource) => {
    if (resource.kind === 'primitive') {
      return configuration.primitive(resource.id)?.class === 'stonith' ? [] : [resource.id];
    }
    return resource.kind === 'group' ? [resource.id] : [];
  });
}

const stickinessName = 'resource-stickiness';

/** A resource and, of a group, its members, with what their templates give them. */
function partsOf(configuration: ClusterConfiguration, id: string): readonly ConfiguredResource[] {
  const resource = configuration.primitive(id) ?? configuration.resource(id);
  if (resource === undefined) return [];
  return [resource, ...membersOf(resource).map((member) => configuration.primitive(member.id) ?? member)];
}

/** What is written for itself, or for one of its members; undefined when the defaults alone say something. */
function ownStickiness(configuration: ClusterConfiguration, id: string): string | undefined {
  const values = partsOf(configuration, id).map(({ metaAttributes }) =>
    valueIn(metaAttributes, stickinessName, configuration.references),
  );
  return values.find((value) => value !== undefined);
}

/** Whether a VIP and a container are on one node, and one comes after the other. */
function belongsTogether(
  configuration: ClusterConfiguration,
  vip: ConfiguredPrimitive,
  containers: readonly ConfiguredPrimitive[],
): readonly Ailment[] {
  const outermost = (id: string): string => {
    const parent = configuration.parentOf(id);
    return parent === undefined ? id : outermost(parent.id);
  };
  const address = outermost(vip.id);
  const others = [...new Set(containers.map(({ id }) => outermost(id)))];
  // In one group they are together and in order.
  if (others.includes(address)) return [];
  /** In either direction, whatever of the two is named. */
  const holds = (test: (one: string, other: string) => boolean, other: string) => {
    const names = [other, ...containers.map(({ id }) => id).filter((id) => outermost(id) === other)];
    return names.some((name) => [vip.id, address].some((own) => test(own, name) || test(name, own)));
  };
  const beside = others.filter((other) => holds((one, two) => runsOnlyWith(configuration, one, two), other));
  if (beside.length === 0) {
    // It belongs to something else, and the containers are none of its business.
    const tied = colocationsIn(configuration).some(
      (pair) => isFirm(pair) && [pair.resource, pair.withResource].some((id) => id === vip.id || id === address),
    );
    if (tied || configuration.parentOf(vip.id)?.kind === 'group') return [];
    return [
      {
        severity: 'error',
        fact: `${vip.id} is not tied to a container (colocation)`,
        why: 'The address may be on a node where nothing answers.',
        fix: others.map((other) => `pcs constraint colocation add ${address} with ${other} INFINITY`),
        ...(others.length === 1 && {
          mend: [
            {
              kind: 'push',
              commands: [commands.constraint.colocation.add(address, others[0] ?? '', { score: 'INFINITY' })],
            },
          ],
        }),
      },
    ];
  }
  const unordered = beside.filter((other) => !holds((one, two) => startsOnlyAfter(configuration, one, two), other));
  // One that moves along is started at the same time: to wait for it would make each outage longer.
  const movesAlong = (id: string) => ['primitive', 'group'].includes(configuration.resource(id)?.kind ?? '');
  return unordered.flatMap((other): readonly Ailment[] => {
    if (!movesAlong(other)) {
      return [
        {
          severity: 'error',
          fact: `${vip.id} does not wait for ${other} (order)`,
          why: 'Colocation alone brings the address up where no container runs yet, though it runs on the other node.',
          fix: [`pcs constraint order ${other} then ${address}`],
          mend: [{ kind: 'push', commands: [commands.constraint.order.add(other, address)] }],
        },
      ];
    }
    if (leavesAfter(configuration, address, other)) return [];
    return [
      {
        severity: 'note',
        fact: `${other} moves with ${vip.id}, which leaves before it has stopped (order)`,
        why:
          'What clients were in the middle of is cut off in a planned move. And each move takes the stop and the start of the ' +
          'container; one that may run twice is better cloned.',
        fix: [`pcs constraint order stop ${other} then stop ${address} kind=Optional symmetrical=false`],
      },
    ];
  });
}

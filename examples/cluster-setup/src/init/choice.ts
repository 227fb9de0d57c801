// Which of the containers on two machines the file lists, and what a person should know of each.
import { clusterFile } from '../config/cluster-file.js';
import type { RunningContainer } from './containers.js';
import type { MachineFacts } from './look.js';

/** A container of one name, on one machine or on both. */
export interface Candidate extends RunningContainer {
  /** The names of the machines that it runs on. */
  readonly hosts: readonly string[];
  /** The machine that has none, or undefined. */
  readonly missingOn: string | undefined;
  /** Whether it runs on both, and not as the same. */
  readonly differs: boolean;
}

export interface Choice {
  /** The one that the file lists. */
  readonly listed: Candidate | undefined;
  /** Those that it has as comments. */
  readonly others: readonly Candidate[];
  /** Those whose name or image no file takes. */
  readonly impossible: readonly Candidate[];
}

/** The first one by name that publishes ports; or else the first one. */
export function choose([first, second]: readonly [MachineFacts, MachineFacts]): Choice {
  const names = [...new Set([first, second].flatMap(({ containers }) => containers.map(({ name }) => name)))].sort();
  const all = names.flatMap((name) => {
    const one = first.containers.find((each) => each.name === name);
    const other = second.containers.find((each) => each.name === name);
    const shown = one ?? other;
    if (shown === undefined) return [];
    return [
      {
        ...shown,
        hosts: [...(one ? [first.hostname] : []), ...(other ? [second.hostname] : [])],
        missingOn: one === undefined ? first.hostname : other === undefined ? second.hostname : undefined,
        differs: one !== undefined && other !== undefined && JSON.stringify(one) !== JSON.stringify(other),
      },
    ];
  });
  const { name: nameField, image } = clusterFile.fields.containers.item.fields;
  const isPossible = (one: Candidate) => nameField.pattern.test(one.name) && image.pattern.test(one.image);
  const possible = all.filter(isPossible);
  const listed = possible.find(({ ports }) => ports.length > 0) ?? possible[0];
  return {
    listed,
    others: possible.filter((one) => one !== listed),
    impossible: all.filter((one) => !isPossible(one)),
  };
}

/** What the file does not say of a container by its keys, in sentences. */
export function remarksOn(one: Candidate, first: string): readonly string[] {
  const { variables, notCarried, data, needed, hosts, missingOn } = one;
  const [host = ''] = hosts;
  const ofBoth = missingOn === undefined;
  return [
    ...(!ofBoth && host !== first ? [`It runs on ${host} alone.`] : []),
    ...(one.differs
      ? [`${hosts.join(' and ')} run it with another image or other options; these are those of ${host}.`]
      : []),
    ...(variables.length > 0
      ? [
          `not carried over: these environment variables: ${variables.join(', ')}. Write them into a file on both nodes, ` +
            `and name it in run_options: --env-file=/etc/${one.name}.env`,
        ]
      : []),
    ...(notCarried.length > 0 ? [`not carried over: ${notCarried.join('; ')}`] : []),
    ...(needed.length > 0 ? [`must be on both nodes: ${needed.join(', ')}`] : []),
    ...(data.length > 0
      ? [
          `${
            ofBoth
              ? `Each machine has its own data: ${data.join(', ')}.`
              : `Its data is on ${host} alone: ${data.join(', ')}; ${missingOn} has none of it.`
          } What runs on both nodes (mode: hot-standby) writes to two copies: for a service with state ` +
            'choose mode: active-passive, and put its data where both nodes reach it.',
        ]
      : []),
    ...(one.byCompose ? ['docker compose made it: take it out of the compose file, or compose starts it again.'] : []),
  ];
}

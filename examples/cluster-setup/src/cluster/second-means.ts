// The second means of fencing in the configuration: one more device for each node, and the levels by which the wire comes first.
import {
  type ClusterConfiguration,
  commands,
  type Correction,
  type FencingLevel,
  sameName,
  together,
} from '@sleepi3/pcs';
import type { ClusterDesign } from './design.js';
import { primitive } from './elements.js';
import { secondId } from './second-ids.js';

/** What the design has of it, or what a former file has left of it when it has none. */
export function secondMeans(configuration: ClusterConfiguration, { fences, second, nodes }: ClusterDesign): Correction {
  if (second.length === 0)
    return gone(
      configuration,
      nodes.map(({ name }) => name),
    );
  return together(
    ...second.map((one) => primitive(configuration, one)),
    ...second.map(({ id, target }) =>
      levels(configuration, target, [fences.find((one) => one.target === target)?.id ?? '', id]),
    ),
  );
}

/** The devices in their order for one node. A node that has levels is fenced by no device outside them. */
function levels(configuration: ClusterConfiguration, target: string, devices: readonly string[]): Correction {
  const existing = levelsOf(configuration, target);
  const isRight = ({ index, devices: is }: FencingLevel) => is.join() === devices[index - 1];
  const wrong = existing.filter((level) => !isRight(level));
  const missing = devices.filter((_, place) => !existing.some((level) => level.index === place + 1 && isRight(level)));
  if (wrong.length + missing.length === 0) return { differences: [], commands: [] };
  return {
    differences: [
      {
        what: `fencing levels of ${target}`,
        ...(existing.length > 0 && {
          is: existing.map(({ index, devices: is }) => `${index}: ${is.join(' with ')}`).join(', '),
        }),
        should: devices.map((id, place) => `${place + 1}: ${id}`).join(', '),
      },
    ],
    commands: [
      ...wrong.map(({ index }) => commands.stonith.level.delete(index, { target })),
      ...missing.map((id) => commands.stonith.level.add(devices.indexOf(id) + 1, target, id)),
    ],
  };
}

/** The levels first, so that none is left that names a device which is gone. */
function gone(configuration: ClusterConfiguration, nodes: readonly string[]): Correction {
  const former = nodes.filter((node) => configuration.resource(secondId(node)) !== undefined);
  return {
    differences: former.map((node) => ({ what: secondId(node), is: 'of a former file' })),
    commands: former.flatMap((node) => [
      ...(levelsOf(configuration, node).length > 0 ? [commands.stonith.level.clear({ target: node })] : []),
      commands.stonith.delete(secondId(node)),
    ]),
  };
}

function levelsOf(configuration: ClusterConfiguration, node: string): readonly FencingLevel[] {
  return configuration.fencingLevels
    .filter(({ target }) => sameName(target ?? '', node))
    .sort((a, b) => a.index - b.index);
}

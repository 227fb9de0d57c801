// What must hold in every ring.
import type { RingStory } from './play.js';

/** What does not hold; nothing in a sound world. */
export function* judgeRing({ world, cuts, shots, parts }: RingStory): Generator<string> {
  const { nodes, wire, kill } = world;
  const quorate = parts.at(-1) ?? [];
  const wasCut = (node: number) => cuts[node]!.length > 0;
  for (const node of quorate) {
    if (wasCut(node) && !(wire?.to === node && wire.state === 'stuck-high')) {
      yield `n${node} is in the part with quorum, and was cut`;
    }
  }
  for (let node = 0; node < nodes; node++) {
    const isOutside = parts.some((part) => part.length > 0 && !part.includes(node));
    const byWire = wire?.to === node && wire.state === 'stuck-high';
    if (wasCut(node) && !isOutside && !byWire) yield `n${node} was cut, and nobody had a reason to`;
  }
  for (const { by, at, begun, ended, success } of shots) {
    if (success && !cuts[at]!.some((time) => time >= begun && time <= ended)) {
      yield `n${by} said success of n${at}, which was not cut by that shot`;
    }
    if (at !== (by + 1) % nodes) yield `n${by} was asked to shoot n${at}, which its wire does not reach`;
  }
  // What can be shot is: the predecessor is there, its keeper lives, and its EXTIN and the wire are sound.
  for (let node = 0; node < nodes; node++) {
    const before = (node + nodes - 1) % nodes;
    // An input that is stuck cuts its own node, which is then missing too.
    const mayFail = wire?.state === 'stuck-high' || wire?.to === node || wire?.to === before || kill?.node === before;
    if (quorate.includes(before) && !quorate.includes(node) && !mayFail && !wasCut(node)) {
      yield `n${node} has to be shot by n${before}, and was not`;
    }
  }
}

/** What was generated, for a tally. */
export function kindsOf({ world: { nodes, failure, cut, kill, wire }, shots, parts }: RingStory): readonly string[] {
  return [
    `${nodes} nodes`,
    ...(failure ? [`failure: ${failure.kind}`] : []),
    ...(cut ? ['cut'] : []),
    ...(failure && cut ? ['failure and cut'] : []),
    ...(kill && shots.some(({ by }) => by === kill.node) ? ['kill in an act'] : []),
    ...(wire ? [`wire: ${wire.state}`] : []),
    (parts.at(-1)?.length ?? nodes) === 0 ? 'nobody has quorum' : 'a part has quorum',
    ...(shots.some(({ success }) => success) ? ['a success'] : []),
    ...(shots.some(({ success }) => !success) ? ['a shot that failed'] : []),
  ];
}

/** Every kind there must be. */
export const allKinds = [
  ...[3, 4, 5].map((count) => `${count} nodes`),
  ...['failure: panic', 'failure: power', 'cut', 'failure and cut', 'kill in an act'],
  ...['wire: open', 'wire: stuck-high', 'wire: stuck-low', 'nobody has quorum', 'a part has quorum'],
  ...['a success', 'a shot that failed'],
] as const;

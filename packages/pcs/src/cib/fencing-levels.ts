// The configured fencing levels.
import { integer, list, optional, shape, text, type WithUnknown } from '../xml/shape.js';

/** Devices that fence a node together, tried in the order of their levels. */
export interface FencingLevel extends WithUnknown {
  readonly id: string;
  /** The node, or else a pattern or an attribute's value for nodes. */
  readonly target: string | undefined;
  readonly targetPattern: string | undefined;
  readonly targetAttribute: string | undefined;
  readonly targetValue: string | undefined;
  /** 1 is tried first. */
  readonly index: number;
  /** The ids of the devices; all must succeed. */
  readonly devices: readonly string[];
}

export const fencingLevel = shape<FencingLevel>({
  id: text('id'),
  target: optional(text('target')),
  targetPattern: optional(text('target-pattern')),
  targetAttribute: optional(text('target-attribute')),
  targetValue: optional(text('target-value')),
  index: integer('index'),
  devices: list(',', 'devices'),
});

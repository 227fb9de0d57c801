// What resources, their operations, alerts and their recipients have in common.
import { each, optional, text, type WithUnknown } from '../xml/shape.js';
import { type AttributeSet, attributeSet } from './attribute-sets.js';

export interface Described extends WithUnknown {
  readonly id: string;
  readonly description: string | undefined;
  readonly metaAttributes: readonly AttributeSet[];
  readonly instanceAttributes: readonly AttributeSet[];
}

/** The parts of {@link Described}, to spread into the shape of a whole element. */
export const described = {
  id: text('id'),
  description: optional(text('description')),
  metaAttributes: each({ meta_attributes: attributeSet }),
  instanceAttributes: each({ instance_attributes: attributeSet }),
};

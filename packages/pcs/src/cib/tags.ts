// The configured tags.
import { each, shape, text, type WithUnknown } from '../xml/shape.js';

/** A name for several things. */
export interface Tag extends WithUnknown {
  readonly id: string;
  readonly references: readonly TagReference[];
}

export interface TagReference extends WithUnknown {
  readonly id: string;
}

export const tag = shape<Tag>({
  id: text('id'),
  references: each({ obj_ref: shape<TagReference>({ id: text('id') }) }),
});

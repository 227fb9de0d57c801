// The configured alerts.
import { each, maybe, shape, text, type WithUnknown } from '../xml/shape.js';
import { type Described, described } from './described.js';

/** A program that is told of events. */
export interface Alert extends Described {
  readonly path: string;
  readonly select: AlertSelect | undefined;
  readonly recipients: readonly AlertRecipient[];
}

/** Whom the program is to tell. */
export interface AlertRecipient extends Described {
  readonly value: string;
}

/** Which events an alert is about; all but attribute changes without it. Each is there or not. */
export interface AlertSelect extends WithUnknown {
  readonly attributes: AlertSelectAttributes | undefined;
  readonly fencing: WithUnknown | undefined;
  readonly nodes: WithUnknown | undefined;
  readonly resources: WithUnknown | undefined;
}

export interface AlertSelectAttributes extends WithUnknown {
  /** All attributes when none is named. */
  readonly names: readonly AlertSelectAttribute[];
}

export interface AlertSelectAttribute extends WithUnknown {
  readonly id: string;
  readonly name: string;
}

const present = shape<WithUnknown>({});

export const alert = shape<Alert>({
  ...described,
  path: text('path'),
  select: maybe(
    'select',
    shape<AlertSelect>({
      attributes: maybe(
        'select_attributes',
        shape<AlertSelectAttributes>({
          names: each({ attribute: shape<AlertSelectAttribute>({ id: text('id'), name: text('name') }) }),
        }),
      ),
      fencing: maybe('select_fencing', present),
      nodes: maybe('select_nodes', present),
      resources: maybe('select_resources', present),
    }),
  ),
  recipients: each({ recipient: shape<AlertRecipient>({ ...described, value: text('value') }) }),
});

// Rules of the configuration: conditions on node attributes, on the time, on the resource or operation.
import {
  constant,
  each,
  lazy,
  optional,
  configuredScore,
  shape,
  type Shape,
  text,
  type WithUnknown,
} from '../xml/shape.js';

/** A rule: expressions that must all hold, or one of them. */
export interface Rule extends WithUnknown {
  readonly kind: 'rule';
  readonly id: string | undefined;
  /** The id of the rule it stands for. */
  readonly idRef: string | undefined;
  /** `and` (the default) or `or`. */
  readonly booleanOp: string | undefined;
  /** The role it is limited to, in a location constraint. */
  readonly role: string | undefined;
  readonly score: number | undefined;
  /** The node attribute that holds the score. */
  readonly scoreAttribute: string | undefined;
  readonly expressions: readonly (Rule | Expression)[];
}

/** A condition in a rule; `kind` tells which. */
export type Expression = AttributeExpression | DateExpression | ResourceExpression | OperationExpression;

/** A condition on a node attribute. */
export interface AttributeExpression extends WithUnknown {
  readonly kind: 'attribute';
  readonly id: string;
  readonly attribute: string;
  /** `lt`, `gt`, `lte`, `gte`, `eq`, `ne`, `defined`, `not_defined`. */
  readonly operation: string;
  readonly value: string | undefined;
  /** `string`, `integer`, `number` or `version`. */
  readonly type: string | undefined;
  /** `literal`, `param` or `meta`. */
  readonly valueSource: string | undefined;
}

/** A condition on the time. */
export interface DateExpression extends WithUnknown {
  readonly kind: 'date';
  readonly id: string;
  /** `in_range` (the default), `gt`, `lt` or `date_spec`. */
  readonly operation: string | undefined;
  /** As written: an ISO 8601 time, partial ones too. */
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly durations: readonly DateParts[];
  readonly dateSpecs: readonly DateParts[];
}

/** The parts of a duration, or of a date specification where each may be a range such as `9-16`. */
export interface DateParts extends WithUnknown {
  readonly id: string | undefined;
  readonly years: string | undefined;
  readonly months: string | undefined;
  readonly weeks: string | undefined;
  readonly days: string | undefined;
  readonly hours: string | undefined;
  readonly minutes: string | undefined;
  readonly seconds: string | undefined;
  readonly monthdays: string | undefined;
  readonly weekdays: string | undefined;
  readonly yeardays: string | undefined;
  readonly weekyears: string | undefined;
  readonly moon: string | undefined;
}

/** A condition on the kind of resource, in resource and operation defaults. */
export interface ResourceExpression extends WithUnknown {
  readonly kind: 'resource';
  readonly id: string;
  readonly class: string | undefined;
  readonly provider: string | undefined;
  readonly type: string | undefined;
}

/** A condition on the operation, in operation defaults. */
export interface OperationExpression extends WithUnknown {
  readonly kind: 'operation';
  readonly id: string;
  readonly name: string;
  readonly interval: string | undefined;
}

const dateParts = shape<DateParts>({
  id: optional(text('id')),
  years: optional(text('years')),
  months: optional(text('months')),
  weeks: optional(text('weeks')),
  days: optional(text('days')),
  hours: optional(text('hours')),
  minutes: optional(text('minutes')),
  seconds: optional(text('seconds')),
  monthdays: optional(text('monthdays')),
  weekdays: optional(text('weekdays')),
  yeardays: optional(text('yeardays', 'yearsdays')),
  weekyears: optional(text('weekyears')),
  moon: optional(text('moon')),
});

const expressions: Readonly<Record<string, Shape<Rule | Expression>>> = {
  rule: lazy(() => rule),
  expression: shape<AttributeExpression>({
    kind: constant('attribute'),
    id: text('id'),
    attribute: text('attribute'),
    operation: text('operation'),
    value: optional(text('value')),
    type: optional(text('type')),
    valueSource: optional(text('value-source')),
  }),
  date_expression: shape<DateExpression>({
    kind: constant('date'),
    id: text('id'),
    operation: optional(text('operation')),
    start: optional(text('start')),
    end: optional(text('end')),
    durations: each({ duration: dateParts }),
    dateSpecs: each({ date_spec: dateParts }),
  }),
  rsc_expression: shape<ResourceExpression>({
    kind: constant('resource'),
    id: text('id'),
    class: optional(text('class')),
    provider: optional(text('provider')),
    type: optional(text('type')),
  }),
  op_expression: shape<OperationExpression>({
    kind: constant('operation'),
    id: text('id'),
    name: text('name'),
    interval: optional(text('interval')),
  }),
};

/** How {@link Rule} is read. */
export const rule = shape<Rule>({
  kind: constant('rule'),
  id: optional(text('id')),
  idRef: optional(text('id-ref')),
  booleanOp: optional(text('boolean-op')),
  role: optional(text('role')),
  score: optional(configuredScore('score')),
  scoreAttribute: optional(text('score-attribute')),
  expressions: each(expressions),
});

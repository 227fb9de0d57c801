// Whether a rule holds, as far as that can be told: on this node, at this time. Where it cannot, the answer is neither
// yes nor no, and Pacemaker has to be asked.
import type {
  AttributeExpression,
  DateExpression,
  DateParts,
  Expression,
  ResourceExpression,
  Rule,
} from '../cib/rules.js';
import { parseRole } from './roles.js';
import { sameName } from './values.js';

/** What is known where a rule is judged. What is left out leaves expressions on it undecided. */
export interface RuleContext {
  /**
   * The value of a node attribute, `#uname` and the like too; undefined when the node has none of this name, null when that
   * cannot be told.
   */
  readonly nodeAttribute?: ((name: string) => string | null | undefined) | undefined;
  readonly now?: Date | undefined;
  /** The resource that a default is for. */
  readonly resource?: Pick<ResourceExpression, 'class' | 'provider' | 'type'> | undefined;
  /** The rule of an id, for rules that only refer to one. */
  readonly ruleById?: ((id: string) => Rule | undefined) | undefined;
}

/** Whether a rule holds; undefined when it depends on what is not known here. */
export function ruleHolds(rule: Rule, context: RuleContext = {}): boolean | undefined {
  if (rule.idRef !== undefined) {
    const referred = context.ruleById?.(rule.idRef);
    return referred === undefined ? undefined : ruleHolds(referred, context);
  }
  const parts = rule.expressions.map((one) =>
    one.kind === 'rule' ? ruleHolds(one, context) : expressionHolds(one, context),
  );
  const decisive = rule.booleanOp !== undefined && sameName(rule.booleanOp, 'or');
  if (parts.includes(decisive)) return decisive;
  return parts.includes(undefined) ? undefined : !decisive;
}

function expressionHolds(expression: Expression, context: RuleContext): boolean | undefined {
  switch (expression.kind) {
    case 'attribute':
      return attributeHolds(expression, context);
    case 'date':
      return dateHolds(expression, context.now);
    case 'resource': {
      const { resource } = context;
      return resource && resourceHolds(expression, resource);
    }
    case 'operation':
      return undefined;
  }
}

function resourceHolds(
  expression: ResourceExpression,
  resource: Pick<ResourceExpression, 'class' | 'provider' | 'type'>,
): boolean {
  return (
    (expression.class === undefined || expression.class === resource.class) &&
    // A provider that is not named is one that is not there.
    expression.provider === resource.provider &&
    (expression.type === undefined || expression.type === resource.type)
  );
}

function attributeHolds(expression: AttributeExpression, { nodeAttribute }: RuleContext): boolean | undefined {
  const { attribute, operation, value, valueSource = 'literal' } = expression;
  const left = nodeAttribute === undefined || nameHangsOnPattern(attribute) ? null : nodeAttribute(attribute);
  if (left === null) return undefined;
  const is = operation.toLowerCase();
  if (is === 'defined') return left !== undefined;
  if (is === 'not_defined') return left === undefined;
  // The resource's own parameters are not known here.
  if (!sameName(valueSource, 'literal')) return undefined;
  const order = comparison(left, value, typeOf(expression, left, value));
  if (is === 'eq') return order === 0;
  if (is === 'ne') return order !== 0;
  if (left === undefined || value === undefined) return false;
  switch (is) {
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    default:
      return false;
  }
}

/** Whether the name of an attribute has something of a resource's id in it (`size-%1`): what the constraint's pattern matched. */
export function nameHangsOnPattern(attribute: string): boolean {
  return /%\d/.test(attribute);
}

function typeOf({ type, operation }: AttributeExpression, left = '', right = ''): string {
  if (type !== undefined) return type.toLowerCase();
  if (!/^[lg]te?$/i.test(operation)) return 'string';
  return left.includes('.') || right.includes('.') ? 'number' : 'integer';
}

/** Negative, 0 or positive, as the left value is before, beside or after the right one. */
function comparison(left: string | undefined, right: string | undefined, type: string): number {
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  if (type === 'version') return versionOrder(left, right);
  if (type === 'integer' || type === 'number') {
    const pattern = type === 'integer' ? /^\s*[-+]?\d+/ : /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/i;
    const [one, other] = [pattern.exec(left)?.[0], pattern.exec(right)?.[0]];
    if (one !== undefined && other !== undefined) return Math.sign(Number(one) - Number(other));
  }
  const [one, other] = [left.toLowerCase(), right.toLowerCase()];
  return one < other ? -1 : Number(one > other);
}

/** Part by part, as numbers; what is missing is 0. */
function versionOrder(left: string, right: string): number {
  const parts = (text: string) => text.split('.').map((part) => Number(/\d+/.exec(part)?.[0] ?? 0));
  const [one, other] = [parts(left), parts(right)];
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    const order = Math.sign((one[i] ?? 0) - (other[i] ?? 0));
    if (order !== 0) return order;
  }
  return 0;
}

function dateHolds(expression: DateExpression, now: Date | undefined): boolean | undefined {
  const { start: startText, end: endText, durations, dateSpecs } = expression;
  const operation = expression.operation?.toLowerCase() ?? 'in_range';
  const start = instant(startText);
  const end = instant(endText) ?? ended(start, durations[0]);
  // A date specification needs the cluster's clock and calendar.
  if (now === undefined || dateSpecs.length > 0) return undefined;
  if (Number.isNaN(start?.getTime()) || Number.isNaN(end?.getTime())) return undefined;
  switch (operation) {
    case 'gt':
      return start !== undefined && now > start;
    case 'lt':
      return end !== undefined && now < end;
    case 'in_range':
      return (
        (start !== undefined || end !== undefined) &&
        (start === undefined || now >= start) &&
        (end === undefined || now <= end)
      );
    default:
      return undefined;
  }
}

/** An ISO 8601 time, of this machine's zone when it names none; an invalid date when it is written in another way. */
function instant(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const [, day, time = '00:00:00', zone = ''] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?) ?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text) ?? [];
  if (day === undefined) return new Date(Number.NaN);
  return new Date(`${day}T${time}${zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')}`);
}

function ended(start: Date | undefined, duration: DateParts | undefined): Date | undefined {
  if (start === undefined || duration === undefined) return undefined;
  const part = (text: string | undefined) => Number(text ?? 0);
  const end = new Date(start);
  end.setUTCFullYear(end.getUTCFullYear() + part(duration.years), end.getUTCMonth() + part(duration.months));
  const days = part(duration.days) + 7 * part(duration.weeks);
  const seconds = part(duration.seconds) + 60 * part(duration.minutes) + 3600 * part(duration.hours) + 86_400 * days;
  return new Date(end.getTime() + seconds * 1000);
}

/** The role that a rule of a location constraint is for; one for `Unpromoted` is for all, as Pacemaker has it. */
export function roleOfRule({ role }: Pick<Rule, 'role'>): 'Promoted' | undefined {
  return role !== undefined && parseRole(role) === 'Promoted' ? 'Promoted' : undefined;
}

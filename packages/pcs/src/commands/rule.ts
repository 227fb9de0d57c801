// Rules: when a constraint or a set of defaults applies. Written as data, so that no value can become a part of the
// expression; pcs before 0.12 takes one word per token, later ones want the whole rule as one word.
import type { Variant } from '../command/command.js';
import { choice, invalid, literal, optionName } from '../command/words.js';

/** An expression over node attributes, dates, resources and operations. */
export type Rule =
  | { readonly and: readonly Rule[] }
  | { readonly or: readonly Rule[] }
  | { readonly defined: string }
  | { readonly notDefined: string }
  | {
      readonly attribute: string;
      readonly is: 'lt' | 'gt' | 'lte' | 'gte' | 'eq' | 'ne';
      readonly value: string;
      readonly type?: 'string' | 'integer' | 'number' | 'version';
    }
  | { readonly date: 'gt' | 'lt'; readonly than: string }
  | { readonly from: string; readonly until: string }
  | { readonly from: string; readonly duration: Readonly<Record<string, number>> }
  | { readonly dateSpec: Readonly<Record<string, number | string>> }
  /** Only in sets of defaults: `standard:provider:type`, each part may be empty. */
  | { readonly resource: string }
  /** Only in operation defaults. */
  | { readonly operation: string; readonly interval?: string };

/** The rule as words, one per token. */
export function ruleWords(rule: Rule): string[] {
  if ('and' in rule) return joined(rule.and, 'and');
  if ('or' in rule) return joined(rule.or, 'or');
  if ('defined' in rule) return ['defined', token(rule.defined, 'attribute')];
  if ('notDefined' in rule) return ['not_defined', token(rule.notDefined, 'attribute')];
  if ('attribute' in rule) {
    const operators = ['lt', 'gt', 'lte', 'gte', 'eq', 'ne'] as const;
    const types = ['string', 'integer', 'number', 'version'] as const;
    return [
      token(rule.attribute, 'attribute'),
      choice(rule.is, operators, 'comparison'),
      ...(rule.type === undefined ? [] : [choice(rule.type, types, 'type')]),
      token(rule.value, 'value'),
    ];
  }
  if ('date' in rule) return ['date', choice(rule.date, ['gt', 'lt'], 'comparison'), date(rule.than)];
  if ('until' in rule) {
    return ['date', 'in_range', date(rule.from), 'to', date(rule.until)];
  }
  if ('duration' in rule) return ['date', 'in_range', date(rule.from), 'to', 'duration', ...times(rule.duration)];
  if ('dateSpec' in rule) return ['date-spec', ...times(rule.dateSpec)];
  if ('resource' in rule) return ['resource', token(rule.resource, 'resource')];
  return [
    ...['op', token(rule.operation, 'operation')],
    ...(rule.interval === undefined ? [] : [`interval=${token(rule.interval, 'interval')}`]),
  ];
}

/** The variants for pcs versions that want the rule as one word. */
export function ruleForms(before: readonly string[], rule: Rule): Variant[] {
  return [
    {
      having: 'pcmk.constraint.location.simple.rule.rule-as-one-argument',
      words: [...before, ruleWords(rule).join(' ')],
    },
  ];
}

function joined(rules: readonly Rule[], operator: 'and' | 'or'): string[] {
  if (rules.length < 2) invalid(`${operator} needs at least two rules`);
  return rules.flatMap((rule, index) => {
    const words = ruleWords(rule);
    const nested = 'and' in rule || 'or' in rule ? ['(', ...words, ')'] : words;
    return index === 0 ? nested : [operator, ...nested];
  });
}

/** pcs splits a rule at spaces and parentheses itself, so a part of one must hold neither, nor be a word of its own. */
function token(value: string, what: string): string {
  literal(value, what);
  if (!/^[^\s()"'\\]+$/.test(value)) invalid(`${what} ${JSON.stringify(value)} must not hold spaces, quotes or ( )`);
  const own =
    /^(?:and|or|to|date|date-spec|duration|in_range|defined|not_defined|lt|gt|lte|gte|eq|ne|op|resource|string|integer|number|version)$/i;
  return own.test(value) ? invalid(`${what} '${value}' is a word of the rule language`) : value;
}

function date(value: string): string {
  return /^\d[\dTZ:+.W-]*$/.test(literal(value, 'date'))
    ? value
    : invalid(`date ${JSON.stringify(value)} is not ISO 8601, such as 2026-01-31T12:00:00Z`);
}

function times(parts: Readonly<Record<string, number | string>>): string[] {
  const words = Object.entries(parts).map(([name, value]) => {
    if (!/^\d+(?:-\d+)?$/.test(String(value))) invalid(`${name} must be a whole number or a range such as 1-5`);
    return `${optionName(name, 'date')}=${value}`;
  });
  return words.length > 0 ? words : invalid('name at least one date part');
}

import type { Option } from './options.js';

/** A parsed value, or what is wrong with the text, worded to follow the option's name. */
export type ParsedValue =
  { readonly value: string | number | boolean; readonly problem?: undefined } | { readonly problem: string };

/** Reads the text of one option as its kind says. Nothing is rounded, clamped or guessed. */
export function parseValue(option: Option, text: string): ParsedValue {
  const not = option.secret === true ? '' : `, not "${text}"`;
  switch (option.kind) {
    case 'string':
      return { value: text };
    case 'boolean': {
      const value = parseBoolean(text);
      return value === undefined ? { problem: `must be 1, yes, on, true or 0, no, off, false${not}` } : { value };
    }
    case 'select': {
      const choices = option.choices ?? [];
      const value = choices.find((choice) => choice.toUpperCase() === text.toUpperCase());
      return value === undefined ? { problem: `must be one of ${choices.join(', ')}${not}` } : { value };
    }
    case 'integer':
    case 'second':
      return parseNumber(option, text, not);
  }
}

/** The words for true and false that fence agents take, in any case; undefined for any other. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (['1', 'yes', 'on', 'true'].includes(word)) return true;
  if (['0', 'no', 'off', 'false'].includes(word)) return false;
  return undefined;
}

function parseNumber(option: Option, text: string, not: string): ParsedValue {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = option;
  const number = /^[+-]?[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return { value: number + 0 };
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  return { problem: `must be a whole number ${option.kind === 'second' ? 'of seconds ' : ''}${range}${not}` };
}

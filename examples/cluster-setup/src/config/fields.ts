// A way to define what a file may hold, once: the type of its content, the checks, the JSON schema and the reference all
// come from the definition.

interface Common {
  /** One or two sentences for people. */
  readonly description: string;
  /** Absent means absent; the value is undefined then. */
  readonly optional?: true;
}

/** A text that matches a pattern. */
export interface TextField extends Common {
  readonly kind: 'text';
  /** The whole text must match. */
  readonly pattern: RegExp;
  /** What the pattern allows, in words, after "must be". */
  readonly allowed: string;
  /** Taken when the key is absent; a key without one must be there. */
  readonly default?: string;
}

export interface IntegerField extends Common {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
  readonly default?: number;
}

/** One of a few words. */
export interface ChoiceField extends Common {
  readonly kind: 'choice';
  readonly words: readonly string[];
  readonly default?: string;
}

export interface ListField extends Common {
  readonly kind: 'list';
  readonly item: Field;
  readonly min: number;
  readonly max: number;
  readonly default?: readonly unknown[];
}

/** A mapping of names that are not known beforehand to texts; numbers and booleans count as the text they are written as. */
export interface MapField extends Common {
  readonly kind: 'map';
  readonly key: RegExp;
  readonly value: RegExp;
  /** What both patterns allow, in words, after "must be". */
  readonly allowed: string;
  readonly default?: Readonly<Record<string, string>>;
}

/** A mapping; when it is absent it is made of its keys' defaults. */
export interface ObjectField extends Common {
  readonly kind: 'object';
  readonly fields: Readonly<Record<string, Field>>;
  readonly default?: undefined;
}

export type Field = TextField | IntegerField | ChoiceField | ListField | MapField | ObjectField;

/** The type of a field's value. */
export type ValueOf<F> = F extends { readonly kind: 'text' }
  ? string
  : F extends { readonly kind: 'integer' }
    ? number
    : F extends { readonly kind: 'choice'; readonly words: readonly (infer Word)[] }
      ? Word
      : F extends { readonly kind: 'list'; readonly item: infer Item }
        ? readonly ValueOf<Item>[]
        : F extends { readonly kind: 'map' }
          ? Readonly<Record<string, string>>
          : F extends { readonly kind: 'object'; readonly fields: infer Fields }
            ? {
                readonly [Key in keyof Fields]: Fields[Key] extends { readonly optional: true }
                  ? ValueOf<Fields[Key]> | undefined
                  : ValueOf<Fields[Key]>;
              }
            : never;

export const text = <const F extends Omit<TextField, 'kind'>>(field: F) => ({ kind: 'text', ...field }) as const;
export const integer = <const F extends Omit<IntegerField, 'kind'>>(field: F) =>
  ({ kind: 'integer', ...field }) as const;
export const choice = <const F extends Omit<ChoiceField, 'kind'>>(field: F) => ({ kind: 'choice', ...field }) as const;
export const list = <const F extends Omit<ListField, 'kind'>>(field: F) => ({ kind: 'list', ...field }) as const;
export const map = <const F extends Omit<MapField, 'kind'>>(field: F) => ({ kind: 'map', ...field }) as const;
export const object = <const F extends Omit<ObjectField, 'kind'>>(field: F) => ({ kind: 'object', ...field }) as const;
export const optional = <const F extends Field>(field: F) => ({ ...field, optional: true }) as const;

/** What is allowed, in words that go after "must be". */
export function allowed(field: Field): string {
  switch (field.kind) {
    case 'text':
    case 'map':
      return field.allowed;
    case 'integer':
      return `a whole number from ${field.min} to ${field.max}${field.unit === undefined ? '' : ` (${field.unit})`}`;
    case 'choice':
      return field.words.join(' or ');
    case 'list':
      return field.min === field.max
        ? `a list of ${field.min}`
        : `a list of ${field.min} to ${field.max}${field.min === 0 ? ' entries' : ''}`;
    case 'object':
      return `a mapping with the keys ${Object.keys(field.fields).join(', ')}`;
  }
}

// An option is data: what it is called, what it takes, what it means. Builders make that data and carry the type of
// the parsed value, so that an agent's `context.options` is typed from its definition.

/** What an option takes, by the words of the metadata's `<content type>`. */
export type OptionKind = 'string' | 'integer' | 'second' | 'boolean' | 'select';

declare const value: unique symbol;

/** One option of an agent, as the builders make it. `Value` is the type of the parsed value. */
export interface Option<out Value = unknown> {
  readonly kind: OptionKind;
  /** One sentence for people: metadata, manpage and --help show it. */
  readonly description: string;
  /** A shorter one for the metadata's shortdesc; default the description. */
  readonly shortDescription?: string;
  /** The long form without its dashes; default the name with `-` for `_`. */
  readonly long?: string;
  /** The short form, one letter or digit. */
  readonly short?: string;
  /** What the value stands for in `--name=[…]`. */
  readonly valueName?: string;
  /** Refuse a request without it. */
  readonly required?: boolean;
  /** The text that stands for an absent value. */
  readonly default?: string;
  /** Smallest number allowed; default 0. */
  readonly min?: number;
  /** Largest number allowed. */
  readonly max?: number;
  /** The values of a `select`; read without regard to case. */
  readonly choices?: readonly string[];
  /** Place in metadata and help, then by name; default 1. */
  readonly order?: number;
  /** Never to be seen in a log. */
  readonly secret?: boolean;
  /** The name it had before, still accepted on stdin and listed as deprecated. */
  readonly oldName?: string;
  /** A boolean that is written out (`--disable-timeout=true`) instead of being a flag. */
  readonly written?: boolean;
  readonly [value]?: Value;
}

/** The type of an option's parsed value. */
export type ValueOf<O> = O extends Option<infer Value> ? Value : never;

/** What every builder takes. */
export interface OptionSpec {
  readonly description: string;
  readonly shortDescription?: string;
  readonly long?: string;
  readonly short?: string;
  readonly valueName?: string;
  readonly required?: boolean;
  readonly order?: number;
  readonly secret?: boolean;
  readonly oldName?: string;
}

/** What {@link string} takes. */
export interface StringSpec extends OptionSpec {
  readonly default?: string;
}

/** What {@link integer} and {@link seconds} take. */
export interface NumberSpec extends OptionSpec {
  readonly default?: number;
  /** Default 0. */
  readonly min?: number;
  readonly max?: number;
}

/** What {@link boolean} takes. */
export interface BooleanSpec extends Omit<OptionSpec, 'required' | 'valueName'> {
  /** A boolean that is written out (`--disable-timeout=true`) and may be left open; without it, a flag. */
  readonly written?: boolean;
}

/** What {@link choice} takes. */
export interface ChoiceSpec<Choices extends readonly string[]> extends OptionSpec {
  readonly choices: Choices;
  readonly default?: Choices[number];
}

/** The longest time a timer of Node holds: 2³¹ − 1 milliseconds, in seconds. */
export const LONGEST_SECONDS = 2_147_483;

type Given<Spec, Value> = Spec extends { readonly default: string | number } | { readonly required: true }
  ? Value
  : Value | undefined;

/** An option that takes text. */
export function string<const Spec extends StringSpec>(spec: Spec): Option<Given<Spec, string>> {
  return { ...spec, kind: 'string' };
}

/** An option that takes a whole number, from `min` (0 unless told) to `max`. */
export function integer<const Spec extends NumberSpec>(spec: Spec): Option<Given<Spec, number>> {
  return { ...withTextDefault(spec), kind: 'integer' };
}

/** An option that takes whole seconds, from `min` (0 unless told) to `max` (about 24 days). */
export function seconds<const Spec extends NumberSpec>(spec: Spec): Option<Given<Spec, number>> {
  return { valueName: 'seconds', max: LONGEST_SECONDS, ...withTextDefault(spec), kind: 'second' };
}

/** A flag: present or not on the command line; 1, yes, on, true or 0, no, off, false on stdin. */
export function boolean<const Spec extends BooleanSpec>(
  spec: Spec,
): Option<Spec extends { readonly written: true } ? boolean | undefined : boolean> {
  return { ...spec, kind: 'boolean' };
}

/** An option that takes one of a few words, in any case; the parsed value is the word as declared. */
export function choice<const Choices extends readonly string[], const Spec extends ChoiceSpec<Choices>>(
  spec: Spec & { readonly choices: Choices },
): Option<Given<Spec, Choices[number]>> {
  return { ...spec, kind: 'select' };
}

function withTextDefault(spec: NumberSpec) {
  const { default: number, ...rest } = spec;
  return number === undefined ? rest : { ...rest, default: String(number) };
}

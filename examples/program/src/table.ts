// A program as a table: its commands, what each is about, and the options it takes. The command line is read by it, and help,
// completion and manual page are written from it.

/** An option without a value. */
export interface FlagOption {
  readonly description: string;
  /** Letter that stands for it, without the dash. */
  readonly short?: string;
}

/** An option with a text as its value. */
export interface TextOption extends FlagOption {
  /** What the value stands for: FILE, NODE. FILE and DIRECTORY are completed as such. */
  readonly value: string;
  /** Taken when the option is absent. */
  readonly default?: string;
  /** What is done when the option is absent, for people. */
  readonly otherwise?: string;
}

/** An option with a number as its value. Help names range and unit. */
export interface NumberOption extends FlagOption {
  readonly value: string;
  readonly min: number;
  readonly max: number;
  /** Of the number; absent where it only counts. */
  readonly unit?: 's' | 'ms';
  /** Fractions are refused. */
  readonly whole?: true;
  readonly default?: number;
}

/** An option whose value is one of a few words. */
export interface ChoiceOption extends FlagOption {
  readonly choices: readonly string[];
  readonly default?: string;
}

export type Option = (FlagOption | TextOption | NumberOption | ChoiceOption) & {
  /** The heading under which help lists it, apart from the others. */
  readonly section?: string;
  /** Why it is not taken from the command line. */
  readonly refused?: string;
};

/** A word that a command takes besides its options. */
export interface Operand {
  readonly name: string;
  readonly optional?: true;
  /** Any number of them. */
  readonly many?: true;
  /** From here on all words belong to it, options too. */
  readonly verbatim?: true;
}

export interface Command {
  /** One line, in lower case. */
  readonly summary: string;
  /** What it does and when to run it, in a few sentences. */
  readonly description: string;
  readonly operands?: readonly Operand[];
  /** Words and what they stand for, by headings, below its options in the help. */
  readonly lists?: Readonly<Record<string, readonly (readonly [word: string, meaning: string])[]>>;
  /** By their long names, without dashes. */
  readonly options: Readonly<Record<string, Option>>;
  /** Other words for the command, which may look like options: `-g`. */
  readonly aliases?: readonly string[];
}

export interface Program<C extends Readonly<Record<string, Command>> = Readonly<Record<string, Command>>> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly commands: C;
  /** Lines below the commands in the help of the program. */
  readonly epilogue?: readonly string[];
}

/** The type of an option's value. */
type ValueOf<O> = O extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : O extends { readonly min: number }
    ? number
    : O extends { readonly value: string }
      ? string
      : boolean;

/** What is always there: what has a default, and flags. */
type Present<O> = {
  [N in keyof O]: O[N] extends { readonly default: unknown }
    ? N
    : O[N] extends { readonly value: string } | { readonly choices: unknown }
      ? never
      : N;
}[keyof O];

/** The values of a command's options, by their names. */
export type Values<O> = { readonly [N in Present<O>]: ValueOf<O[N]> } & {
  readonly [N in Exclude<keyof O, Present<O>>]?: ValueOf<O[N]> | undefined;
};

/** A command line that was understood. */
export type CommandLine<C> =
  | {
      [N in keyof C]: {
        readonly command: N;
        readonly values: C[N] extends { readonly options: infer O } ? Values<O> : never;
        readonly operands: readonly string[];
      };
    }[keyof C]
  /** Help is wanted, of the program or of one command. */
  | { readonly command: 'help'; readonly about: (keyof C & string) | undefined }
  | { readonly command: 'version' };

/** The one option that every command has. */
export const helpOption = { short: 'h', description: 'Print this help and exit' } as const satisfies Option;

export function isNumberOption(option: Option): option is NumberOption & Option {
  return 'min' in option;
}

export function isChoiceOption(option: Option): option is ChoiceOption & Option {
  return 'choices' in option;
}

/** Whether the option has a value at all. */
export function takesValue(option: Option): boolean {
  return 'value' in option || 'choices' in option;
}

/** What stands for the value, in help and messages: FILE, or the words to choose from. */
export function placeholder(option: Option): string {
  return 'choices' in option ? option.choices.join('|') : 'value' in option ? option.value : '';
}

/** Some of the options that several commands have. */
export function pickOptions<O extends Readonly<Record<string, Option>>, const N extends keyof O>(
  options: O,
  ...names: readonly N[]
): Pick<O, N> {
  return Object.fromEntries(names.map((name) => [name, options[name]])) as Pick<O, N>;
}

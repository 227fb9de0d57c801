// Reads a command line by the table of the program.
import { parseArgs } from 'node:util';
import { nearest } from './nearest.js';
import {
  type Command,
  type CommandLine,
  helpOption,
  isChoiceOption,
  isNumberOption,
  type Operand,
  type Option,
  placeholder,
  type Program,
  takesValue,
} from './table.js';

/** The only error this package throws on purpose: a command line that cannot be carried out, and what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

/**
 * Understands a command line. Options may stand anywhere, as `--name value` or `--name=value`; the last of several counts.
 * `help`, `--help`, `-h` and `--version` are known to every program, and where help is asked for nothing else can be wrong.
 *
 * @throws UsageError
 */
export function parseCommandLine<const C extends Readonly<Record<string, Command>>>(
  program: Program<C>,
  argv: readonly string[],
): CommandLine<C> {
  const { name, commands } = program;
  const tokens = tokensOf(commands, argv);
  const word = tokens.find(({ kind }) => kind === 'word');
  const command = word && commandOf(commands, word.text);
  const definition: Command | undefined = command && commands[command];
  const ownTokens = beforeVerbatim(
    definition,
    tokens.filter((token) => token !== word),
  );
  const asked = argv.length === 0 || word?.text === 'help' || ownTokens.some(({ text }) => text === '--help');
  if (asked) {
    const about = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => commandOf(commands, text));
    return { command: 'help', about: about.find((one) => one !== undefined) };
  }
  if (word === undefined) {
    if (tokens.some(({ text }) => text === '--version')) return { command: 'version' };
    throw new UsageError(`missing command: see ${name} --help`);
  }
  if (definition === undefined) {
    const meant = nearest(word.text, Object.keys(commands));
    throw new UsageError(
      `unknown command ${word.text}: ` +
        (meant === undefined ? `the commands are ${Object.keys(commands).join(', ')}` : `did you mean ${meant}?`),
    );
  }
  const { values, operands } = readTokens(
    `${name} ${String(command)}`,
    definition,
    tokens.filter((token) => token !== word),
    argv,
  );
  return { command, values, operands } as CommandLine<C>;
}

/** The values of one command's options; for programs that find their command themselves. @throws UsageError */
export function parseCommand<const C extends Command>(
  title: string,
  command: C,
  argv: readonly string[],
): Extract<CommandLine<{ readonly one: C }>, { readonly command: 'one' }> | 'help' {
  const tokens = tokensOf({ command }, argv);
  if (tokens.some(({ text }) => text === '--help')) return 'help';
  return { command: 'one', ...readTokens(title, command, tokens, argv) } as never;
}

/** The tokens that are the program's own: what belongs to a verbatim operand is somebody else's. */
function beforeVerbatim(command: Command | undefined, tokens: readonly Token[]): readonly Token[] {
  let words = 0;
  const end = tokens.findIndex(({ kind }) => kind === 'word' && operandAt(command?.operands ?? [], words++)?.verbatim);
  return end < 0 ? tokens : tokens.slice(0, end);
}

interface Token {
  readonly kind: 'word' | 'option';
  /** The word, or the option as `--name`. */
  readonly text: string;
  readonly value?: string;
  /** Where it is in the command line. */
  readonly index: number;
}

function tokensOf(commands: Readonly<Record<string, Command>>, argv: readonly string[]): readonly Token[] {
  const all: Record<string, Option> = { help: helpOption };
  for (const { options } of Object.values(commands)) Object.assign(all, options);
  const aliases = Object.values(commands).flatMap((command) => command.aliases ?? []);
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(all).map(([name, option]) => [
        name,
        {
          type: takesValue(option) ? ('string' as const) : ('boolean' as const),
          ...(option.short !== undefined && { short: option.short }),
        },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const seen = new Set<number>();
  return tokens.flatMap((token): Token[] => {
    if (token.kind === 'option-terminator') return [];
    if (token.kind === 'positional') return [{ kind: 'word', text: token.value, index: token.index }];
    const raw = argv[token.index] ?? '';
    // A negative number is a value, if a wrong one; some commands look like options.
    if (/^-\d/.test(raw) || aliases.includes(raw)) {
      if (seen.has(token.index)) return [];
      seen.add(token.index);
      return [{ kind: 'word', text: raw, index: token.index }];
    }
    const known = Object.hasOwn(all, token.name);
    const text = token.rawName.startsWith('--') || known ? `--${token.name}` : token.rawName;
    // Without `=` the next option is no value.
    const missing = token.inlineValue === false && /^--?[a-z]/i.test(token.value);
    return [
      {
        kind: 'option',
        text,
        index: token.index,
        ...(token.value !== undefined && !missing && { value: token.value }),
      },
    ];
  });
}

function readTokens(
  title: string,
  { options, operands: taken = [] }: Command,
  tokens: readonly Token[],
  argv: readonly string[],
): { readonly values: Readonly<Record<string, unknown>>; readonly operands: readonly string[] } {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    if ('default' in option) values[name] = option.default;
    else if (!takesValue(option)) values[name] = false;
  }
  const words: string[] = [];
  for (const { kind, text, value, index } of tokens) {
    if (kind === 'word') {
      if (operandAt(taken, words.length)?.verbatim) {
        words.push(...argv.slice(index));
        break;
      }
      words.push(text);
      continue;
    }
    const name = text.slice(2);
    const option = text.startsWith('--') && Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) throw unknownOption(title, text, options);
    values[name] = valueOf(name, option, value);
  }
  checkOperands(title, taken, words);
  return { values, operands: words };
}

function valueOf(name: string, option: Option, text: string | undefined): string | number | boolean {
  if (option.refused !== undefined) throw new UsageError(`--${name} ${option.refused}`);
  if (!takesValue(option)) {
    if (text !== undefined) throw new UsageError(`--${name} takes no value`);
    return true;
  }
  if (text === undefined) throw new UsageError(`--${name} needs a value: --${name} ${placeholder(option)}`);
  if (isChoiceOption(option)) {
    if (option.choices.includes(text)) return text;
    throw new UsageError(`--${name} must be ${listed(option.choices)}, not ${text}`);
  }
  if (!isNumberOption(option)) return text;
  const { min, max, whole, unit } = option;
  const number = (whole ? /^\d+$/ : /^\d+(\.\d+)?$/).test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(
    `--${name} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}${unit === undefined ? '' : ` ${unit}`}, not ${text}`,
  );
}

function checkOperands(title: string, taken: readonly Operand[], words: readonly string[]): void {
  const usage = [title, ...taken.map(operandText)].join(' ');
  const missing = taken.find(({ optional }, index) => !optional && words[index] === undefined);
  if (missing !== undefined) throw new UsageError(`missing ${missing.name}: ${usage}`);
  const surplus = words.find((_, index) => operandAt(taken, index) === undefined);
  if (surplus !== undefined) throw new UsageError(`unexpected argument ${surplus}: ${usage}`);
}

/** An operand as help shows it. */
export function operandText({ name, optional, many }: Operand): string {
  const text = many ? `${name}…` : name;
  return optional ? `[${text}]` : text;
}

function operandAt(taken: readonly Operand[], index: number): Operand | undefined {
  const last = taken.at(-1);
  return taken[index] ?? (last?.many || last?.verbatim ? last : undefined);
}

function unknownOption(title: string, text: string, options: Command['options']): UsageError {
  const meant = nearest(
    text,
    ['help', ...Object.keys(options)].map((name) => `--${name}`),
  );
  return new UsageError(
    `unknown option ${text}: ${meant === undefined ? `see ${title} --help` : `did you mean ${meant}?`}`,
  );
}

function commandOf<C extends Readonly<Record<string, Command>>>(
  commands: C,
  word: string,
): (keyof C & string) | undefined {
  return Object.keys(commands).find((name) => name === word || commands[name]?.aliases?.includes(word));
}

/** Words as a choice: `a, b or c`. */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

// The completion for bash, from the table of the program. It needs nothing but bash itself.
import { type Command, helpOption, type Option, type Program, takesValue } from './table.js';

/** What is completed where no command of the table was typed, for a program that is more than its commands. */
export interface BareWords {
  /** Options as they are typed; one that ends in `=` has a value. */
  readonly options: readonly string[];
  /** The words to choose from as the value of an option, by the option as it is typed. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** Options as they are typed whose values are files. */
  readonly files: readonly string[];
}

/** A script for /usr/share/bash-completion/completions. */
export function bashCompletion({ name, commands }: Program, bare?: BareWords): string {
  const options = Object.values(commands).flatMap((command) => Object.entries(allOptions(command)));
  const named = (wanted: (option: Option) => boolean) =>
    [...new Set(options.filter(([, option]) => wanted(option)).map(([long]) => `--${long}`))].join(' | ');
  const choices: Record<string, readonly string[]> = { ...bare?.choices };
  for (const [long, option] of options) if ('choices' in option) choices[`--${long}`] = option.choices;
  const files = named((option) => 'value' in option && option.value === 'FILE');
  const replies = [
    ...Object.entries(choices).map(([word, list]) => [word, `compgen -W '${list.join(' ')}'`] as const),
    [[...(bare?.files ?? []), ...(files === '' ? [] : [files])].join(' | '), 'compgen -f'] as const,
    [named((option) => 'value' in option && option.value === 'DIRECTORY'), 'compgen -d'] as const,
  ].filter(([pattern]) => pattern !== '');
  const bareOptions = bare?.options ?? ['--help', '--version'];
  const identifier = `_${name.replaceAll('-', '_')}`;
  return `# bash completion for ${name}(8)                      -*- shell-script -*-
# shellcheck shell=bash disable=SC2207

${identifier}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} option='' options
  COMPREPLY=()
  # Bash takes --name=value apart at the equals sign.
  if [[ $cur == = ]]; then
    cur=''
    option=\${COMP_WORDS[COMP_CWORD-1]}
  elif [[ \${COMP_WORDS[COMP_CWORD-1]} == = ]]; then
    option=\${COMP_WORDS[COMP_CWORD-2]}
  elif [[ \${COMP_WORDS[COMP_CWORD-1]} == -* ]]; then
    option=\${COMP_WORDS[COMP_CWORD-1]}
  fi
  case $option in
${replies.map(([pattern, reply]) => `    ${pattern})\n      COMPREPLY=($(${reply} -- "$cur"))\n      return\n      ;;`).join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${Object.entries(commands)
  .map(([word, command]) => `    ${word}) options='${optionWords(command).join(' ')}' ;;`)
  .join('\n')}
    *) options='${bareOptions.join(' ')}' ;;
  esac
  if ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then options='${Object.keys(commands).join(' ')}'; fi
  COMPREPLY=($(compgen -W "$options" -- "$cur"))
  if [[ \${#COMPREPLY[@]} -eq 0 && $cur != -* ]] && ((COMP_CWORD > 1)); then COMPREPLY=($(compgen -f -- "$cur")); fi
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
} &&
  complete -F ${identifier} ${name}
`;
}

const allOptions = ({ options }: Command): Command['options'] => ({ ...options, help: helpOption });

function optionWords(command: Command): string[] {
  return Object.entries(allOptions(command))
    .filter(([, { refused }]) => refused === undefined)
    .map(([long, option]) => (takesValue(option) ? `--${long}=` : `--${long}`));
}

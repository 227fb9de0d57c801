// The completion for bash, from the agent's definition and that of its commands. It needs nothing but bash itself.
import type { FenceAgent } from '@sleepi3/fence-protocol';
import type { Command } from '../src/commands/table.js';

export function renderBashCompletion(agent: FenceAgent, commands: Readonly<Record<string, Command>>): string {
  const agentOptions = [...agent.options.values()];
  const agentWords = agentOptions.map(({ long, kind, written }) =>
    kind === 'boolean' && written !== true ? `--${long}` : `--${long}=`,
  );
  const values = [
    ['--action | -o', words(agent.actions)],
    ...agentOptions.flatMap(({ long, choices, written }) =>
      choices ? [[`--${long}`, words(choices)]] : written ? [[`--${long}`, words(['true', 'false'])]] : [],
    ),
    ['--address', words(['0x6e', '0x6d', '0x6b'])],
    [`${files.map((name) => `--${name}`).join(' | ')} | -D`, 'COMPREPLY=($(compgen -f -- "$cur"))'],
  ];
  return `# bash completion for fence_sleepi3(8)                      -*- shell-script -*-
# shellcheck shell=bash disable=SC2207

_fence_sleepi3() {
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
${values.map(([pattern, reply]) => `    ${pattern ?? ''})\n      ${reply ?? ''}\n      return\n      ;;`).join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${Object.entries(commands)
  .map(([name, command]) => `    ${name}) options='${commandWords(command).join(' ')}' ;;`)
  .join('\n')}
    *) options='${agentWords.join(' ')}' ;;
  esac
  if ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then options='${Object.keys(commands).join(' ')}'; fi
  COMPREPLY=($(compgen -W "$options" -- "$cur"))
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
} &&
  complete -F _fence_sleepi3 fence_sleepi3
`;
}

const files = ['defaults-file', 'corosync-conf', 'debug-file'] as const;

function words(list: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$cur"))`;
}

function commandWords({ options }: Command): string[] {
  return Object.entries(options).map(([long, { value }]) => (value === undefined ? `--${long}` : `--${long}=`));
}

/** What `sleepi3 completion` prints: the completion of the command for bash, from the tables that it is made of. */
import { boardAddresses, hex } from '../bus/board-address.js';
import { parameters, settableParameterNames } from '../board/parameters.js';
import { commands, options } from './table.js';

export function bashCompletion(): string {
  const words = (list: readonly string[]) => list.join(' ');
  const flags = settableParameterNames.filter((name) => parameters[name].kind !== 'number');
  return `# bash completion of sleepi3: source <(sleepi3 completion)
_sleepi3() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} words=
  case $previous in
    sleepi3 | help) words='${words(Object.keys(commands))}' ;;
    get | -g | --get | watch) words='${words(Object.keys(parameters))}' ;;
    set | -s | --set) words='${words(settableParameterNames)}' ;;
    voltage) words='1 2 active all' ;;
    ${flags.join(' | ')}) words='0 1' ;;
    alarm) words='get set clear' ;;
    --address) words='${words(boardAddresses.map(hex))}' ;;
    --bus) words='1 i2c-tools:1 unix:/' ;;
    --defaults-file | --exec)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
  esac
  if [[ $current == -* ]]; then words='${words(Object.keys(options).map((name) => `--${name}`))}'; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _sleepi3 sleepi3
`;
}

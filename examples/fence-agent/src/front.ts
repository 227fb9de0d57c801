// What sh does before Node starts, because a machine that is busy may take long to start a Node.
// It tells the metadata: Pacemaker's fencer asks for it in its main loop, at every change of the configuration until it has it, and
// takes no other request for at most 10 s. Asked for in other words, Node tells the same.
// It releases the line of a line keeper that has died: asserted for 9 s it cuts a node, which nobody may have asked for. A bus that
// fails or hangs three times is for Node, which follows in any case, and looks again.
import { bits, registers } from '@sleepi3/driver';
import { renderMetadata } from '@sleepi3/fence-protocol';
import { version } from '../package.json';
import { createAgent } from './agent.js';
import { releasedText } from './keeper/clear-line.js';
import { boardFile, directoryVariable, serviceRuntime } from './node/state.js';
import { readBefore } from './read-before.js';

const name = 'fence_sleepi3';
const metadata = renderMetadata(
  createAgent(version, () => Promise.reject(new Error('nothing is run here'))),
  name,
);

/** A text as one word of sh, for `printf %b`. In one line: where "exec node" comes late, lintian takes the program for one of sh. */
const quoted = (text: string) =>
  `'${text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll("'", String.raw`'\''`)}'`;

const lines = `0x${registers[bits.EO.register].address.toString(16).padStart(2, '0')}`;

// Standard input can be read only once. What sh has read of it is handed on, and Node reads the rest: to sh an end of the input is
// the same as one that is not to be had yet (a descriptor that does not block), and a request without its last lines is another one.
export default `
tell_metadata() {
  printf %b ${quoted(metadata)}
  exit
}
extout() {
  read=$(timeout 2 i2cget -y "$bus" "$address" ${lines} b 2>/dev/null)
  case $read in 0x[0-9a-f][0-9a-f]) echo $((read >> ${bits.EO.bit} & 1)) ;; esac
}
release_line() (
  written=
  { read -r bus address <"\${${directoryVariable}:-${serviceRuntime}}/${boardFile}"; } 2>/dev/null || exit
  for _ in 1 2 3; do
    case $(extout) in
    0)
      [ -z "$written" ] || echo '${releasedText}'
      exit
      ;;
    1) timeout 2 i2cset -y "$bus" "$address" ${lines} 0x00 b 2>/dev/null && written=1 ;;
    esac
  done
)
unset ${readBefore}
case $#:$1 in 1:release) release_line ;; esac
case $0 in
${name} | *"/${name}")
  case $#:$1:$2 in
  2:-o:metadata | 2:--action:metadata | 1:--action=metadata:) tell_metadata ;;
  0::)
    if ! [ -t 0 ]; then
      newline='
'
      if IFS= read -r line; then before=$line$newline; else before=$line; fi
      if [ "$line" = action=metadata ]; then
        if IFS= read -r line; then before=$before$line$newline; else
          [ -z "$line" ] && tell_metadata
          before=$before$line
        fi
      fi
      export ${readBefore}="$before"
    fi
    ;;
  esac
  ;;
esac`;

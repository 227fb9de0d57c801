// What sh does before Node starts: it tells the metadata. Pacemaker's fencer asks for it in its main loop, at every change of the
// configuration until it has it, and takes no other request for at most 10 s; a machine that is busy starting a cluster may need
// longer than that for a Node. Asked for in other words, Node tells the same.
import { renderMetadata } from '@sleepi3/fence-protocol';
import { version } from '../package.json';
import { createAgent } from './agent.js';
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

// Standard input can be read only once. What sh has read of it is handed on, and Node reads the rest: to sh an end of the input is
// the same as one that is not to be had yet (a descriptor that does not block), and a request without its last lines is another one.
export default `
tell_metadata() {
  printf %b ${quoted(metadata)}
  exit
}
unset ${readBefore}
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

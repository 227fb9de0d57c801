// The plan as a shell script, for people who would rather read and run it themselves. It looks at nothing beforehand: it is the
// whole way from two bare nodes, with the reasons.
import { type Command, type Features, invocation, Pcs, shellQuote } from '@sleepi3/pcs';
import { type ClusterDesign, isRing } from '../cluster/design.js';
import { SetupError } from '../errors.js';
import type { CommandAnswer, Machine } from '../nodes/machine.js';
import { clusterSteps } from './steps/cluster.js';
import { agentPaths, defaultsPath, nodeSteps } from './steps/node.js';
import { secondNodeSteps } from './steps/second-means.js';
import { Reality } from './reality.js';
import type { Action, Step } from './step.js';
import { wrap } from '@sleepi3/program';

/**
 * The script.
 * @param features What the pcs can do that will run it; the forms of pcs 0.11 without.
 */
export async function scriptFor(design: ClusterDesign, features?: Features): Promise<string> {
  if (isRing(design)) {
    throw new SetupError(
      'USAGE',
      'a script is for two nodes: in a ring of three or more each wire is tested before it fences, which cluster-setup apply does',
    );
  }
  const [node = ''] = design.nodes.map(({ name }) => name);
  const reality = bareReality(node);
  const part = async (steps: readonly Step[]) => {
    const texts: string[] = [];
    for (const step of steps) {
      const { actions } = step.bare ?? (await step.look(reality));
      if (actions.length === 0) continue;
      const lines = actions.flatMap((action) => shellOf(action, features));
      texts.push([`# --- ${step.title}`, ...wrap(step.why, 100).map((line) => `# ${line}`), ...lines].join('\n'));
    }
    return texts.join('\n\n');
  };
  return `#!/bin/sh
# shellcheck disable=SC1010 # then is a word of pcs
# Makes the cluster ${design.name} of ${design.nodes.map(({ name }) => name).join(' and ')}. Read it, then run it as root:
#   sh THIS prepare    on each of the two nodes
#   sh THIS cluster    on one of them, afterwards
# It is for nodes that are in no cluster yet: it stops at the first command that fails and does not look whether a part
# was done before. cluster-setup apply does.
set -eu
LC_ALL=C TZ=UTC; export LC_ALL TZ
unset CIB_file CIB_shadow CIB_shadow_dir CIB_user || :
[ "$(id -u)" -eq 0 ] || { echo 'run it as root' >&2; exit 1; }
${agentPaths(design)
  .map(
    (path) =>
      `[ -x ${path} ] || { echo '${path} is not there: install fence-sleepi3 of this release first' >&2; exit 1; }`,
  )
  .join('\n')}

password() {
  if [ -t 0 ]; then
    printf 'Password for hacluster, the same on both nodes: ' >&2
    stty -echo; IFS= read -r password; stty echo; echo >&2
  else
    IFS= read -r password
  fi
  [ -n "$password" ] || { echo 'no password' >&2; exit 1; }
}

# The CIB is changed on a copy and pushed as one difference.
begin_push() {
  cib=$(mktemp -d)
  cibadmin --query >"$cib/before.xml"
  cp "$cib/before.xml" "$cib/new.xml"
}
push() {
  pcs -- cluster cib-push "$cib/new.xml" "diff-against=$cib/before.xml"
  rm -r "$cib"
}

prepare() {
password

${await part([...nodeSteps(design, node), ...secondNodeSteps(design, node)])}
}

cluster() {
password

${await part(clusterSteps(design))}
}

case \${1-} in
  prepare) prepare ;;
  cluster) cluster ;;
  *) echo "usage: sh $0 prepare|cluster" >&2; exit 64 ;;
esac
`;
}

function shellOf(action: Action, features?: Features): readonly string[] {
  switch (action.kind) {
    case 'pcs':
      return action.commands.map((command) => words(command, features));
    case 'push':
      return ['begin_push', ...action.commands.map((command) => onCopy(command, features)), 'push'];
    case 'pcs-with-password':
      return [`printf '%s\\n' "$password" | ${words(action.command(placeholder), features)}`];
    case 'run': {
      const call = [action.program, ...action.argv].map(shellQuote).join(' ');
      if (action.onlyIf !== undefined) return [`if ${action.onlyIf}; then`, `  ${call}`, 'fi'];
      if (action.passwordInput === undefined) return [call];
      return [`printf '${action.passwordInput('%s').replace('\n', '\\n')}' "$password" | ${call}`];
    }
    case 'write':
      if (action.shell !== undefined) return [action.shell];
      return [
        `mkdir -p ${shellQuote(action.path.replace(/\/[^/]*$/, ''))}`,
        `cat >${shellQuote(action.path)} <<'END_OF_FILE'\n${action.text}END_OF_FILE`,
      ];
    case 'remove':
      return [`rm -f ${shellQuote(action.path)}`];
    case 'wait':
      return [
        'i=0',
        `until ${action.shell}; do`,
        `  i=$((i + 1)); [ "$i" -lt ${action.timeoutS} ] || { echo 'timed out: waited until ${action.until}' >&2; exit 1; }`,
        '  sleep 1',
        'done',
      ];
  }
}

/** Stands for the password where a command is only shown. */
const placeholder = 'the password of hacluster';

function words(command: Command<unknown>, features?: Features): string {
  const { program, argv } = invocation(command, features);
  return [program, ...argv].map(shellQuote).join(' ');
}

function onCopy(command: Command<unknown>, features?: Features): string {
  const { program, argv } = invocation(command, features);
  const words = argv.map(shellQuote).join(' ');
  // Pacemaker's own tools take the file from the environment.
  return program === 'pcs' ? `pcs -f "$cib/new.xml" ${words}` : `CIB_file="$cib/new.xml" ${program} ${words}`;
}

/** A node on which there is nothing but a board that is set up. */
function bareReality(node: string): Reality {
  const no: CommandAnswer = { exitCode: 1, stdout: '', stderr: '' };
  const local: Machine = {
    name: node,
    run: (program) => Promise.resolve(program === 'test' ? { ...no, exitCode: 0 } : no),
    readFile: (path) => Promise.resolve(path === defaultsPath ? '' : undefined),
    writeFile: () => Promise.reject(new Error('a script is only written')),
    removeFile: () => Promise.reject(new Error('a script is only written')),
  };
  const nothingInstalled = {
    run: () => Promise.reject(Object.assign(new Error('nothing is installed'), { code: 'ENOENT' })),
  };
  return new Reality({ local, pcs: new Pcs({ runner: nothingInstalled }) });
}

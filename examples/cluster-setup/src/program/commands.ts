// The program as a table: the command line, the help, the completion and the manual page read it.
import { type Command, type CommandLine as Understood, pickOptions, type Program } from '@sleepi3/program';

const options = {
  self: {
    value: 'NODE',
    description: 'Which of the nodes this machine is',
    otherwise: 'the one with the host name of this machine',
  },
  ssh: {
    value: 'HOST',
    description: 'How ssh reaches the other node: HOST or USER@HOST',
    otherwise: "the node's first address",
  },
  peer: { value: 'HOST', description: 'How ssh reaches the other machine: ADDRESS or USER@ADDRESS' },
  vip: { value: 'ADDRESS', description: 'The virtual address', otherwise: 'asked for' },
  'no-ssh': { description: 'Leave the other node alone: it was made ready by cluster-setup prepare, run on it' },
  'password-file': { value: 'FILE', description: "hacluster's password is the first line of FILE" },
  'password-stdin': { description: "hacluster's password is the first line of standard input" },
  destroy: {
    value: 'NAME',
    description: 'Destroy the cluster of this name, with everything in it, when it is in the way',
  },
  all: { description: 'All nodes, the others over ssh, by running cluster-setup doctor there' },
  fix: { description: 'Mend what can be mended safely, asking before each' },
  json: { description: 'Print JSON' },
  watch: { description: 'Look again every five seconds, until it is interrupted; JSON one line a look' },
  yes: { description: 'Do not ask' },
  panic: { description: 'Crash the kernel instead, with the watchdog of the board off for as long' },
  only: { value: 'NODE', description: 'Only this node', otherwise: 'all, one after the other' },
  url: {
    value: 'URL',
    description: 'What is asked of the service',
    otherwise: 'the virtual address, at the first port of its container',
  },
  result: { description: 'Only show what the last proof of each node came to' },
  since: {
    value: 'TIME',
    default: '24h',
    description: 'From when: a span (90m, 24h, 7d), or a date such as "2026-11-29 03:00"',
  },
  svg: { value: 'FILE', description: 'Draw the timeline into FILE' },
  color: {
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    description: 'Whether to use colours; auto does on a terminal only',
  },
} as const satisfies Command['options'];

/** Path of the cluster file, `-` for standard input. */
const file = [{ name: 'FILE' }] as const;

export const program = {
  name: 'cluster-setup',
  summary: 'a fenced cluster of Raspberry Pis with slee-Pi 3 boards, from one file',
  commands: {
    init: {
      operands: [{ name: 'FILE', optional: true }],
      summary: 'look at both machines and write the cluster file',
      description:
        'Run it on one of the two. It asks both for their names, addresses, interface and containers, and the person for the ' +
        'virtual address, for which it offers one that is free. FILE is cluster.yaml by default, - is standard output; a file ' +
        'that exists is not overwritten. For a ring of three or more write it by hand, with the nodes in the order of their wires.',
      options: pickOptions(options, 'peer', 'vip'),
    },
    plan: {
      operands: file,
      summary: 'show what would change, with the exact commands and why; touch nothing',
      description:
        'Holds the file against all nodes and the cluster, and shows step by step what differs, why it matters and what ' +
        'would be run. Run it on one of the nodes. Exit status: 0 nothing to do, 2 changes, 3 something stands in the way, 1 ' +
        'it could not look.',
      options: pickOptions(options, 'self', 'ssh', 'no-ssh', 'destroy', 'json', 'color'),
    },
    prepare: {
      operands: file,
      summary: 'make only this node ready (packages, names, Docker, board); for nodes without ssh between them',
      description:
        'Carries out the steps of this node alone. Run it on both nodes, then cluster-setup apply --no-ssh on one of them.',
      options: pickOptions(options, 'self', 'password-file', 'password-stdin', 'destroy', 'color'),
    },
    apply: {
      operands: file,
      summary: 'make the cluster that the file describes',
      description:
        'Carries out what plan shows. It can be interrupted at any point and run again: it looks at what there is and goes on ' +
        'from there; run once more it changes nothing. Another cluster on the nodes is destroyed only when you type its name. ' +
        'The password of hacluster is asked for when it is needed, or read from a file or standard input.',
      options: pickOptions(options, 'self', 'ssh', 'no-ssh', 'password-file', 'password-stdin', 'destroy', 'color'),
    },
    script: {
      operands: file,
      summary: 'print a shell script that does the same from two bare nodes',
      description:
        'The whole way as a POSIX shell script with the reasons, to be read and run by hand. Nothing is looked at.',
      options: {},
    },
    undo: {
      operands: file,
      summary: 'take away what apply made',
      description:
        'Shows what it would do, and asks. Takes the service and the fence devices out of the cluster and restores what was changed on the nodes. The cluster ' +
        'itself is destroyed only when you type its name. Packages, images and the password stay.',
      options: pickOptions(options, 'self', 'ssh', 'no-ssh', 'destroy', 'yes', 'color'),
    },
    doctor: {
      summary: 'look over a cluster, made by this program or by hand, and say what is wrong, why and how to mend it',
      description:
        'Looks at this node and its cluster; with --all at the other nodes too. Exit status: 0 nothing to say but notes, 1 ' +
        'warnings, 2 errors, 3 when it could not look.',
      options: pickOptions(options, 'all', 'ssh', 'fix', 'json', 'color'),
    },
    status: {
      summary:
        'show the state now: nodes, service, whether each node could fence and be fenced, the last fencing and proof',
      description:
        'Asks the cluster, and fence_sleepi3 on each node. Exit status: 0 all is well, 1 something is not, 3 a node could not ' +
        'be asked; with --watch, of the last look.',
      options: pickOptions(options, 'watch', 'ssh', 'json', 'color'),
    },
    prove: {
      operands: [{ name: 'FILE', optional: true }],
      summary: 'cut off each node in turn while the service is asked: proves that each can be lost',
      description:
        'Looks first whether all is sound and the service would survive it, and asks before each node. Then has the cluster fence ' +
        'the node (or crashes its kernel), waits until it was cut off and woken by wire (wakeup-flag extin) and all is sound ' +
        'again, and says how long the service was silent. Run it on a third machine with FILE, and the service is asked as its ' +
        'clients do; on a node, without: its own turn is then made by another one, and ends your session. Exit status: 0 ' +
        'proven, 1 not proven, 3 refused, because something is not sound, or somebody said no.',
      options: pickOptions(options, 'panic', 'only', 'url', 'ssh', 'yes', 'result', 'json', 'color'),
    },
    alert: {
      operands: [{ name: 'test' }],
      summary: 'send a test message from each node to everybody who gets alerts',
      description:
        'Runs alert_sleepi3 test on all nodes, as the user that tells for real. Exit status 1 when a node did not reach a ' +
        'receiver.',
      options: pickOptions(options, 'ssh'),
    },
    history: {
      summary: 'say what happened to the nodes, and why: who was lost, fenced, taken over and back, and when',
      description:
        "Reads the journals of all nodes (this one's, and the others' over ssh), corrects them by what their clocks differ, and " +
        'tells each failure once, with its cause where a log has it. Exit status: 0, or 3 when a node could not be asked.',
      options: pickOptions(options, 'since', 'ssh', 'json', 'svg'),
    },
    schema: {
      summary: 'print the JSON schema of the cluster file, for editors',
      description:
        'Put it beside the file and begin the file with: # yaml-language-server: $schema=./cluster.schema.json',
      options: {},
    },
  },
  epilogue: [
    'A first file, and what every key means: README.md.',
    '',
    'Usually, on one of the two nodes, as root:',
    '  cluster-setup init --peer ADDRESS    write cluster.yaml from what the machines are',
    '  cluster-setup plan cluster.yaml      read what it would do, and why',
    '  cluster-setup apply cluster.yaml     do it',
    '  cluster-setup doctor --all           look it over, now and whenever something changed',
  ],
} as const satisfies Program;

export type CommandLine = Exclude<Understood<(typeof program)['commands']>, { readonly command: 'help' | 'version' }>;

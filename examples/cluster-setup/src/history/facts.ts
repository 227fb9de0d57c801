// What single lines of a journal say. One row a sentence of a program; the sentences were read in the programs' sources, and
// seen in the journals of the lab.
import type { Entry } from './journal.js';

/** What Pacemaker calls the executor of a confirmation by `pcs stonith confirm` (fenced_remote.c). */
export const human = 'a human';

/** Something that a line says happened. `node` is the node that says so. */
export type Fact = { readonly at: number; readonly node: string } & (
  | { readonly kind: 'lost' | 'member' | 'left'; readonly subject: string }
  | { readonly kind: 'to-be-fenced'; readonly subject: string; readonly reason: string }
  | { readonly kind: 'stop-failed'; readonly subject: string; readonly resource: string }
  | {
      readonly kind: 'fenced' | 'fencing-failed';
      readonly subject: string;
      readonly action: string;
      readonly by: string | undefined;
      readonly client: string;
      /** The node of the client; undefined when nobody says. */
      readonly askedAt: string | undefined;
      readonly result: string;
    }
  | { readonly kind: 'held'; readonly subject: string; readonly seconds: number; readonly samples: number }
  | { readonly kind: 'in-vain'; readonly subject: string; readonly reason: string }
  | { readonly kind: 'operation'; readonly resource: string; readonly task: string; readonly result: string }
  | { readonly kind: 'operation-begun'; readonly resource: string; readonly task: string }
  | { readonly kind: 'going-down'; readonly how: string }
  | { readonly kind: 'roll'; readonly text: string }
  | { readonly kind: 'woken'; readonly causes: readonly string[] }
  | { readonly kind: 'link-down'; readonly peer: string }
  | { readonly kind: 'out-of-memory'; readonly victim: string }
  | { readonly kind: 'panic'; readonly text: string }
);

type Said = Fact extends infer Each ? (Each extends Fact ? Omit<Each, 'at' | 'node'> : never) : never;

interface Row {
  readonly program: RegExp;
  readonly sentence: RegExp;
  readonly said: (groups: Readonly<Record<string, string>>) => Said;
}

const controld = /^pacemaker-controld$/;

const rows: readonly Row[] = [
  {
    program: controld,
    sentence: /\bNode (?<subject>\S+) state is now (?<state>lost|member)\b/,
    said: ({ subject = '', state }) => ({ kind: state === 'lost' ? 'lost' : 'member', subject }),
  },
  {
    program: controld,
    sentence: /\bdo_shutdown of peer (?<subject>\S+) is complete\b/,
    said: ({ subject = '' }) => ({ kind: 'left', subject }),
  },
  {
    program: /^pacemaker-schedulerd$/,
    sentence: /\b(?:Cluster n|N)ode (?<subject>\S+) (?:will be fenced|is unclean)(?:: | because )(?<reason>.+)$/,
    said: ({ subject = '', reason = '' }) => ({ kind: 'to-be-fenced', subject, reason }),
  },
  {
    // Each node's own says it, and so that of a node that lives: the journal of the one whose stop failed is lost with its power.
    program: /^pacemaker-attrd$/,
    sentence: /\bSetting fail-count-(?<resource>\S+)#stop_0\[(?<subject>[^\]]+)\].* -> (?:INFINITY|[1-9]\d*)\b/,
    said: ({ subject = '', resource = '' }) => ({ kind: 'stop-failed', subject, resource }),
  },
  {
    // Pacemaker 2.1: "Peer x was terminated (reboot) by y on behalf of pacemaker-controld.1: OK"; 3.0: "was (reboot) fenced by".
    program: controld,
    sentence:
      /\bPeer (?<subject>\S+) was (?<not>not )?(?:terminated \((?<action>\w+)\)|fenced)(?: by (?<by>.+?))? on behalf of (?<client>[^\s:]+): (?<result>[^|]+?)(?: \||$)/,
    said: ({ subject = '', not, action = 'reboot', by, client = '', result = '' }) => ({
      kind: not === undefined && result.startsWith('OK') ? 'fenced' : 'fencing-failed',
      subject,
      action,
      by: by === undefined || by.startsWith('<') || by === 'the cluster' ? undefined : by,
      // With a tag Pacemaker 2.1 writes `(null).tag.PID@node`.
      client: client.replace(/@.*$/, '').replace(/^\(null\)\.|\.\d+$/g, ''),
      askedAt: /@(.+)$/.exec(client)?.[1],
      result,
    }),
  },
  {
    program: /^fence_sleepi3$/,
    sentence: /\b(?:off|reboot) of (?<subject>\S+): held (?<seconds>[\d.]+) s, verified (?<samples>\d+) times/,
    said: ({ subject = '', seconds, samples }) => ({
      kind: 'held',
      subject,
      seconds: Number(seconds),
      samples: Number(samples),
    }),
  },
  {
    program: /^fence_sleepi3$/,
    sentence: /\bFailed: (?:off|reboot) of (?<subject>\S+): EXTOUT was held for [\d.]+ s, (?<reason>.+)$/,
    said: ({ subject = '', reason = '' }) => ({ kind: 'in-vain', subject, reason }),
  },
  {
    program: controld,
    sentence: /\bRequesting local execution of (?<task>\w+) operation for (?<resource>\S+) on /,
    said: ({ task = '', resource = '' }) => ({ kind: 'operation-begun', task, resource }),
  },
  {
    program: controld,
    sentence: /\bResult of (?<task>\w+) operation for (?<resource>\S+) on \S+: (?<result>[^|(]+?)(?: [|(]|$)/,
    // Pacemaker 2.1 says ok and error, 3.0 says OK and Error.
    said: ({ task = '', resource = '', result = '' }) => ({
      ...{ kind: 'operation', task, resource },
      result: result.toLowerCase(),
    }),
  },
  {
    program: /^systemd-(?:shutdown|logind)$/,
    sentence: /^(?<how>The system will .*|System is .*|Syncing filesystems.*|Powering off\.|Rebooting\.)/,
    said: ({ how = '' }) => ({ kind: 'going-down', how }),
  },
  {
    program: controld,
    sentence: /\b(?<how>Initiating controller shutdown sequence)/,
    said: ({ how = '' }) => ({ kind: 'going-down', how }),
  },
  {
    program: /^rolling-reboot$/,
    sentence: /(?<text>roll=\S+ .*)/,
    said: ({ text = '' }) => ({ kind: 'roll', text }),
  },
  {
    program: /^fence_sleepi3$/,
    sentence: /\bwoken by (?<causes>[a-z0-9, -]+)$/,
    said: ({ causes = '' }) => ({ kind: 'woken', causes: causes.split(/, | and /) }),
  },
  {
    program: /^corosync$/,
    sentence: /\blink: (?:\d+ )?.*host: (?<peer>\d+).*(?:is down|has no active links)/,
    said: ({ peer = '' }) => ({ kind: 'link-down', peer }),
  },
  {
    program: /^kernel$/,
    sentence: /\bOut of memory: Killed process \d+ \((?<victim>[^)]+)\)/,
    said: ({ victim = '' }) => ({ kind: 'out-of-memory', victim }),
  },
  {
    program: /^kernel$/,
    sentence:
      /(?<text>Kernel panic - not syncing.*|sysrq: Trigger a crash|Unable to handle kernel .*|BUG: unable to handle .*)/,
    said: ({ text = '' }) => ({ kind: 'panic', text }),
  },
];

/** What the entries say, in their order. */
export function factsOf(entries: readonly Entry[]): Fact[] {
  return entries.flatMap((entry) => {
    for (const { program, sentence, said } of rows) {
      if (!program.test(entry.program)) continue;
      const groups = sentence.exec(entry.message)?.groups;
      if (groups !== undefined) {
        // A group that took no part is undefined, whatever its type says.
        return [{ at: entry.at, node: entry.node, ...said(groups) }];
      }
    }
    return [];
  });
}

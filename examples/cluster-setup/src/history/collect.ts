// Asks one node for what it knows, with commands that every node has.
import { explain } from '@sleepi3/program';
import type { Machine } from '../nodes/machine.js';
import { keepJournal } from '../nodes/journal.js';
import { type Boot, type Entry, type NodeRecord, parseBoots, parseEntries } from './journal.js';
import { askForPanics, panicsIn } from './pstore.js';

/** Whose lines matter. The resource agents log as `IPaddr2(VIP)`, and what they say of it Pacemaker says, too. */
const programs = [
  'pacemaker-attrd',
  'pacemaker-controld',
  'pacemaker-fenced',
  'pacemaker-schedulerd',
  'corosync',
  'fence_sleepi3',
  'rolling-reboot',
  'systemd-shutdown',
  'systemd-logind',
] as const;

/** Lines at the end of a boot that may say why it ended. */
const lastLines = 20;
/** Boots that are looked at, at most; more than a few in a night is a loop, and looks like one. */
const mostBoots = 30;
/** So long before the time that is asked for a node may have been lost that comes back in it, ms. */
const leadIn = 900_000;
/** ms for one question to a node. */
const timeout = 60_000;

export interface Period {
  /** ms since 1970, by the clock of the node that asks. */
  readonly from: number;
  readonly to: number;
}

/** @param now The clock of the node that asks, ms since 1970. */
export async function collect(
  machine: Pick<Machine, 'name' | 'run'>,
  { from, to }: Period,
  now: () => number,
): Promise<NodeRecord> {
  const node = machine.name;
  const gaps: string[] = [];
  const ask = async (what: string, program: string, argv: readonly string[]): Promise<string> => {
    try {
      const { stdout } = await machine.run(program, argv, { exitCodes: [0, 1], timeoutMs: timeout });
      return Buffer.from(stdout, 'latin1').toString('utf8');
    } catch (error) {
      gaps.push(`${what} of ${node} cannot be read: ${explain(error)}`);
      return '';
    }
  };
  const begin = from - leadIn;
  const asked = now();
  const clock = Number((await ask('the clock', 'date', ['+%s%3N'])).trim());
  const clockAhead = clock > 0 ? clock - (asked + now()) / 2 : 0;
  const period = [
    `--since=@${Math.floor((begin + clockAhead) / 1000)}`,
    `--until=@${Math.ceil((to + clockAhead) / 1000)}`,
  ];
  const journal = async (what: string, ...words: readonly string[]): Promise<Entry[]> =>
    parseEntries(
      await ask(what, 'env', ['LC_ALL=C', 'TZ=UTC', 'journalctl', '--quiet', '--no-pager', '--output=json', ...words]),
      node,
      clockAhead,
    );
  const listed = parseBoots(
    await ask('the list of boots', 'env', [
      'LC_ALL=C',
      'TZ=UTC',
      'journalctl',
      '--list-boots',
      '--no-pager',
      '--quiet',
    ]),
  );
  const [said, kernel] = await Promise.all([
    journal('the journal', ...programs.map((name) => `--identifier=${name}`), ...period),
    // The killer of processes says whom it kills as an error, and a panic as an emergency.
    journal('the kernel’s log', '--identifier=kernel', '--priority=warning', ...period),
  ]);
  const boots: Boot[] = [];
  for (const { id, from: first, to: last } of listed.slice(-mostBoots)) {
    if (last - clockAhead < begin - 60_000 || first - clockAhead > to) continue;
    const end = await journal('the end of a boot', `--boot=${id}`, `--lines=${lastLines}`);
    boots.push({ node, id, from: first - clockAhead, to: end.at(-1)?.at ?? last - clockAhead, end });
  }
  const earliest = listed[0];
  if (earliest !== undefined && earliest.from - clockAhead > from + 60_000) {
    gaps.push(
      `the journal of ${node} begins at ${new Date(earliest.from - clockAhead).toISOString()}: what was before is not known` +
        (listed.length === 1 ? `. If it is lost at each boot, have it kept there: ${keepJournal.join(' && ')}` : ''),
    );
  }
  const panics = panicsIn(await ask('what the kernel kept of a panic', 'find', askForPanics), boots, clockAhead);
  const entries = [...said, ...kernel, ...panics].sort((a, b) => a.at - b.at);
  return { node, from: begin, clockAhead, entries, boots, gaps };
}

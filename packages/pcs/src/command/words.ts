// The words of a command line, checked: what is wrong is refused here, before any program runs, and what is let
// through reaches pcs as exactly one literal word.
import { PcsError } from '../errors.js';

/** What a named option may be set to; booleans become pcs's `true` and `false`. */
export type OptionValue = string | number | boolean;
/** Named options, such as a resource agent's parameters. */
export type Options = Readonly<Record<string, OptionValue | undefined>>;
/** Named options to change; null removes one (pcs's `name=`). */
export type OptionChanges = Readonly<Record<string, OptionValue | null | undefined>>;
/** A constraint's score: a whole number from -1000000 to 1000000, or ±INFINITY. */
export type Score = number | 'INFINITY' | '-INFINITY';
/** The role of a promotable resource's instance, by today's names; older clusters get theirs. */
export type Role = 'Promoted' | 'Unpromoted' | 'Started' | 'Stopped';
/** Node names, all nodes, or (left out) the node pcs runs on. */
export type NodeSelection = string | readonly string[] | { readonly all: true };

/**
 * Legal XML ids that pcs would take for a keyword of its own at some place of some command, swallowing what follows
 * (observed with `op` and `meta`).
 */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'op meta clone promotable master bundle set setoptions then with rule prefers avoids add delete remove update ' +
    'config show list help container network port-map storage-map start stop promote demote promoted unpromoted ' +
    'started stopped slave target stonith to from user group read write deny xpath id options link transport totem ' +
    'quorum compression crypto model heuristics sites arbitrators create status history level defaults'
  ).split(' '),
);

/** The longest single word Linux passes to a program: MAX_ARG_STRLEN, with its closing NUL (execve(2)). */
const LONGEST_WORD = 131_071;

/** @throws PcsError `INVALID_ARGUMENT`, always. */
export function invalid(message: string): never {
  throw new PcsError('INVALID_ARGUMENT', message);
}

/**
 * Any text as one word. Refused: control characters, unpaired surrogates, `--wait=` (pcs rewrites it even after `--`), and `"`, `<` or
 * `&` after a character that is not ASCII: Pacemaker 2.1.5 writes them as they are from there on, and can read its CIB no more
 * (measured).
 */
export function literal(value: string, what: string): string {
  if (typeof value !== 'string') invalid(`${what} must be a string, not ${describe(value)}`);
  if (/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(value)) {
    invalid(`${what} must not contain control characters or halves of characters: ${JSON.stringify(value)}`);
  }
  if (/[^\0-\x7f].*["<&]/su.test(value)) {
    invalid(
      `${what} must not contain ", < or & after a character that is not ASCII, which Pacemaker 2.1.5 makes a broken CIB of: ` +
        JSON.stringify(value),
    );
  }
  if (value.startsWith('--wait=')) invalid(`${what} must not begin with --wait=, which pcs takes for its option`);
  if (Buffer.byteLength(value) > LONGEST_WORD) invalid(`${what} is longer than a program's argument may be`);
  return value;
}

/** An XML id that pcs cannot mistake for a keyword. */
export function id(value: string, what = 'id'): string {
  literal(value, what);
  if (!/^[\p{L}_][\p{L}\p{M}\p{N}_.-]*$/u.test(value)) {
    invalid(`${what} ${JSON.stringify(value)} is not an XML id: a letter or _ first, then letters, digits, _ . -`);
  }
  if (KEYWORDS.has(value.toLowerCase())) {
    invalid(`${what} '${value}' is a keyword of pcs and would swallow the words after it: choose another`);
  }
  return value;
}

/** At least one id. */
export function ids(values: readonly string[], what = 'id'): string[] {
  if (values.length === 0) invalid(`name at least one ${what}`);
  return values.map((value) => id(value, what));
}

/** A node's, cluster's or host's name. */
export function nodeName(value: string, what = 'node'): string {
  literal(value, what);
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(value)) {
    invalid(`${what} ${JSON.stringify(value)} is not a name: a letter, digit or _ first, then also . and -`);
  }
  return value;
}

/** An IP address or host name. */
export function address(value: string, what = 'address'): string {
  literal(value, what);
  if (!/^[A-Za-z0-9_[:][A-Za-z0-9_.:%[\]-]*$/.test(value)) {
    invalid(`${what} ${JSON.stringify(value)} is neither an IP address nor a host name`);
  }
  return value;
}

/** An absolute path: relative ones would depend on where pcs happens to run. */
export function path(value: string, what = 'path'): string {
  literal(value, what);
  if (!value.startsWith('/')) invalid(`${what} ${JSON.stringify(value)} must be absolute`);
  return value;
}

/**
 * A resource or fence agent, `standard:provider:type`, `standard:type` or `type`, in all the ways that there are: `ocf::p:t`,
 * `external/ssh`, `systemd:foo\x2dbar@1`.
 */
export function agent(value: string): string {
  literal(value, 'agent');
  // A systemd unit may have any of these in its name (systemd.unit(5)).
  if (!/^[A-Za-z0-9_][\w.@:/+\\-]*$/.test(value) || /:$|:::/.test(value)) {
    invalid(`agent ${JSON.stringify(value)} is not of the form standard:provider:type`);
  }
  // As pcs and Pacemaker write it today.
  return value.replace(/^ocf::/, 'ocf:');
}

/** A name before `=`. */
export function optionName(name: string, what = 'option'): string {
  literal(name, `${what} name`);
  if (!/^[A-Za-z0-9_#][^=\s]*$/u.test(name)) {
    invalid(`${what} name ${JSON.stringify(name)} must begin with a letter or digit and contain no = or space`);
  }
  return name;
}

/** `name=value` words; undefined ones are left out. */
export function pairs(options: Options | undefined, what = 'option'): string[] {
  return changes(options, what).map((word) => {
    if (word.endsWith('=') && word.indexOf('=') === word.length - 1) {
      invalid(`${what} ${word.slice(0, -1)} must not be empty: leave it out instead`);
    }
    return word;
  });
}

/** `name=value` words, and `name=` for what is to be removed. */
export function changes(options: OptionChanges | undefined, what = 'option'): string[] {
  return Object.entries(options ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${optionName(name, what)}=${optionValue(value, `${what} ${name}`)}`],
  );
}

/** {@link changes}, of which there must be one: pcs would print the configuration instead. */
export function someChanges(options: OptionChanges, what = 'option'): string[] {
  const words = changes(options, what);
  return words.length > 0 ? words : invalid(`name at least one ${what} to change`);
}

function optionValue(value: OptionValue | null, what: string): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? String(value) : invalid(`${what} must be a finite number`);
  }
  return literal(value, what);
}

/** @throws PcsError `INVALID_ARGUMENT` when it is not a whole number within ±1000000 or ±INFINITY. */
export function score(value: Score): string {
  if (value === 'INFINITY' || value === '-INFINITY') return value;
  return String(integer(value, -1_000_000, 1_000_000, 'score'));
}

/** A whole number in a range. */
export function integer(value: number, minimum: number, maximum: number, what: string): number {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    invalid(`${what} must be a whole number from ${minimum} to ${maximum}, not ${describe(value)}`);
  }
  return value;
}

/** Whole seconds to wait, 1 to a day: pcs takes 0, and a wait without a number, for "as long as it takes". */
export function waitSeconds(value: number): number {
  return integer(value, 1, 86_400, 'wait');
}

/** One of the words allowed. */
export function choice<T extends string>(value: T, allowed: readonly T[], what: string): T {
  return allowed.includes(value) ? value : invalid(`${what} must be ${allowed.join(', ')}, not ${describe(value)}`);
}

/** True or false and nothing that merely looks like it. */
export function boolean(value: boolean, what: string): boolean {
  return typeof value === 'boolean' ? value : invalid(`${what} must be true or false, not ${describe(value)}`);
}

/** Keyword and words, or nothing when there are no words. */
export function section(keyword: string, words: readonly string[]): string[] {
  return words.length === 0 ? [] : [keyword, ...words];
}

/** The words for a selection of nodes, and whether `--all` is meant. */
export function nodeWords(nodes: NodeSelection | undefined): { readonly words: string[]; readonly all: boolean } {
  if (nodes === undefined) return { words: [], all: false };
  if (typeof nodes === 'string') return { words: [nodeName(nodes)], all: false };
  // A null or an object of another shape, from JavaScript, must never mean "this node".
  if (Array.isArray(nodes)) {
    const list = nodes as readonly string[];
    if (list.length === 0) invalid('name at least one node, or { all: true }');
    return { words: list.map((name) => nodeName(name)), all: false };
  }
  if ((nodes as { all?: unknown } | null)?.all !== true)
    invalid('nodes must be a name, a list of names or { all: true }');
  return { words: [], all: true };
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

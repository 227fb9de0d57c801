// Requests on stdin, as pacemaker-fenced sends them: one `name=value` a line, in any order, up to the end of the input.
import type { AgentOption, RequestedTarget } from '../definition.js';
import type { Request } from './request.js';

/** Names that tell the target or the action although the agent may not have them as options. */
const targetNames = ['nodename', 'plug', 'port'] as const;

/** Reads the whole input. Of lines with the same name the last one counts; of two names of one option none may differ. */
export function parseStdin(options: ReadonlyMap<string, AgentOption>, input: string): Request {
  const names = knownNames(options);
  const given = new Map<string, string>();
  const problems: string[] = [];
  const warnings: string[] = [];

  for (const [index, raw] of input.split(/\r\n|\r|\n/).entries()) {
    const line = trimLine(raw);
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const name = equals === -1 ? line : line.slice(0, equals);
    const value = equals === -1 ? '' : line.slice(equals + 1).replace(/^"(.*)"$/, '$1');
    const known = name.replaceAll('-', '_');
    if (names.has(known)) {
      given.set(known, value);
    } else if (names.has(resembled(name))) {
      // `action = off`, `ACTION=off`, a byte-order mark before `action`: to ignore such a line is to do something else
      // than what was asked for.
      problems.push(`"${name}" is not a well-formed name: write ${resembled(name)}=value`);
    } else if (equals === -1) {
      // Not shown: it may be the rest of a secret of two lines.
      warnings.push(`Ignoring line ${index + 1}: it is not name=value`);
    } else {
      warnings.push(`Ignoring unknown option "${name}"`);
    }
  }

  const values = new Map<string, string>();
  for (const [name, value] of given) {
    const option = names.get(name);
    if (option === undefined) continue;
    const before = values.get(option);
    if (before !== undefined && before !== value) problems.push(`${name} and ${option} say different things`);
    values.set(option, value);
  }
  return {
    values,
    verbose: /^(1|yes|on|true)$/i.test(values.get('verbose') ?? '') ? 1 : 0,
    target: requestedTarget(given),
    problems,
    doubts: [],
    warnings,
  };
}

/** Every accepted name → the option it means; undefined: accepted, but no option of this agent. */
function knownNames(options: ReadonlyMap<string, AgentOption>): ReadonlyMap<string, string | undefined> {
  const names = new Map<string, string | undefined>(targetNames.map((name) => [name, undefined]));
  for (const { name, long, oldName } of options.values()) {
    for (const form of [name, long.replaceAll('-', '_'), oldName]) if (form !== undefined) names.set(form, name);
  }
  return names.set('option', 'action');
}

function requestedTarget(given: ReadonlyMap<string, string>): RequestedTarget {
  return Object.fromEntries(targetNames.flatMap((name) => (given.has(name) ? [[name, given.get(name)]] : [])));
}

/** What a misspelt name was most likely meant to be. */
function resembled(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('-', '_')
    .replaceAll(/[^a-z0-9_]/g, '');
}

/** Unlike String.trim this leaves a byte-order mark, so that it is told and not taken for an indentation. */
function trimLine(line: string): string {
  return line.replaceAll(/^[^\S\uFEFF]+|[^\S\uFEFF]+$/g, '');
}

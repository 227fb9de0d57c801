// Command-line arguments by the rules of GNU getopt, as fence agents read them: options and other words in any order,
// unique prefixes of long names, `--name=value` and `--name value`, bundled short flags, `--` ends the options.
import type { AgentOption } from '../definition.js';
import type { Request } from './request.js';

/** Reads the arguments after the program's name. */
export function parseArgv(options: ReadonlyMap<string, AgentOption>, argv: readonly string[]): Request {
  const values = new Map<string, string>();
  const problems: string[] = [];
  const words: string[] = [];
  let verbose = 0;

  const all = [...options.values()];
  const byShort = new Map(all.flatMap((option) => (option.short === undefined ? [] : [[option.short, option]])));
  const rest = [...argv];

  const take = (option: AgentOption, shown: string, attached: string | undefined) => {
    if (isFlag(option)) {
      if (attached !== undefined) problems.push(`option ${shown} takes no value`);
      values.set(option.name, 'true');
      if (option.name === 'verbose') verbose++;
      return;
    }
    const text = attached ?? rest.shift();
    if (text === undefined) problems.push(`option ${shown} needs a value`);
    else values.set(option.name, text);
  };

  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest.splice(0));
    } else if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = word.slice(2, equals === -1 ? undefined : equals);
      const found = findLong(all, name);
      if ('problem' in found) problems.push(found.problem);
      else take(found.option, `--${found.option.long}`, equals === -1 ? undefined : word.slice(equals + 1));
    } else if (word.startsWith('-') && word !== '-') {
      for (let at = 1; at < word.length; at++) {
        const letter = word.charAt(at);
        const option = byShort.get(letter);
        if (option === undefined) {
          problems.push(`unknown option -${letter}`);
        } else if (isFlag(option)) {
          take(option, `-${letter}`, undefined);
        } else {
          take(option, `-${letter}`, at + 1 < word.length ? word.slice(at + 1) : undefined);
          break;
        }
      }
    } else {
      words.push(word);
    }
  }

  const plug = values.get('plug');
  if (plug !== undefined && options.has('port_as_ip') && !values.has('port_as_ip')) {
    problems.push('this device has no plugs: --plug goes with --port-as-ip only');
  }
  // `-p correct horse`: the word may be the rest of a secret that was to be quoted.
  const secret = all.some((option) => option.secret === true && values.has(option.name));
  return {
    values,
    verbose,
    target: plug === undefined ? {} : { plug },
    problems,
    doubts: words.map((word) => `unexpected argument${secret ? '' : ` "${word}"`}`),
    warnings: [],
  };
}

/** A boolean without a value on the command line. */
export function isFlag(option: AgentOption): boolean {
  return option.kind === 'boolean' && option.written !== true;
}

function findLong(all: readonly AgentOption[], name: string): { option: AgentOption } | { problem: string } {
  const matches = all.filter((option) => option.long.startsWith(name));
  const option = matches.find(({ long }) => long === name) ?? (matches.length === 1 ? matches[0] : undefined);
  if (option !== undefined) return { option };
  if (matches.length === 0) return { problem: `unknown option --${name}` };
  return { problem: `option --${name} may be ${matches.map(({ long }) => `--${long}`).join(' or ')}` };
}

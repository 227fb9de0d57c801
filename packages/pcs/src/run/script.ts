// Commands as a shell script: every word quoted, no secret in it.
import type { Command, Features } from '../command/command.js';
import { invocation } from '../command/command.js';

/**
 * A POSIX shell script that runs the commands in order and stops at the first that fails. Secrets come in through the
 * variables PCS_SECRET_1, PCS_SECRET_2, …, which the script demands.
 * @param features What the pcs of the machine can do that will run it; without them the forms of pcs 0.11 are used.
 */
export function toScript(commands: readonly Command<unknown>[], features?: Features): string {
  const secrets = [...new Set(commands.flatMap((command) => command.secrets ?? []))].filter((one) => one !== '');
  const quoted = (word: string) => quoteWithSecrets(word, secrets);
  const lines = commands.map((command) => {
    const { program, argv } = invocation(command, features);
    const environment = Object.entries(command.env ?? {}).map(([name, value]) => `${name}=${shellQuote(value)} `);
    const call = environment.join('') + [program, ...argv].map(quoted).join(' ');
    if (command.stdin === undefined) return call;
    if (typeof command.stdin === 'string') return `printf %s ${quoted(command.stdin)} | ${call}`;
    return `printf %s ${shellQuote(Buffer.from(command.stdin).toString('base64'))} | base64 -d | ${call}`;
  });
  return [
    '#!/bin/sh',
    'set -eu',
    'LC_ALL=C TZ=UTC; export LC_ALL TZ',
    'unset CIB_file CIB_shadow CIB_shadow_dir CIB_user PCS_AUTO_COMPLETE COMP_WORDS COMP_LENGTHS COMP_CWORD || :',
    ...secrets.map((_, index) => `: "\${${variable(index)}:?set it to the secret it stands for}"`),
    ...lines,
    '',
  ].join('\n');
}

/** The text as one word of a POSIX shell, whatever is in it. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function quoteWithSecrets(text: string, secrets: readonly string[]): string {
  const index = secrets.findIndex((secret) => text.includes(secret));
  const secret = secrets[index];
  if (secret === undefined) return shellQuote(text);
  return text
    .split(secret)
    .map((part) => (part === '' ? '' : quoteWithSecrets(part, secrets)))
    .join(`"\${${variable(index)}}"`);
}

function variable(index: number): string {
  return `PCS_SECRET_${index + 1}`;
}

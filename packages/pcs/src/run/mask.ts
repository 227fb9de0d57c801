// Secrets never leave this package: not in an answer, not in an error, not in a dry run, not in a script.
import type { RawResult } from './runner.js';

/** The texts with every secret replaced by `***`. */
export function mask(texts: readonly string[], secrets: readonly string[] = []): string[] {
  return texts.map((text) => maskText(text, secrets));
}

/** The text with every secret replaced by `***`, also where it stands quoted or escaped. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  // The longest first, so that a secret inside another does not leave the rest of it readable.
  const byLength = secrets
    .filter((secret) => secret !== '')
    .flatMap(writings)
    .sort((a, b) => b.length - a.length);
  return byLength.reduce((masked, secret) => masked.split(secret).join('***'), text);
}

/** The secret as it may be printed: plain, in the CIB's XML, in Python's or JSON's quotes, in a request to pcsd. */
function writings(secret: string): readonly string[] {
  const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const attribute = xml.replaceAll('"', '&quot;');
  const quoted = secret.replaceAll('\\', '\\\\');
  const form = new URLSearchParams([['', secret]]).toString().slice('='.length);
  const query = form.replaceAll('*', '%2A');
  return [
    secret,
    xml,
    attribute,
    attribute.replaceAll("'", '&apos;'),
    attribute.replaceAll("'", '&#x27;'),
    quoted,
    quoted.replaceAll("'", "\\'"),
    quoted.replaceAll('"', '\\"'),
    form,
    query,
    query.replaceAll('+', '%20'),
    // encodeURIComponent lets these stand.
    query.replaceAll('+', '%20').replaceAll(/%(?:21|27|28|29|2A|7E)/g, decodeURIComponent),
  ];
}

/** What a program that was given secrets printed, without them. */
export function maskResult(result: RawResult, secrets: readonly string[] = []): RawResult {
  if (secrets.length === 0) return result;
  const masked = (output: Buffer) => Buffer.from(maskText(output.toString('utf8'), secrets));
  return { ...result, stdout: masked(result.stdout), stderr: masked(result.stderr) };
}

/** Why a program that was given secrets could not be started: Node's error holds all of its words (`spawnargs`). */
export function maskCause(cause: unknown, secrets: readonly string[] = []): unknown {
  if (secrets.length === 0) return cause;
  if (!(cause instanceof Error)) return maskText(String(cause), secrets);
  const { code, errno, syscall } = cause as NodeJS.ErrnoException;
  return Object.assign(new Error(maskText(cause.message, secrets)), {
    name: cause.name,
    ...(code !== undefined && { code }),
    ...(errno !== undefined && { errno }),
    ...(syscall !== undefined && { syscall }),
  });
}

// Secrets never leave this package: not in an error, not in a dry run, not in a script.

/** The texts with every secret replaced by `***`. */
export function mask(texts: readonly string[], secrets: readonly string[] = []): string[] {
  return texts.map((text) => maskText(text, secrets));
}

/** The text with every secret replaced by `***`. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  // The longest first, so that a secret inside another does not leave the rest of it readable.
  const byLength = [...secrets].filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  return byLength.reduce((masked, secret) => masked.split(secret).join('***'), text);
}

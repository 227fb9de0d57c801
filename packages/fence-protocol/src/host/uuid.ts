/**
 * The canonical form (lower case, hyphens) of a UUID in any of the forms in use: with or without hyphens, in braces,
 * as a URN. Undefined when the text is not a UUID.
 */
export function canonicalUuid(text: string): string | undefined {
  const digits = text
    .toLowerCase()
    .replace(/^urn:uuid:/, '')
    .replace(/^\{(.*)\}$/, '$1')
    .replaceAll('-', '');
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(digits);
  return parts?.slice(1).join('-');
}

// Numbers straight out of an answer's text: most of its bytes are numbers, and a regular expression for each of them
// costs as much as the XML parser itself.

/**
 * The whole number written in `text` from `start` to before `end`, of plain ASCII digits only.
 *
 * @returns NaN when there is no digit, anything else than digits, or more than {@link Number.MAX_SAFE_INTEGER}.
 */
export function digits(text: string, start = 0, end = text.length): number {
  if (start >= end || end > text.length) return Number.NaN;
  let number = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number <= Number.MAX_SAFE_INTEGER ? number : Number.NaN;
}

/**
 * A text that crm_mon has escaped before its XML writer did so again, as an agent said it: `&lt;`, `&quot;` and, for a line break,
 * `\n` of Pacemaker 2.1 or `&#x0A;` of 3.0 (measured: 2.1.5, 3.0.0). A backslash and an n that the agent said itself cannot be
 * told from the line break of 2.1, and become one.
 */
export const unescapeOnce = (text: string): string =>
  text
    .replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi, (entity, hex, decimal, name) => {
      if (typeof name === 'string') return named[name.toLowerCase()] ?? entity;
      const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : entity;
    })
    .replaceAll('\\n', '\n')
    .replaceAll('\\r', '\r');

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

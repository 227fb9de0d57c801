// Addresses are compared as addresses: fd00:0::1 and FD00::1 are one, and so are 10.0.0.1 and ::ffff:10.0.0.1.

/** Whether this is an address and no host name. */
export function isAddress(text: string): boolean {
  return canonicalAddress(text) !== undefined;
}

/** The one spelling of an address, for comparing; undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text)) return text;
  // By the parser of URLs: the expression behind node:net's isIPv6 takes some 7 ms to compile.
  const [, address, zone] = /^([\da-f:.]+)(?:%([\da-z.:-]+))?$/i.exec(text) ?? [];
  if (address === undefined || !URL.canParse(`http://[${address}]`)) return undefined;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped) {
    const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  // Only a link-local address is another one behind another interface.
  return zone !== undefined && canonical.startsWith('fe80:') ? `${canonical}%${zone}` : canonical;
}

/** Whether an address is that of whatever machine asks. */
export function isLoopback(address: string): boolean {
  const canonical = canonicalAddress(address);
  return canonical === '::1' || (canonical?.startsWith('127.') ?? false);
}

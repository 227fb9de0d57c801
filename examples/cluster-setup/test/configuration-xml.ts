// A CIB's configuration in a form that can be compared and read.

/** One element a line, without what the cluster writes by itself and what differs between versions of Pacemaker. */
export function configurationOf(cib: string): string {
  const body = /<configuration\b[^]*<\/configuration>/.exec(cib)?.[0] ?? '';
  let depth = 0;
  return (
    body
      .replace(/>\s+</g, '><')
      .split(/(?<=>)(?=<)/)
      .map((tag) => {
        if (tag.startsWith('</')) depth--;
        const line = '  '.repeat(depth) + tag;
        if (/^<\w/.test(tag) && !tag.endsWith('/>') && !tag.includes('</')) depth++;
        return line;
      })
      .join('\n') + '\n'
  );
}

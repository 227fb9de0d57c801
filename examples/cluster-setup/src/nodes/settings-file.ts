// A file of KEY=value lines of which some are ours: set where they stand, and all else is left as it is.

/** What a key is to be; undefined: not set. */
export type KeyValues = Readonly<Record<string, string | undefined>>;

/** The value of a key as the file sets it; undefined where it does not. */
export function settingIn(text: string, key: string): string | undefined {
  const line = text.split(/\r?\n/).find((one) => one.trimStart().startsWith(`${key}=`));
  return line
    ?.slice(line.indexOf('=') + 1)
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
}

/** The text with these values: each in its own line, or in that of its comment (`#KEY=…`), or at the end. */
export function withSettings(text: string, values: KeyValues): string {
  let lines = text.replace(/\n$/, '').split('\n');
  if (text === '') lines = [];
  for (const [key, value] of Object.entries(values)) {
    const set = new RegExp(`^\\s*${key}=`);
    const places = lines.flatMap((line, index) => (set.test(line) ? [index] : []));
    if (value === undefined) {
      for (const index of places) lines[index] = `#${lines[index] ?? ''}`;
      continue;
    }
    const line = `${key}=${/[\s"'#]/.test(value) ? `"${value}"` : value}`;
    const [place = lines.findIndex((one) => one.startsWith(`#${key}=`))] = places;
    if (place >= 0) lines[place] = line;
    else lines.push(line);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

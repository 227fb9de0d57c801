// Options for docker run as the resource agent takes them: cut at white space and passed on as they are, by a shell that
// expands them unquoted (ocf:heartbeat:docker, resource-agents 4.12 to 4.16).

/** The first character of a text by which a shell would keep words together, and the agent does not; undefined without. */
export function quoteIn(text: string): string | undefined {
  return /["'\\]/.exec(text)?.[0];
}

/** What a line of options says. */
export interface RunOptions {
  /** Each option by its long name, in the order of the line; a flag's value is undefined. */
  readonly options: readonly { readonly name: string; readonly value: string | undefined }[];
  /** The first word that is neither an option nor the value of one: docker would take it for the image. */
  readonly stray: string | undefined;
  /** The last option, when it needs a value and has none. */
  readonly unfinished: string | undefined;
}

/** docker-run(1): short options by their long names. */
const long: Readonly<Record<string, string>> = {
  a: '--attach',
  c: '--cpu-shares',
  d: '--detach',
  e: '--env',
  h: '--hostname',
  i: '--interactive',
  l: '--label',
  m: '--memory',
  P: '--publish-all',
  p: '--publish',
  q: '--quiet',
  t: '--tty',
  u: '--user',
  v: '--volume',
  w: '--workdir',
};

/** docker-run(1): options without a value; `--flag=false` is possible. */
const flags = new Set([
  '--detach',
  '--disable-content-trust',
  '--help',
  '--init',
  '--interactive',
  '--no-healthcheck',
  '--oom-kill-disable',
  '--privileged',
  '--publish-all',
  '--quiet',
  '--read-only',
  '--rm',
  '--sig-proxy',
  '--tty',
  '--use-api-socket',
]);

/** Reads a line as docker does: short flags may be joined (`-dit`), and the last of them may have its value attached. */
export function readRunOptions(line: string): RunOptions {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const options: { readonly name: string; readonly value: string | undefined }[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, name, attached] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined) {
      const value = attached ?? (flags.has(name) ? undefined : words.shift());
      if (value === undefined && !flags.has(name)) return { options, stray: undefined, unfinished: name };
      options.push({ name, value });
      continue;
    }
    if (!/^-[^-]/.test(word)) return { options, stray: word, unfinished: undefined };
    for (let rest = word.slice(1); rest !== '';) {
      const short = rest[0] ?? '';
      const known = long[short] ?? `-${short}`;
      rest = rest.slice(1);
      const isFlag = flags.has(known);
      const value = isFlag ? /^=(.*)$/s.exec(rest)?.[1] : rest === '' ? words.shift() : rest.replace(/^=/, '');
      if (value === undefined && !isFlag) return { options, stray: undefined, unfinished: `-${short}` };
      options.push({ name: known, value });
      if (!isFlag || value !== undefined) rest = '';
    }
  }
  return { options, stray: undefined, unfinished: undefined };
}

/** Whether the line decides on an init process by itself, and how; undefined when it leaves it open. */
export function initIn(line: string): boolean | undefined {
  const last = readRunOptions(line)
    .options.filter(({ name }) => name === '--init')
    .at(-1);
  if (last === undefined) return undefined;
  // Go's strconv.ParseBool, by which docker reads it.
  return last.value === undefined || /^(?:1|t|T|true|TRUE|True)$/.test(last.value);
}

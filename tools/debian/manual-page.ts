// A manual page of section 8 as data, written as roff for the man macros.

/** A word and what it stands for. */
export type Entry = readonly [word: string, meaning: string];

export interface ManualPage {
  readonly name: string;
  readonly version: string;
  readonly date: Date;
  readonly summary: string;
  /** What follows the program's name on each line of the synopsis. */
  readonly synopsis: readonly string[];
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly commands: readonly {
    readonly name: string;
    readonly description: string;
    readonly options: readonly Entry[];
  }[];
  /** Further sections of entries, by their headings. */
  readonly sections: Readonly<Record<string, readonly Entry[]>>;
  /** Other pages: `pcs (8)`. */
  readonly seeAlso: readonly string[];
}

export function renderManualPage(page: ManualPage): string {
  const { name, version, date, summary, synopsis, description, commands, sections, seeAlso } = page;
  const title = `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 8 ${date.toISOString().slice(0, 10)}`;
  return [
    `${title} "${name} ${version}" "System administration"`,
    '.nh',
    '.SH NAME',
    `${roffText(name)} \\- ${roffText(summary)}`,
    '.SH SYNOPSIS',
    ...synopsis.flatMap((words, index) => [...(index === 0 ? [] : ['.br']), `.B ${roffText(name)}`, roffText(words)]),
    '.SH DESCRIPTION',
    ...description.flatMap((paragraph, index) => [...(index === 0 ? [] : ['.PP']), roffText(paragraph)]),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS ${roffText(command.name)}`,
      roffText(command.description),
      ...entries(command.options),
    ]),
    ...Object.entries(sections).flatMap(([heading, list]) => [`.SH ${heading}`, ...entries(list)]),
    '.SH SEE ALSO',
    ...seeAlso.map((other, index) => `.BR ${roffText(other)}${index === seeAlso.length - 1 ? '' : ','}`),
    '',
  ].join('\n');
}

function entries(list: readonly Entry[]): string[] {
  return list.flatMap(([word, meaning]) => ['.TP', `.B ${roffText(word)}`, roffText(meaning)]);
}

/** Text as roff takes it: no escapes, no hyphens for minus signs, no line that looks like a request. */
export function roffText(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replace(/^(?=[.'])/gm, '\\&');
}

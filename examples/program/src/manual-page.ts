// A manual page of section 8 as data, much of it from the table of the program, written as roff for the man macros.
import { optionForm, optionText, usageOf } from './help.js';
import { helpOption, type Program } from './table.js';

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

/** What a manual page says besides what is in the table of the program. */
export type ManualPageText = Pick<ManualPage, 'description' | 'sections' | 'seeAlso'>;

/** The manual page of a program, from its table. */
export function manualPageOf(
  { name, summary, commands }: Program,
  text: ManualPageText,
  { version, date }: Pick<ManualPage, 'version' | 'date'>,
): ManualPage {
  return {
    name,
    version,
    date,
    summary,
    synopsis: Object.entries(commands).map(([word, command]) => `${usageOf(word, command)} [options]`),
    commands: Object.entries(commands).map(([word, command]) => ({
      name: word,
      description: command.description,
      options: Object.entries({ ...command.options, help: helpOption }).map(
        ([long, option]) => [optionForm(long, option), `${optionText(option)}.`] as const,
      ),
    })),
    ...text,
  };
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

// What tests ask of Markdown files: headings as anchors, links, code blocks, tables.
import { filesUnder } from './repository.js';

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The Markdown files that are kept, from the root of the repository. */
export function markdownFiles(root: string): string[] {
  return filesUnder(root, '.md').filter((file) => !/(?:^|\/)(?:fixtures\/|CHANGELOG\.md$)/.test(file));
}

export function codeBlocksOf(text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language = '', code = '']) => ({ language, code }));
}

/** The text without its code blocks. */
export function proseOf(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '');
}

/** Targets of links and pictures, as written; addresses on the web are left out. */
export function linksOf(text: string): string[] {
  const prose = proseOf(text).replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+(?:\([^()]*\))?[^()\s]*)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchor that GitHub gives a heading of this text. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** The anchors that GitHub gives the headings. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(text).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => {
    const slug = anchorOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** The parts of a text under its second-level headings. */
export function sectionsOf(text: string): { readonly heading: string; readonly text: string }[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => ({ heading: part.slice(0, part.indexOf('\n')), text: part.slice(part.indexOf('\n')) }));
}

/** The rows of all tables, without heads and rules, each as its trimmed cells. */
export function rowsOf(text: string): string[][] {
  const lines = proseOf(text).split('\n');
  return lines.flatMap((line, index) => {
    const isRow = line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1] ?? '');
    return isRow ? [cellsOf(line)] : [];
  });
}

function isRule(line: string): boolean {
  return /^\|[\s|:-]+\|$/.test(line);
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

// Which Markdown file of the repository is which page of the site. The files stay plain: their titles are their first
// headings, their links lead to files and folders as on GitHub.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { filesUnder } from '../test/support/repository.js';

export const root = join(import.meta.dirname, '../..');

/** Addresses that read like the files; the first that fits. */
const addresses: readonly (readonly [RegExp, string])[] = [
  [/^README\.ja\.md$/, 'ja/index.md'],
  [/^docs\/guide\/ja\/(.*)$/, 'ja/guide/$1'],
  [/^examples\/([^/]+)\/README\.ja\.md$/, 'ja/programs/$1/index.md'],
  [/^README\.md$/, 'index.md'],
  [/^docs\/guide\/README\.md$/, 'guide/index.md'],
  [/^docs\/guide\/(.*)$/, 'guide/$1'],
  [/^examples\/README\.md$/, 'programs/index.md'],
  [/^(?:examples\/)?([^/]+)\/README\.md$/, 'programs/$1/index.md'],
  [/^packages\/([^/]+)\/README\.md$/, 'packages/$1/index.md'],
  [/^packages\/([^/]+)\/docs\/(.*)$/, 'packages/$1/$2'],
  [/^(?:docs\/)?([^/]+\.md)$/, 'project/$1'],
];

/** Every page: the file, from the root of the repository, and its address on the site, ending in `.md`. */
export const pages: ReadonlyMap<string, string> = new Map(
  filesUnder(root, '.md')
    .filter((file) => !/(?:^|\/)(?:fixtures\/|CHANGELOG\.md$)|^tools\//.test(file))
    .flatMap((file) => {
      const [pattern, address] = addresses.find(([one]) => one.test(file)) ?? [];
      return pattern === undefined || address === undefined ? [] : [[file, file.replace(pattern, address)] as const];
    }),
);

/** Copies the pages to where they are on the site, so that VitePress takes each for the language of its address. */
export function layOut(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [file, address] of pages) {
    mkdirSync(dirname(join(folder, address)), { recursive: true });
    copyFileSync(join(root, file), join(folder, address));
  }
}

const files: ReadonlyMap<string, string> = new Map([...pages].map(([file, address]) => [address, file]));

/** The file that the page of this address comes from. */
export function fileOf(address: string): string {
  const file = files.get(address);
  if (file === undefined) throw new Error(`there is no page ${address}`);
  return file;
}

/** The first heading of a page. */
export function titleOf(file: string): string {
  const title = /^# (.*)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1];
  if (title === undefined) throw new Error(`${file} does not begin with a heading`);
  return title.replaceAll('`', '');
}

/** Where a link of a page leads on the site: another page, a file that goes along, or as it stands (the web, a heading). */
export function targetOf(
  file: string,
  link: string,
): { readonly page: string } | { readonly file: string } | undefined {
  if (/^(?:[a-z]+:|\/\/|#)/.test(link)) return undefined;
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, '');
  const place = join(root, target);
  const readme = posix.join(target, 'README.md');
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const address = pages.get(target) ?? (isFolder ? pages.get(readme) : undefined);
  if (address !== undefined) return { page: `/${address}${anchor === undefined ? '' : `#${anchor}`}` };
  if (!isFolder && existsSync(place)) return { file: target };
  throw new Error(`${file}: ${link} leads nowhere`);
}

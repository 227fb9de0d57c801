// Guides and READMEs as plain HTML for /usr/share/doc: to be read on a node, without a server and without the web.
import MarkdownIt from 'markdown-it';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { anchorOf } from '../test/support/markdown.js';
import type { DebianPackage } from './debian-package.js';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The package that brings the guides; those of the programs link to them there. */
const packageOfGuides = 'fence-sleepi3';

/** What operators read. Guides for contributors and for authors of programs stay in the repository. */
const guides = ['start', 'wiring', 'migration', 'fencing', 'runbooks', 'panic-test', 'error-codes'];

const programs: Readonly<Record<string, string>> = {
  'examples/fence-agent': 'fence-sleepi3',
  'examples/cluster-setup': 'cluster-setup',
  'examples/rolling-reboot': 'rolling-reboot',
  'examples/alert-agent': 'alert-sleepi3',
};

/** Where each page is, in /usr/share/doc. */
const places: ReadonlyMap<string, string> = new Map([
  ...guides.flatMap((name) => [
    [`docs/guide/${name}.md`, `${packageOfGuides}/html/guide/${name}.html`] as const,
    [`docs/guide/ja/${name}.md`, `${packageOfGuides}/html/guide/ja/${name}.html`] as const,
  ]),
  ...Object.entries(programs).flatMap(([folder, name]) => [
    [`${folder}/README.md`, `${name}/html/index.html`] as const,
    [`${folder}/README.ja.md`, `${name}/html/index.ja.html`] as const,
  ]),
]);

const pictures = readdirSync(join(root, 'docs/pictures')).filter((name) => name.endsWith('.svg'));
const placeOfPicture = (name: string) => `${packageOfGuides}/html/pictures/${name}`;

/** The pages of one Debian package, by their places without the first slash. */
export function htmlPages(packageName: string): DebianPackage['files'] {
  const own = [...places].filter(([, place]) => place.startsWith(`${packageName}/`));
  return Object.fromEntries([
    ...own.map(([file, place]) => [`usr/share/doc/${place}`, { content: render(file, place) }] as const),
    ...(packageName === packageOfGuides ? pictures : []).map(
      (name) => [`usr/share/doc/${placeOfPicture(name)}`, { content: read(`docs/pictures/${name}`) }] as const,
    ),
  ]);
}

/** One page. What it links to and no package brings is named without a link. */
export function render(file: string, place: string): string {
  const md = new MarkdownIt();
  const seen = new Map<string, number>();
  md.core.ruler.push('places', ({ tokens }) => {
    tokens.forEach((token, index) => {
      if (token.type === 'heading_open') token.attrSet('id', uniqueAnchor(tokens[index + 1]?.children ?? [], seen));
      const children = token.children ?? [];
      const closing: boolean[] = [];
      for (const child of children) {
        if (child.type === 'image') child.attrSet('src', addressOf(file, place, child.attrGet('src') ?? '') ?? '');
        if (child.type === 'link_open') {
          const address = addressOf(file, place, child.attrGet('href') ?? '');
          closing.push(address !== undefined);
          if (address === undefined) [child.tag, child.attrs] = ['span', null];
          else child.attrSet('href', address);
        }
        if (child.type === 'link_close' && closing.pop() === false) child.tag = 'span';
      }
    });
  });
  const text = read(file);
  const language = /(?:^|\/)ja\/|\.ja\.md$/.test(file) ? 'ja' : 'en';
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(file)}</title>
<style>${style}</style>
</head>
<body>
<nav>${navigation(place, language)}</nav>
${withoutBlanks(md.render(text), language)}</body>
</html>
`;
}

/** The guides in the language of the page. */
function navigation(place: string, language: string): string {
  const folder = language === 'ja' ? 'docs/guide/ja' : 'docs/guide';
  return guides
    .map((name) => `${folder}/${name}.md`)
    .map((file) => `<a href="${relativeTo(place, places.get(file) ?? '')}">${titleOf(file)}</a>`)
    .join(' · ');
}

function titleOf(file: string): string {
  return new MarkdownIt().utils.escapeHtml(/^# (.*)$/m.exec(read(file))?.[1] ?? file);
}

function uniqueAnchor(children: readonly { readonly content: string }[], seen: Map<string, number>): string {
  const anchor = anchorOf(children.map(({ content }) => content).join(''));
  const count = seen.get(anchor) ?? 0;
  seen.set(anchor, count + 1);
  return count === 0 ? anchor : `${anchor}-${count}`;
}

/** Where a link of a page leads from its place; undefined when no package brings it. */
function addressOf(file: string, place: string, link: string): string | undefined {
  if (/^(?:[a-z]+:|#)/.test(link)) return link;
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, '');
  const picture = /^docs\/pictures\/(.*\.svg)$/.exec(target)?.[1];
  const there =
    picture === undefined ? (places.get(target) ?? places.get(`${target}/README.md`)) : placeOfPicture(picture);
  return there === undefined ? undefined : relativeTo(place, there) + (anchor === undefined ? '' : `#${anchor}`);
}

function relativeTo(place: string, target: string): string {
  return posix.relative(posix.dirname(place), target) || posix.basename(target);
}

/** A browser makes a blank of the end of a line, which Japanese does not have. */
function withoutBlanks(html: string, language: string): string {
  const wide = '[\\u3000-\\u30ff\\u3400-\\u9fff\\uff00-\\uffef]';
  return language === 'ja' ? html.replaceAll(new RegExp(`(?<=${wide})\\n(?=${wide})`, 'g'), '') : html;
}

const style = `
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.6 system-ui, sans-serif; color: #222; }
table { display: block; overflow-x: auto; border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: .4rem .6rem; text-align: start; vertical-align: top; }
pre { overflow-x: auto; padding: .8rem; background: #f4f4f4; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
img { max-width: 100%; background: #fff; }
`;

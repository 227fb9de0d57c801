// @ts-check
// Every link within the built site leads to a file of it, and to a heading that is there.
//
//   node tools/docs/check-site.mjs out/docs      # built with the base /
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const site = process.argv[2] ?? 'out/docs';
const files = readdirSync(site, { recursive: true, encoding: 'utf8' });
const pages = files.filter((name) => name.endsWith('.html'));
const drawings = files.filter((name) => name.endsWith('.svg'));
if (pages.length === 0) throw new Error(`there are no pages in ${site}`);

/** @type {Map<string, { ids: Set<string>, links: string[] }>} */
const read = new Map(
  [...pages, ...drawings].map((page) => {
    const html = readFileSync(join(site, page), 'utf8');
    const valuesOf = (/** @type {RegExp} */ pattern) => [...html.matchAll(pattern)].map(([, value = '']) => value);
    return [page, { ids: new Set(valuesOf(/\sid="([^"]+)"/g)), links: valuesOf(/\s(?:href|src)="([^"]+)"/g) }];
  }),
);

const broken = [...read].flatMap(([page, { links }]) =>
  [...new Set(links)].filter((link) => !leadsSomewhere(page, link)).map((link) => `${page}: ${link}`),
);
for (const line of broken) console.error(`broken link in ${line}`);
if (broken.length > 0) process.exitCode = 1;
else
  console.log(
    `${pages.length} pages, ${[...read.values()].reduce((sum, { links }) => sum + links.length, 0)} links: none is broken`,
  );

/**
 * @param {string} page
 * @param {string} link
 */
function leadsSomewhere(page, link) {
  if (/^(?:[a-z]+:|\/\/)/.test(link)) return true; // on the web: not asked
  const [path = '', anchor = ''] = link.replaceAll('&amp;', '&').split('#').map(decodeURIComponent);
  const absolute = path.startsWith('/') ? path.slice(1) : join(dirname(page), path);
  const named = path === '' ? page : relative('.', absolute);
  const target = path.endsWith('/') ? join(named, 'index.html') : named;
  if (!existsSync(join(site, target))) return false;
  return anchor === '' || (read.get(target)?.ids.has(anchor) ?? false);
}

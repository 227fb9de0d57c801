// @ts-check
// A plugin of typedoc: the hand-written Markdown stays plain, with its title in its first heading and links to files and
// folders as GitHub has them. Here it gets its name, its place in the navigation, its address and its language from that.
import { dirname, relative, sep } from 'node:path';
import { Converter, KindRouter, PageEvent } from 'typedoc';

/** Where the documents of a folder stand in the navigation; the first that fits. */
const groups = /** @type {const} */ ([
  [/^docs\/guide\/ja\/|\.ja\.md$/, '日本語'],
  [/^docs\/guide\//, 'Guides'],
  [/^(?:examples|lab)\//, 'Programs'],
  [/^/, 'More'],
]);

/** @param {string} path From the root of the repository. */
const isJapanese = (path) => groupOf(path) === '日本語';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, reflection) => {
    const document = /** @type {import('typedoc').DocumentReflection} */ (reflection);
    const path = pathOf(document);
    document.name = titleOf(document, path);
    document.frontmatter['group'] ??= groupOf(path);
    // A link to a folder shows its README on GitHub.
    const file = document.project.files.getReflectionPath(document);
    if (file !== undefined && /\/README\.md$/.test(file)) {
      const folder = /** @type {import('typedoc').NormalizedPath} */ (dirname(file));
      document.project.files.registerReflectionPath(folder, document);
    }
  });
  app.renderer.defineRouter('guides', GuideRouter);
  app.renderer.on(PageEvent.END, (page) => {
    if (page.contents === undefined || !page.isReflectionEvent() || !page.model.isDocument()) return;
    // A folder has its index.html on a server only; the site is to be read from the disk, too.
    page.contents = page.contents.replaceAll(/href="((?:\.\.\/)+)(?=[#"])/g, 'href="$1index.html');
    if (isJapanese(pathOf(page.model))) page.contents = joinLines(page.contents.replace('lang="en"', 'lang="ja"'));
  });
}

/**
 * A browser makes a space of the end of a line in the source, which Japanese does not have.
 *
 * @param {string} html
 */
function joinLines(html) {
  const wide = '[\\u3000-\\u30ff\\u3400-\\u9fff\\uff00-\\uffef]';
  return html.replaceAll(new RegExp(`(?<=${wide})\\n(?=${wide})`, 'g'), '');
}

/** Addresses that read like the files: guide/wiring.html, programs/fence-agent.html. */
class GuideRouter extends KindRouter {
  /**
   * @override
   * @param {import('typedoc').RouterTarget} target
   */
  getIdealBaseName(target) {
    if (!('isDocument' in target) || !target.isDocument()) return super.getIdealBaseName(target);
    return pathOf(target)
      .replace(/\.md$/, '')
      .replace(/^docs\//, '')
      .replace(/^examples\//, 'programs/')
      .replace(/\/README(?=$|\.ja$)/, '/index')
      .replace(/^(?!.*\/)/, 'project/');
  }
}

/** @param {import('typedoc').DocumentReflection} document */
function pathOf(document) {
  const file = document.project.files.getReflectionPath(document) ?? document.name;
  return relative(process.cwd(), file).split(sep).join('/');
}

/** @param {string} path */
function groupOf(path) {
  return groups.find(([pattern]) => pattern.test(path))?.[1] ?? 'More';
}

/**
 * The first heading, for the navigation; it stays in the page.
 *
 * @param {import('typedoc').DocumentReflection} document
 * @param {string} path
 */
function titleOf(document, path) {
  // The README's own heading is the project's name, as that of the English one.
  if (path === 'README.ja.md') return '概要';
  const [first] = document.content;
  const title = first && /^\s*# (.*)\n/.exec(first.text)?.[1];
  if (title === undefined) throw new Error(`${path} does not begin with a heading`);
  return title.trim();
}

// The guides and READMEs: what they link to and name is there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodesOf } from './support/error-codes.js';
import { anchorsOf, linksOf, markdownFiles, rowsOf, sectionsOf } from './support/markdown.js';
import { readText } from './support/repository.js';

const root = join(import.meta.dirname, '../..');
const files = markdownFiles(root);

describe('links', () => {
  it.each(files)('of %s lead somewhere', (file) => {
    const broken = linksOf(readText(root, file)).filter((link) => !resolves(file, link));
    expect(broken).toEqual([]);
  });

  it('that lead nowhere are found', () => {
    expect(resolves('README.md', 'docs/nowhere.md')).toBe(false);
    expect(resolves('README.md', '#nowhere')).toBe(false);
    expect(resolves('README.md', '#see-it')).toBe(true);
  });

  it('reach every guide from the list of guides', () => {
    const listed = linksOf(readText(root, 'docs/guide/README.md')).map((link) => join('docs/guide', link));
    expect(files.filter((file) => file.startsWith('docs/guide/') && !file.endsWith('README.md')).sort()).toEqual(
      listed.sort(),
    );
  });
});

describe('the check of the built site', () => {
  const check = (pages: Readonly<Record<string, string>>) => {
    const site = mkdtempSync(join(tmpdir(), 'site-'));
    for (const [name, html] of Object.entries(pages)) writeFileSync(join(site, name), html);
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/docs/check-site.mjs'), site], {
      encoding: 'utf8',
    });
    rmSync(site, { recursive: true });
    return { status, stderr };
  };

  it('finds a page and a heading that are not there', () => {
    const { status, stderr } = check({
      'index.html': '<a href="a.html#here">good</a> <a href="b.html">no page</a> <a href="a.html#there">no heading</a>',
      'a.html': '<h2 id="here">Here</h2>',
    });
    expect(status).toBe(1);
    expect(stderr).toBe('broken link in index.html: b.html\nbroken link in index.html: a.html#there\n');
  });

  it('is content with links that lead somewhere, and not with a site without pages', () => {
    expect(
      check({ 'index.html': '<a id="x" href="#x">here</a> <a href="https://example.org/">there</a>' }).status,
    ).toBe(0);
    expect(check({}).status).toBe(1);
  });
});

describe('the page of error codes', () => {
  const known = errorCodesOf(root);
  const sections = sectionsOf(readText(root, 'docs/guide/error-codes.md'));

  it('knows the classes of every package and program', () => {
    expect(known.map(({ className }) => className)).toEqual(
      expect.arrayContaining([
        'Sleepi3Error',
        'FenceError',
        'PcsError',
        'SimulatorError',
        'SetupError',
        'RollError',
        'LabError',
      ]),
    );
  });

  it.each(known)('has each code of $className, with cause and remedy, and no other', ({ file, codes }) => {
    const section = sections.find(({ text }) => text.includes(`\`${file}\``));
    if (section === undefined) expect.fail(`no section names ${file}`);
    const [own = ''] = section.text.split(/^### /m);
    const rows = rowsOf(own);
    expect(rows.map(([code = '']) => code.replaceAll('`', '')).sort()).toEqual([...codes].sort());
    for (const [code, cause, remedy] of rows) {
      expect(cause, `the cause of ${String(code)}`).toBeTruthy();
      expect(remedy, `the remedy of ${String(code)}`).toBeTruthy();
    }
  });

  it('has no section for what there is not', () => {
    expect(sections).toHaveLength(known.length);
  });
});

describe('a guide in Japanese', () => {
  const guides = files.filter((file) => file.startsWith('docs/guide/ja/'));
  /** What both languages must have in common: commands and programs without their comments, codes of tables, headings. */
  const skeletonOf = (file: string) => {
    const text = readText(root, file);
    const blocks = [...text.matchAll(/^ *```(\w*)\n(.*?)^ *```/gms)].map(([, language = '', code = '']) => [
      language,
      language === '' ? '' : code.replaceAll(/\s*(?:#|\/\/) .*$/gm, '').replaceAll(/^ +/gm, ''),
    ]);
    const codes = rowsOf(text).map(([first = '']) => (/^`[^`]+`$/.test(first) ? first : 'text'));
    return { blocks, codes, headings: text.match(/^#{1,6} /gm) };
  };

  it('is there for operators: first steps, wiring, fencing, migration, runbooks, tests, watching, error codes', () => {
    expect(guides.map((file) => file.replace(/^.*\//, ''))).toEqual([
      ...[
        'error-codes.md',
        'fencing.md',
        'migration.md',
        'panic-test.md',
        'runbooks.md',
        'start.md',
        'watching.md',
        'wiring.md',
      ],
    ]);
  });

  it.each(guides)('%s has the commands, codes and sections of the English one', (file) => {
    expect(skeletonOf(file)).toEqual(skeletonOf(file.replace('/ja/', '/')));
  });
});

describe('the walk through the house', () => {
  const named = [
    ...readText(root, 'docs/guide/house.md').matchAll(/`((?:packages|examples|lab|tools)\/[^`*]*|lab|tools)`/g),
  ].map(([, path = '']) => path);

  it('names files and folders that are there', () => {
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('takes no more than eight files for each flow', () => {
    const flows = readText(root, 'docs/guide/house.md').split('\n## ').slice(1, -1);
    const counts = flows.map((flow) => new Set(flow.match(/`[^`\s]+\/[^`\s]+\.ts`/g)).size);
    expect(counts).toHaveLength(5);
    for (const count of counts) expect(count).toBeLessThanOrEqual(8);
    expect(Math.min(...counts)).toBeGreaterThan(3);
  });

  it('enters every room', () => {
    const rooms = ['packages', 'examples'].flatMap((folder) =>
      readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? join(folder, entry.name) : [],
      ),
    );
    expect(rooms.filter((room) => !named.some((path) => path.startsWith(room)))).toEqual([]);
  });
});

/** Whether a link in a file leads to a file, a folder or a heading that is there. */
function resolves(file: string, link: string): boolean {
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path === '' ? file : normalize(join(dirname(file), path));
  const place = join(root, target);
  if (target.startsWith('..') || !existsSync(place)) return false;
  if (anchor === undefined) return true;
  const page = statSync(place).isDirectory() ? join(target, 'README.md') : target;
  return page.endsWith('.md') && existsSync(join(root, page)) && anchorsOf(readText(root, page)).includes(anchor);
}

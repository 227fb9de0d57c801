// The guides that the Debian packages bring as HTML: every link leads to a file and a heading of some package, or to the web.
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { htmlPages } from '../debian/html-pages.js';

const packages = ['fence-sleepi3', 'cluster-setup', 'rolling-reboot', 'alert-sleepi3'];
const files = Object.assign({}, ...packages.map(htmlPages)) as Record<string, { readonly content: string }>;
const pages = Object.keys(files).filter((place) => place.endsWith('.html'));

describe('the guides of the Debian packages', () => {
  it('are there in both languages, and the README of every program', () => {
    expect(pages).toHaveLength(2 * 7 + 2 * packages.length);
    expect(pages).toContain('usr/share/doc/fence-sleepi3/html/guide/ja/migration.html');
    expect(pages).toContain('usr/share/doc/cluster-setup/html/index.html');
  });

  it.each(pages)('%s has links that lead somewhere, and takes nothing from the web', (page) => {
    const { content } = files[page]!;
    const broken = [...content.matchAll(/ (?:href|src)="([^"]*)"/g)].flatMap(([, link = '']) => {
      if (/^https?:/.test(link)) return [];
      const [path = '', anchor] = decodeURI(link).split('#');
      const target = path === '' ? page : posix.join(posix.dirname(page), path);
      const there = files[target];
      const found = there !== undefined && (anchor === undefined || there.content.includes(` id="${anchor}"`));
      return found ? [] : [link];
    });
    expect(broken).toEqual([]);
    expect(content).not.toMatch(/<(?:script|link|img[^>]*src="http)/);
    expect(content).toContain(`<html lang="${page.includes('ja') ? 'ja' : 'en'}">`);
  });
});

// The site: which file is which page, where links lead, and by which words a page is found. `npm run docs` looks at the
// links of what is built.
import { describe, expect, it } from 'vitest';
import { pages, root, targetOf, titleOf } from '../docs/pages.js';
import { wordsOf } from '../docs/words.js';
import { linksOf, markdownFiles } from './support/markdown.js';
import { readText } from './support/repository.js';

describe('the pages of the site', () => {
  it('are all Markdown files but the lab’s own notes, each at an address of its own', () => {
    const left = markdownFiles(root).filter((file) => !pages.has(file));
    expect(left).toEqual([]);
    expect(new Set(pages.values()).size).toBe(pages.size);
    expect(Object.fromEntries(pages)).toMatchObject({
      'README.md': 'index.md',
      'README.ja.md': 'ja/index.md',
      'docs/guide/ja/start.md': 'ja/guide/start.md',
      'docs/guide/fencing.md': 'guide/fencing.md',
      'examples/fence-agent/README.ja.md': 'ja/programs/fence-agent/index.md',
      'packages/pcs/docs/versions.md': 'packages/pcs/versions.md',
      'lab/README.md': 'programs/lab/index.md',
      'SECURITY.md': 'project/SECURITY.md',
    });
  });

  it.each([...pages.keys()])('%s has a title, and its links lead to pages and files', (file) => {
    expect(titleOf(file)).not.toBe('');
    expect(() => linksOf(readText(root, file)).map((link) => targetOf(file, link))).not.toThrow();
  });

  it('are where links on GitHub lead: files, folders, headings', () => {
    expect(targetOf('docs/guide/start.md', 'wiring.md#x')).toEqual({ page: '/guide/wiring.md#x' });
    expect(targetOf('docs/guide/start.md', '../../packages/driver')).toEqual({ page: '/packages/driver/index.md' });
    expect(targetOf('README.md', 'docs/guide')).toEqual({ page: '/guide/index.md' });
    expect(targetOf('README.md', 'LICENSE')).toEqual({ file: 'LICENSE' });
    expect(targetOf('README.md', '#see-it')).toBeUndefined();
    expect(() => targetOf('README.md', 'nowhere.md')).toThrow('README.md: nowhere.md leads nowhere');
  });
});

describe('the words by which a page is found', () => {
  it('are whole codes, and their parts', () => {
    expect(wordsOf('PcsError NOT_RUNNING, extin-powerdown (0x6e)')).toEqual(
      expect.arrayContaining(['NOT_RUNNING', 'RUNNING', 'extin-powerdown', 'powerdown', '0x6e']),
    );
  });

  it('are those of Japanese, which has no blanks: any part of a word finds it', () => {
    const page = new Set(wordsOf('EXTINが10秒続くと強制電源断。再起動後にwakeup-flagを確認します。'));
    for (const query of ['電源', '強制電源断', '再起動', '起動後', 'EXTIN', '10', 'wakeup-flag', '確認']) {
      const asked = wordsOf(query);
      expect(asked).not.toEqual([]);
      // The last character of a query is found by the words that begin with it.
      expect(asked.filter((word) => ![...page].some((one) => one.startsWith(word)))).toEqual([]);
    }
    expect(wordsOf('配線')).toEqual(['配線', '線']);
  });
});

// The site: guides in two languages, READMEs of packages and programs, with one search over all; the API beside it is
// typedoc's (typedoc.json).
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { addressOfFile, filesLinkedTo, markdown } from '../markdown.js';
import { layOut, pages, root, titleOf } from '../pages.js';
import { wordsOf } from '../words.js';

const guideOrder = [
  'README.md',
  'start.md',
  'wiring.md',
  'migration.md',
  'fencing.md',
  'runbooks.md',
  'panic-test.md',
  'error-codes.md',
  'packages.md',
  'fence-agent-of-your-own.md',
  'pcs-cookbook.md',
  'house.md',
];

/** The pages under `folder` of the site, in the order of the guides. */
function group(text: string, folder: string, collapsed = false): DefaultTheme.SidebarItem {
  const rank = (file: string) => {
    const place = guideOrder.indexOf(file.replace(/^.*\//, ''));
    return place < 0 ? guideOrder.length : place;
  };
  const items = [...pages]
    .filter(([, address]) => address.startsWith(`${folder}/`))
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([file, address]) => ({ text: titleOf(file), link: `/${address.replace(/(?:index)?\.md$/, '')}` }));
  return { text, items, collapsed };
}

const englishSidebar = [
  group('Guides', 'guide'),
  group('Programs', 'programs'),
  group('Packages', 'packages'),
  { text: 'API', link: '/api/index.html', target: '_self' },
  group('Project', 'project', true),
];
const japaneseSidebar = [
  group('ガイド', 'ja/guide'),
  group('プログラム', 'ja/programs'),
  { text: 'API (英語)', link: '/api/index.html', target: '_self' },
  { ...group('ほかのガイド (英語)', 'guide'), collapsed: true },
];

const srcDir = join(root, '.cache/site');
layOut(srcDir);

export default defineConfig({
  title: '@sleepi3',
  description: 'Fencing, cluster and driver for two Raspberry Pis with slee-Pi 3 boards',
  srcDir,
  outDir: join(root, 'out/docs'),
  cacheDir: join(root, '.cache/vitepress'),
  markdown,
  // Links to the API, which is made afterwards, and to files are looked at by check-site.mjs.
  ignoreDeadLinks: [/^\/api\//, /^\/files\//],
  vite: { publicDir: false, server: { fs: { allow: [root] } } },
  themeConfig: {
    // Not every page is there in both languages.
    i18nRouting: false,
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          options: { tokenize: wordsOf },
          searchOptions: { boost: { title: 4, titles: 2, text: 1 }, prefix: true, fuzzy: 0.1 },
        },
        locales: {
          ja: {
            translations: {
              button: { buttonText: '検索', buttonAriaLabel: '検索' },
              modal: {
                noResultsText: '見つかりません:',
                resetButtonTitle: '消去',
                displayDetails: '本文も表示',
                footer: { selectText: '選択', navigateText: '移動', closeText: '閉じる' },
              },
            },
          },
        },
      },
    },
    outline: [2, 3],
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      themeConfig: {
        nav: [
          { text: 'Guides', link: '/guide/' },
          { text: 'API', link: '/api/index.html', target: '_self' },
        ],
        sidebar: englishSidebar,
      },
    },
    ja: {
      label: '日本語',
      lang: 'ja',
      description: 'slee-Pi 3 を載せた Raspberry Pi 2 台のフェンシング、クラスタ、ドライバ',
      themeConfig: {
        nav: [
          { text: 'はじめに', link: '/ja/guide/start' },
          { text: 'API', link: '/api/index.html', target: '_self' },
        ],
        sidebar: japaneseSidebar,
        outline: { level: [2, 3], label: 'このページ' },
        docFooter: { prev: '前', next: '次' },
        sidebarMenuLabel: 'メニュー',
        returnToTopLabel: '先頭へ',
        darkModeSwitchLabel: '配色',
        langMenuLabel: '言語',
      },
    },
  },
  buildEnd: ({ outDir }) => {
    for (const file of filesLinkedTo) {
      const place = join(outDir, addressOfFile(file));
      mkdirSync(dirname(place), { recursive: true });
      copyFileSync(join(root, file), place);
    }
  },
});

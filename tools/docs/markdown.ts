// What the site adds to Markdown that is written for GitHub.
import type { MarkdownOptions } from 'vitepress';
import { dirname, join } from 'node:path';
import { anchorOf } from '../test/support/markdown.js';
import { fileOf, root, targetOf } from './pages.js';

type MarkdownIt = Parameters<NonNullable<MarkdownOptions['config']>>[0];
type Token = ReturnType<MarkdownIt['parse']>[number];

/** Files that are no pages and that pages link to; the site brings them along under these addresses. */
export const filesLinkedTo = new Set<string>();

/** Where a file that goes along is on the site. */
export const addressOfFile = (file: string): string => `/files/${file}`;

const wide = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;

/** Settings of the site's Markdown: anchors as GitHub has them. */
export const markdown: MarkdownOptions = {
  anchor: { slugify: anchorOf },
  config: (md) => {
    md.core.ruler.push('links_between_files', ({ tokens, env }) => {
      const file = fileOf((env as { readonly relativePath: string }).relativePath);
      for (const token of tokens) {
        for (const child of token.children ?? []) {
          if (child.type === 'link_open') follow(file, child);
          if (child.type === 'image') show(file, child);
        }
        if (token.type === 'inline') joinLines(token.children ?? []);
      }
    });
    wrapInScroller(md, 'table_open', 'table_close');
    const image = md.renderer.rules.image;
    md.renderer.rules.image = (tokens, index, options, env, self) => {
      const html = image?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
      return tokens.length === 1 ? `<span class="scroller picture" tabindex="0">${html}</span>` : html;
    };
  },
};

function follow(file: string, token: Token): void {
  const href = token.attrGet('href');
  const target = href === null ? undefined : targetOf(file, href);
  if (target === undefined) return;
  if ('page' in target) {
    token.attrSet('href', target.page);
  } else {
    filesLinkedTo.add(target.file);
    token.attrSet('href', addressOfFile(target.file));
    token.attrSet('target', '_self');
  }
}

/** A picture is taken from where it is in the repository. */
function show(file: string, token: Token): void {
  token.attrSet('src', join(root, dirname(file), token.attrGet('src') ?? ''));
}

/** A browser makes a blank of the end of a line, which Japanese does not have. */
function joinLines(tokens: Token[]): void {
  tokens.forEach((token, index) => {
    if (token.type !== 'softbreak') return;
    const before = tokens[index - 1]?.content.at(-1) ?? '';
    const after = tokens[index + 1]?.content.at(0) ?? '';
    if (!wide.test(before) || !wide.test(after)) return;
    token.type = 'text';
    token.content = '';
  });
}

function wrapInScroller(md: MarkdownIt, open: string, close: string): void {
  const rules = md.renderer.rules;
  rules[open] = (tokens, index, options, _env, self) =>
    `<div class="scroller" tabindex="0">${self.renderToken(tokens, index, options)}`;
  rules[close] = (tokens, index, options, _env, self) => `${self.renderToken(tokens, index, options)}</div>`;
}

// The English that people read, in guides, READMEs, messages and help: phrases that fence-agents, pcs and systemd do not use.
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { markdownFiles } from './support/markdown.js';
import { filesUnder, readText } from './support/repository.js';

const root = join(import.meta.dirname, '../..');

/** What is not to be written, and what is instead. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/(?<!\bthere )\b(?:is|are|was|were|be) no\b(?! (?:longer|more|less)\b)/i, 'is not a …'],
  [/\b(?:is|are) none\b(?=[,;:.]? (?:of|that)\b)/i, 'is not one of …'],
  [/\bin vain\b/i, 'without success'],
  [/\b(?:for|to|of) who\b(?! is told)/i, 'for whoever'],
  [/\banew\b/i, 'again'],
  [/\bwithout a word\b/i, 'without output, without a message'],
  [/\bno use for\b/i, 'unexpected argument'],
  [/\bcannot be told\b|\bis told in\b/i, 'is not known, is described in'],
  [/\bwants an? [a-z]/i, 'needs a …'],
];

/** Parts of the repository in whose texts other English is quoted, or generated. */
const quoting = /CHANGELOG|\/ja\/|\.ja\.md$|^\.changeset|fence-protocol\/docs\/fencing-py\.md$/;

/** The sources of packages and programs. */
const sources = filesUnder(root, '.ts').filter((file) => /^(?:packages|examples)\/[^/]+\/src\/|^lab\/src\//.test(file));

/** The complaints about a text, each with what stands there. */
function complaints(text: string): string[] {
  return phrases.flatMap(([phrase, better]) => {
    const found = phrase.exec(text)?.[0];
    return found === undefined ? [] : [`"${found}": write "${better}" in: ${text.trim()}`];
  });
}

/** The texts of a program: strings and the fixed parts of templates. */
function textsOf(name: string, source: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node)) texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true));
  return texts;
}

describe('English', () => {
  it.each(markdownFiles(root).filter((file) => !quoting.test(file)))('of %s', (file) => {
    // A title of a test is quoted as it is.
    const prose = readText(root, file).replaceAll(/“[^”]*”/g, '');
    expect(prose.split('\n').flatMap(complaints)).toEqual([]);
  });

  it('of every message and help', () => {
    const found = sources.flatMap((file) => {
      const source = readText(root, file);
      // To take a program apart takes longer than to look whether there is anything in it, be it in a comment.
      const texts = complaints(source).length === 0 ? [] : textsOf(file, source);
      return texts.flatMap(complaints).map((complaint) => `${file}: ${complaint}`);
    });
    expect(found).toEqual([]);
  });

  it.each([
    'x is no option',
    'the values are no secret',
    'this node has waited in vain',
    'for who holds the line',
    'the hold is begun anew',
    'the program ended without a word',
    'there is no use for x',
    'the power status cannot be told',
    'validate-all wants a delay',
  ])('complains of "%s"', (text) => {
    expect(complaints(text)).toHaveLength(1);
  });

  it.each(['there is no bus', 'the board is no longer there', 'unknown option x', 'for whoever holds the line'])(
    'is content with "%s"',
    (text) => {
      expect(complaints(text)).toEqual([]);
    },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PcsError } from '../src/index.js';
import { parseXml, type XmlElement } from '../src/xml/tree.js';
import { expectEveryTruncationRefused } from './accounting.js';

const read = (text: string, limits: { maxLength?: number; maxDepth?: number } = {}) =>
  parseXml(text, { root: 'r', source: 'test', ...limits });

function failureOf(text: string, limits?: { maxLength?: number; maxDepth?: number }): PcsError {
  try {
    read(text, limits);
  } catch (error) {
    expect(error).toBeInstanceOf(PcsError);
    expect((error as PcsError).code).toBe('MALFORMED_ANSWER');
    return error as PcsError;
  }
  throw new Error(`it was accepted: ${text.slice(0, 100)}`);
}

describe('an XML document', () => {
  it('becomes a tree with entities resolved and white space between elements dropped', () => {
    expect(
      read('<?xml version="1.0"?>\n<!-- c --><r a="&lt;&#65;">\n <b/> <c>te&amp;xt<![CDATA[ <raw> ]]></c>\n</r>\n'),
    ).toEqual({
      name: 'r',
      attributes: Object.assign(Object.create(null) as object, { a: '<A' }),
      attributeCount: 1,
      text: '',
      children: [
        { name: 'b', attributes: {}, attributeCount: 0, children: [], text: '' },
        { name: 'c', attributes: {}, attributeCount: 0, children: [], text: 'te&xt <raw> ' },
      ],
    });
  });

  it('may have attributes named like parts of an object', () => {
    const { attributes } = read('<r __proto__="1" constructor="2" toString="3"/>');
    expect(Object.entries(attributes)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ]);
  });

  it('may name an external DTD, which is not fetched', () => {
    expect(read('<!DOCTYPE r SYSTEM "ra-api-1.dtd"><r/>').name).toBe('r');
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t'],
    ['a comment', '<!-- -->'],
    ['text', 'Error: cluster is not running'],
    ['text before', 'x<r/>'],
    ['text after', '<r/>x'],
    ['a second root', '<r/><r/>'],
    ['another root', '<s/>'],
    ['a root that is only a prefix', '<r2/>'],
    ['an open element', '<r><a></r>'],
    ['an unquoted attribute', '<r a=1/>'],
    ['an attribute twice', '<r a="1" a="2"/>'],
    ['an unknown entity', '<r>&lol;</r>'],
    ['a control character', '<r a="\u0001"/>'],
    ['a reference to a control character', '<r a="&#1;"/>'],
    ['half a character', '<r a="\ud800"/>'],
    ['a zero byte', '<r/>\0'],
    ['CDATA outside', '<![CDATA[x]]><r/>'],
    ['CDATA that does not end', '<r><![CDATA[x]]</r>'],
    ['an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'],
    [
      'a billion laughs',
      '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><r>&c;</r>',
    ],
    ['a subset that declares nothing', '<!DOCTYPE r []><r/>'],
  ])('is refused: %s', (_what, text) => {
    failureOf(text);
  });

  it('is refused with the reason, where it is, and how it starts', () => {
    const error = failureOf('<r>\n<a>\n</b></r>');
    expect(error.message).toMatch(/answer of test cannot be trusted.*3:4.*it starts with "<r>\\n<a>/);
    expect(error.stdout).toBe('<r>\n<a>\n</b></r>');
    expect(error.cause).toBeInstanceOf(Error);
    expect(failureOf('<s/>').message).toMatch(/its root element is <s>, not <r>/);
    const either = () => parseXml('<s/>', { root: ['a', 'b'], source: 'test' });
    expect(either).toThrow(/not <a> or <b>/);
  });

  it('is refused beyond a length', () => {
    expect(read('<r/>', { maxLength: 4 }).name).toBe('r');
    expect(failureOf('<r/> ', { maxLength: 4 }).message).toMatch(/5 characters, more than the 4/);
  });

  it('is refused beyond a depth, before the depth can do harm', () => {
    const nested = (depth: number) => '<r>'.repeat(depth) + '</r>'.repeat(depth);
    expect(read(nested(200)).name).toBe('r');
    expect(failureOf(nested(201)).message).toMatch(/deeper than 200/);
    expect(failureOf(nested(3), { maxDepth: 2 }).message).toMatch(/deeper than 2/);
    failureOf('<r>'.repeat(1_000_000));
  });

  it('comes back as it was written, and cut off anywhere it is refused', () => {
    fc.assert(
      fc.property(element, (root) => {
        const text = write({ ...root, name: 'r' });
        expect(plain(read(text))).toEqual(plain({ ...root, name: 'r' }));
        expectEveryTruncationRefused(read, text);
      }),
      { numRuns: 60 },
    );
  });

  it('that is damaged is either refused or a document all the same, never another kind of error', () => {
    fc.assert(
      fc.property(element, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 }), (root, at, junk) => {
        const text = write({ ...root, name: 'r' });
        const position = at % text.length;
        try {
          expect(read(text.slice(0, position) + junk + text.slice(position + 1)).name).toBe('r');
        } catch (error) {
          expect(error).toBeInstanceOf(PcsError);
        }
      }),
    );
  });
});

interface Plain {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Plain[];
}

const name = fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,8}$/);
const tag = (children: fc.Arbitrary<readonly Plain[]>): fc.Arbitrary<Plain> =>
  fc.record({
    name,
    attributes: fc.dictionary(name, fc.string({ unit: 'grapheme', maxLength: 8 }), { maxKeys: 3 }),
    children,
  });
const leaf = tag(fc.constant([]));
const branch = tag(fc.array(leaf, { maxLength: 3 }));
const element = tag(fc.array(fc.oneof(leaf, branch), { maxLength: 3 }));

function write({ name: tagName, attributes, children }: Plain): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`);
  return `<${tagName}${list.join('')}>${children.map(write).join('\n')}</${tagName}>`;
}

function escape(value: string): string {
  return value.replace(/[&<>"\s\p{Cc}]/gu, (character) =>
    /\p{Cc}/u.test(character) && !/[\t\n\r]/.test(character) && character < '\u007f'
      ? '?'
      : `&#${String(character.codePointAt(0))};`,
  );
}

function plain({ name: tagName, attributes, children }: Plain | XmlElement): unknown {
  const values = Object.entries(attributes).map(([key, value]) => [
    key,
    write({ name: 'v', attributes: { value }, children: [] }),
  ]);
  return { tagName, attributes: Object.fromEntries(values) as unknown, children: children.map(plain) };
}

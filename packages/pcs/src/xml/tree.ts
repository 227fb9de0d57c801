// A small tree of XML elements on top of saxes. Of the parsers tried, saxes alone threw on every malformed,
// truncated or entity-bomb input; this adds what it leaves open: the expected root, bounds, and no DOCTYPE subset.
import { SaxesParser } from 'saxes';
import { malformedAnswer } from './malformed.js';

/** One element of an XML document, as it was written. */
export interface XmlElement {
  /** The element's name. */
  readonly name: string;
  /** The attributes by name, entities resolved. An object without a prototype. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Number of {@link attributes}. */
  readonly attributeCount: number;
  /** The child elements, in document order. */
  readonly children: readonly XmlElement[];
  /** The text directly in this element; white space between elements is dropped, other text is kept as it is. */
  readonly text: string;
}

/** What {@link parseXml} expects and tolerates. */
export interface XmlExpectation {
  /** The name the root element must have; one of them, when several. */
  readonly root: string | readonly string[];
  /** Who answered, for error messages: `crm_mon`, `cibadmin` … */
  readonly source: string;
  /** Longest text accepted, in UTF-16 units. Default {@link MAX_XML_LENGTH}. */
  readonly maxLength?: number;
  /** Deepest nesting accepted. Default {@link MAX_XML_DEPTH}. */
  readonly maxDepth?: number;
}

/**
 * The default bound on an answer's length: 64 Mi characters. A cluster of 32 nodes and 2,000 resources answers with
 * about 2 Mi (computed), so this only stops a run-away source.
 */
export const MAX_XML_LENGTH = 64 * 1024 * 1024;

/** The default bound on nesting. Pacemaker's own answers nest 8 deep; nested rules in a CIB may go deeper. */
export const MAX_XML_DEPTH = 200;

/**
 * Parses a whole XML document.
 *
 * @throws PcsError `MALFORMED_ANSWER` when the text is empty, not well-formed, cut off anywhere, followed by anything,
 * has another root element than expected, carries a DOCTYPE with an internal subset (the way to entity bombs), or
 * exceeds a bound.
 */
export function parseXml(text: string, expectation: XmlExpectation): XmlElement {
  const { source, maxLength = MAX_XML_LENGTH, maxDepth = MAX_XML_DEPTH } = expectation;
  const roots = typeof expectation.root === 'string' ? [expectation.root] : expectation.root;
  const refuse = (reason: string, cause?: unknown): never => {
    throw malformedAnswer(source, reason, text, cause);
  };
  if (text.length > maxLength) refuse(`it has ${text.length} characters, more than the ${maxLength} accepted`);

  const parser = new SaxesParser({ xmlns: false });
  let root: GrowingElement | undefined;
  let current: GrowingElement | undefined;
  let attributeCount = 0;
  const ancestors: GrowingElement[] = [];

  parser.on('error', (error) => refuse(error.message, error));
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) refuse('it declares entities of its own (a DOCTYPE with an internal subset)');
  });
  parser.on('attribute', () => {
    attributeCount++;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: GrowingElement = { name, attributes, attributeCount, children: NO_CHILDREN, text: '' };
    attributeCount = 0;
    if (current === undefined) {
      if (!roots.includes(name)) refuse(`its root element is <${name}>, not <${roots.join('> or <')}>`);
      root = element;
    } else {
      if (ancestors.length >= maxDepth - 1) refuse(`it nests deeper than ${maxDepth} elements`);
      if (current.children === NO_CHILDREN) current.children = [element];
      else current.children.push(element);
      ancestors.push(current);
    }
    current = element;
  });
  parser.on('closetag', () => {
    current = ancestors.pop();
  });
  parser.on('text', (piece) => {
    // saxes reports white space around the root here as well; anything else out there is its error already.
    if (current !== undefined && NOT_BLANK.test(piece)) current.text += piece;
  });
  parser.on('cdata', (piece) => {
    if (current !== undefined) current.text += piece;
  });

  parser.write(text).close();
  return root ?? refuse('it has no root element');
}

interface GrowingElement {
  name: string;
  attributes: Record<string, string>;
  attributeCount: number;
  children: GrowingElement[];
  text: string;
}

/** Shared by all leaves, which are most elements; never pushed to. */
const NO_CHILDREN: GrowingElement[] = [];

const NOT_BLANK = /[^ \t\r\n]/;

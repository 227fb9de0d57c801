// Whether a reader accounts for every attribute and element of an answer, found out by experiment and with no XML
// parser: each attribute of the text is changed, each element is taken out, and the reader must notice; something new
// is put into each element, and the reader must keep exactly that.
import { expect } from 'vitest';
import { PcsError } from '../src/errors.js';

/** A piece of the text. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What is of one kind is read by the same code. */
interface OfAKind {
  readonly kind: string;
}

interface Found {
  readonly attributes: readonly (OfAKind & { readonly name: string; readonly value: Span })[];
  readonly elements: readonly (OfAKind & Span)[];
  /** Where an attribute can be put in, for each element: after its name. */
  readonly afterNames: readonly (OfAKind & { readonly at: number })[];
  /** Where an element can be put in, for each element that has an end tag: before that. */
  readonly beforeEnds: readonly (OfAKind & { readonly at: number })[];
}

/** Where there is time each, elsewhere one of each kind: an attribute of that name and type of value, an element on that path. */
function tried<T extends OfAKind>(found: readonly T[]): readonly T[] {
  if (process.env['CI'] === 'true') return found;
  return [...new Map(found.map((one) => [one.kind, one])).values()];
}

const TAG = /<(\/?)([\w-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/g;
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g;

function walk(xml: string): Found {
  const attributes: Found['attributes'][number][] = [];
  const elements: Found['elements'][number][] = [];
  const afterNames: Found['afterNames'][number][] = [];
  const beforeEnds: Found['beforeEnds'][number][] = [];
  const open: { readonly start: number; readonly path: string }[] = [];
  for (const tag of xml.matchAll(TAG)) {
    const [whole, slash, name, list] = tag as unknown as [string, string, string, string, string];
    const end = tag.index + whole.length;
    if (slash === '/') {
      const { start, path } = open.pop()!;
      beforeEnds.push({ kind: path, at: tag.index });
      elements.push({ kind: path, start, end, text: xml.slice(start, end) });
      continue;
    }
    const path = `${open.at(-1)?.path ?? ''}/${name}`;
    afterNames.push({ kind: path, at: tag.index + 1 + name.length });
    const listStart = tag.index + 1 + name.length;
    for (const attribute of list.matchAll(ATTRIBUTE)) {
      const [, attributeName, value] = attribute as unknown as [string, string, string];
      const start = listStart + attribute.index + attributeName.length + 2;
      attributes.push({
        kind: `${path} ${attributeName} ${typeOf(value)}`,
        name: attributeName,
        value: { start, end: start + value.length, text: value },
      });
    }
    if (whole.endsWith('/>')) elements.push({ kind: path, start: tag.index, end, text: whole });
    else open.push({ start: tag.index, path });
  }
  expect(open, 'the walker lost its way').toEqual([]);
  return { attributes, elements, afterNames, beforeEnds };
}

/** The type of a value as {@link otherValue} sees it. */
function typeOf(value: string): string {
  const types = { flag: /^(?:true|false)$/, number: /^[-+]?\d+$/, infinite: /^[-+]?INFINITY$/, time: /\d\d:\d\d:\d\d/ };
  return Object.entries(types).find(([, type]) => type.test(value))?.[0] ?? (value === '' ? 'empty' : 'text');
}

/** Another value of the same type, as far as the old one shows it. */
function otherValue(value: string): string {
  if (value === 'true') return 'false';
  if (value === 'false') return 'true';
  if (/^[-+]?\d+$/.test(value)) return value === '8' ? '9' : '8';
  if (/^[-+]?INFINITY$/.test(value)) return '8';
  if (/^\d+ms$/.test(value)) return value === '8ms' ? '9ms' : '8ms';
  const time = /(\d\d):(\d\d):(\d\d)/.exec(value);
  if (time !== null) return value.replace(time[0], time[0] === '01:02:03' ? '03:02:01' : '01:02:03');
  return `${value}x`;
}

/** The model as text, with what JSON leaves out. */
export function asText(model: unknown): string {
  return JSON.stringify(model, (_key, value: unknown) => (typeof value === 'number' ? String(value) : value));
}

/** Reads, or says how it was refused. */
function outcome(read: (xml: string) => unknown, xml: string): string {
  try {
    return asText(read(xml));
  } catch (error) {
    expect(error).toBeInstanceOf(PcsError);
    return `refused: ${(error as PcsError).message}`;
  }
}

function replace(xml: string, { start, end }: Pick<Span, 'start' | 'end'>, by: string): string {
  return xml.slice(0, start) + by + xml.slice(end);
}

/** Every attribute matters, and every element. */
export function expectEverythingAccountedFor(read: (xml: string) => unknown, xml: string): void {
  const { attributes, elements } = walk(xml);
  const baseline = asText(read(xml));
  expect(attributes.length + elements.length).toBeGreaterThan(0);
  const unnoticed = [
    ...tried(attributes)
      .filter(({ value }) => outcome(read, replace(xml, value, otherValue(value.text))) === baseline)
      .map(({ name, value }) => `${name}="${value.text}"`),
    ...tried(elements)
      .filter((element) => outcome(read, replace(xml, element, '')) === baseline)
      .map(({ text }) => text),
  ];
  expect(unnoticed, 'changed without the reader noticing').toEqual([]);
}

/** Something unknown in any element is kept, and changes nothing else. */
export function expectTheUnknownKept(read: (xml: string) => unknown, xml: string): void {
  const { afterNames, beforeEnds } = walk(xml);
  const baseline = asText(withoutUnknown(read(xml)));
  const insertions = [
    ...tried(afterNames).map(({ at }) => ({ at, text: ' brand-new="kept-7731"' })),
    ...tried(beforeEnds).map(({ at }) => ({ at, text: '<brand-new><kept-7731/></brand-new>' })),
  ];
  for (const { at, text } of insertions) {
    const model = read(replace(xml, { start: at, end: at }, text));
    const around = xml.slice(at - 40, at);
    expect(asText(model).split('7731').length - 1, `kept once, after ${around}`).toBe(1);
    expect(asText(withoutUnknown(model)), `nothing else changed, after ${around}`).toBe(baseline);
  }
}

function withoutUnknown(model: unknown): unknown {
  return JSON.parse(
    JSON.stringify(model, (key, value: unknown) => {
      if (key === 'unknown' || key === 'statusSection') return undefined;
      return typeof value === 'number' ? String(value) : value;
    }),
  );
}

/** The longest text, in bytes, that is cut off after each: a time that grows with its square. */
const SHORT = 8_000;

/**
 * A text cut off after any byte is refused; of a long one, cut off at any boundary of a token and one byte to either side of it.
 * A final line break is no part of a document: without it nothing is missing.
 */
export function expectEveryTruncationRefused(read: (text: string) => unknown, text: string, keepEnd = false): void {
  const bytes = Buffer.from(text);
  const end = keepEnd ? bytes.length : Buffer.from(text.trimEnd()).length;
  const accepted: number[] = [];
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // thousands of traces nobody reads take a third of the time
  for (const length of end <= SHORT ? Array.from({ length: end }, (_, i) => i) : tokenBoundaries(bytes, end)) {
    try {
      read(bytes.subarray(0, length).toString('utf8'));
      accepted.push(length);
    } catch (error) {
      if (!(error instanceof PcsError) || error.code !== 'MALFORMED_ANSWER') throw error;
    }
  }
  Error.stackTraceLimit = stackTraceLimit;
  expect(accepted, 'lengths at which the cut-off text was accepted').toEqual([]);
}

/** The lengths below `end` at which something begins or ends in XML: a tag, a name, a value; and those beside them. */
function tokenBoundaries(bytes: Buffer, end: number): readonly number[] {
  const lengths = new Set<number>();
  for (let i = 0; i < end; i++) {
    if (!'<>/="'.includes(String.fromCharCode(bytes[i] ?? 0))) continue;
    for (const length of [i, i + 1, i + 2]) if (length < end) lengths.add(length);
  }
  return [...lengths];
}

// What an element of an answer means, as data: a shape names the attributes and children of an element and the typed
// fields they become. `read` follows it, and keeps whatever the shape does not name in `unknown`, so that an answer of
// a newer Pacemaker is read in full and never fatal, and nothing is lost silently.
import { parseScore, scoreOf } from '../semantics/values.js';
import { digits } from './digits.js';
import { unescapeOnce } from './escaped-twice.js';
import { malformedAnswer } from './malformed.js';
import type { XmlElement } from './tree.js';

/** The parts of an element that this version of the model does not know, kept as they were. */
export interface Unknown {
  /** Attributes by name. Also holds a time in a form that could not be understood. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Child elements, whole; of a known list element with unknown parts, a copy with just those parts. */
  readonly elements: readonly XmlElement[];
  /** Text where none was expected. */
  readonly text: string;
}

/** Every object read from an answer carries what was not understood. */
export interface WithUnknown {
  /** What the answer had here that the model does not know; {@link NOTHING_UNKNOWN} as a rule. */
  readonly unknown: Unknown;
}

/** The `unknown` of everything understood in full: one shared object. */
export const NOTHING_UNKNOWN: Unknown = Object.freeze({
  attributes: Object.freeze({}),
  elements: Object.freeze([]),
  text: '',
});

/** How the elements of one kind are read into a `T`. Made by {@link shape}. */
export interface Shape<T> {
  /**
   * Reads one element.
   *
   * @throws PcsError `MALFORMED_ANSWER` when something required is missing or a value is not of its type.
   */
  read(element: XmlElement, source: string): T;
}

/** How one field of a model object is obtained. */
export type Part<T> = AttributePart<T> | ChildrenPart<T> | TextPart<T> | ConstantPart<T>;

/** For each field of `T` but `unknown`, where it comes from. */
export type Parts<T> = { readonly [K in Exclude<keyof T, 'unknown'>]-?: Part<T[K]> };

/**
 * Makes a shape from the parts of `T`.
 *
 * @param parts - For each field its source.
 */
export function shape<T extends WithUnknown>(parts: Parts<T>): Shape<T> {
  const entries = Object.entries<Part<unknown>>(parts as Record<string, Part<unknown>>);
  const keyed = entries.map(([key, part]) => ({ ...part, key }));
  const attributes = keyed.filter((part) => part.kind === 'attribute').map(compiled);
  const children = keyed.filter((part) => part.kind === 'children');
  const takers = new Map(
    children.flatMap(({ key, take }) => Object.entries(take).map(([name, takeIn]) => [name, { key, takeIn }] as const)),
  );
  const requiredChildren = children.filter(({ required }) => required);
  const initials = keyed.flatMap((part) => (part.kind === 'attribute' ? [] : { key: part.key, initial: part.initial }));
  const textKey = keyed.find(({ kind }) => kind === 'text')?.key;
  const Model = plainObjects();

  return {
    read(element, source) {
      const target = new Model();
      let unknown: Unknown = NOTHING_UNKNOWN;
      for (const { key, initial } of initials) target[key] = initial;
      if (readAttributes(element, attributes, target, source) !== element.attributeCount) {
        unknown = { ...unknown, attributes: attributesNotUnderstood(element, attributes, target) };
      }
      if (element.children.length > 0) {
        const elements = readChildren(element.children, takers, target, source);
        if (elements.length > 0) unknown = { ...unknown, elements };
      }
      for (const { key, take } of requiredChildren) {
        if (target[key] !== undefined) continue;
        throw malformedAnswer(source, `${describe(element)} has no <${Object.keys(take).join('> or <')}> in it`);
      }
      if (textKey !== undefined) target[textKey] = element.text;
      else if (element.text !== '') unknown = { ...unknown, text: element.text };
      target['unknown'] = unknown;
      return target as unknown as T;
    },
  };
}

/**
 * A constructor of plain objects. Each shape has its own, so that the engine learns the layout of its objects once per
 * shape; with one for all, reading a configuration took twice as long (measured).
 */
function plainObjects(): new () => Record<string, unknown> {
  const Plain = function () {
    // The fields are added while reading.
  };
  Plain.prototype = Object.prototype;
  return Plain as unknown as new () => Record<string, unknown>;
}

/** A shape that may refer to itself. */
export function lazy<T>(get: () => Shape<T>): Shape<T> {
  return { read: (element, source) => get().read(element, source) };
}

// --- attributes ---

/** A field read from an attribute. */
export interface AttributePart<T> {
  readonly kind: 'attribute';
  /**
   * The attribute's name. Several, when it was renamed and both are written for a while: the first that is there
   * counts, and another that disagrees stays in `unknown`. No two parts of a shape share a name.
   */
  readonly names: readonly string[];
  /** What the value should look like, for the error message. */
  readonly expected: string;
  /** The value's meaning, or undefined when it has none. */
  readonly parse: (value: string) => T | undefined;
  /** What a missing attribute means: an error, or the field is undefined. */
  readonly required: boolean;
  /** What a value without meaning is: an error, or left in `unknown`. */
  readonly lenient: boolean;
}

/** A required attribute with any text. */
export const text = (...names: string[]): AttributePart<string> => attribute(names, 'text', (value) => value);

/** A required attribute that crm_mon has escaped once more than XML asks for. */
export const escapedText = (...names: string[]): AttributePart<string> => attribute(names, 'text', unescapeOnce);

/** A required attribute that is `true` or `false` (an XML Schema boolean, so `1` and `0` too). */
export const flag = (...names: string[]): AttributePart<boolean> => attribute(names, 'true or false', parseFlag);

/** A required whole number. */
export const integer = (...names: string[]): AttributePart<number> => attribute(names, 'a whole number', parseInteger);

/**
 * A required score. Pacemaker's INFINITY, written so or as ±1000000 and beyond, becomes ±`Infinity`
 * (Pacemaker Explained, "Scores").
 */
export const score = (...names: string[]): AttributePart<number> => attribute(names, 'a score', parseScore);

/** A required score of a configuration, where Pacemaker takes 0 for what is none. */
export const configuredScore = (...names: string[]): AttributePart<number> => attribute(names, 'a score', scoreOf);

/** A required attribute with a list of words, separated by any of `separator`. */
export const list = (separator: string, ...names: string[]): AttributePart<readonly string[]> =>
  attribute(names, 'a list', (value) => value.split(separator).filter((word) => word !== ''));

/** A required duration written `14ms`, in milliseconds. */
export const milliseconds = (...names: string[]): AttributePart<number> =>
  attribute(names, 'a number of milliseconds', (value) =>
    parseInteger(value.endsWith('ms') ? value.slice(0, -2) : value),
  );

/** The same attribute, when it may be missing; the field is then undefined. */
export function optional<T>(part: AttributePart<T>): AttributePart<T | undefined> {
  return { ...part, required: false };
}

/** An attribute that may be missing, and whose value stays in `unknown` when it has no meaning. */
export function lenient<T>(names: readonly string[], parse: (value: string) => T | undefined) {
  return { ...attribute(names, '', parse), required: false, lenient: true } as AttributePart<T | undefined>;
}

function attribute<T>(
  names: readonly string[],
  expected: string,
  parse: (value: string) => T | undefined,
): AttributePart<T> {
  return { kind: 'attribute', names, expected, parse, required: true, lenient: false };
}

/** The value of an XML Schema boolean; undefined when the text is none. */
export function parseFlag(value: string): boolean | undefined {
  if (value === 'true' || value === '1') return true;
  return value === 'false' || value === '0' ? false : undefined;
}

function parseInteger(value: string): number | undefined {
  const sign = value.charCodeAt(0);
  const number = sign === MINUS ? 0 - digits(value, 1) : digits(value, sign === PLUS ? 1 : 0);
  return Number.isNaN(number) ? undefined : number;
}

const PLUS = 43;
const MINUS = 45;

type Keyed<P> = P & { readonly key: string };

/** An {@link AttributePart} in the one layout that the loop over them meets. */
interface CompiledAttribute extends Keyed<Omit<AttributePart<unknown>, 'kind' | 'names'>> {
  readonly name: string;
  readonly aliases: readonly string[];
}

function compiled({
  key,
  names,
  expected,
  parse,
  required,
  lenient,
}: Keyed<AttributePart<unknown>>): CompiledAttribute {
  const [name = '', ...aliases] = names;
  return { key, name, aliases, expected, parse, required, lenient };
}

/** Reads the named attributes into `target`; returns how many were understood. */
function readAttributes(
  element: XmlElement,
  parts: readonly CompiledAttribute[],
  target: Record<string, unknown>,
  source: string,
): number {
  let understood = 0;
  for (const part of parts) {
    let meaning = meaningOf(element, part.name, part, source);
    if (meaning !== undefined) understood++;
    for (const alias of part.aliases) {
      const other = meaningOf(element, alias, part, source);
      meaning ??= other;
      if (other !== undefined && other === meaning) understood++;
    }
    if (meaning === undefined && part.required) throw missing(element, part, source);
    target[part.key] = meaning;
  }
  return understood;
}

function meaningOf(element: XmlElement, name: string, part: CompiledAttribute, source: string): unknown {
  const value = element.attributes[name];
  if (value === undefined) return undefined;
  const meaning = part.parse(value);
  if (meaning === undefined && !part.lenient) throw badValue(element, name, part.expected, source);
  return meaning;
}

/** The attributes that {@link readAttributes} did not count. */
function attributesNotUnderstood(
  { attributes }: XmlElement,
  parts: readonly CompiledAttribute[],
  target: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const understood = parts.flatMap(({ key, name, aliases, parse }) => {
    const present = [name, ...aliases].filter((candidate) => attributes[candidate] !== undefined);
    if (target[key] === undefined) return [];
    return present.filter((candidate, i) => i === 0 || parse(attributes[candidate] ?? '') === target[key]);
  });
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !understood.includes(name)));
}

// --- children ---

/** A field read from child elements. */
export interface ChildrenPart<T> {
  readonly kind: 'children';
  /** Whether a missing child is an error. */
  readonly required: boolean;
  /** The field before any child was taken in. */
  readonly initial: T | undefined;
  /** By the name of a child element that belongs to the field, how one is taken in. */
  readonly take: Readonly<Record<string, TakeIn<T>>>;
}

/**
 * Takes one child in.
 *
 * @param soFar - The field's value from the children before, `initial` for the first.
 * @param left - Where what is not understood of the child goes.
 * @returns The field's new value.
 */
export type TakeIn<T> = (soFar: T | undefined, child: XmlElement, source: string, left: XmlElement[]) => T;

/** A required child element; a second one is left in `unknown`. */
export function one<T>(name: string, of: Shape<T>): ChildrenPart<T> {
  const takeIn: TakeIn<T> = (soFar, child, source, left) => {
    if (soFar === undefined) return of.read(child, source);
    left.push(child);
    return soFar;
  };
  return { kind: 'children', required: true, initial: undefined, take: { [name]: takeIn } };
}

/** A child element that may be missing; the field is then undefined. */
export function maybe<T>(name: string, of: Shape<T>): ChildrenPart<T | undefined> {
  return { ...(one(name, of) as ChildrenPart<T | undefined>), required: false };
}

/** A child element kept as it is, when it is there; a second one is left in `unknown`. */
export function raw(name: string): ChildrenPart<XmlElement | undefined> {
  return maybe(name, { read: (element) => element });
}

/** All children with these names, in document order. */
export function each<T>(shapes: Readonly<Record<string, Shape<T>>>): ChildrenPart<readonly T[]> {
  const takeIn =
    (of: Shape<T>): TakeIn<readonly T[]> =>
    (soFar, child, source) => {
      const item = of.read(child, source);
      if (soFar === undefined || soFar === NONE) return [item];
      (soFar as T[]).push(item);
      return soFar;
    };
  const take = Object.fromEntries(Object.entries(shapes).map(([name, of]) => [name, takeIn(of)]));
  return { kind: 'children', required: false, initial: NONE, take };
}

/** The list without items, shared by all that have none. */
const NONE: readonly never[] = Object.freeze([]);

/** All children with these names inside one wrapping child: `<nodes><node/>…</nodes>`. Empty when the wrapper is missing. */
export function listIn<T>(wrapper: string, shapes: Readonly<Record<string, Shape<T>>>): ChildrenPart<readonly T[]> {
  const inside = shape<{ items: readonly T[] } & WithUnknown>({ items: each(shapes) });
  const takeIn: TakeIn<readonly T[]> = (soFar = NONE, child, source, left) => {
    const { items, unknown } = inside.read(child, source);
    if (unknown !== NOTHING_UNKNOWN) {
      const { attributes, elements: children, text } = unknown;
      left.push({ name: wrapper, attributes, attributeCount: Object.keys(attributes).length, children, text });
    }
    return soFar.length === 0 ? items : [...soFar, ...items];
  };
  return { kind: 'children', required: false, initial: NONE, take: { [wrapper]: takeIn } };
}

/** The same when the wrapping child must be there, even if empty. */
export function requiredListIn<T>(
  wrapper: string,
  shapes: Readonly<Record<string, Shape<T>>>,
): ChildrenPart<readonly T[]> {
  return { ...listIn(wrapper, shapes), required: true, initial: undefined };
}

/** Reads the named children into `target`; returns what is left of them and the others. */
function readChildren(
  children: readonly XmlElement[],
  takers: ReadonlyMap<string, Keyed<{ readonly takeIn: TakeIn<unknown> }>>,
  target: Record<string, unknown>,
  source: string,
): readonly XmlElement[] {
  const left: XmlElement[] = [];
  for (const child of children) {
    const taker = takers.get(child.name);
    if (taker === undefined) left.push(child);
    else target[taker.key] = taker.takeIn(target[taker.key], child, source, left);
  }
  return left;
}

// --- text and constants ---

/** A field that is the element's text. */
export interface TextPart<T> {
  readonly kind: 'text';
  readonly initial: T;
}

/** The element's own text. */
export const content = (): TextPart<string> => ({ kind: 'text', initial: '' });

/** A field that is the same for every element of the shape: the `kind` of a union. */
export interface ConstantPart<T> {
  readonly kind: 'constant';
  readonly initial: T;
}

/** The same value for every element of the shape. */
export const constant = <const T>(value: T): ConstantPart<T> => ({ kind: 'constant', initial: value });

// --- errors ---

function badValue(element: XmlElement, name: string, expected: string, source: string) {
  const value = JSON.stringify(element.attributes[name]);
  return malformedAnswer(source, `${describe(element)} has ${name}=${value}, which is not ${expected}`);
}

function missing(element: XmlElement, { name, aliases }: CompiledAttribute, source: string) {
  return malformedAnswer(source, `${describe(element)} has no attribute ${[name, ...aliases].join(' or ')}`);
}

/** The element as a reader would look for it: `<node name="n1">`. */
function describe({ name, attributes }: XmlElement): string {
  const key = ['id', 'name'].find((attribute) => attributes[attribute] !== undefined);
  return key === undefined ? `<${name}>` : `<${name} ${key}=${JSON.stringify(attributes[key])}>`;
}

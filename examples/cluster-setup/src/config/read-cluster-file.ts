// Reads a cluster file, YAML or JSON: the content with its defaults, or every mistake with its key and line.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Document } from 'yaml';
import { type Problem, SetupError } from '../errors.js';
import { type ClusterFile, clusterFile } from './cluster-file.js';
import { allowed, type Field } from './fields.js';
import { isRequired } from './json-schema.js';
import { crossChecks } from './cross-checks.js';

/**
 * Reads the text of a cluster file.
 * @param name How to call the file in the error.
 * @throws SetupError `BAD_FILE` with all {@link SetupError.problems}.
 */
export function readClusterFile(text: string, name: string): ClusterFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, prettyErrors: false });
  const reader = new Reader(document, lines);
  for (const error of document.errors) reader.report(error.pos[0], '', `${error.message}; must be YAML or JSON`);
  if (document.errors.length > 0) throw badFile(name, reader.problems);

  const value = reader.read(clusterFile, document.contents, '', 0);
  // Without nodes the rest is checked all the same: all mistakes at once.
  if (value !== undefined && reader.problems.every(({ key }) => key === 'nodes')) {
    const { nodes = [], ...rest } = value as Partial<ClusterFile>;
    const whole = { nodes, ...rest } as ClusterFile;
    for (const { key, message } of crossChecks(whole)) reader.report(reader.offsetOf(key), key, message);
  }
  if (reader.problems.length > 0) throw badFile(name, reader.problems);
  return value as ClusterFile;
}

function badFile(name: string, problems: readonly Problem[]): SetupError {
  const lines = problems.map(({ line, column, key, message }) =>
    key === '' ? `${name}:${line}:${column}: ${message}` : `${name}:${line}:${column}: ${key}: ${message}`,
  );
  return new SetupError('BAD_FILE', lines.join('\n'), { problems });
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #document: Document;
  readonly #lines: LineCounter;
  /** Where each key that was read stands. */
  readonly #offsets = new Map<string, number>();

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  report(offset: number, key: string, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push({ line: Math.max(line, 1), column: Math.max(col, 1), key, message });
  }

  /** Where the key stands, or else what it is in. */
  offsetOf(key: string): number {
    for (let path = key; path !== ''; path = path.replace(/(?:^|\.)[^.[]*$|\[\d+\]$/, '')) {
      const offset = this.#offsets.get(path);
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  /** @param offset Where to point when nothing is there. */
  read(field: Field, written: unknown, key: string, offset: number): unknown {
    const node = isAlias(written) ? written.resolve(this.#document) : (written as Node | null | undefined);
    const at = node?.range?.[0] ?? offset;
    if (!this.#offsets.has(key)) this.#offsets.set(key, at);
    /** The value is then of no use to anyone: the file is refused. */
    const wrong = (found: string): unknown => {
      this.report(at, key, `must be ${allowed(field)}, not ${found}`);
      return undefined;
    };
    switch (field.kind) {
      case 'object': {
        // An empty file, or a key with nothing after it, is a mapping without keys.
        if (isNothing(node) && !isRequired(field)) return this.#object(field, [], key, at);
        if (!isMap(node)) return wrong(describe(node));
        return this.#object(field, node.items, key, at);
      }
      case 'list': {
        if (!isSeq(node)) return wrong(describe(node));
        const { items } = node;
        if (items.length < field.min || items.length > field.max) {
          return wrong(`${items.length}`);
        }
        return items.map((item, index) => this.read(field.item, item, `${key}[${index}]`, at));
      }
      case 'map': {
        if (isNothing(node) && !isRequired(field)) return {};
        return isMap(node) ? this.#map(field, node.items, key, at) : wrong(describe(node));
      }
      case 'text': {
        if (!isScalar(node) || typeof node.value !== 'string') return wrong(`${describe(node)}${quoteHint(node)}`);
        return field.pattern.test(node.value) ? node.value : wrong(describe(node));
      }
      case 'integer': {
        const value = isScalar(node) ? node.value : undefined;
        const fits = typeof value === 'number' && Number.isInteger(value) && value >= field.min && value <= field.max;
        return fits ? value : wrong(describe(node));
      }
      case 'choice': {
        const value = isScalar(node) ? node.value : undefined;
        return field.words.includes(value as string) ? value : wrong(describe(node));
      }
    }
  }

  #map(field: Extract<Field, { kind: 'map' }>, pairs: readonly Pair[], key: string, offset: number): unknown {
    const value: Record<string, string> = {};
    for (const pair of pairs) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      const at = (pair.key as Node | null)?.range?.[0] ?? offset;
      const path = join(key, name);
      this.#offsets.set(path, at);
      const is = isScalar(pair.value) ? pair.value : undefined;
      // As it is written: 007 and 1.10 are texts to an agent.
      const text = typeof is?.value === 'string' ? is.value : isNothing(is) ? '' : (is?.source ?? String(is?.value));
      // The value may be a secret that was put into the wrong place.
      if (!field.key.test(name) || !field.value.test(text)) this.report(at, path, `must be ${allowed(field)}`);
      else value[name] = text;
    }
    return value;
  }

  #object(field: Extract<Field, { kind: 'object' }>, pairs: readonly Pair[], key: string, offset: number): unknown {
    const given = new Map<string, Pair>();
    for (const pair of pairs) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      if (Object.hasOwn(field.fields, name)) given.set(name, pair);
      else {
        const at = (pair.key as Node | null)?.range?.[0] ?? offset;
        this.report(at, join(key, name), `unknown key; ${near(name, Object.keys(field.fields))}`);
      }
    }
    const value: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(field.fields)) {
      const pair = given.get(name);
      const path = join(key, name);
      if (pair !== undefined) {
        const at = (pair.key as Node).range?.[0] ?? offset;
        this.#offsets.set(path, at);
        value[name] = this.read(inner, pair.value, path, at);
      } else if (isRequired(inner) && !inner.optional) {
        // Where the mapping is named; it may begin a line later.
        this.report(this.#offsets.get(key) ?? offset, path, `is missing; must be ${allowed(inner)}`);
      } else value[name] = defaultOf(inner);
    }
    return value;
  }
}

interface Pair {
  readonly key: unknown;
  readonly value: unknown;
}

/** A field's value when its key is absent, with the defaults of all that is in it. */
function defaultOf(field: Field): unknown {
  if (field.optional) return undefined;
  return filled(field, field.default);
}

function filled(field: Field, value: unknown): unknown {
  if (field.kind === 'list') return (value as readonly unknown[]).map((item) => filled(field.item, item));
  if (field.kind === 'map') return value ?? {};
  if (field.kind !== 'object') return value;
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(field.fields).map(([name, inner]) => [
      name,
      name in given ? filled(inner, given[name]) : defaultOf(inner),
    ]),
  );
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function join(key: string, name: string): string {
  return key === '' ? name : `${key}.${name}`;
}

function describe(node: unknown): string {
  if (isNothing(node)) return 'nothing';
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  const value = isScalar(node) ? node.value : node;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** YAML 1.2 takes 80 for a number and 80:80 for text; people find out by this hint. */
function quoteHint(node: unknown): string {
  return isScalar(node) && (typeof node.value === 'number' || typeof node.value === 'boolean')
    ? ' (put it in quotes to make it text)'
    : '';
}

/** The keys there are, the likely one first. */
function near(name: string, known: readonly string[]): string {
  const bare = (word: string) => word.toLowerCase().replace(/[-_ ]/g, '');
  const likely = known.find((one) => bare(one).startsWith(bare(name).slice(0, 3)) && name !== '');
  const keys = `the keys are ${known.join(', ')}`;
  return likely === undefined ? keys : `did you mean ${likely}? ${keys}`;
}

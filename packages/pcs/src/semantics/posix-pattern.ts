// Patterns in a configuration (`rsc-pattern`, `target-pattern`), which are POSIX extended regular expressions.

/**
 * A POSIX extended regular expression in JavaScript, as Pacemaker has it from the C library of Linux (`regcomp()` with
 * `REG_EXTENDED`, glibc): its extensions `\w \W \s \S \b \B \< \>` and `\1` are known, and what POSIX leaves open is as glibc has it.
 * It matches anywhere in a text, with case; character classes are those of ASCII, as in the C locale. One thing JavaScript cannot say:
 * that a reference to a group which took no part does not match.
 *
 * @returns undefined for one that `regcomp()` refuses, and for one that is too deep for JavaScript.
 */
export function posixPattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(new Translation(pattern).whole(), 'su');
  } catch {
    return undefined;
  }
}

/** What may be repeated at most, glibc's `RE_DUP_MAX`. */
const MOST_REPEATED = 32_767;

/** What a backslash and a letter mean in JavaScript; before any other character the backslash only takes its meaning away. */
const ESCAPES: Readonly<Record<string, string>> = { w: '\\w', W: '\\W', s: '[\\t-\\r ]', S: '[^\\t-\\r ]' };

/** Places in the text, which cannot be repeated. */
const PLACES: Readonly<Record<string, string>> = {
  '^': '^',
  $: '$',
  '\\b': '\\b',
  '\\B': '\\B',
  '\\<': '\\b(?=\\w)',
  '\\>': '\\b(?<=\\w)',
  '\\`': '^',
  "\\'": '$',
};

/** The character classes by name, as they are written in a JavaScript bracket. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alnum', 'A-Za-z0-9'],
  ['alpha', 'A-Za-z'],
  ['blank', '\\t '],
  ['cntrl', '\\0-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\/:-@\\[-`\\{-~'],
  ['space', '\\t-\\r '],
  ['upper', 'A-Z'],
  ['xdigit', '0-9A-Fa-f'],
]);

/** Reads a pattern from its beginning to its end, and writes it anew. */
class Translation {
  #rest: string;
  #opened = 0;
  /** The groups that are complete, to which `\1` and the like may refer: none of another alternative. */
  #closed: ReadonlySet<number> = new Set();

  constructor(pattern: string) {
    this.#rest = pattern;
  }

  whole(): string {
    return this.#alternatives(false);
  }

  /** Takes what is next when the expression, which begins with `^`, matches it. */
  #take(expression: RegExp): RegExpExecArray | undefined {
    const found = expression.exec(this.#rest) ?? undefined;
    if (found !== undefined) this.#rest = this.#rest.slice(found[0].length);
    return found;
  }

  /** The alternatives up to the end, in a group up to its parenthesis. */
  #alternatives(inGroup: boolean): string {
    const before = this.#closed;
    let closed = before;
    let written = '';
    while (this.#rest !== '' && !(inGroup && this.#rest.startsWith(')'))) {
      if (this.#take(/^\|/) === undefined) written += this.#repeated();
      else {
        written += '|';
        closed = new Set([...closed, ...this.#closed]);
        this.#closed = before;
      }
    }
    this.#closed = new Set([...closed, ...this.#closed]);
    return written;
  }

  /** One character, set or group, with how often it is repeated; or a place. */
  #repeated(): string {
    const [place] = this.#take(/^(?:[$^]|\\[bB<>`'])/) ?? [];
    if (place !== undefined) return PLACES[place] ?? '';
    let written = this.#once();
    for (let times = this.#times(); times !== undefined; times = this.#times()) written = `(?:${written})${times}`;
    return written;
  }

  #once(): string {
    if (this.#take(/^\(/) !== undefined) return this.#group();
    if (this.#take(/^\[/) !== undefined) return this.#bracket();
    if (this.#take(/^\./) !== undefined) return '.';
    const [, group] = this.#take(/^\\([1-9])/) ?? [];
    if (group !== undefined) return this.#closed.has(Number(group)) ? `(?:\\${group})` : refuse();
    const [, escaped] = this.#take(/^\\(.)/su) ?? [];
    if (escaped !== undefined) return ESCAPES[escaped] ?? literal(escaped);
    // What is left are signs that nothing is before to be repeated, and a backslash at the end.
    const [character = refuse()] = this.#take(/^[^\\*+?{]/u) ?? [];
    return literal(character);
  }

  /** A group after its parenthesis. */
  #group(): string {
    const number = ++this.#opened;
    const inside = this.#alternatives(true);
    if (this.#take(/^\)/) === undefined) refuse();
    this.#closed = new Set([...this.#closed, number]);
    return `(${inside})`;
  }

  /** How often what is before is repeated; undefined when that is not said. */
  #times(): string | undefined {
    const [sign] = this.#take(/^[*+?]/) ?? [];
    if (sign !== undefined || !this.#rest.startsWith('{')) return sign;
    const [, least = '', comma, most = ''] = this.#take(/^\{(\d*)(,?)(\d*)\}/) ?? [];
    if (comma === undefined || (comma === '' && least === '')) refuse();
    const [from, to] = [Number(least), most === '' ? undefined : Number(most)];
    if (Math.max(from, to ?? 0) > MOST_REPEATED || (to !== undefined && from > to)) refuse();
    return `{${from}${comma}${to ?? ''}}`;
  }

  /** A set of characters after its bracket. A backslash in it is one. */
  #bracket(): string {
    const negated = this.#take(/^\^/) !== undefined;
    let written = '';
    for (let isFirst = true; isFirst || this.#take(/^\]/) === undefined; isFirst = false) {
      written += this.#classInBracket() ?? this.#rangeInBracket(isFirst);
    }
    return `[${negated ? '^' : ''}${written}]`;
  }

  /** A class such as `[:alpha:]`, as in JavaScript; undefined when there is none. */
  #classInBracket(): string | undefined {
    const [, equal] = this.#take(/^\[=(.)=\]/su) ?? [];
    if (equal !== undefined) return literal(equal);
    const [, name] = this.#take(/^\[:(.*?):\]/s) ?? [];
    return name === undefined ? undefined : (CLASSES.get(name) ?? refuse());
  }

  /** A character or a range of them. A hyphen is a character at the beginning and at the end, and as the end of a range. */
  #rangeInBracket(isFirst: boolean): string {
    if (!isFirst && /^-[^\]]/.test(this.#rest)) refuse();
    const from = this.#characterInBracket();
    if (this.#take(/^-(?=[^\]])/) === undefined) return literal(from);
    const to = this.#characterInBracket();
    if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0)) refuse();
    return `${literal(from)}-${literal(to)}`;
  }

  /** A character as it is, or as `[.x.]`. */
  #characterInBracket(): string {
    const [, named] = this.#take(/^\[\.(.)\.\]/su) ?? [];
    return named ?? this.#take(/^(?!\[[.=:])./su)?.[0] ?? refuse();
  }
}

/** The pattern is none to `regcomp()`. */
function refuse(): never {
  throw new SyntaxError('no POSIX extended regular expression');
}

/** A character that means itself. */
function literal(character: string): string {
  return /\w/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

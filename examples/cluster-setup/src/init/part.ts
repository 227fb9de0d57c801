// JSON of another program, of whatever version: what is not as expected reads as absent.

/** A value in it. */
export class Part {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** What is under the key. */
  at(key: string): Part {
    return new Part(this.#record.get(key));
  }

  /** Empty when it is not a text. */
  get text(): string {
    return typeof this.#value === 'string' ? this.#value : '';
  }

  get number(): number | undefined {
    return typeof this.#value === 'number' ? this.#value : undefined;
  }

  /** Whether it is this very value. */
  is(value: string | number | boolean): boolean {
    return this.#value === value;
  }

  /** Whether both say the same; nothing is the same as an empty text or list. */
  isSame(other: Part): boolean {
    return (this.isEmpty && other.isEmpty) || JSON.stringify(this.#value) === JSON.stringify(other.#value);
  }

  get list(): readonly Part[] {
    return Array.isArray(this.#value) ? this.#value.map((one) => new Part(one)) : [];
  }

  /** The texts of a list; one text is a list of one. */
  get texts(): readonly string[] {
    return typeof this.#value === 'string' ? [this.#value] : this.list.map(({ text }) => text);
  }

  get entries(): readonly (readonly [key: string, value: Part])[] {
    return [...this.#record].map(([key, value]) => [key, new Part(value)]);
  }

  /** Whether it says nothing: absent, null, false, zero, or without content. */
  get isEmpty(): boolean {
    const { entries, list } = this;
    if (typeof this.#value === 'object') return entries.length === 0 && list.length === 0;
    return !this.#value || this.#value === -1;
  }

  get isList(): boolean {
    return Array.isArray(this.#value);
  }

  get #record(): ReadonlyMap<string, unknown> {
    const value = this.#value;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : new Map();
  }
}

/** Runs bodies one after the other within this process, in the order they came. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `body` when all earlier ones have settled; settles as it does. */
  run<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(body);
    // The next body waits for this one but does not care how it ended; the caller hears of that.
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/** Runs bodies one after the other within this process, in the order they came. */
export class Mutex {
  #unfinished = 0;
  #lastFinished: Promise<void> = Promise.resolve();
  readonly #finish = () => {
    this.#unfinished--;
  };

  /** Runs `body` when all earlier ones have settled, at once if they have; settles as it does. */
  run<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#unfinished++ === 0 ? body() : this.#lastFinished.then(body);
    // The next body waits for this one but does not care how it ended; the caller hears of that.
    this.#lastFinished = result.then(this.#finish, this.#finish);
    return result;
  }
}

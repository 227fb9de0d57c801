// A conversation within one process.
import type { Conversation } from '../keeper/messages.js';

/** Its two ends. */
export function conversationWithin<ToA, ToB>(): [Conversation<ToA, ToB>, Conversation<ToB, ToA>] {
  const forA = new Mailbox<ToA>();
  const forB = new Mailbox<ToB>();
  const close = () => {
    forA.close();
    forB.close();
  };
  return [
    { send: (message) => forB.put(message), receive: () => forA.take(), close },
    { send: (message) => forA.put(message), receive: () => forB.take(), close },
  ];
}

/** Messages in their order, for one reader. */
export class Mailbox<T> {
  readonly #messages: T[] = [];
  #waiting: ((message: T | undefined) => void) | undefined;
  #closed = false;

  put(message: T): void {
    if (this.#closed) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(message);
    else this.#messages.push(message);
  }

  /** The next one; undefined when there will be none. */
  take(): Promise<T | undefined> {
    const message = this.#messages.shift();
    if (message !== undefined || this.#closed) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#closed = true;
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }
}

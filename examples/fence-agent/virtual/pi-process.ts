// Processes that can be killed at any point, on a virtual clock, and the conversations between them: what a killed process
// awaits never comes, and whoever talks with it finds the line dead. Just what SIGKILL leaves behind.
import type { Conversation } from '../src/keeper/messages.js';
import { Mailbox } from '../src/relay/within.js';

/** What a stopped process awaits; each time a new one, as one for all would keep every world that ever awaited it. */
export const never = () => new Promise<never>(() => {});

/** A process: everything it awaits goes through {@link live} and stops coming once it is killed. */
export class PiProcess {
  killed = false;
  #hung = false;
  #owner: PiProcess | undefined;
  readonly #atDeath: (() => void)[] = [];

  constructor(readonly name: string) {}

  kill(): void {
    if (this.killed) return;
    this.killed = true;
    for (const action of this.#atDeath) action();
  }

  /** It does no more, but keeps its descriptors, as after SIGSTOP. */
  hang(): void {
    this.#hung = true;
  }

  get hung(): boolean {
    return this.#hung || this.#owner?.hung === true;
  }

  /** What hangs on this belongs to `owner` from now on. */
  belongTo(owner: PiProcess): void {
    this.#owner = owner;
    owner.onDeath(() => {
      this.kill();
    });
  }

  onDeath(action: () => void): void {
    if (this.killed) action();
    else this.#atDeath.push(action);
  }

  async live<T>(action: () => Promise<T>): Promise<T> {
    if (this.#stopped()) return never();
    const settled = await action().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    return this.#stopped() ? never() : settled();
  }

  #stopped(): boolean {
    return this.killed || this.hung;
  }
}

/** The two ends of a conversation between processes; it breaks when either dies. */
export function conversationPair<ToA, ToB>(
  a: PiProcess,
  b: PiProcess,
): [Conversation<ToA, ToB>, Conversation<ToB, ToA>] {
  const forA = new Mailbox<ToA>();
  const forB = new Mailbox<ToB>();
  const close = () => {
    forA.close();
    forB.close();
  };
  a.onDeath(close);
  b.onDeath(close);
  return [
    {
      send: (message) => {
        if (!a.killed) forB.put(message);
      },
      receive: () => a.live(() => forA.take()),
      close,
    },
    {
      send: (message) => {
        if (!b.killed) forA.put(message);
      },
      receive: () => b.live(() => forB.take()),
      close,
    },
  ];
}

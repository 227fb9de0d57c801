import type { Directory } from '../src/spool.js';

/** A directory in memory. */
export function memoryDirectory(): Directory & { readonly files: Map<string, string> } {
  const files = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    files,
    list: async () => [...files.keys()],
    read: async (name) => files.get(name),
    replace: async (name, text) => void files.set(name, text),
    remove: async (name) => void files.delete(name),
    alone: <T>(body: () => Promise<T>) => {
      const turn = last.then(body);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

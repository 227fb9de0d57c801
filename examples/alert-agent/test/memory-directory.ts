import type { Directory } from '../src/spool.js';

/** A directory in memory. */
export function memoryDirectory(): Directory & { readonly files: Map<string, string> } {
  const files = new Map<string, string>();
  return {
    files,
    list: async () => [...files.keys()],
    read: async (name) => files.get(name),
    replace: async (name, text) => void files.set(name, text),
    remove: async (name) => void files.delete(name),
  };
}

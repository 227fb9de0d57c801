// Packages of npm for a program in the guests.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';

/** Copies packages into a node_modules directory, links followed, without the dependencies inside them. */
export async function copyModules(modules: Readonly<Record<string, string>>, target: string): Promise<void> {
  for (const [name, directory] of Object.entries(modules)) {
    await cp(directory, join(target, name), {
      recursive: true,
      dereference: true,
      filter: (source) => source !== join(directory, 'node_modules'),
    });
  }
}

// What a watcher must not forget when its process ends or the node goes down.
import type { RecordFile } from '../line/power-record.js';

/** How the acts against each target ended last, ISO 8601. */
export type Acts = Readonly<Record<string, { readonly success?: string; readonly failure?: string }>>;

interface Remembered {
  /** Whether people were last told that this node could fence and be fenced. Absent as long as it never could. */
  readonly ready?: boolean;
  readonly acts: Acts;
}

export class Memory {
  readonly #file: RecordFile;
  #known: Remembered | undefined;

  constructor(file: RecordFile) {
    this.#file = file;
  }

  async get(): Promise<Remembered> {
    return (this.#known ??= parse(await this.#file.read()));
  }

  /** Rejects when the disk does not take it; it is known all the same, as long as this process lives. */
  async change(changed: Partial<Remembered>): Promise<void> {
    this.#known = { ...(await this.get()), ...changed };
    await this.#file.replace(`${JSON.stringify(this.#known)}\n`);
  }
}

/** The file is replaced as a whole: what cannot be read was damaged, and nothing is known then. */
function parse(text: string | undefined): Remembered {
  try {
    const { ready, acts } = JSON.parse(text ?? '') as Partial<Remembered>;
    return { ...(typeof ready === 'boolean' && { ready }), acts: typeof acts === 'object' ? acts : {} };
  } catch {
    return { acts: {} };
  }
}

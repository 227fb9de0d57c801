// What the last wire test of a board found, kept over reboots.
import type { RecordFile } from '../line/power-record.js';
import { isSameNode } from '../target/node-names.js';
import type { FoundWiring } from '../target/wiring.js';

export interface WireTestResult {
  readonly at: Date;
  /** Whether fencing would have worked. */
  readonly works: boolean;
  /** The verdict in a word. */
  readonly verdict: string;
}

/** Whose test counts: in a ring, which may have been another one at that time, it is that of the node that is next now. */
export function testedOf({ peer, before }: Pick<FoundWiring, 'peer' | 'before'>): string | undefined {
  return before === undefined ? undefined : peer;
}

/** One line: the date, the verdict in a word, and in a ring the node at the other end. */
export class WireTestRecord {
  readonly #file: RecordFile;

  constructor(file: RecordFile) {
    this.#file = file;
  }

  /** Undefined when there was no test, none that can be read, or none of the node that is asked for. */
  async last(node?: string): Promise<WireTestResult | undefined> {
    const [, date = '', verdict = '', of = ''] =
      /^(\S+) ([\w-]+)(?: (\S+))?\n/.exec((await this.#file.read()) ?? '') ?? [];
    const at = new Date(date);
    if (Number.isNaN(at.getTime()) || (node !== undefined && !isSameNode(node, of))) return undefined;
    return { at, works: verdict === 'sound', verdict };
  }

  async remember(at: Date, verdict: string, node?: string): Promise<void> {
    await this.#file.replace(`${at.toISOString()} ${verdict}${node === undefined ? '' : ` ${node}`}\n`);
  }
}

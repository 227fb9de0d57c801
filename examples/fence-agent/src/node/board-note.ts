// Where the line keeper's board is, for sh: should the line keeper die, the line is released before a Node has started (front.ts).
import { renameSync, writeFileSync } from 'node:fs';
import { parseBusSpec } from '@sleepi3/driver';
import { reasonOf } from '../reason.js';
import type { BoardName } from './board.js';

/** Notes the board in `path`, as `BUS ADDRESS` in i2c-tools's words, whenever it is another one; nothing of one that they cannot reach. */
export function boardNote(path: string, log: (message: string) => void): (board: BoardName) => void {
  let noted: string | undefined;
  return ({ bus, address }) => {
    const spec = parseBusSpec(bus);
    const text = spec.backEnd === 'unix' ? '' : `${spec.number} 0x${address.toString(16)}\n`;
    if (text === noted) return;
    try {
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      noted = text;
    } catch (error) {
      // The line is released all the same, as soon as a Node has started.
      log(`where the board is could not be noted: ${reasonOf(error)}`);
    }
  };
}

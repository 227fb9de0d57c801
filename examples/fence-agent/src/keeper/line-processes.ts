// The line keeper and its guard as programs: what the agent and the keeper start with `program line-keeper|line-guard
// BUS ADDRESS STATE-DIRECTORY CONFIGURED-DIRECTORY`.
import type { Readable, Writable } from 'node:stream';
import { guardLine } from './ask.js';
import { keeperHost } from './keeper-host.js';
import { keepLine } from './keeper.js';
import { fencingHost, type LineOwner } from '../node/machine-of-linux.js';
import { stateFiles } from '../node/state.js';

export interface LineProcess extends Pick<LineOwner, 'program' | 'execPath' | 'stop' | 'log'> {
  readonly pid: number;
  /** Bus, address, state directory, and the one that was configured. */
  readonly words: readonly string[];
}

/**
 * Says `ready` on `output` once it is armed, or `failed: …` when it cannot be. Resolves to the exit status: 0, 1 when it
 * failed, or 3 when another keeper has the board.
 */
export async function runLineKeeper(keeper: LineProcess, output: Writable): Promise<number> {
  output.on('error', () => undefined); // the agent that started this keeper is gone; the act is not
  try {
    const kept = await keepLine(keeperHost(ownerOf(keeper), keeper.pid), () => output.write('ready\n'));
    return kept ? 0 : 3;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    keeper.log(reason);
    output.write(`failed: ${reason.replaceAll('\n', ' ')}\n`);
    return 1;
  }
}

/** Reads the end of its keeper from `input`. */
export async function runLineGuard(guard: LineProcess, input: Readable): Promise<number> {
  let words = '';
  // The keeper's death also ends the stream with an error at times; what counts is what was said before.
  await new Promise<void>((resolve) => {
    input.on('data', (chunk: Buffer) => (words += chunk.toString()));
    input.on('close', resolve);
    input.on('end', resolve);
    input.on('error', () => {
      resolve();
    });
  });
  await guardLine(Promise.resolve(words.includes('dismissed') ? 'dismissed' : 'died'), fencingHost(ownerOf(guard)));
  return 0;
}

function ownerOf({ words, ...rest }: LineProcess): LineOwner {
  const [bus = '', address = '', directory = '', configured] = words;
  const board = { bus, address: Number(address) };
  return { ...rest, board, files: stateFiles(directory, board, configured) };
}

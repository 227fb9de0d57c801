// What sh is told of the board, for the day on which the line keeper dies.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boardNote } from '../src/node/board-note.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fence-note-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

it('is the board that was opened last, in the words of i2c-tools', () => {
  const path = join(directory, 'board');
  const note = boardNote(path, (message) => expect.unreachable(message));
  const noted = (bus: string, address: number) => {
    note({ bus, address });
    return readFileSync(path, 'utf8');
  };
  expect(noted('1', 0x6e)).toBe('1 0x6e\n');
  expect(noted('i2c-tools:07', 0x6b)).toBe('7 0x6b\n');
  expect(noted('unix:/run/board.sock', 0x6e)).toBe('');
  expect(noted('1', 0x6e)).toBe('1 0x6e\n');
  // It is not written again and again.
  writeFileSync(path, 'as it was');
  expect(noted('1', 0x6e)).toBe('as it was');
});

it('is no reason not to open the board', () => {
  const said: string[] = [];
  const note = boardNote(join(directory, 'absent', 'board'), (message) => said.push(message));
  note({ bus: '1', address: 0x6e });
  expect(said).toEqual([expect.stringMatching(/^where the board is could not be noted: ENOENT/)]);
});

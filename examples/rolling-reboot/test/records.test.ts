import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceTextfile } from '@sleepi3/program';
import { describe, expect, it } from 'vitest';
import { recordFiles } from '../src/node/files.js';
import { type Journal, type Outcome, readHistory, readJournal, remember, writeJournal } from '../src/journal.js';
import { exclusive } from '../src/node/node-host.js';
import { stepNames } from '../src/step-names.js';

const journal: Journal = {
  roll: '2026-06-01T0301-k3v9x2mp',
  node: 'n1',
  boot: 'b-1',
  step: 'standby',
  started: 1,
  pid: 7,
  hadService: true,
  ran: ['web-clone'],
  copies: { 'web-clone': 2 },
  outage: 50,
};

async function withDirectory(body: (path: string) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'rolling-reboot-'));
  try {
    await body(path);
  } finally {
    await rm(path, { recursive: true });
  }
}

describe('the records', () => {
  it('are kept as files, replaced as a whole, and leave no draft', async () => {
    await withDirectory(async (path) => {
      const records = recordFiles(join(path, 'made', 'when needed'));
      expect(await readJournal(records)).toBeUndefined();
      expect(await readHistory(records)).toEqual([]);
      for (const step of stepNames) {
        await writeJournal(records, { ...journal, step });
        expect(await readJournal(records)).toEqual({ ...journal, step });
      }
      await records.remove('journal');
      expect(await readJournal(records)).toBeUndefined();
      expect(await readdir(join(path, 'made', 'when needed'))).toEqual([]);
    });
  });

  it('are never misread when cut off at any byte', async () => {
    const text = JSON.stringify(journal, undefined, 1);
    for (let length = 0; length < text.length; length++) {
      const records = { ...recordFiles('/nowhere'), read: async () => text.slice(0, length) };
      await expect(readJournal(records)).rejects.toMatchObject({ code: 'BAD_RECORD' });
    }
  });

  it('are not believed when their process does not exist, or is a whole group of them', async () => {
    for (const pid of [0, -1, -4711, 1.5, Number.NaN, '7', null, undefined]) {
      const records = { ...recordFiles('/nowhere'), read: async () => JSON.stringify({ ...journal, pid }) };
      await expect(readJournal(records), String(pid)).rejects.toMatchObject({ code: 'BAD_RECORD' });
    }
  });

  it('are not believed when they are of another shape, and say what is to be done', async () => {
    const reading = (text: string) => ({ ...recordFiles('/nowhere'), read: async () => text });
    for (const wrong of [{ boot: 1 }, { boot: undefined }, { step: 'jump' }, { step: undefined }]) {
      await expect(readJournal(reading(JSON.stringify({ ...journal, ...wrong })))).rejects.toMatchObject({
        code: 'BAD_RECORD',
        message: expect.stringMatching(/^the journal of this node cannot be read: look whether .* abort --force$/),
      });
    }
    for (const text of ['null', '7', '"x"', '[]']) {
      await expect(readJournal(reading(text))).rejects.toMatchObject({ code: 'BAD_RECORD' });
    }
    for (const text of ['{}', 'null', '7']) {
      await expect(readHistory(reading(text))).rejects.toMatchObject({
        code: 'BAD_RECORD',
        message: expect.stringContaining('the history of this node'),
      });
    }
  });

  it('are neither read nor written in a directory that others can write to', async () => {
    await withDirectory(async (path) => {
      const records = recordFiles(path);
      await writeJournal(records, journal);
      for (const mode of [0o777, 0o1777, 0o775, 0o757]) {
        await chmod(path, mode);
        await expect(readJournal(records)).rejects.toMatchObject({ code: 'BAD_SETTING' });
        await expect(writeJournal(records, journal)).rejects.toThrow('can be written by others');
        await expect(exclusive(path, 0)).rejects.toMatchObject({ code: 'BAD_SETTING' });
      }
      await chmod(path, 0o755);
      expect(await readJournal(records)).toEqual(journal);
      await (
        await exclusive(path, 0)
      )();
    });
  });

  it('and the textfile follow no link that somebody has put in the way', async () => {
    await withDirectory(async (path) => {
      const [victim, textfile] = [join(path, 'victim'), join(path, 'rolling_reboot.prom')];
      await writeFile(victim, 'precious');
      await symlink(victim, `${textfile}.new`);
      await symlink(victim, textfile);
      await replaceTextfile(textfile, 'metrics');
      expect(await readFile(victim, 'utf8')).toBe('precious');
      expect(await readFile(textfile, 'utf8')).toBe('metrics');
    });
  });

  it('remember the last fifty turns, each once, and begin anew when they cannot be read', async () => {
    await withDirectory(async (path) => {
      const records = recordFiles(path);
      await records.replace('history', '[{');
      await expect(readHistory(records)).rejects.toMatchObject({ code: 'BAD_RECORD' });
      const outcome: Outcome = {
        roll: 'r',
        node: 'n1',
        result: 'done',
        started: 0,
        ended: 9,
        rebooted: true,
        outage: 0,
      };
      await remember(records, { ...outcome, started: -1 });
      expect(await readHistory(records)).toEqual([{ ...outcome, started: -1 }]);
      for (let started = 0; started < 60; started++) {
        await remember(records, { ...outcome, started });
        await remember(records, { ...outcome, started, result: 'failed' });
      }
      const history = await readHistory(records);
      expect(history.map(({ started }) => started)).toEqual(Array.from({ length: 50 }, (_, index) => index + 10));
      expect(new Set(history.map(({ result }) => result))).toEqual(new Set(['failed']));
    });
  });
});

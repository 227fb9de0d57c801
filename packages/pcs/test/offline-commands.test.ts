import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { variantFor } from '../src/command/command.js';
import { detectFeatures, execute, type Features } from '../src/index.js';
import { WarmPcs } from '../src/testing/index.js';
import { BASE_CIB } from './base-cib.js';
import { onFile, onFileUnchanged } from './every-command/every-command.js';

const runner = new WarmPcs();
afterAll(() => runner[Symbol.asyncDispose]());
let directory: string;
let features: Features;

const isReal = haveRealParts('pcs', 'xmllint', 'fence_ipmilan');
describe.runIf(isReal)('every write that works offline, in the real pcs', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'pcs-offline-'));
    features = await execute(detectFeatures, runner);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(onFile.map((row) => [(row.command.words ?? []).join(' '), row] as const))(
    'pcs %s leaves in the CIB what was asked',
    async (title, { command, then }) => {
      const file = join(directory, `${title.replace(/\W/g, '_').slice(0, 200)}.xml`);
      writeFileSync(file, BASE_CIB);
      if (title !== 'acl enable') {
        expect(
          then.every((xpath) => holds(file, xpath)),
          'all of it held before: the test proves nothing',
        ).toBe(false);
      }
      const done = execute(command, runner, { file, features: async () => features });
      if (variantFor(command, features)?.unsupported !== undefined) {
        await expect(done).rejects.toMatchObject({ code: 'UNSUPPORTED' });
        return;
      }
      await done;
      for (const xpath of then) expect(holds(file, xpath), `${xpath}\n${readFileSync(file, 'utf8')}`).toBe(true);
    },
  );

  it.each(onFileUnchanged.map((command) => [[command.program, ...(command.words ?? [])].join(' '), command] as const))(
    '%s leaves the file as it is',
    async (title, command) => {
      const file = join(directory, `${title.replace(/\W/g, '_')}.xml`);
      writeFileSync(file, BASE_CIB);
      await execute(command, runner, { file, features: async () => features });
      expect(readFileSync(file, 'utf8').replace(/epoch="\d+"/, '')).toBe(BASE_CIB.replace(/epoch="\d+"/, ''));
    },
  );
});

function holds(file: string, xpath: string): boolean {
  return execFileSync('xmllint', ['--xpath', `boolean(${xpath})`, file], { encoding: 'utf8' }).trim() === 'true';
}

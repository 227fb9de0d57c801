// Metadata of random definitions against the schemas that Debian ships: fence-agents' own, and the one pcs reads by.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boolean,
  choice,
  defineFenceAgent,
  type FenceAgent,
  integer,
  type Option,
  type OptionPick,
  seconds,
  standard,
  type StandardName,
  standardOptions,
  string,
} from '../../src/index.js';
import { runInMemory } from '../../src/testing/index.js';
import { haveRealParts } from '../../../../tools/test/support/real-parts.js';

const schemas = ['/usr/share/cluster/relaxng/metadata.rng', '/usr/share/pcs/data/ocf-1.0.rng'];

const text = fc.string({ unit: 'binary', maxLength: 40 });
const line = text.map((one) => one.replaceAll(/[\r\n]/g, ' '));
const option: fc.Arbitrary<Option> = fc.oneof(
  fc.record({ description: text, default: text }).map(string),
  fc.record({ description: text, required: fc.boolean(), shortDescription: text }).map((spec) => string(spec)),
  fc.record({ description: text, default: fc.nat() }).map(integer),
  fc.record({ description: text, default: fc.nat({ max: 1000 }) }).map(seconds),
  fc.record({ description: text }).map(boolean),
  fc.record({ description: text }).map(({ description }) => boolean({ description, written: true })),
  fc
    .record({
      description: text,
      choices: fc.uniqueArray(text, { minLength: 1, selector: (one) => one.toUpperCase() }),
    })
    .map(choice),
);
const ownOptions = fc.dictionary(
  fc.stringMatching(/^own_[a-z0-9_]{1,8}$/).filter((name) => !name.includes('__')),
  option,
  { maxKeys: 5 },
);
// These bring conditions of their own, or share a short form.
const special = [
  'plug',
  'method',
  'missing_as_off',
  'port_as_ip',
  'session_url',
  'vmware_datacenter',
  'switch',
  'separator',
];
const picked = fc.subarray(Object.keys(standardOptions).filter((name) => !special.includes(name)) as StandardName[]);

const definition: fc.Arbitrary<FenceAgent> = fc
  .record({
    shortDescription: line,
    longDescription: text,
    vendorUrl: text,
    symlinks: fc.array(fc.record({ name: line, shortDescription: line }), { maxLength: 2 }),
    fabric: fc.boolean(),
    noOn: fc.boolean(),
    noOff: fc.boolean(),
    onTarget: fc.boolean(),
    own: ownOptions,
    picked,
    plugs: fc.boolean(),
  })
  .map(({ own, picked: names, plugs, ...description }) => {
    const options: Record<string, OptionPick> = {
      ...own,
      ...Object.fromEntries(names.map((name) => [name, standard])),
    };
    const functions = { powerStatus: async () => 'on', setPower: async () => undefined, list: async () => [] };
    const all = plugs
      ? { ...functions, options: { ...options, plug: standard } }
      : { ...functions, list: undefined, options };
    return defineFenceAgent({ name: 'fence_random', ...description, ...all } as never);
  });

describe.runIf(haveRealParts('xmllint', ...schemas))('metadata and manpage', () => {
  it('are well-formed and valid for any definition', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'metadata-'));
    try {
      const files: string[] = [];
      for (const agent of fc.sample(definition, 200)) {
        for (const action of ['metadata', 'manpage']) {
          const { exitStatus, stdout, stderr } = await runInMemory(agent, { argv: ['-o', action] });
          expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: '' });
          const file = join(directory, `${files.length}.xml`);
          await writeFile(file, stdout);
          files.push(file);
        }
      }
      for (const schema of schemas) {
        const { status, stderr } = spawnSync('xmllint', ['--noout', '--relaxng', schema, ...files], {
          encoding: 'utf8',
        });
        expect({
          status,
          wrong: stderr.split('\n').filter((one) => one !== '' && !one.endsWith(' validates')),
        }).toEqual({
          status: 0,
          wrong: [],
        });
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

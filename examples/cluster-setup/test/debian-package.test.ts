import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testDebianPackage } from '../../../tools/test/support/debian-package.js';
import { haveRealParts } from '../../../tools/test/support/real-parts.js';
import { buildPackage } from '../packaging/build-package.js';
import { readClusterFile } from '../src/config/read-cluster-file.js';
import { program } from '../src/program/commands.js';

const home = join(import.meta.dirname, '..');
const { isBuilt, text, manualPage } = testDebianPackage({
  name: 'cluster-setup',
  program: 'cluster-setup',
  home,
  buildPackage,
});

describe.runIf(isBuilt)('the Debian package', () => {
  it('brings an example that the program takes, and its schema', () => {
    const example = text('usr/share/doc/cluster-setup/examples/cluster.yaml');
    const [, schema = ''] = /\$schema=\/(\S+)/.exec(example) ?? [];
    expect(text(schema)).toBe(readFileSync(join(home, 'cluster.schema.json'), 'utf8'));
    expect(readClusterFile(example, 'cluster.yaml').cluster).toBe('apachecluster');
  });

  it.runIf(haveRealParts('man'))('has a manual page that leaves nothing out', () => {
    const page = manualPage();
    for (const [name, { options }] of Object.entries(program.commands)) {
      expect(page).toContain(`cluster-setup ${name}`);
      for (const option of Object.keys(options)) expect(page).toContain(`--${option}`);
    }
  });
});

// The Debian package fence-sleepi3: the agent, its units, completion and manual page.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildDebianPackage,
  changelog,
  checkedEpoch,
  type DebianPackage,
  gzipped,
  program,
} from '../../../tools/debian/debian-package.js';
import { version } from '../package.json';
import { createAgent } from '../src/agent.js';
import { commands } from '../src/commands.js';
import { renderBashCompletion } from './bash-completion.js';
import { renderManualPage } from './manual-page.js';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch Every time in it, s since 1970.
 * @returns The path of the package.
 */
export function buildPackage(directory: string, epoch: number): string {
  const scripts = { postinst: own('postinst'), prerm: own('prerm'), postrm: own('postrm') };
  const files = installedFiles(join(directory, 'fence_sleepi3'), checkedEpoch(epoch));
  return buildDebianPackage({ name, version, control: own('control'), files, scripts }, directory, epoch);
}

const name = 'fence-sleepi3';

/** What is installed, by its place. */
function installedFiles(bundle: string, date: Date): DebianPackage['files'] {
  const agent = createAgent(version, () => Promise.reject(new Error('nothing is run here')));
  const readmes = Object.fromEntries(
    ['README.md', 'README.ja.md'].map((file) => [`usr/share/doc/${name}/${file}.gz`, gzipped(own(`../${file}`))]),
  );
  return {
    'usr/sbin/fence_sleepi3': program(bundle),
    'lib/systemd/system/fence-sleepi3-boot.service': { content: own('fence-sleepi3-boot.service') },
    'lib/systemd/system/fence-sleepi3-observe.service': { content: own('fence-sleepi3-observe.service') },
    'usr/share/bash-completion/completions/fence_sleepi3': { content: renderBashCompletion(agent, commands) },
    'usr/share/man/man8/fence_sleepi3.8.gz': gzipped(renderManualPage({ agent, commands, version, date })),
    [`usr/share/doc/${name}/copyright`]: { content: own('../../../tools/debian/copyright') },
    ...readmes,
    [`usr/share/doc/${name}/changelog.gz`]: changelog(name, version, own('control'), date),
  };
}

function own(file: string): string {
  return readFileSync(join(here, file), 'utf8');
}

// The Debian package fence-sleepi3: the agent, its units, completion and manual page, and the resource agent for the VIP.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProgramPackage } from '../../../tools/debian/program-package.js';
import { version } from '../package.json';
import { createAgent } from '../src/agent.js';
import { commands } from '../src/commands/table.js';
import { renderBashCompletion } from './bash-completion.js';
import { renderManualPage } from './manual-page.js';

const units = ['fence-sleepi3-boot.service', 'fence-sleepi3-observe.service'];
const home = join(import.meta.dirname, '..');
const unit = (name: string) => ({ content: readFileSync(join(import.meta.dirname, name)) });

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns The path of the package.
 */
export function buildPackage(directory: string, epoch: number): string {
  const agent = createAgent(version, () => Promise.reject(new Error('nothing is run here')));
  return buildProgramPackage(
    {
      name: 'fence-sleepi3',
      version,
      home,
      program: join(directory, 'fence_sleepi3'),
      manualPage: (date) => renderManualPage({ agent, commands, version, date }),
      files: {
        ...Object.fromEntries(units.map((name) => [`lib/systemd/system/${name}`, unit(name)])),
        'usr/lib/ocf/resource.d/sleepi3/IPaddr2': { content: readFileSync(join(home, 'ocf/IPaddr2')), mode: 0o755 },
        'usr/share/bash-completion/completions/fence_sleepi3': { content: renderBashCompletion(agent, commands) },
      },
    },
    directory,
    epoch,
  );
}

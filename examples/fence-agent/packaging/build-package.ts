// The Debian package fence-sleepi3: the agent, its units, completion and manual page, the resource agent for the VIP, and
// i2c-bus for the programs that reach the board.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Architecture,
  i2cBusCopyright,
  i2cBusFiles,
  ownArchitecture,
} from '../../../tools/debian/i2c-bus-addon.js';
import { buildProgramPackage } from '../../../tools/debian/program-package.js';
import { version } from '../package.json';
import { createAgent } from '../src/agent.js';
import { renderBashCompletion } from './bash-completion.js';
import { renderManualPage } from './manual-page.js';

const units = ['fence-sleepi3.socket', 'fence-sleepi3.service'];
const home = join(import.meta.dirname, '..');
const unit = (name: string) => ({ content: readFileSync(join(import.meta.dirname, name)) });

/**
 * Builds the package from the bundled program in `directory` and puts it there.
 *
 * @param epoch - Every time in it, s since 1970.
 * @returns The path of the package.
 * @throws Error when the compiler of the architecture is missing.
 */
export function buildPackage(directory: string, epoch: number, architecture: Architecture = ownArchitecture): string {
  const agent = createAgent(version, () => Promise.reject(new Error('nothing is run here')));
  return buildProgramPackage(
    {
      name: 'fence-sleepi3',
      version,
      architecture,
      home,
      program: join(directory, 'fence_sleepi3'),
      manualPage: (date) => renderManualPage({ agent, version, date }),
      files: {
        ...Object.fromEntries(units.map((name) => [`usr/lib/systemd/system/${name}`, unit(name)])),
        'usr/lib/systemd/system/pacemaker.service.d/fence-sleepi3.conf': unit('pacemaker.conf'),
        ...i2cBusFiles(architecture),
        ...Object.fromEntries(
          ['IPaddr2', 'docker'].map((agent) => [
            `usr/lib/ocf/resource.d/sleepi3/${agent}`,
            { content: readFileSync(join(home, 'ocf', agent)), mode: 0o755 },
          ]),
        ),
        'usr/share/bash-completion/completions/fence_sleepi3': { content: renderBashCompletion(agent) },
      },
      copyright: i2cBusCopyright,
    },
    directory,
    epoch,
  );
}

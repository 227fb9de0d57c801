// The completion of fence_sleepi3 for bash: that of its commands, and the agent's own options where no command was typed.
import type { FenceAgent } from '@sleepi3/fence-protocol';
import { bashCompletion } from '@sleepi3/program';
import { program } from '../src/commands/table.js';

export function renderBashCompletion(agent: FenceAgent): string {
  const options = [...agent.options.values()];
  return bashCompletion(program, {
    options: options.map(({ long, kind, written }) =>
      kind === 'boolean' && written !== true ? `--${long}` : `--${long}=`,
    ),
    choices: {
      '--action | -o': agent.actions,
      ...Object.fromEntries(
        options.flatMap(({ long, choices, written }) =>
          choices ? [[`--${long}`, choices]] : written ? [[`--${long}`, ['true', 'false']]] : [],
        ),
      ),
      '--address': ['0x6e', '0x6d', '0x6b'],
    },
    files: ['--debug-file', '-D'],
  });
}

/** The manual page sleepi3(8), from the table. It is made with the package; the command itself does not need it. */
import type { ManualPage } from '../../../../examples/program/src/manual-page.js';
import { optionRows, parameterRows } from './help.js';
import { commands } from './table.js';

export function manualPage(version: string, date: Date): ManualPage {
  const rows = Object.entries(commands);
  return {
    name: 'sleepi3',
    version,
    date,
    summary: 'reads and sets the slee-Pi 3, the board that powers a Raspberry Pi',
    synopsis: rows.map(([name, { operands = '' }]) => `${name} ${operands} [option...]`),
    description: [
      "Reads and sets the slee-Pi 3 over I2C. Its commands get, set and version are those of the vendor's sleepi3ctl, and " +
        'print what that prints.',
    ],
    commands: rows.map(([name, { summary, description, aliases = [] }]) => ({
      name: [name, ...aliases].join(', '),
      description: description ?? `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
      options: name === 'get' || name === 'set' ? parameterRows[name] : [],
    })),
    sections: {
      OPTIONS: optionRows,
      '"EXIT STATUS"': [
        ['0', 'Done.'],
        ['1', 'The board, the bus or a file failed, or a value is out of range.'],
        ['2', 'The command line cannot be carried out.'],
      ],
      FILES: [['/etc/default/sleepi3', 'Bus and address of the board, as the vendor has them.']],
    },
    seeAlso: ['i2cget (8)', 'date (1)'],
  };
}

// This terminal as a machine's serial console.
import { connect } from 'node:net';
import { join } from 'node:path';
import { LabError } from './errors.js';
import { ringIdentities } from './machine/qemu-arguments.js';

/**
 * Joins this terminal to the console of a machine, until Ctrl-].
 *
 * @param run - The folder of the machines.
 */
export async function joinConsole(which: string, run: string): Promise<number> {
  const identity = ringIdentities.find(({ name, number }) => name === which || String(number) === which);
  if (!identity) throw new LabError('USAGE', `there is no machine ${which}; there are 1 and 2, and 3 in a ring`);
  const { stdin, stdout } = process;
  const socket = connect(join(run, identity.name, 'console.socket'));
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      reject(new LabError('STATE', `${identity.name} has no power, or the lab is not up`, { cause }));
    });
    socket.once('connect', () => {
      stdout.write(`${identity.name}: leave with Ctrl-]\r\n`);
      socket.pipe(stdout);
      if (stdin.isTTY) stdin.setRawMode(true);
      stdin.on('data', (keys: Buffer) => {
        if (keys.includes(0x1d)) socket.end();
        else socket.write(keys);
      });
      stdin.on('end', () => socket.end());
    });
    socket.once('close', () => {
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.destroy();
      resolve(0);
    });
  });
}

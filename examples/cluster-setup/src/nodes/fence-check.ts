// What the fence agent of a node says of that node, its board and its wire.
import { type FenceCheck, parseFenceCheck } from '@sleepi3/program';
import { SetupError } from '../errors.js';
import type { Machine } from './machine.js';

export const agentPath = '/usr/sbin/fence_sleepi3';

/** What it says, or why it says nothing. */
export async function askFenceCheck(machine: Machine): Promise<FenceCheck | string> {
  try {
    const { stdout, stderr } = await machine.run(agentPath, ['check', '--json'], {
      exitCodes: [0, 1],
      timeoutMs: 60_000,
    });
    const check = parseFenceCheck(Buffer.from(stdout, 'latin1').toString('utf8'));
    return check ?? (stderr.trim() || 'the answer of fence_sleepi3 check could not be read');
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
}

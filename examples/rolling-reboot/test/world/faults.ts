// What can go wrong at an operation of the program.
import type { Machine } from './machine.js';

export type FaultKind =
  /** The operation fails, and nothing has happened. */
  | 'fails'
  /** The operation is carried out, and then it says that it has failed, half a minute later. */
  | 'times out'
  /** From here on operations of this name fail, for five minutes. */
  | 'keeps failing'
  /** From here on operations of this name fail, for good. */
  | 'is broken'
  /** The program is killed before, or after, the operation takes effect. */
  | 'is killed before it'
  | 'is killed after it'
  /** The node loses its power for a minute, before or after. */
  | 'loses power before it'
  | 'loses power after it'
  /** All nodes lose their power for a minute. */
  | 'loses power with all others'
  /** Someone reboots the node. */
  | 'is rebooted by someone'
  /** The kernel panics; the watchdog sees to it. */
  | 'hangs'
  /** Another node dies for good. */
  | 'loses a peer'
  /** Another node dies, and is back after two minutes. */
  | 'loses a peer for two minutes';

export interface Fault {
  /** The operation it strikes, counted from 0 over all nodes. */
  readonly at: number;
  readonly kind: FaultKind;
}

/** What a fault can strike besides the machine. */
interface Struck {
  readonly machines: readonly Machine[];
  /** Operations of this name fail for so many ms. */
  break(operation: string, milliseconds: number): void;
}

/** What a fault does before the operation takes effect; of those that come after it, nothing yet. */
export function strike(cluster: Struck, machine: Machine, kind: FaultKind, operation: string): void {
  const peer = cluster.machines.find((one) => one !== machine && one.alive && one.name !== machine.name);
  switch (kind) {
    case 'keeps failing':
      cluster.break(operation, 300_000);
      break;
    case 'is broken':
      cluster.break(operation, Infinity);
      break;
    case 'is killed before it':
      machine.kill();
      break;
    case 'loses power before it':
      machine.losePower(60_000);
      break;
    case 'loses power with all others':
      for (const one of cluster.machines) one.losePower(60_000);
      break;
    case 'is rebooted by someone':
      machine.struck = true;
      machine.orderReboot();
      break;
    case 'hangs':
      machine.struck = true;
      machine.pi.hang();
      break;
    case 'loses a peer':
      peer?.losePower(Infinity);
      break;
    case 'loses a peer for two minutes':
      peer?.losePower(120_000);
      break;
    case 'fails':
    case 'times out':
    case 'is killed after it':
    case 'loses power after it':
      break;
  }
}

import { Sleepi3Error } from '../errors.js';

/** The addresses the board's DIP switch can choose; the first is the default. Source: the vendor's defaults file. */
export const boardAddresses = [0x6e, 0x6d, 0x6b] as const;

/**
 * Refuses what cannot be a board's address; 0x6F, one off, is its clock chip's.
 *
 * @throws {@link Sleepi3Error} `INVALID_ADDRESS`.
 */
export function checkBoardAddress(address: number): void {
  if ((boardAddresses as readonly number[]).includes(address)) return;
  throw new Sleepi3Error(
    'INVALID_ADDRESS',
    `${hex(address)} is not an address of the slee-Pi 3; its DIP switch gives ${boardAddresses.map(hex).join(', ')}`,
    { address },
  );
}

/** A byte as people write addresses: `0x6e`. */
export function hex(value: number): string {
  return Number.isInteger(value) ? `0x${value.toString(16).padStart(2, '0')}` : String(value);
}

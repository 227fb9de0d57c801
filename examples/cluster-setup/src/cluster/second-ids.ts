// How the second means of fencing is called, and where its secret is.

/** Where each node has the password, for root alone. */
export const secondPasswordPath = '/etc/sleepi3/fence-second-password';

/** The id of the second device for a node. */
export function secondId(node: string): string {
  return `fence_${node}_2`;
}

/** The release lines that the published packages run on besides the one that the repository is worked on with. */
export type NodeLine = 18 | 20 | 22 | 24;

/**
 * The path of the program of a release line of Node for this machine, installed under .tools if it is not there yet.
 *
 * @throws Error when it is not there and cannot be installed with npm.
 */
export function bringNode(line: NodeLine): string;

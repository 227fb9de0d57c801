/** The path of a Node 18 program for this machine, installed under .tools if it is not there yet. */
export function bringNode18(): string;

/** A package, and what of it tests need. */
export interface Part {
  /** Of several the first that the release has is taken. */
  readonly packages: readonly string[];
  /** Programs by their name, files by their path. */
  readonly brings: readonly string[];
  /** The first release of Debian that has it. */
  readonly since?: number;
}

export const parts: readonly Part[];

/** The absolute path of a part, or undefined when it is not on this machine. */
export function findPart(name: string): string | undefined;

/** Whether the release of this machine can have it. */
export function isToBeHad(name: string): boolean;

/**
 * The entry of the table that brings it.
 *
 * @throws Error when there is none.
 */
export function partOf(name: string): Part;

/** The entries of the table of which something is not on this machine although it can be. */
export function missingParts(): readonly Part[];

/** Whether tests may have namespaces of their own, with mounts in them: root may, but not in every container. */
export function mayHaveNamespaces(): boolean;

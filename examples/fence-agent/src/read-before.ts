/** The variable of the environment in which sh hands on what it has read of the standard input: src/front.ts. */
export const readBefore = 'FENCE_SLEEPI3_READ';

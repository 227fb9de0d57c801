// What somebody may have meant who mistyped a word.

/**
 * The one of `words` that is nearest to `word`; undefined when none is near: more than a third of its letters, or more than
 * three, would have to be other ones.
 */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const most = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  const [best] = words
    .map((candidate) => ({ candidate, distance: distanceBetween(lettersOf(word), lettersOf(candidate), most) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

const lettersOf = (word: string) => Array.from(word.toLowerCase());

/**
 * How many letters must be put in, left out, replaced or swapped with their neighbour to make one word of the other; when
 * it is more than `most`, any number above that.
 */
function distanceBetween(a: readonly string[], b: readonly string[], most: number): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  if (a[0] === b[0]) return distanceBetween(a.slice(1), b.slice(1), most);
  if (most === 0) return Infinity;
  const after = (i: number, j: number) => 1 + distanceBetween(a.slice(i), b.slice(j), most - 1);
  return Math.min(after(1, 0), after(0, 1), after(1, 1), a[0] === b[1] && a[1] === b[0] ? after(2, 2) : Infinity);
}

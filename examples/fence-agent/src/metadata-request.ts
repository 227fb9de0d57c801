// Whether a call asks for the metadata, and for nothing else, in the words of Pacemaker or of pcs. Put otherwise it is answered
// the long way round, which knows all the ways to say it; the answer is the same.

/**
 * @param words - The command line.
 * @param input - Standard input, where there is no command line.
 */
export function asksForMetadata(words: readonly string[], input: string | undefined): boolean {
  if (input !== undefined) return /^action=metadata\n?$/.test(input);
  const [option = '', action, ...more] = words;
  if (option === '--action=metadata') return action === undefined;
  return (option === '-o' || option === '--action') && action === 'metadata' && more.length === 0;
}

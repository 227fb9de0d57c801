// How the text of the site is cut into words to be found by.

/**
 * Latin words, numbers and codes as a whole (`NOT_RUNNING`, `extin-powerdown`, `0x6e`) and in their parts. Japanese has no
 * blanks: of it every two characters in a row, so that any part of a word that is longer finds it, and single characters at
 * the end of a run. Must not use anything outside itself: it is sent to the browser as text.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  const japanese = /[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f々〆ー]+/gu;
  for (const [run] of text.matchAll(japanese)) {
    const characters = Array.from(run);
    characters.forEach((character, index) => words.push(character + (characters[index + 1] ?? '')));
  }
  for (const [run] of text.replaceAll(japanese, ' ').matchAll(/[\p{L}\p{N}]+(?:[._:/-][\p{L}\p{N}]+)*/gu)) {
    words.push(run);
    const parts = run.split(/[._:/-]/);
    if (parts.length > 1) words.push(...parts);
  }
  return words;
}

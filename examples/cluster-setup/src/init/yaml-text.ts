// Texts as the cluster file has them, so that they read back as the same texts.

/** What is a text to every reader of YAML when it is of these characters, and not one of the words and numbers below. */
const plain = /^[A-Za-z0-9_/][A-Za-z0-9_./-]*$/;

/** Booleans and null of YAML 1.2, and of YAML 1.1, which other programs still read. */
const word = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** Numbers and dates of either, and an exponent by itself, which the package yaml takes for one. */
const number = /^(?:0x[\da-f_]+|0o[0-7]+|[\d_]*(?:\.[\d_]*)?(?:e-?\d*)?|\d{4}-\d.*)$/i;

/** With quotes where YAML would take it for something else. */
export function quoted(text: string): string {
  // A text in JSON is one in YAML.
  return plain.test(text) && !word.test(text) && !number.test(text) ? text : JSON.stringify(text);
}

const width = 110;

/** Lines of comment. What a machine says of itself cannot end the line that it is on. */
export function comment(indent: string, text: string): string[] {
  const lines: string[] = [];
  for (const next of oneLine(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + next.length <= width) lines[lines.length - 1] = `${last} ${next}`;
    else lines.push(`${indent}# ${next}`);
  }
  return lines;
}

/** Without what would move the cursor of a terminal or begin a line. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}

// What the copyright file of a Debian package says of the packages of others that are bundled in its program.
import { readFileSync } from 'node:fs';

/** The stanza of each, and the licence that it names where the copyright file of all has not got it. */
const holders: Readonly<Record<string, { readonly copyright: string; readonly licence: 'Expat' | 'ISC' }>> = {
  saxes: {
    copyright:
      'the contributors of saxes\n           Isaac Z. Schlueter and Contributors (sax)\n           Mathias Bynens (String.fromCodePoint)',
    licence: 'ISC',
  },
  xmlchars: { copyright: 'Louis-Dominique Dubeau and contributors to xmlchars', licence: 'Expat' },
  yaml: { copyright: 'Eemeli Aro <eemeli@gmail.com>', licence: 'ISC' },
};

const isc = `
License: ISC
 Permission to use, copy, modify, and/or distribute this software for any
 purpose with or without fee is hereby granted, provided that the above
 copyright notice and this permission notice appear in all copies.
 .
 THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
 IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`;

/**
 * The stanzas for all that is bundled.
 *
 * @param metafile - What esbuild wrote down of the bundle.
 * @throws Error when something is bundled whose copyright is not known here.
 */
export function licencesOfBundled(metafile: string): string {
  const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { inputs: Readonly<Record<string, unknown>> };
  const names = Object.keys(inputs).flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  const bundled = [...new Set(names)].sort();
  const stanzas = bundled.map((name) => {
    const holder = holders[name];
    if (holder === undefined)
      throw new Error(`${name} is bundled, and ${import.meta.filename} does not know its licence`);
    return {
      ...holder,
      text: `\nFiles: node_modules/${name}/*\nCopyright: ${holder.copyright}\nLicense: ${holder.licence}\n`,
    };
  });
  return stanzas.map(({ text }) => text).join('') + (stanzas.some(({ licence }) => licence === 'ISC') ? isc : '');
}

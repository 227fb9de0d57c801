import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unescapeOnce } from '../src/xml/escaped-twice.js';

it.each([
  ['a line break of Pacemaker 2.1', 'gone\\nsecond', 'gone\nsecond'],
  ['a line break of Pacemaker 3.0', 'gone&#x0A;second&#10;third', 'gone\nsecond\nthird'],
  ['what XML names', '&lt;b&gt; &quot;q&quot; &apos;x&apos; &amp;lt;', `<b> "q" 'x' &lt;`],
  ['what is no entity', '&nbsp; & &#x110000; &#xZZ; 5 < 6', '&nbsp; & &#x110000; &#xZZ; 5 < 6'],
])('reads %s', (_, escaped, said) => {
  expect(unescapeOnce(escaped)).toBe(said);
});

it('gives back whatever was escaped, of either release', () => {
  const entities: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
  const escape = (text: string, lineBreak: string) =>
    text.replaceAll(/[&<>"']/g, (sign) => `&${entities[sign] ?? ''};`).replaceAll('\n', lineBreak);
  const spoken = fc.string({
    unit: fc.constantFrom(...['&', '<', '>', '"', "'", ';', '#x0A', 'lt', 'amp', 'n', ' ', 'é', '\n']),
  });
  fc.assert(
    fc.property(spoken, fc.constantFrom('\\n', '&#x0A;'), (said, lineBreak) => {
      expect(unescapeOnce(escape(said, lineBreak))).toBe(said);
    }),
  );
});

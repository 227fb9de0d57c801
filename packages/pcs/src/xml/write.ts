// An element as XML text again.
import type { XmlElement } from './tree.js';

/** The element and all in it as one XML document, without comments and white space between elements. */
export function writeXml({ name, attributes, children, text }: Omit<XmlElement, 'attributeCount'>): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const inside = children.map(writeXml).join('') + escaped(text);
  return inside === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${inside}</${name}>`;
}

/** An element with these attributes and children, for {@link writeXml}. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly XmlElement[] = [],
): XmlElement {
  return { name, attributes, attributeCount: Object.keys(attributes).length, children, text: '' };
}

function escaped(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

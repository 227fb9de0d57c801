// Every example in the READMEs of the packages, and in the guide to them, compiles against the packages. An example goes on from
// those before it: what it uses without a word is exported by its package, or is in the table below.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as driver from '../../packages/driver/src/index.js';
import * as protocol from '../../packages/fence-protocol/src/index.js';
import * as protocolTesting from '../../packages/fence-protocol/src/testing/index.js';
import * as pcs from '../../packages/pcs/src/index.js';
import * as pcsTesting from '../../packages/pcs/src/testing/index.js';
import * as simulator from '../../packages/simulator/src/index.js';
import { ExampleFolder } from './support/examples.js';
import { codeBlocksOf } from './support/markdown.js';
import { readText } from './support/repository.js';

const root = join(import.meta.dirname, '../..');

const exportsOf: Readonly<Record<string, object>> = {
  '@sleepi3/driver': driver,
  '@sleepi3/simulator': simulator,
  '@sleepi3/fence-protocol': protocol,
  '@sleepi3/fence-protocol/testing': protocolTesting,
  '@sleepi3/pcs': pcs,
  '@sleepi3/pcs/testing': pcsTesting,
  'node:fs': fs,
};

/** What the examples of a page take for granted, beside the exports of the modules. */
const pages = [
  { page: 'packages/driver/README.md', modules: ['@sleepi3/driver'], given: '' },
  {
    page: 'packages/simulator/README.md',
    modules: ['@sleepi3/simulator'],
    given: 'declare const board: import("@sleepi3/simulator").VirtualBoard;',
  },
  {
    page: 'packages/fence-protocol/README.md',
    modules: ['@sleepi3/fence-protocol', '@sleepi3/fence-protocol/testing'],
    given: 'declare const agent: import("@sleepi3/fence-protocol").FenceAgent;',
  },
  {
    page: 'packages/pcs/README.md',
    modules: ['@sleepi3/pcs', '@sleepi3/pcs/testing', 'node:fs'],
    given:
      'declare const pcs: import("@sleepi3/pcs").Pcs; declare const password: string; declare const signal: AbortSignal;',
  },
  { page: 'docs/guide/packages.md', modules: ['@sleepi3/driver'], given: '' },
] as const;

const examples = pages.flatMap(({ page, modules, given }) =>
  codeBlocksOf(readText(root, page))
    .filter(({ language }) => language === 'ts')
    .map(({ code }, index) => ({ page, modules, given, code, name: `${page.replaceAll(/\W+/g, '-')}-${index}.ts` })),
);

/** The example as a module. */
function moduleOf({ modules, given, code }: (typeof examples)[number]): string {
  const own = (name: string) =>
    new RegExp(`\\b(?:const|let|function|class) (?:\\{[^}]*|\\[[^\\]]*)?\\b${name}\\b`).test(code) ||
    new RegExp(`^import [^;']*\\b${name}\\b`, 'm').test(code);
  const imports: string[] = [];
  for (const name of modules) {
    const exported = Object.keys(exportsOf[name] ?? {}).filter((one) => one !== 'default');
    const used = exported.filter((one) => new RegExp(`(?<![.\\w'])${one}\\b(?!:)`).test(code) && !own(one));
    if (used.length > 0) imports.push(`import { ${used.join(', ')} } from '${name}';`);
  }
  const declared = given.split(/(?<=;) /).filter((line) => !own(/const (\w+)/.exec(line)?.[1] ?? ''));
  // A part of an object.
  const whole = /^\w+: \{/.test(code) ? `export const part = {\n${code}};\n` : code;
  return [...imports, ...declared, whole, 'export {};\n'].join('\n');
}

describe('the examples of the packages', () => {
  let folder: ExampleFolder;
  beforeAll(() => {
    folder = new ExampleFolder(Object.fromEntries(examples.map((one) => [one.name, moduleOf(one)])));
  });
  afterAll(() => {
    folder[Symbol.dispose]();
  });

  it('are found on every page', () => {
    expect(pages.filter(({ page }) => !examples.some((one) => one.page === page))).toEqual([]);
    expect(examples.length).toBeGreaterThan(15);
  });

  it('compile', { timeout: 300_000 }, () => {
    expect(folder.compile()).toBe('');
  });
});

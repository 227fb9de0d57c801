// What an editor shows of the packages as built: the TypeScript language service is asked for every public call, as an
// editor asks it, and has to have a documentation and the names of the arguments.
import ts from 'typescript';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const entries = [
  ['driver', 'driver/dist/index'],
  ['simulator', 'simulator/dist/index'],
  ['fence-protocol', 'fence-protocol/dist/index'],
  ['fence-protocol/testing', 'fence-protocol/dist/testing'],
  ['pcs', 'pcs/dist/index'],
  ['pcs/testing', 'pcs/dist/testing'],
] as const;
const built = entries.every(([, path]) => existsSync(join(root, `packages/${path}.d.ts`)));
if (!built && process.env['CI'] === 'true')
  throw new Error('the packages have to be built before their types are read');

describe.runIf(built)('an editor', () => {
  it.each(entries)('shows documentation and arguments of every public call of @sleepi3/%s', (_name, path) => {
    const shown = shownOf(path);
    expect(shown.size).toBeGreaterThan(5);
    const undocumented = [...shown].filter(([, { documentation }]) => documentation === '');
    expect(undocumented.map(([call]) => call)).toEqual([]);
    const unnamed = [...shown].filter(([, { arguments: names }]) => names.some((name) => !/^[a-z]\w*$/i.test(name)));
    expect(unnamed.map(([call, { arguments: names }]) => `${call}(${names.join(', ')})`)).toEqual([]);
  });

  it('knows the calls of pcs by their names', () => {
    const shown = shownOf('pcs/dist/index');
    const count = (start: string) => [...shown.keys()].filter((call) => call.startsWith(start)).length;
    expect(count('Pcs.')).toBeGreaterThan(190);
    expect(count('Transaction.')).toBeGreaterThan(90);
    expect(shown.get('Pcs.resource.create')).toEqual({
      documentation: expect.stringContaining('`pcs resource create`'),
      arguments: ['resource', 'type', 'options', 'settings'],
    });
    expect(shown.get('Pcs.acl.enable')?.documentation).toBe('`pcs acl enable`.');
  });
});

/** What an editor shows of an entry; each is opened once. */
function shownOf(path: string): ReadonlyMap<string, Shown> {
  const known = opened.get(path) ?? new Editor(join(root, 'packages', `${path}.js`)).showAll();
  opened.set(path, known);
  return known;
}
const opened = new Map<string, ReadonlyMap<string, Shown>>();
/** The files that all entries have in common, read once: the language's own, and Node's. */
const documents = ts.createDocumentRegistry();

interface Shown {
  readonly documentation: string;
  readonly arguments: readonly string[];
}

/** Something public that can be called, and how it is written in a file that imports the entry. */
interface Call {
  /** `function`, `Type.method` or `Type.family.method`. */
  readonly name: string;
  readonly expression: string;
}

/** A file that imports an entry and calls everything, open in an editor. */
class Editor {
  readonly #path = join(root, 'tools/test/as-typed-in-an-editor.ts');
  readonly #service: ts.LanguageService;
  #text: string;
  #version = 1;

  constructor(entry: string) {
    this.#text = `import * as entry from ${JSON.stringify(entry)};\n`;
    const options: ts.CompilerOptions = {
      strict: true,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: ['node'],
      skipLibCheck: true,
    };
    const read = (file: string) => (file === this.#path ? this.#text : ts.sys.readFile(file));
    this.#service = ts.createLanguageService(
      {
        getScriptFileNames: () => [this.#path],
        getScriptVersion: (file) => String(file === this.#path ? this.#version : 0),
        getScriptSnapshot: (file) => {
          const text = read(file);
          return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
        },
        getCurrentDirectory: () => root,
        getCompilationSettings: () => options,
        getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
        fileExists: (file) => file === this.#path || ts.sys.fileExists(file),
        readFile: read,
        directoryExists: (directory) => ts.sys.directoryExists(directory),
        getDirectories: (directory) => ts.sys.getDirectories(directory),
        realpath: (path) => ts.sys.realpath?.(path) ?? path,
      },
      documents,
    );
  }

  /** What appears over each call, and while its arguments are typed. */
  showAll(): ReadonlyMap<string, Shown> {
    const calls = this.#calls();
    const places = calls.map(({ expression }) => {
      const place = this.#text.length + expression.length;
      this.#text += `${expression}();\n`;
      return place;
    });
    this.#version += 1;
    return new Map(
      calls.map(({ name, expression }, index) => {
        const place = places[index] ?? 0;
        const hover = this.#service.getQuickInfoAtPosition(this.#path, place - 1);
        const help = this.#service.getSignatureHelpItems(this.#path, place + 1, undefined);
        if (help === undefined) throw new Error(`nothing helps to call ${expression}`);
        const parameters = help.items.flatMap((item) => item.parameters.map((parameter) => parameter.name));
        return [name, { documentation: ts.displayPartsToString(hover?.documentation), arguments: parameters }];
      }),
    );
  }

  #calls(): Call[] {
    const program = this.#service.getProgram();
    const [first] = program?.getSourceFile(this.#path)?.statements ?? [];
    const checker = program?.getTypeChecker();
    const entry = checker?.getSymbolAtLocation((first as ts.ImportDeclaration).moduleSpecifier);
    if (checker === undefined || entry === undefined) throw new Error(`not found: ${this.#text}`);

    const within = (name: string, expression: string, type: ts.Type): Call[] =>
      type.getProperties().flatMap((property) => {
        if (!isOwn(property) || property.name === 'prototype') return [];
        const own = { name: `${name}.${property.name}`, expression: `${expression}.${property.name}` };
        const below = checker.getNonNullableType(checker.getTypeOfSymbol(property));
        if (below.getCallSignatures().length > 0) return [own];
        return isFamily(below) ? within(own.name, own.expression, below) : [];
      });
    return checker.getExportsOfModule(entry).flatMap((exported) => {
      const { name } = exported;
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const expression = `entry.${name}`;
      const value = checker.getTypeOfSymbol(symbol);
      if (value.getCallSignatures().length > 0) return [{ name, expression }];
      if (isNamespace(symbol)) return within(name, expression, value);
      const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
      const isInterface = (symbol.flags & ts.SymbolFlags.Interface) !== 0 && !callsOfFamilies.test(name);
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      const parameters = (type as ts.InterfaceType).typeParameters?.map(() => 'any').join(', ');
      const instance = `(null! as ${expression}${parameters === undefined ? '' : `<${parameters}>`})`;
      return [
        ...(isClass ? within(name, expression, value) : []),
        ...(isClass || isInterface ? within(name, instance, type) : []),
      ];
    });
  }
}

/** Seen where they are members: `Pcs.resource`, `Transaction.resource`. */
const callsOfFamilies = /Calls(?:OnFile)?$|Family$/;

/** An object of calls, such as `pcs.resource`; a type with a name of its own is seen for itself. */
function isFamily({ symbol }: ts.Type): boolean {
  if ((symbol as ts.Symbol | undefined) === undefined) return false;
  return /^__(?:type|object)$/.test(symbol.name) || callsOfFamilies.test(symbol.name) || isNamespace(symbol);
}

function isNamespace({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Module) !== 0;
}

/** Declared by the package, not by what it extends; private names aside. */
function isOwn({ name, declarations }: ts.Symbol): boolean {
  return /^[a-z]/i.test(name) && (declarations ?? []).some((one) => one.getSourceFile().fileName.includes('/dist/'));
}

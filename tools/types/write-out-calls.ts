// Types that TypeScript works out from others reach an editor without documentation and with arguments called `args_0`. Here
// the calls of such a type are written out in the built declarations: each with the comment and the arguments of the
// command that it runs.
import ts from 'typescript';
import { readFileSync, writeFileSync } from 'node:fs';

export interface CallsToWriteOut {
  /** The class or interface whose properties are families of calls. */
  readonly type: string;
  /** The end of the names of the families' interfaces. */
  readonly suffix: string;
  /** What it extends, when its families are worked out as a whole. */
  readonly heritage?: string;
}

/** Writes the calls out in a file of declarations, in place. */
export function writeOutCalls(file: string, types: readonly CallsToWriteOut[]): void {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['node'],
  });
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} cannot be read`);
  const writer = new Writer(program.getTypeChecker(), source);
  writer.nameArguments();
  for (const type of types) writer.writeOut(type);
  writeFileSync(file, writer.text());
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

class Writer {
  readonly #checker: ts.TypeChecker;
  readonly #source: ts.SourceFile;
  readonly #interfaces = new Map<string, string>();
  readonly #edits: Edit[] = [];

  constructor(checker: ts.TypeChecker, source: ts.SourceFile) {
    this.#checker = checker;
    this.#source = source;
  }

  writeOut({ type: name, suffix, heritage }: CallsToWriteOut): void {
    const declaration = this.#declarationOf(name);
    const type = this.#checker.getTypeAtLocation(declaration);
    if (heritage === undefined) {
      for (const member of declaration.members) {
        const alias = isTyped(member) ? this.#aliasOf(member.type) : undefined;
        if (!isTyped(member) || alias === undefined) continue;
        const family = this.#family(member.name.getText(), this.#checker.getTypeAtLocation(member), suffix);
        if (family === undefined) continue;
        if (commentOf(member) === '') this.#insert(member.getStart(), `${titleOf(member.name.getText())}\n    `);
        this.#replace(member.type, family);
        // An alias of this one type has had its day; its name is the interface's now.
        if (alias.typeParameters === undefined) this.#replace(alias, '');
      }
      return;
    }
    const [clause] = declaration.heritageClauses ?? [];
    if (clause?.types[0]?.expression.getText() !== heritage) throw new Error(`${name} does not extend ${heritage}`);
    const own = new Set(declaration.members.map((member) => member.name?.getText()));
    const families = type.getProperties().flatMap((property) => {
      if (own.has(property.name)) return [];
      const family = this.#family(property.name, this.#checker.getTypeOfSymbol(property), suffix);
      return family === undefined ? [] : [`    ${titleOf(property.name)}\n    readonly ${property.name}: ${family};\n`];
    });
    this.#replace(clause, '');
    const [first] = declaration.members;
    if (first === undefined) throw new Error(`${name} has no member of its own`);
    this.#insert(first.getFullStart() + 1, families.join(''));
  }

  text(): string {
    const text = readFileSync(this.#source.fileName, 'utf8');
    const exported = this.#source.statements.find(
      (statement): statement is ts.ExportDeclaration =>
        ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined,
    );
    if (exported === undefined) throw new Error(`${this.#source.fileName} exports nothing`);
    const names = [...this.#interfaces.keys()].map((name) => `type ${name}, `).join('');
    this.#insert(exported.getStart(), [...this.#interfaces.values()].join('\n'));
    this.#insert(exported.getStart() + 'export { '.length, names);
    return this.#edits
      .sort((a, b) => b.start - a.start)
      .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
  }

  /** Makes the interface of a family of calls and answers its name; undefined when there is no call in it. */
  #family(name: string, type: ts.Type, suffix: string, comment = titleOf(name)): string | undefined {
    const members = type.getProperties().flatMap((property) => {
      const found = this.#behind(property);
      const callable = functionOf(found);
      if (callable !== undefined) {
        return [`${indented(commentOf(found))}    readonly ${property.name}: ${this.#call(callable)};\n`];
      }
      const title = commentOf(found) || titleOf(`${name}.${property.name}`);
      const nested = this.#family(`${name}.${property.name}`, this.#checker.getTypeOfSymbol(property), suffix, title);
      return nested === undefined ? [] : [`${indented(title)}    readonly ${property.name}: ${nested};\n`];
    });
    if (members.length === 0) return undefined;
    const own = name.split('.').map(capitalized).join('') + suffix;
    this.#interfaces.set(own, `${comment}\ninterface ${own} {\n${members.join('')}}\n`);
    return own;
  }

  /** Gives every argument a name. */
  nameArguments(): void {
    const visit = (node: ts.Node): void => {
      if (ts.isParameter(node) && !ts.isIdentifier(node.name)) this.#replace(node.name, nameOf(node));
      ts.forEachChild(node, visit);
    };
    visit(this.#source);
  }

  /** What a property was worked out from: the command's own declaration. */
  #behind(property: ts.Symbol): ts.Declaration {
    let [declaration] = property.declarations ?? [];
    while (declaration !== undefined) {
      const symbol = this.#symbolBehind(declaration);
      const [next] = symbol?.declarations ?? [];
      if (next === undefined || next === declaration) return declaration;
      declaration = next;
    }
    throw new Error(`${property.name} has no declaration`);
  }

  #symbolBehind(declaration: ts.Declaration): ts.Symbol | undefined {
    if (ts.isExportSpecifier(declaration)) {
      const symbol = this.#checker.getSymbolAtLocation(declaration.propertyName ?? declaration.name);
      return symbol && symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    }
    const isOther = ts.isVariableDeclaration(declaration) && declaration.type && ts.isTypeQueryNode(declaration.type);
    if (!isOther) return undefined;
    return this.#checker.getSymbolAtLocation(declaration.type.exprName);
  }

  /** The same arguments, and a promise of what the command answers. */
  #call(type: ts.FunctionTypeNode): string {
    const parameters = type.parameters.map((parameter) =>
      parameter.getText().replace(parameter.name.getText(), () => nameOf(parameter)),
    );
    const answer = type.type.getText().replace(/^(?:Cib)?Command</, 'Promise<');
    if (!answer.startsWith('Promise<')) throw new Error(`${type.getText()} is neither a command nor a call`);
    const generic = type.typeParameters?.map((one) => one.getText()).join(', ');
    return `${generic === undefined ? '' : `<${generic}>`}(${parameters.join(', ')}) => ${answer}`;
  }

  #aliasOf(type: ts.TypeNode): ts.TypeAliasDeclaration | undefined {
    const symbol = ts.isTypeReferenceNode(type) ? this.#checker.getSymbolAtLocation(type.typeName) : undefined;
    return symbol?.declarations?.find(ts.isTypeAliasDeclaration);
  }

  #declarationOf(name: string): ts.ClassDeclaration | ts.InterfaceDeclaration {
    const found = this.#source.statements.find(
      (statement): statement is ts.ClassDeclaration | ts.InterfaceDeclaration =>
        (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) && statement.name?.text === name,
    );
    if (found === undefined) throw new Error(`${this.#source.fileName} has no ${name}`);
    return found;
  }

  #replace(node: ts.Node, text: string): void {
    this.#edits.push({ start: node.getStart(), end: node.getEnd(), text });
  }

  #insert(place: number, text: string): void {
    this.#edits.push({ start: place, end: place, text });
  }
}

function isTyped(member: ts.ClassElement | ts.TypeElement): member is (
  ts.PropertyDeclaration | ts.PropertySignature
) & {
  readonly type: ts.TypeNode;
} {
  return (ts.isPropertyDeclaration(member) || ts.isPropertySignature(member)) && member.type !== undefined;
}

function functionOf(declaration: ts.Declaration): ts.FunctionTypeNode | undefined {
  const isProperty = ts.isVariableDeclaration(declaration) || ts.isPropertySignature(declaration);
  return isProperty && declaration.type && ts.isFunctionTypeNode(declaration.type) ? declaration.type : undefined;
}

/** An argument that is taken apart where it comes in has no name there. */
function nameOf({ name }: ts.ParameterDeclaration): string {
  return ts.isIdentifier(name) ? name.text : 'options';
}

/** The comment before a declaration, as it stands. */
function commentOf(declaration: ts.Declaration): string {
  const [comment] = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc);
  return comment?.getText() ?? '';
}

function indented(comment: string): string {
  if (comment === '') return '';
  return `    ${comment.replaceAll(/\n\s*/g, '\n     ')}\n`;
}

/** The comment of a family that has none. */
function titleOf(name: string): string {
  return `/** \`pcs ${name.replaceAll('.', ' ')} …\` */`;
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

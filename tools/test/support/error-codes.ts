// The error classes of every package and program, read off the sources, and their codes: the union of string literals that
// is the type of `code` (or `failure`) of each class that extends Error.
import ts from 'typescript';
import { filesUnder, readText } from './repository.js';

/** The codes of one class of errors. */
export interface ErrorCodes {
  /** `PcsError` */
  readonly className: string;
  /** The file of the class, from the root of the repository. */
  readonly file: string;
  readonly codes: readonly string[];
}

/** An exported class of errors. */
export interface ErrorClass {
  readonly name: string;
  /** The file of the class, from the root of the repository. */
  readonly file: string;
  /** The constructor's parameters by name; undefined where it is Error's own. */
  readonly parameters: readonly string[] | undefined;
}

const sources = /^(?:packages|examples)\/[^/]+\/src\/|^lab\/src\//;

/** All exported classes of errors under `root`. */
export function errorClassesOf(root: string): readonly ErrorClass[] {
  return parsedUnder(root).flatMap(({ file, source }) =>
    source.statements
      .filter(isErrorClass)
      .filter(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
      .map(({ name, members }) => ({
        name: name?.text ?? '',
        file,
        parameters: members.find(ts.isConstructorDeclaration)?.parameters.map((parameter) => parameter.name.getText()),
      })),
  );
}

/** All classes with codes under `root`. */
export function errorCodesOf(root: string): readonly ErrorCodes[] {
  const parsed = parsedUnder(root);
  const aliases = new Map<string, ts.TypeNode>();
  for (const { source } of parsed) {
    for (const statement of source.statements) {
      if (ts.isTypeAliasDeclaration(statement)) aliases.set(statement.name.text, statement.type);
    }
  }
  return parsed.flatMap(({ file, source }) =>
    source.statements.filter(isErrorClass).flatMap((declaration) => {
      const type = codeTypeOf(declaration);
      const codes = type === undefined ? [] : literalsOf(type, aliases);
      return codes.length === 0 ? [] : [{ className: declaration.name?.text ?? '', file, codes }];
    }),
  );
}

function parsedUnder(root: string): readonly { readonly file: string; readonly source: ts.SourceFile }[] {
  const files = filesUnder(root, '.ts').filter((file) => sources.test(file));
  return files.map((file) => ({
    file,
    source: ts.createSourceFile(file, readText(root, file), ts.ScriptTarget.Latest, true),
  }));
}

function isErrorClass(node: ts.Statement): node is ts.ClassDeclaration {
  return (
    ts.isClassDeclaration(node) &&
    (node.heritageClauses ?? []).some(({ types }) => types.some(({ expression }) => expression.getText() === 'Error'))
  );
}

/** The type of its property `code` or `failure`, declared in the class or by its constructor. */
function codeTypeOf(declaration: ts.ClassDeclaration): ts.TypeNode | undefined {
  const constructors = declaration.members.filter(ts.isConstructorDeclaration);
  const declared = [
    ...declaration.members.filter(ts.isPropertyDeclaration),
    ...constructors.flatMap(({ parameters }) => parameters.filter(({ modifiers }) => modifiers !== undefined)),
  ];
  return declared.find(({ name }) => ['code', 'failure'].includes(name.getText()))?.type;
}

function literalsOf(type: ts.TypeNode, aliases: ReadonlyMap<string, ts.TypeNode>): string[] {
  if (ts.isUnionTypeNode(type)) return type.types.flatMap((one) => literalsOf(one, aliases));
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return [type.literal.text];
  if (ts.isTypeReferenceNode(type)) {
    const alias = aliases.get(type.typeName.getText());
    return alias === undefined ? [] : literalsOf(alias, aliases);
  }
  return [];
}

// The error codes of every package and program, read off the sources: the union of string literals that is the type of
// `code` (or `failure`) of each class that extends Error.
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

const sources = /^(?:packages|examples)\/[^/]+\/src\/|^lab\/src\//;

/** All classes with codes under `root`. */
export function errorCodesOf(root: string): readonly ErrorCodes[] {
  const files = filesUnder(root, '.ts').filter((file) => sources.test(file));
  const parsed = files.map((file) => ({
    file,
    source: ts.createSourceFile(file, readText(root, file), ts.ScriptTarget.Latest, true),
  }));
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

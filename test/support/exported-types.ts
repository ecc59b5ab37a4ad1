import { readFileSync } from 'fs';
import { dirname, join } from 'path';
import * as ts from 'typescript';

const INDEX = join(__dirname, '..', '..', 'src', 'index.ts');

export type Declared = ts.InterfaceDeclaration | ts.ClassDeclaration | ts.EnumDeclaration;

type Member = ts.ClassElement | ts.TypeElement | ts.EnumMember;

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** The types that src/index.ts exports, where they are declared. */
export function exportedTypes(): Declared[] {
  return parse(INDEX).statements.filter(ts.isExportDeclaration).flatMap(({ exportClause, moduleSpecifier }) => {
    const names = (exportClause as ts.NamedExports).elements.map(({ name }) => name.text);
    const file = parse(join(dirname(INDEX), `${(moduleSpecifier as ts.StringLiteral).text}.ts`));
    const found = file.statements.filter((node): node is Declared =>
      ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isEnumDeclaration(node));
    return found.filter(({ name }) => names.includes(name?.text ?? ''));
  });
}

export function publicMembers(type: Declared): Member[] {
  return [...type.members].filter(member => isPublic(member) && !ts.isConstructorDeclaration(member));
}

function isPublic(member: Member): boolean {
  const modifiers = ts.canHaveModifiers(member) ? ts.getModifiers(member) ?? [] : [];
  return !modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)
    && !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
}

import * as ts from 'typescript';
import { exportedTypes, publicMembers } from '../support/exported-types';

const types = new Map(exportedTypes().map(type => [type.name!.text, type]));

/**
 * Every option of an options interface, like `collector.throttle.rateLimit`. For a nested interface these are its
 * members, and not the property that holds them. An option of a class is listed, and so are the options of its
 * factories.
 */
export function optionPaths(interfaceName: string, prefix = ''): string[] {
  return publicMembers(types.get(interfaceName)!).flatMap(member => {
    const path = `${prefix}${member.name!.getText()}`;
    const { type } = member as ts.PropertySignature;
    const nested = exportedTypesIn(type);
    const interfaces = nested.filter(name => ts.isInterfaceDeclaration(types.get(name)!));
    if (interfaces.length > 0) return interfaces.flatMap(name => optionPaths(name, `${path}.`));
    return [path, ...nested.flatMap(factoryOptions).flatMap(name => optionPaths(name, `${path}.`))];
  });
}

/** Interfaces that the static methods of a class take. */
function factoryOptions(className: string): string[] {
  const methods = publicMembers(types.get(className)!).filter(ts.isMethodDeclaration);
  return methods.flatMap(({ parameters }) => parameters).flatMap(({ type }) => exportedTypesIn(type))
    .filter(name => ts.isInterfaceDeclaration(types.get(name)!));
}

function exportedTypesIn(type?: ts.TypeNode): string[] {
  return (type?.getText().match(/\b[A-Za-z]+\b/g) ?? []).filter(name => types.has(name));
}

import { readFileSync } from 'fs';
import { join } from 'path';
import * as cdk from 'aws-cdk-lib';
import * as lakehouse from '../../src';

/** A value of a property as test/wrong-configurations.json writes it, for every language. */
type Expression = string | number | boolean | readonly Expression[] | { readonly [name: string]: Expression };

export interface WrongConfiguration {
  readonly wrong: string;
  readonly props: { readonly [name: string]: Expression };
  readonly message: string;
}

export const TABLE = join(__dirname, '..', 'wrong-configurations.json');

export const wrongConfigurations: readonly WrongConfiguration[] = JSON.parse(readFileSync(TABLE, 'utf8'));

/** @returns the message of the error, if there is one */
export function errorOf({ props }: WrongConfiguration): string | undefined {
  const stack = new cdk.Stack();
  try {
    new lakehouse.ClickstreamLakehouse(stack, 'Lakehouse', evaluate(props, stack) as object);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** `{ call, args }` calls a function, `{ value }` is a constant, `{ stack: true }` the stack. */
function evaluate(expression: Expression, stack: cdk.Stack): unknown {
  if (typeof expression !== 'object') return expression;
  if (Array.isArray(expression)) return expression.map(item => evaluate(item, stack));
  const { call, args, value, ...others } = expression as { readonly [name: string]: Expression };
  if (others.stack === true) return stack;
  if (value !== undefined) return named(String(value)).found;
  if (call !== undefined) {
    const { owner, found } = named(String(call));
    return (found as Function).apply(owner, evaluate(args, stack) as unknown[]);
  }
  return Object.fromEntries(Object.entries(others).map(([name, item]) => [name, evaluate(item, stack)]));
}

/** The function or value of aws-cdk-lib or of our package that has this path, with the class that it is of. */
function named(path: string): { readonly owner: unknown; readonly found: unknown } {
  const names = path.split('.');
  const read = (from: unknown, name: string) => (from as Record<string, unknown>)[name];
  const root = names[0] in lakehouse ? lakehouse : cdk;
  const owner = names.slice(0, -1).reduce(read, root as unknown);
  return { owner, found: read(owner, names[names.length - 1]) };
}

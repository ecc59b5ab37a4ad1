/** Evaluates CloudFormation's intrinsic functions for one machine: names and ARNs are made up, consistently. */
import { LocalRunError } from '../support/errors.cjs';

export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface Resource {
  readonly Type: string;
  readonly Properties?: { [key: string]: Json };
}

/** The template has something that the local run cannot play. */
export class TemplateError extends LocalRunError {}

const PSEUDO: Readonly<Record<string, Json>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::NoValue': null,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/local/00000000-0000-0000-0000-000000000000`,
  'AWS::StackName': 'local',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Physical names as CloudFormation would choose them: unique, from the logical id. */
export const physicalName = (logicalId: string) => logicalId.toLowerCase();

export class Intrinsics {
  constructor(protected readonly resources: Readonly<Record<string, Resource>>) {}

  /** The value with every intrinsic function in it replaced; properties that become AWS::NoValue are left out. */
  resolve(value: Json): Json {
    if (Array.isArray(value)) return value.map(item => this.resolve(item));
    if (value === null || typeof value !== 'object') return value;
    const [[name, argument] = [], ...others] = Object.entries(value);
    const isCall = name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
    if (isCall && argument !== undefined) {
      return this.call(name, argument);
    }
    const resolved = Object.entries(value).map(([key, item]): [string, Json] => [key, this.resolve(item)]);
    return Object.fromEntries(resolved.filter(([key, item]) => item !== null || value[key] === null));
  }

  private call(name: string, argument: Json): Json {
    switch (name) {
      case 'Ref': return this.ref(String(argument));
      case 'Fn::GetAtt': return this.attribute(...splitAttribute(argument));
      case 'Fn::Join': return this.join(argument);
      case 'Fn::Select': return this.select(argument);
      case 'Fn::Split': return this.split(argument);
      case 'Fn::Sub': return this.substitute(argument);
      default: throw new TemplateError(`the local run cannot evaluate ${name} (${JSON.stringify(argument)})`,
        'add it to examples/local/aws/intrinsics.ts');
    }
  }

  /** The value of Ref. A subclass that knows other names overrides it and `attribute`. */
  protected ref(id: string): Json {
    if (id in PSEUDO) return PSEUDO[id];
    const resource = this.resources[id];
    if (resource === undefined) {
      throw new TemplateError(`the template refers to ${id}, which is neither a resource nor known locally`);
    }
    const name = resource.Properties?.Name;
    return typeof name === 'string' ? name : physicalName(id);
  }

  protected attribute(id: string, attribute: string): Json {
    const resource = this.resources[id];
    if (resource === undefined) throw new TemplateError(`the template asks for ${id}.${attribute}, but has no ${id}`);
    if (attribute !== 'Arn') return `${physicalName(id)}-${attribute.toLowerCase()}`;
    const service = resource.Type.split('::')[1].toLowerCase();
    return `arn:aws:${service}:${REGION}:${ACCOUNT}:${String(this.ref(id))}`;
  }

  private join(argument: Json): string {
    const [separator, parts] = pair(argument, 'Fn::Join');
    const resolved = this.resolve(parts);
    if (!Array.isArray(resolved)) throw new TemplateError(`Fn::Join needs a list, got ${JSON.stringify(parts)}`);
    return resolved.join(String(separator));
  }

  private select(argument: Json): Json {
    const [index, list] = pair(argument, 'Fn::Select');
    const resolved = this.resolve(list);
    const item = Array.isArray(resolved) ? resolved[Number(index)] : undefined;
    if (item === undefined) {
      throw new TemplateError(`Fn::Select finds no item ${String(index)} in ${JSON.stringify(list)}`);
    }
    return item;
  }

  private split(argument: Json): Json {
    const [separator, text] = pair(argument, 'Fn::Split');
    return String(this.resolve(text)).split(String(separator));
  }

  private substitute(argument: Json): string {
    const [text, variables] = Array.isArray(argument) ? pair(argument, 'Fn::Sub') : [argument, {}];
    const known = this.resolve(variables) as { [key: string]: Json };
    return String(text).replace(/\$\{([^!${}][^${}]*)\}/g, (_match, name: string) => {
      if (name in known) return String(known[name]);
      return String(name.includes('.') ? this.attribute(...splitAttribute(name)) : this.ref(name));
    }).replace(/\$\{!/g, '${');
  }
}

function pair(argument: Json, name: string): [Json, Json] {
  if (!Array.isArray(argument) || argument.length !== 2) {
    throw new TemplateError(`${name} needs two arguments, got ${JSON.stringify(argument)}`);
  }
  return [argument[0], argument[1]];
}

function splitAttribute(argument: Json): [string, string] {
  const [id, ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  return [id, attribute.join('.')];
}

import { CloudFormationTemplate } from './template-graph';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/**
 * An intrinsic as short text: `${Stream.Arn}`, `arn:${Partition}:s3:::…`.
 *
 * The hash of logical ids and the stack's own id are left out.
 */
export function rendered(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(rendered).join(', ');
  const [[key, inner]] = Object.entries(value);
  if (key === 'Ref') return `\${${shortId(inner)}}`;
  if (key === 'Fn::GetAtt') return `\${${shortId(inner[0])}.${inner[1]}}`;
  if (key === 'Fn::Join') return inner[1].map(rendered).join(inner[0]);
  if (key === 'Fn::Sub') return String(inner);
  return `${key}(${rendered(inner)})`;
}

export function shortId(id: string): string {
  return id.replace(/^AWS::/, '').replace(/^Lakehouse/, '').replace(/[0-9A-F]{8}$/, '');
}

/**
 * Each role's statements, a line each: `actions on resources if condition`.
 *
 * @throws for a policy that IAM would refuse, since two of its statements have one name
 */
export function statementsByRole({ Resources }: CloudFormationTemplate): Record<string, string[]> {
  const roles: Record<string, string[]> = {};
  for (const [id, { Type, Properties = {} }] of Object.entries(Resources)) {
    if (Type === 'AWS::IAM::Role') {
      const inline = (Properties.Policies ?? []) as Array<{ PolicyDocument: { Statement: Statement[] } }>;
      (roles[shortId(id)] ??= []).push(...inline.flatMap(policy => lines(policy.PolicyDocument.Statement)));
    }
    if (Type === 'AWS::IAM::Policy') {
      const { Statement: statements } = Properties.PolicyDocument as { Statement: Statement[] };
      for (const role of Properties.Roles as Array<{ Ref: string }>) {
        (roles[shortId(role.Ref)] ??= []).push(...lines(statements));
      }
    }
  }
  return roles;
}

function lines(statements: Statement[]): string[] {
  const names = statements.flatMap(({ Sid }) => Sid ?? []);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) throw new Error(`a policy has the Sid ${repeated} twice`);
  return statements.map(line);
}

function line({ Effect, Action, Resource, Condition }: Statement): string {
  const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => `${operator} ${key}=${rendered(value)}`));
  const deny = Effect === 'Allow' ? '' : `${Effect} `;
  const resources = [Resource].flat().map(rendered).join(' ');
  const condition = conditions.length > 0 ? ` if ${conditions.join(' and ')}` : '';
  return `${deny}${[Action].flat().join(' ')} on ${resources}${condition}`;
}

/** The statements that a synthesized template gives to its roles. */
import { PhysicalIntrinsics, PhysicalNames } from './physical-names';
import { Statement } from './policy';
import { Json, Resource } from '../../../examples/local/aws';
import { shortId } from '../iam-statements';

/** Role (its logical id without stack prefix and hash) → its statements. */
export type RolePolicies = Readonly<Record<string, readonly Statement[]>>;

export interface PolicyTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface PolicyDocument { readonly Statement: Json[] }

/** Inline policies of the roles and the policies attached to them. Managed policies are not in a template. */
export function rolePolicies({ Resources: resources }: PolicyTemplate, names: PhysicalNames = {}): RolePolicies {
  const intrinsics = new PhysicalIntrinsics(resources, names);
  const roles: Record<string, Statement[]> = {};
  const give = (id: string, { Statement: statements }: PolicyDocument) => {
    const resolved = statements.map(statement => intrinsics.resolve(statement) as unknown as Statement);
    (roles[shortId(id)] ??= []).push(...resolved);
  };
  for (const [id, { Type: type, Properties: properties = {} }] of Object.entries(resources)) {
    const given = properties as unknown as {
      readonly Policies?: ReadonlyArray<{ readonly PolicyDocument: PolicyDocument }>;
      readonly Roles?: ReadonlyArray<{ readonly Ref: string }>;
      readonly PolicyDocument: PolicyDocument;
    };
    if (type === 'AWS::IAM::Role') {
      roles[shortId(id)] ??= [];
      given.Policies?.forEach(policy => give(id, policy.PolicyDocument));
    }
    if (type === 'AWS::IAM::Policy') given.Roles?.forEach(role => give(role.Ref, given.PolicyDocument));
  }
  return roles;
}

import { Aspects, aws_iam as iam, CfnResource, IAspect, Stack, Validations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ACKNOWLEDGEMENTS, WILDCARDS } from './acknowledgements';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly Resource?: unknown;
}

/** Acknowledges the findings that cdk-nag has within the construct, each at its resource. */
export function acknowledgeFindings(construct: IConstruct): void {
  Aspects.of(construct).add(new AcknowledgeFindings(construct));
}

/** An aspect, so that the policies are complete and the logical ids final. */
class AcknowledgeFindings implements IAspect {
  constructor(private readonly construct: IConstruct) {}

  public visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node)) return;
    const path = node.node.path.slice(this.construct.node.path.length + 1);
    for (const { rules, type, path: where, reason } of ACKNOWLEDGEMENTS) {
      if (type === node.cfnResourceType && (where?.test(path) ?? true)) {
        rules.forEach(rule => acknowledge(node, rule, reason));
      }
    }
    if (statementsOf(node).length === 0) return;
    acknowledgeWildcards(node, path);
    // Once more when what is in another stack has become an import: cdk-nag names it by its export.
    node.node.addValidation({ validate: () => acknowledgeWildcards(node, path) });
  }
}

/** @returns no error, as a validation */
function acknowledgeWildcards(resource: CfnResource, path: string): string[] {
  for (const statement of statementsOf(resource)) {
    const known = WILDCARDS.find(({ sid, path: where }) => sid === statement.Sid && (where?.test(path) ?? true));
    if (!known) continue;
    wildcardsOf(statement).forEach(found => acknowledge(resource, `AwsSolutions-IAM5[${found}]`, known.reason));
  }
  return [];
}

/**
 * What `Validations.acknowledge()` records, written directly, because that method takes no id that has several `::`, as
 * those of wildcards do. An id with the name of a plugin before it would acknowledge the rule in the whole app.
 */
function acknowledge(resource: CfnResource, rule: string, reason: string): void {
  resource.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [rule]: reason });
}

function statementsOf(resource: CfnResource): Statement[] {
  const resolve = (value: unknown) => Stack.of(resource).resolve(value);
  if (resource instanceof iam.CfnPolicy) return resolve(resource.policyDocument).Statement;
  if (!(resource instanceof iam.CfnRole)) return [];
  const policies: { policyDocument: { Statement: Statement[] } }[] = resolve(resource.policies) ?? [];
  return policies.flatMap(({ policyDocument }) => policyDocument.Statement);
}

/** The findings of AwsSolutions-IAM5, as cdk-nag names them. */
function wildcardsOf({ Effect, Action = [], Resource = [] }: Statement): string[] {
  if (Effect !== 'Allow') return [];
  return [
    ...[Action].flat().map(action => `Action::${action}`),
    ...[Resource].flat().map(resource => `Resource::${asText(resource)}`),
  ].filter(finding => finding.includes('*'));
}

/** A reference in cdk-nag's words: `<Bucket.Arn>/*`. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value.replace(/\$\{/g, '<').replace(/\}/g, '>');
  const [[name, inner]] = Object.entries(value as Record<string, never>);
  switch (name) {
    case 'Ref': return `<${inner}>`;
    case 'Fn::GetAtt': return `<${(inner as string[]).join('.')}>`;
    case 'Fn::Join': return (inner[1] as unknown[]).map(asText).join(inner[0]);
    case 'Fn::Sub': case 'Fn::ImportValue': return asText(inner);
    default: return JSON.stringify(value);
  }
}

import { fullDiff, ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { DrainProperties, drainId } from '../../src/teardown/function/drain';
import { EniSweepProperties, eniSweepId } from '../../src/teardown/function/eni-sweep';
import { shortId } from '../support/iam-statements';
import { CloudFormationResource, CloudFormationTemplate } from '../support/template-graph';

/** An update's effect on a resource; `policy` changes only whether the resource is kept when it leaves the stack. */
export type Effect = 'adds' | 'updates' | 'replaces' | 'removes' | 'policy';

/** Names of the resources that have each effect; a name may stand for several resources. */
export type Effects = Partial<Record<Effect, string[]>>;

/** Resources that hold data, a name that others know, or a run, by short logical id. */
const NAMES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Stream$/, 'stream'],
  [/^StorageRawBucket$/, 'raw bucket'],
  [/^StorageLakehouseBucket$/, 'lakehouse bucket'],
  [/^StorageAccessLogsBucket$/, 'access-log bucket'],
  [/^StorageDatabase$/, 'database'],
  [/^Storage(Raw|Events|BadEvents)Table$/, 'tables'],
  [/^Collector(Http)?Api$/, 'API'],
  [/^Collector(ApiDeploymentStagev1|HttpStage)$/, 'stage'],
  [/^CollectorFunctionUrl$/, 'function URL'],
  [/^CollectorDomain$/, 'domain'],
  [/^CollectorDomainMap/, 'domain mapping'],
  [/^CollectorPreprocessLayer$/, 'hook layer'],
  [/^CollectorCloudFrontSecret$/, "CloudFront's secret"],
  [/^Job$/, 'job'],
  [/^JobRole$/, 'job role'],
  [/^JobConnection$/, 'connection'],
  [/^QueryResultsBucket$/, 'results bucket'],
  [/^QueryWorkGroup$/, 'workgroup'],
  [/^QueryQuery/, 'saved queries'],
  [/^NetworkVpc(euwest1.)?$/, 'VPC'],
  [/^NetworkVpc(euwest1.)?JobSubnet1Subnet$/, 'subnet'],
  [/^NetworkSecurityGroup$/, 'security group'],
  [/^TeardownDrain$/, 'Drain'],
  [/^TeardownEniSweep$/, 'EniSweep'],
  [/^Emptying$/, 'Emptying'],
  [/^MonitoringBudget$/, 'budget'],
  [/Log$/, 'log groups'],
];

/** Types of which every resource must have a name above. */
export const STATEFUL_TYPES = new RegExp(
  '^(Custom::.*|AWS::(Kinesis::Stream|S3::Bucket|Logs::LogGroup|Glue::.*|Athena::WorkGroup|Lambda::Url'
  + '|ApiGateway::(RestApi|Stage|DomainName)|ApiGatewayV2::(Api|Stage)|SecretsManager::Secret|EC2::(VPC|Subnet)))$');

/**
 * Types without a name above whose replacement is not reported: a deployment is new whenever the API changes, and the
 * rest of the network goes with its VPC or its subnet.
 */
const UNREPORTED_TYPES = /^AWS::(ApiGateway::Deployment|EC2::.*)$/;

export function nameOf(id: string): string | undefined {
  return NAMES.find(([pattern]) => pattern.test(shortId(id)))?.[1];
}

/** Effects of an update from one template to another on the lakehouse's resources, by CloudFormation's own rules. */
export function effectsOf(before: CloudFormationTemplate, after: CloudFormationTemplate): Effects {
  const changes = changesBetween(before, after);
  const found: Record<string, Set<string>> = {};
  for (const [id, change] of Object.entries(changes).filter(([name]) => name.startsWith('Lakehouse'))) {
    for (const effect of effectsOn(change)) {
      const name = nameOf(id) ?? otherReplaced(id, change, effect);
      if (name) (found[effect] ??= new Set()).add(name);
    }
  }
  return Object.fromEntries(Object.entries(found).map(([effect, names]) => [effect, [...names].sort()]));
}

function otherReplaced(id: string, { newValue }: ResourceDifference, effect: Effect): string | undefined {
  return effect === 'replaces' && !UNREPORTED_TYPES.test(newValue?.Type ?? '') ? shortId(id) : undefined;
}

/** A replaced resource has another id, so whatever refers to it changes, too. */
function changesBetween(
  before: CloudFormationTemplate, after: CloudFormationTemplate, replaced: ReadonlySet<string> = new Set(),
): Record<string, ResourceDifference> {
  const changes = { ...fullDiff(before, renamed(after, replaced) as object).resources.changes };
  const found = Object.keys(changes).filter(id => effectsOn(changes[id]).includes('replaces'));
  return found.length > replaced.size ? changesBetween(before, after, new Set(found)) : changes;
}

/** The value with other ids in the references to the replaced resources. */
function renamed(value: unknown, replaced: ReadonlySet<string>): unknown {
  const newId = (id: string) => (replaced.has(id) ? `${id} (new)` : id);
  if (Array.isArray(value)) return value.map(item => renamed(item, replaced));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
    if (key === 'Ref') return [key, newId(inner)];
    if (key === 'Fn::GetAtt') return [key, [newId(inner[0]), inner[1]]];
    return [key, renamed(inner, replaced)];
  }));
}

function effectsOn(change: ResourceDifference): Effect[] {
  if (change.isAddition) return ['adds'];
  if (change.isRemoval) return ['removes'];
  const effects: Effect[] = isReplaced(change) ? ['replaces'] : [];
  // A difference in DependsOn alone changes the order of an update, and not the resource.
  if (effects.length === 0 && Object.keys(change.propertyUpdates).length > 0) effects.push('updates');
  if (change.otherChanges.DeletionPolicy?.isDifferent) effects.push('policy');
  return effects;
}

function isReplaced(change: ResourceDifference): boolean {
  const { oldValue, newValue } = change;
  if (oldValue?.Type.startsWith('Custom::')) return physicalId(oldValue) !== physicalId(newValue);
  return [ResourceImpact.WILL_REPLACE, ResourceImpact.MAY_REPLACE].includes(change.changeImpact);
}

const CUSTOM_RESOURCES: Record<string, (properties: Record<string, string>) => string> = {
  'Custom::ClickstreamDrain': properties => drainId(properties as unknown as DrainProperties),
  'Custom::ClickstreamEniSweep': properties => eniSweepId(properties as unknown as EniSweepProperties),
  'Custom::ClickstreamEmptying': () => 'the id that an update comes with',
};

/**
 * The id that a custom resource's handler returns. CloudFormation takes another id for a replacement, and deletes the
 * old one. It refuses another ServiceToken, which hence counts as part of the id.
 */
function physicalId(resource: CloudFormationResource | undefined): string {
  const { Type, Properties = {} } = resource!;
  const texts = Object.entries(Properties).map(([name, value]) => [name, JSON.stringify(value)]);
  return `${CUSTOM_RESOURCES[Type](Object.fromEntries(texts))} by ${JSON.stringify(Properties.ServiceToken)}`;
}

import { App, aws_iam as iam, aws_sns as sns, RemovalPolicy } from 'aws-cdk-lib';
import {
  ClickstreamLakehouse, CloudFrontUse, CollectorDistribution, CollectorEdge, Compliance, DemoWebsite,
} from '../../src';
import { Combination, propsOf } from '../support/any-lakehouse';
import { Statement } from '../support/iam-gate';
import { testStack } from '../support/stack';
import { CloudFormationTemplate } from '../support/template-graph';

const DEFAULT: Combination = {
  network: 'isolated',
  schedule: 'continuous',
  encryptionKey: 'none',
  edge: CollectorEdge.REST_API,
  access: 'open',
  pseudonyms: false,
  webAcl: false,
  accessLogs: true,
  monitoring: 'default',
  tracing: false,
  stream: 'created',
  buckets: 'created',
};

const FULL: Combination = {
  ...DEFAULT,
  cloudFront: CloudFrontUse.REQUIRED,
  schedule: 'interval',
  encryptionKey: 'own',
  access: 'secret',
  pseudonyms: true,
  webAcl: true,
  tracing: true,
};

/** All rights that the construct can give: together, every statement in src/. */
export const TEMPLATES: Record<string, CloudFormationTemplate> = {
  'the default': templateOf(DEFAULT),
  'every option, STRICT': templateOf(FULL, Compliance.STRICT),
  'a network and buckets of the user, no data kept': templateOf({
    ...FULL,
    edge: CollectorEdge.HTTP_API,
    network: 'own VPC',
    stream: 'own',
    buckets: 'own',
    removalPolicy: RemovalPolicy.DESTROY,
  }),
  'imported resources': templateOf({
    ...FULL,
    edge: CollectorEdge.FUNCTION_URL,
    network: 'imported VPC',
    encryptionKey: 'imported',
    stream: 'imported',
    buckets: 'imported',
  }),
};

function templateOf(combination: Combination, compliance?: Compliance): CloudFormationTemplate {
  const stack = testStack();
  const props = propsOf(stack, combination);
  const topic = new sns.Topic(stack, 'OwnTopic', { enforceSSL: true, masterKey: props.encryptionKey });
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', {
    ...props,
    compliance,
    monitoring: { ...props.monitoring, alarmTopics: [topic] },
    processing: { ...props.processing, glueMetrics: true },
    storage: { ...props.storage, lakeFormation: true },
  });
  const reader = new iam.Role(stack, 'OwnReader', { assumedBy: new iam.AccountRootPrincipal() });
  [lakehouse.grantIngest(reader), lakehouse.grantQuery(reader), lakehouse.grantReadTables(reader)]
    .forEach(grant => grant.assertSuccess());
  if (combination.cloudFront) new CollectorDistribution(stack, 'Distribution', { lakehouse });
  new DemoWebsite(stack, 'Website', { collectorUrl: lakehouse.endpointUrl });
  return (stack.node.root as App).synth({ skipValidation: true }).getStackByName(stack.stackName).template;
}

/** Every statement of a policy of any kind: of roles, their trust, buckets, keys, topics. */
export function everyStatement(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  const nested = Object.values(value).flatMap(everyStatement);
  return 'Action' in value && 'Effect' in value ? [value as unknown as Statement, ...nested] : nested;
}

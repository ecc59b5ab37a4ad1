import { Annotations, aws_iam as iam, aws_kms as kms, aws_sns as sns, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { InvalidPropertyError } from '../private/validate';

/** SNS's own key, whose policy nobody can change: it lets no other service in. */
const AWS_MANAGED_KEY = /(^|:)alias\/aws\/sns$/;

/** A service that publishes to topics, and the name of its statements. */
interface Publisher {
  readonly sid: string;
  readonly service: string;
}

/**
 * Lets a service publish to a topic, which one with `enforceSSL` does not allow by itself, and use the topic's key. A
 * topic that is imported must allow it already.
 *
 * @throws InvalidPropertyError for a topic that no service can publish to
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
export function allowPublishing(scope: IConstruct, topic: sns.ITopic, { sid, service }: Publisher): void {
  const publisher = {
    sid,
    principals: [new iam.ServicePrincipal(service)],
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  };
  topic.addToResourcePolicy(new iam.PolicyStatement({
    ...publisher, actions: ['sns:Publish'], resources: [topic.topicArn],
  }));
  if (!topic.masterKey) return;
  requireUsableKey(topic, topic.masterKey, service);
  allowKey(scope, topic, topic.masterKey, new iam.PolicyStatement({
    ...publisher, actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'],
  }));
}

function requireUsableKey(topic: sns.ITopic, key: kms.IKey, service: string): void {
  if (!AWS_MANAGED_KEY.test(key.keyArn)) return;
  throw new InvalidPropertyError(
    `monitoring.alarmTopics must be topics that ${service} can publish to, got '${topic.node.path}' with the key `
    + 'alias/aws/sns, which lets only SNS in: give the topic a key of your own');
}

function allowKey(scope: IConstruct, topic: sns.ITopic, key: kms.IKey, statement: iam.PolicyStatement): void {
  if (key.addToResourcePolicy(statement).statementAdded) return;
  Annotations.of(scope).addWarningV2('cdk-clickstream-lakehouse:importedTopicKey',
    `the key of '${topic.node.path}' in monitoring.alarmTopics is imported, so its policy cannot be changed here: `
    + 'add this statement to it or nothing will be published: '
    + JSON.stringify(Stack.of(scope).resolve(statement.toStatementJson())));
}

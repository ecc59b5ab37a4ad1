import { aws_iam as iam, aws_sns as sns, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Lets a service publish to a topic, which one with `enforceSSL` does not allow by itself, and use the topic's key. A
 * topic that is imported must allow it already.
 */
export function allowPublishing(
  scope: IConstruct, topic: sns.ITopic, { sid, service }: { readonly sid: string; readonly service: string },
): void {
  const publisher = {
    sid,
    principals: [new iam.ServicePrincipal(service)],
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  };
  topic.addToResourcePolicy(new iam.PolicyStatement({
    ...publisher, actions: ['sns:Publish'], resources: [topic.topicArn],
  }));
  topic.masterKey?.addToResourcePolicy(new iam.PolicyStatement({
    ...publisher, actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'],
  }));
}

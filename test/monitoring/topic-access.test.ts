import { aws_cloudwatch_actions as actions, aws_kms as kms, aws_sns as sns, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { LakehouseNetwork, MonitoringOptions } from '../../src';
import { synthesize } from '../support/lakehouse';
import { unheardAlarms } from '../support/unheard-alarms';

const build = (monitoring: (stack: Stack) => MonitoringOptions) =>
  synthesize(stack => ({ network: LakehouseNetwork.none(), monitoring: monitoring(stack) }));

const CONDITION = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
const CLOUDWATCH = { Service: 'cloudwatch.amazonaws.com' };

test('alarms publish to topics that let CloudWatch do so, also if they insist on TLS and have a key', () => {
  const { json, graph } = build(stack => ({
    alarmTopics: [new sns.Topic(stack, 'OnCall', { enforceSSL: true, masterKey: new kms.Key(stack, 'TopicKey') })],
  }));
  expect(unheardAlarms(json)).toEqual([]);
  const [topic] = graph.find('AWS::SNS::Topic');
  for (const id of graph.find('AWS::CloudWatch::Alarm')) {
    expect(json.Resources[id].Properties).toMatchObject({ AlarmActions: [{ Ref: topic }] });
  }
  const [key] = graph.find('AWS::KMS::Key', /TopicKey/);
  const { Statement: statements } = json.Resources[key].Properties!.KeyPolicy as { Statement: unknown[] };
  expect(statements).toContainEqual({
    Sid: 'CloudWatchAlarms',
    Effect: 'Allow',
    Principal: CLOUDWATCH,
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
    Condition: CONDITION,
  });
});

test.each<[string, (stack: Stack) => sns.TopicProps]>([
  ['insists on TLS', () => ({ enforceSSL: true })],
  ['has a key', stack => ({ masterKey: new kms.Key(stack, 'TopicKey') })],
])('an action of your own on a topic that %s is not heard: only alarmTopics grants', (_, props) => {
  const { json } = build(stack => ({
    alarmActions: [new actions.SnsAction(new sns.Topic(stack, 'OnCall', props(stack)))],
  }));
  expect(unheardAlarms(json).length).toBeGreaterThan(10);
});

test('a topic whose key is imported is warned about, with the statement to add', () => {
  const { annotations } = build(stack => ({
    alarmTopics: [new sns.Topic(stack, 'OnCall', {
      masterKey: kms.Key.fromKeyArn(stack, 'TopicKey', 'arn:aws:kms:eu-west-1:123456789012:key/1'),
    })],
  }));
  const [{ entry }] = annotations.findWarning('/Test/Lakehouse/Monitoring',
    Match.stringLikeRegexp("the key of 'Test/OnCall' in monitoring.alarmTopics is imported"));
  const [statement] = /\{.*\}(?= \[ack)/.exec(entry.data as string)!;
  expect(JSON.parse(statement)).toMatchObject({
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Principal: CLOUDWATCH, Condition: CONDITION,
  });
});

test("refuses a topic with SNS's own key, which CloudWatch cannot use", () => {
  const masterKey = (stack: Stack) => kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/sns');
  expect(() => build(stack => ({ alarmTopics: [new sns.Topic(stack, 'OnCall', { masterKey: masterKey(stack) })] })))
    .toThrow("monitoring.alarmTopics must be topics that cloudwatch.amazonaws.com can publish to, got 'Test/OnCall' "
      + 'with the key alias/aws/sns, which lets only SNS in: give the topic a key of your own');
});

test('a topic that is imported is left as it is', () => {
  const { json, annotations } = build(stack => ({
    alarmTopics: [sns.Topic.fromTopicArn(stack, 'OnCall', 'arn:aws:sns:eu-west-1:123456789012:on-call')],
  }));
  expect(Object.values(json.Resources).filter(({ Type }) => Type.startsWith('AWS::SNS::'))).toEqual([]);
  expect(annotations.findWarning('*', Match.stringLikeRegexp('alarmTopics'))).toEqual([]);
});

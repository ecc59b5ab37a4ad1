import { aws_kms as kms, aws_sns as sns, Stack } from 'aws-cdk-lib';
import { LakehouseNetwork, MonitoringOptions } from '../../src';
import { only, synthesize } from '../support/lakehouse';

const build = (monitoring: MonitoringOptions | ((stack: Stack) => MonitoringOptions) = {}) => synthesize(stack => ({
  network: LakehouseNetwork.none(),
  monitoring: typeof monitoring === 'function' ? monitoring(stack) : monitoring,
}));

const EMAILS = ['finance@shop.example', 'data@shop.example'];

test('there is no budget unless one is asked for', () => {
  expect(build().graph.find('AWS::Budgets::Budget')).toEqual([]);
});

test("a budget counts the stack's resources and tells topic and addresses when it is or will be exceeded", () => {
  const built = build(stack => ({
    alarmTopics: [new sns.Topic(stack, 'OnCall'), new sns.Topic(stack, 'Others')],
    monthlyBudget: 250,
    budgetEmails: EMAILS,
  }));
  const { Budget, NotificationsWithSubscribers: notifications } = only(built, 'AWS::Budgets::Budget');
  expect(Budget).toEqual({
    BudgetType: 'COST',
    TimeUnit: 'MONTHLY',
    BudgetLimit: { Amount: 250, Unit: 'USD' },
    CostFilters: { TagKeyValue: ['aws:cloudformation:stack-name$Test'] },
  });
  const [topic] = built.graph.find('AWS::SNS::Topic', /OnCall/);
  const subscribers = [
    { SubscriptionType: 'SNS', Address: { Ref: topic } },
    ...EMAILS.map(Address => ({ SubscriptionType: 'EMAIL', Address })),
  ];
  expect(notifications).toEqual(['ACTUAL', 'FORECASTED'].map(NotificationType => ({
    Notification: {
      NotificationType, ComparisonOperator: 'GREATER_THAN', Threshold: 100, ThresholdType: 'PERCENTAGE',
    },
    Subscribers: subscribers,
  })));
});

test('the topic and its key let AWS Budgets publish, for this account only', () => {
  const { json, graph } = build(stack => ({
    alarmTopics: [new sns.Topic(stack, 'OnCall', { enforceSSL: true, masterKey: new kms.Key(stack, 'TopicKey') })],
    monthlyBudget: 250,
  }));
  const statementsOf = (type: string, property: string) => graph.find(type).flatMap(id =>
    (json.Resources[id].Properties as Record<string, any>)[property].Statement)
    .filter(({ Sid }: { Sid?: string }) => Sid === 'Budget');
  const publisher = {
    Effect: 'Allow',
    Principal: { Service: 'budgets.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  };
  expect(statementsOf('AWS::SNS::TopicPolicy', 'PolicyDocument')).toEqual([
    expect.objectContaining({ ...publisher, Action: 'sns:Publish' }),
  ]);
  expect(statementsOf('AWS::KMS::Key', 'KeyPolicy')).toEqual([
    expect.objectContaining({ ...publisher, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] }),
  ]);
});

test.each<[MonitoringOptions, string]>([
  [{ monthlyBudget: 0, budgetEmails: EMAILS },
    'monitoring.monthlyBudget must be a whole number between 1 and 1000000000, got 0'],
  [{ monthlyBudget: 250 },
    'monitoring.monthlyBudget has nobody to tell: set monitoring.alarmTopics or monitoring.budgetEmails'],
  [{ budgetEmails: EMAILS },
    'monitoring.budgetEmails hear of monitoring.monthlyBudget, which is not set: set it, or leave them out'],
  [{ monthlyBudget: 250, budgetEmails: Array<string>(11).fill('a@shop.example') },
    'monitoring.budgetEmails must have at most 10 addresses, got 11'],
])('refuses %j', (monitoring, message) => expect(() => build(monitoring)).toThrow(message));

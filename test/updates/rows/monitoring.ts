import { aws_cloudwatch_actions as actions, aws_sns as sns, Duration, Stack } from 'aws-cdk-lib';
import { LakehouseNetwork } from '../../../src';
import { Row } from '../row';

function topic(stack: Stack): sns.ITopic {
  return sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:123456789012:on-call');
}

const withKeys = { network: LakehouseNetwork.none(), collector: { writeKeys: { web: { keys: ['a1'] } } } };

/** Alarms and dashboard, which are never replaced. */
export const MONITORING_ROWS: Row[] = [{
  option: 'monitoring.alarmTopics',
  change: 'set',
  after: stack => ({ monitoring: { alarmTopics: [topic(stack)] } }),
  effects: {},
}, {
  option: 'monitoring.alarmActions',
  change: 'set',
  after: stack => ({ monitoring: { alarmActions: [new actions.SnsAction(topic(stack))] } }),
  effects: {},
}, {
  option: 'monitoring.dashboard',
  change: '`false`',
  after: { monitoring: { dashboard: false } },
  effects: {},
}, {
  option: 'monitoring.iteratorAgeThreshold',
  change: 'another time',
  after: { monitoring: { iteratorAgeThreshold: Duration.minutes(10) } },
  effects: {},
}, {
  option: 'monitoring.freshnessThreshold',
  change: 'another time',
  after: { monitoring: { freshnessThreshold: Duration.minutes(10) } },
  effects: {},
}, {
  option: 'monitoring.badEventPercentage',
  change: 'another percentage',
  after: { monitoring: { badEventPercentage: 10 } },
  effects: {},
}, {
  option: 'monitoring.eventVolumeAnomaly.sources',
  change: 'set',
  before: withKeys,
  after: { monitoring: { eventVolumeAnomaly: { sources: ['web'] } } },
  effects: {},
  note: 'CloudWatch learns from then on, so the alarm can be on for the first hours.',
}, {
  option: 'monitoring.eventVolumeAnomaly.standardDeviations',
  change: 'another number',
  before: withKeys,
  after: { monitoring: { eventVolumeAnomaly: { sources: ['web'], standardDeviations: 5 } } },
  effects: {},
}, {
  option: 'monitoring.tracing',
  change: '`true`',
  after: { monitoring: { tracing: true } },
  effects: {},
}, {
  option: 'monitoring.monthlyBudget',
  change: 'set',
  after: stack => ({ monitoring: { alarmTopics: [topic(stack)], monthlyBudget: 100 } }),
  effects: { adds: ['budget'] },
  note: 'Activate the tag `aws:cloudformation:stack-name` as a cost allocation tag.',
}, {
  option: 'monitoring.budgetEmails',
  change: 'another address',
  before: { network: LakehouseNetwork.none(), monitoring: { monthlyBudget: 100, budgetEmails: ['a@shop.example'] } },
  after: { monitoring: { monthlyBudget: 100, budgetEmails: ['b@shop.example'] } },
  effects: { replaces: ['budget'] },
}];

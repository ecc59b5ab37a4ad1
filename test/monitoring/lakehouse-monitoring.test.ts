import { join } from 'path';
import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { LakehouseNetwork, MonitoringOptions, ProcessingSchedule } from '../../src';
import { synthesize, Synthesized } from '../support/lakehouse';

const build = (monitoring: MonitoringOptions = {}, schedule?: ProcessingSchedule) =>
  synthesize({ network: LakehouseNetwork.none(), monitoring, processing: { schedule } });

/** Alarms by the name of their construct. */
function alarms({ json, graph }: Pick<Synthesized, 'json' | 'graph'>): Record<string, Record<string, unknown>> {
  return Object.fromEntries(graph.find('AWS::CloudWatch::Alarm').map(id =>
    [id.replace(/^LakehouseMonitoring|[0-9A-F]{8}$/g, ''), json.Resources[id].Properties!]));
}

const standard = build();

test('watches every stage of a continuous lakehouse', () => {
  expect(Object.keys(alarms(standard))).toEqual([
    'CollectorErrors', 'CollectorServerErrors', 'StoreFailures', 'BadEvents', 'ThrottledRecords', 'IteratorAge',
    'IteratorAgeCritical', 'BreakerOpen', 'RunFailures', 'StartsRefused', 'KeeperErrors', 'NotSucceeding',
    'NoActiveRun', 'ExpiredShards', 'Freshness',
  ]);
  expect(alarms(standard)).toMatchObject({
    IteratorAge: { Threshold: 300_000, MetricName: 'GetRecords.IteratorAgeMilliseconds', Statistic: 'Maximum' },
    IteratorAgeCritical: { Threshold: 12 * 3_600_000 },
    NoActiveRun: {
      Threshold: 1,
      EvaluationPeriods: 2,
      Period: 300,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    },
    Freshness: { Threshold: 300_000, MetricName: 'Freshness', Namespace: 'ClickstreamLakehouse' },
    BadEvents: { Threshold: 5 },
    ExpiredShards: { Threshold: 1, Statistic: 'Sum', TreatMissingData: 'notBreaching' },
    BreakerOpen: {
      Threshold: 1,
      Dimensions: [{ Name: 'JobName', Value: { Ref: expect.stringMatching(/^LakehouseJob/) } }],
    },
  });
});

test('watches the transform, if there is one', () => {
  const transform = join(__dirname, '..', 'updates', 'python', 'my_transform.py');
  const processing = { transform };
  expect(alarms(synthesize({ network: LakehouseNetwork.none(), processing }))).toMatchObject({
    TransformFailures: { Threshold: 1, MetricName: 'TransformFailures', Statistic: 'Sum' },
  });
});

test('does not complain between two scheduled runs', () => {
  const scheduled = alarms(build({}, ProcessingSchedule.every(Duration.hours(1))));
  expect(scheduled).toMatchObject({ IteratorAge: { Threshold: 2 * 3_600_000 } });
  expect(Object.keys(scheduled)).not.toEqual(expect.arrayContaining(['NoActiveRun']));
  expect(Object.keys(scheduled)).not.toEqual(expect.arrayContaining(['Freshness']));
  expect(Object.keys(alarms(build({}, ProcessingSchedule.cron({ hour: '0/3' }))))).not.toEqual(
    expect.arrayContaining(['IteratorAge']),
  );
});

test('notices that nothing reads the stream, also when the keeper itself is silent', () => {
  const expected = { MetricName: 'SecondsSinceSuccess', Statistic: 'Minimum', TreatMissingData: 'breaching' };
  expect(alarms(standard)).toMatchObject({ NotSucceeding: { ...expected, Threshold: 1800 } });
  const scheduled = build({}, ProcessingSchedule.every(Duration.hours(2)));
  expect(alarms(scheduled)).toMatchObject({ NotSucceeding: { ...expected, Threshold: 3 * 3600 } });
});

test('takes thresholds', () => {
  const thresholds = {
    iteratorAgeThreshold: Duration.minutes(20),
    freshnessThreshold: Duration.minutes(1),
    badEventPercentage: 10,
  };
  expect(alarms(build(thresholds))).toMatchObject({
    IteratorAge: { Threshold: 1_200_000 }, Freshness: { Threshold: 60_000 }, BadEvents: { Threshold: 10 },
  });
});

test('judges the ratio of bad events only when there are enough', () => {
  expect(JSON.stringify(alarms(standard).BadEvents.Metrics)).toContain(
    'IF(good + bad >= 100, 100 * bad / (good + bad), 0)',
  );
});

test('does what it is told when an alarm goes off, however late it is told', () => {
  const action: cloudwatch.IAlarmAction = { bind: () => ({ alarmActionArn: 'arn:action' }) };
  const later: cloudwatch.IAlarmAction = { bind: () => ({ alarmActionArn: 'arn:later' }) };
  const props = { network: LakehouseNetwork.none(), monitoring: { alarmActions: [action] } };
  const synthesized = synthesize(props, lakehouse => lakehouse.addAlarmAction(later));
  for (const { AlarmActions } of Object.values(alarms(synthesized))) {
    expect(AlarmActions).toEqual(['arn:action', 'arn:later']);
  }
});

test('refuses a percentage of zero', () => {
  expect(() => build({ badEventPercentage: 0 })).toThrow(
    'monitoring.badEventPercentage must be a whole number between 1 and 100, got 0',
  );
});

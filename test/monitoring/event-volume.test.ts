import { aws_cloudwatch as cloudwatch, aws_secretsmanager as secretsmanager, Duration, Stack } from 'aws-cdk-lib';
import { CollectorOptions, EventVolumeAnomaly, LakehouseNetwork } from '../../src';
import { only, synthesize } from '../support/lakehouse';

const WRITE_KEYS = { web: { keys: ['a1'] }, server: { keys: ['b2'] } };

const build = (
  eventVolumeAnomaly?: EventVolumeAnomaly,
  collector: CollectorOptions | ((stack: Stack) => CollectorOptions) = { writeKeys: WRITE_KEYS },
) => synthesize(stack => ({
  network: LakehouseNetwork.none(),
  collector: typeof collector === 'function' ? collector(stack) : collector,
  monitoring: { eventVolumeAnomaly },
}));

const secretKeys = (stack: Stack) => ({ writeKeysSecret: new secretsmanager.Secret(stack, 'WriteKeys') });

test('an alarm compares the accepted events of a source with what CloudWatch expects of it', () => {
  const built = build({ sources: ['web'], standardDeviations: 4 });
  const Dimensions = [
    { Name: 'FunctionName', Value: { Ref: expect.stringMatching(/^LakehouseCollectorFunction/) } },
    { Name: 'Source', Value: 'web' },
  ];
  const Metric = { Namespace: 'ClickstreamLakehouse', MetricName: 'AcceptedEvents', Dimensions };
  const [id] = built.graph.find('AWS::CloudWatch::Alarm', /EventVolume/);
  const [model] = built.graph.find('AWS::CloudWatch::AnomalyDetector');
  expect(built.json.Resources[id]).toMatchObject({
    DependsOn: [model], // which would otherwise be made by the alarm and stay without it
    Properties: {
      ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold',
      EvaluationPeriods: 4,
      TreatMissingData: 'breaching', // a silent source has no data
      Metrics: [
        { Expression: 'ANOMALY_DETECTION_BAND(m0, 4)' },
        { Id: 'm0', MetricStat: { Metric, Period: Duration.minutes(15).toSeconds(), Stat: 'Sum' } },
      ],
    },
  });
  expect(only(built, 'AWS::CloudWatch::AnomalyDetector')).toEqual({
    SingleMetricAnomalyDetector: { ...Metric, Stat: 'Sum' },
  });
  expect(built.json.Resources[model].DeletionPolicy).toBe('Delete');
});

test('only the sources that are named are counted by themselves', () => {
  const variables = (built: ReturnType<typeof build>) =>
    only(built, 'AWS::Lambda::Function', /CollectorFunction/).Environment.Variables;
  expect(variables(build({ sources: ['web', 'server'] }))).toMatchObject({ MEASURED_SOURCES: 'web,server' });
  expect(variables(build())).not.toHaveProperty('MEASURED_SOURCES');
  expect(build().graph.find('AWS::CloudWatch::AnomalyDetector')).toEqual([]);
});

test('takes sources whose keys are in a secret, which nobody can check before the deployment', () => {
  const { graph } = build({ sources: ['web'] }, secretKeys);
  expect(graph.find('AWS::CloudWatch::Alarm', /EventVolumeweb/)).toHaveLength(1);
});

test('does what the other alarms do', () => {
  const action: cloudwatch.IAlarmAction = { bind: () => ({ alarmActionArn: 'arn:action' }) };
  const built = synthesize({
    network: LakehouseNetwork.none(),
    collector: { writeKeys: WRITE_KEYS },
    monitoring: { eventVolumeAnomaly: { sources: ['web'] }, alarmActions: [action] },
  });
  expect(only(built, 'AWS::CloudWatch::Alarm', /EventVolume/).AlarmActions).toEqual(['arn:action']);
});

const SOURCES = 'monitoring.eventVolumeAnomaly.sources';

test.each<[string, EventVolumeAnomaly, CollectorOptions | undefined, string]>([
  ['no source', { sources: [] }, undefined, `${SOURCES} must be one to 20 source ids, got 0`],
  ['more sources than a dashboard shows', { sources: Array.from({ length: 21 }, (_, index) => `s${index}`) }, undefined,
    `${SOURCES} must be one to 20 source ids, got 21`],
  ['a source twice', { sources: ['web', 'web'] }, undefined,
    `${SOURCES} must have each source once, got 'web' twice`],
  ['an unknown source', { sources: ['wbe'] }, undefined,
    `${SOURCES} must be among web, server of collector.writeKeys, got 'wbe'`],
  ['an id that no metric can have', { sources: ['a,b'] }, { writeKeys: { 'a,b': { keys: ['a1'] } } },
    `${SOURCES} must be ids of letters, digits, _ . and -, got 'a,b'`],
  ['sources of an open collector', { sources: ['web'] }, {},
    `${SOURCES} need collector.writeKeys or collector.writeKeysSecret: without keys there are no sources`],
  ['a range without width', { sources: ['web'], standardDeviations: 0 }, undefined,
    'monitoring.eventVolumeAnomaly.standardDeviations must be a number between 1 and 10, got 0'],
])('refuses %s', (_, anomaly, collector, message) => expect(() => build(anomaly, collector)).toThrow(message));

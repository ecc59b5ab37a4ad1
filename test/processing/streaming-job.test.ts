import { Duration } from 'aws-cdk-lib';
import { LakehouseNetwork, ProcessingOptions, ProcessingSchedule, StreamOptions, WorkerType } from '../../src';
import { rendered } from '../support/iam-statements';
import { only, synthesize } from '../support/lakehouse';

const build = (processing: ProcessingOptions = {}, stream?: StreamOptions) =>
  synthesize({ network: LakehouseNetwork.none(), processing, stream });

const standard = synthesize();
const scheduled = build({ schedule: ProcessingSchedule.every(Duration.minutes(30)) });

describe('the job', () => {
  const job = only(standard, 'AWS::Glue::Job');

  test('is a Spark job on Glue 6.0 that neither queues, retries nor runs twice', () => {
    expect(job).toMatchObject({
      Command: { Name: 'glueetl', PythonVersion: '3' },
      GlueVersion: '6.0',
      WorkerType: 'G.1X',
      NumberOfWorkers: 2,
      ExecutionClass: 'STANDARD',
      ExecutionProperty: { MaxConcurrentRuns: 1 },
      MaxRetries: 0,
      JobRunQueuingEnabled: false,
    });
    expect(rendered(job.Command.ScriptLocation)).toMatch(/^s3:\/\/.*\/[0-9a-f]{64}\.py$/);
  });

  test('may run longer than its own planned end, and less than Glue allows', () => {
    expect(job.Timeout).toBeGreaterThan(144 * 60);
    expect(job.Timeout).toBeLessThan(10_080);
  });

  test('carries the stack it belongs to', () => {
    expect(job.Tags).toEqual({ 'cdk-clickstream-lakehouse:stack': { Ref: 'AWS::StackId' } });
  });

  test("runs in the subnet, the subnet's zone and the security group of the network", () => {
    const [subnet] = standard.graph.find('AWS::EC2::Subnet');
    expect(job.Connections.Connections).toEqual([{ Ref: expect.stringMatching(/^LakehouseJobConnection/) }]);
    expect(only(standard, 'AWS::Glue::Connection').ConnectionInput).toMatchObject({
      ConnectionType: 'NETWORK',
      PhysicalConnectionRequirements: {
        AvailabilityZone: standard.json.Resources[subnet].Properties?.AvailabilityZone,
        SubnetId: { Ref: expect.stringMatching(/^LakehouseNetworkVpcJobSubnet1/) },
        SecurityGroupIdList: [{ 'Fn::GetAtt': [expect.stringMatching(/^LakehouseNetworkSecurityGroup/), 'GroupId'] }],
      },
    });
  });

  test('needs no connection outside any VPC', () => {
    expect(only(scheduled, 'AWS::Glue::Job')).not.toHaveProperty('Connections');
    expect(scheduled.graph.find('AWS::Glue::Connection')).toEqual([]);
  });

  test('logs to groups of ours, which Glue names after their prefix', () => {
    const { DefaultArguments } = job;
    const names = standard.graph
      .find('AWS::Logs::LogGroup', /Job(Output|Error)Log/)
      .map(id => standard.json.Resources[id].Properties?.LogGroupName);
    expect(names).toEqual(
      ['output', 'error'].map(suffix => `${DefaultArguments['--custom-logGroup-prefix']}/${suffix}`),
    );
  });

  test('takes workers, their size and spare capacity', () => {
    const { json, graph } = build({
      schedule: ProcessingSchedule.every(Duration.hours(1)),
      workers: 10,
      workerType: WorkerType.G_2X,
      flexExecution: true,
    });
    expect(json.Resources[graph.find('AWS::Glue::Job')[0]].Properties).toMatchObject({
      WorkerType: 'G.2X',
      NumberOfWorkers: 10,
      ExecutionClass: 'FLEX',
    });
  });
});

describe('the keeper', () => {
  const rules = ({ json, graph }: typeof standard) =>
    graph.find('AWS::Events::Rule').map(id => json.Resources[id].Properties);

  test('looks after a continuous job every minute and when a run ends', () => {
    expect(rules(standard)).toEqual([
      expect.objectContaining({
        ScheduleExpression: 'rate(1 minute)',
        Targets: [expect.objectContaining({ Input: '{"trigger":"check"}' })],
      }),
      expect.objectContaining({
        EventPattern: {
          'source': ['aws.glue'],
          'detail-type': ['Glue Job State Change'],
          'detail': {
            jobName: [{ Ref: expect.stringMatching(/^LakehouseJob/) }],
            state: ['SUCCEEDED', 'FAILED', 'TIMEOUT', 'STOPPED'],
          },
        },
        Targets: [
          expect.objectContaining({
            InputTransformer: {
              InputPathsMap: { 'detail-state': '$.detail.state' },
              InputTemplate: '{"trigger":"runEnded","state":<detail-state>}',
            },
          }),
        ],
      }),
    ]);
  });

  test.each([
    [ProcessingSchedule.every(Duration.minutes(30)), 'rate(30 minutes)'],
    [ProcessingSchedule.cron({ hour: '3', minute: '0' }), 'cron(0 3 * * ? *)'],
  ])('starts a scheduled job when it is due', (schedule, expression) => {
    const synthesized = build({ schedule }, { retention: Duration.hours(49) });
    expect(rules(synthesized)).toHaveLength(3);
    expect(rules(synthesized)[1]).toMatchObject({
      ScheduleExpression: expression, Targets: [expect.objectContaining({ Input: '{"trigger":"schedule"}' })],
    });
    expect(only(synthesized, 'AWS::Glue::Job').DefaultArguments['--mode']).toBe('drain');
  });

  test.each([
    [ProcessingSchedule.every(Duration.minutes(5)), 60],
    [ProcessingSchedule.every(Duration.hours(5)), 300],
    [ProcessingSchedule.every(Duration.days(7)), 10_000],
    [ProcessingSchedule.cron({ weekDay: 'MON-FRI', hour: '3', minute: '0' }), 3 * 24 * 60],
  ])('gives a drain as long as there is until the next one, but an hour', (schedule, minutes) => {
    const synthesized = build({ schedule }, { retention: Duration.days(15) });
    expect(only(synthesized, 'AWS::Glue::Job').Timeout).toBe(minutes);
  });

  test('sees the records of the stream only when it may skip a drain', () => {
    const metrics = (synthesized: typeof standard) => synthesized.graph.find('AWS::IAM::Policy', /KeeperFunctionRole/)
      .map(id => JSON.stringify(synthesized.json.Resources[id]).includes('cloudwatch:GetMetricStatistics'));
    expect([...metrics(standard), ...metrics(scheduled)]).toEqual([false, true]);
  });

  test('knows its job', () => {
    expect(only(scheduled, 'AWS::Lambda::Function', /KeeperFunction/).Environment.Variables).toEqual({
      JOB_NAME: { Ref: expect.stringMatching(/^LakehouseJob/) },
      JOB_ARN: expect.anything(),
      CONTINUOUS: 'false',
      LONGEST_GAP_SECONDS: '1800',
      STREAM_NAME: { Ref: expect.stringMatching(/^LakehouseStream/) },
      METRICS_NAMESPACE: 'ClickstreamLakehouse',
    });
    expect(only(standard, 'AWS::Lambda::Function', /KeeperFunction/).Environment.Variables.CONTINUOUS).toBe('true');
  });
});

test.each<[string, () => ProcessingOptions, string]>([
  ['one worker', () => ({ workers: 1 }), 'processing.workers must be a whole number between 2 and 100, got 1'],
  [
    'a trigger of an hour',
    () => ({ triggerInterval: Duration.hours(1) }),
    'processing.triggerInterval must be between 1 second and 15 minutes, got 1 hour',
  ],
  [
    'a window of minutes',
    () => ({ dedupWindow: Duration.minutes(5) }),
    'processing.dedupWindow must be between 1 hour and 30 days, got 5 minutes',
  ],
  [
    'a robot of one letter',
    () => ({ robotUserAgents: ['acme-monitor', 'b'] }),
    'processing.robotUserAgents must be texts of 3 to 200 characters without blanks around them, like acme-monitor, '
      + "got 'b'",
  ],
  [
    'a robot after a blank',
    () => ({ robotUserAgents: [' acme'] }),
    'processing.robotUserAgents must be texts of 3 to 200 characters without blanks around them, like acme-monitor, '
      + "got ' acme'",
  ],
  [
    'too many robots',
    () => ({ robotUserAgents: Array.from({ length: 101 }, () => 'acme') }),
    'the number of processing.robotUserAgents must be a whole number between 0 and 100, got 101',
  ],
  [
    'spare capacity for a continuous job',
    () => ({ flexExecution: true }),
    'processing.flexExecution needs a processing.schedule of',
  ],
  [
    'spare capacity for large workers',
    () => ({ flexExecution: true, workerType: WorkerType.G_4X, schedule: ProcessingSchedule.every(Duration.hours(1)) }),
    'processing.flexExecution needs workerType G_1X or G_2X, got G.4X',
  ],
  [
    "a setting that is not Spark's",
    () => ({ sparkConf: { executors: '3' } }),
    "processing.sparkConf must be a map of Spark settings, whose names begin with spark., got 'executors'",
  ],
  [
    'a run a minute',
    () => ({ schedule: ProcessingSchedule.every(Duration.minutes(1)) }),
    'processing.schedule: interval must be between 5 minutes and 7 days, got 1 minute',
  ],
  [
    'an interval that the stream does not outlast',
    () => ({ schedule: ProcessingSchedule.every(Duration.hours(12)) }),
    'stream.retention must be at least 1 day 1 hour (twice the interval of processing.schedule and an hour), got 1 day',
  ],
  [
    'set times whose longest gap the stream does not outlast',
    () => ({ schedule: ProcessingSchedule.cron({ hour: '3,15', minute: '0' }) }),
    'stream.retention must be at least 1 day 1 hour (twice the longest gap of processing.schedule and an hour), got 1',
  ],
])('refuses %s', (_, processing, message) => expect(() => build(processing())).toThrow(message));

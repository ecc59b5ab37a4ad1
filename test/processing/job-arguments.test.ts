import { spawnSync } from 'child_process';
import { existsSync } from 'fs';
import { join } from 'path';
import { aws_kinesis as kinesis, aws_s3 as s3, aws_secretsmanager as secretsmanager, Duration } from 'aws-cdk-lib';
import {
  ClickstreamLakehouseProps, ColumnType, EventColumn, GeoDatabase, LakehouseNetwork, ProcessingSchedule, StartPosition,
} from '../../src';
import { rendered, statementsByRole } from '../support/iam-statements';
import { only, synthesize } from '../support/lakehouse';

const REPOSITORY = join(__dirname, '..', '..');
const VENV_PYTHON = join(REPOSITORY, '.local', 'venv', 'bin', 'python');

/** Reads arguments as the job does. Its configuration needs no Spark, so any Python will do. */
const PARSER = `
import dataclasses, json, sys
sys.path.insert(0, "glue-assets")
from clickstream_lakehouse.config import ConfigError, parse_arguments
try:
    print(json.dumps(dataclasses.asdict(parse_arguments(sys.argv[1:]))))
except ConfigError as error:
    print(json.dumps({"error": str(error)}))
`;

function parse(defaultArguments: Record<string, unknown>): Record<string, unknown> {
  const words = Object.entries(defaultArguments).flatMap(([name, value]) => [name, rendered(value)]);
  const python = existsSync(VENV_PYTHON) ? VENV_PYTHON : 'python3';
  const command = ['-c', PARSER, ...words, '--JOB_NAME', 'job'];
  const { stdout, stderr } = spawnSync(python, command, { cwd: REPOSITORY, encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

function argumentsOf(props: ClickstreamLakehouseProps): Record<string, unknown> {
  return only(synthesize({ network: LakehouseNetwork.none(), ...props }), 'AWS::Glue::Job').DefaultArguments;
}

test('the job understands the arguments it is given by default', () => {
  expect(parse(argumentsOf({}))).toEqual({
    region: '${Region}',
    stream_name: '${Stream}',
    raw_path: 's3://${StorageRawBucket}/raw',
    events_path: 's3://${StorageLakehouseBucket}/events',
    bad_events_path: 's3://${StorageLakehouseBucket}/bad_events',
    checkpoint_path: 's3://${StorageLakehouseBucket}/checkpoints',
    mode: 'continuous',
    trigger_seconds: 30,
    dedup_window_hours: 24,
    start_position: 'trim_horizon',
    metrics_namespace: 'ClickstreamLakehouse',
    max_run_hours: 144,
    endpoint_url: null,
    read_until: null,
    fail_on_data_loss: false,
    geo_databases: [],
    pseudonym_key_arn: null,
    robot_user_agents: [],
    transform: null,
    columns: [],
    job_name: 'job',
  });
});

test('the job understands the arguments of every option', () => {
  expect(parse(argumentsOf({
    stream: { retention: Duration.days(3) },
    processing: {
      schedule: ProcessingSchedule.every(Duration.hours(12)),
      triggerInterval: Duration.minutes(1),
      dedupWindow: Duration.days(7),
      startPosition: StartPosition.LATEST,
      failOnDataLoss: true,
      robotUserAgents: ['ACME-Monitor/1, "beta"', 'Uptime (ours)'],
      sparkConf: { 'spark.executor.heartbeatInterval': '20s' },
    },
  }))).toMatchObject({
    mode: 'drain',
    trigger_seconds: 60,
    dedup_window_hours: 168,
    start_position: 'latest',
    fail_on_data_loss: true,
    robot_user_agents: ['acme-monitor/1, "beta"', 'uptime (ours)'],
  });
});

test('the job understands where databases and the key of the pseudonyms are', () => {
  const synthesized = synthesize(stack => {
    const bucket = new s3.Bucket(stack, 'Geo');
    return {
      network: LakehouseNetwork.none(),
      processing: {
        geoDatabases: ['country', 'asn'].map(name => GeoDatabase.fromBucket(bucket, `${name}.mmdb`)),
        pseudonymKeySecret: new secretsmanager.Secret(stack, 'Pseudonyms'),
      },
    };
  });
  expect(parse(only(synthesized, 'AWS::Glue::Job').DefaultArguments)).toMatchObject({
    geo_databases: ['s3://${Geo}/country.mmdb', 's3://${Geo}/asn.mmdb'], pseudonym_key_arn: '${Pseudonyms}',
  });
});

test('the job understands columns of every type and source', () => {
  const types = Object.values(ColumnType);
  const columns = {
    ...Object.fromEntries(types.map(type => [`my_${type}`, EventColumn.fromTransform(type)])),
    a: EventColumn.fromProperty('a.b', ColumnType.DOUBLE),
    b: EventColumn.fromTrait('a.b', ColumnType.DOUBLE),
    c: EventColumn.fromContext('a.b', ColumnType.DOUBLE),
  };
  const filled = types.map(type => ({ name: `my_${type}`, type, source: null, path: [] }));
  const [properties, traits, contexts] = Object.entries({ a: 'properties', b: 'traits', c: 'contexts' })
    .map(([name, source]) => ({ name, type: 'double', source, path: ['a', 'b'] }));
  expect(parse(argumentsOf({ processing: { columns } })).columns).toEqual([...filled, properties, traits, contexts]);
});

test('an id is remembered for as long as the stream keeps events, at least a day', () => {
  expect(argumentsOf({ stream: { retention: Duration.days(3) } })['--dedup_window_hours']).toBe('72');
  const existing = synthesize(stack => ({
    network: LakehouseNetwork.none(),
    stream: { kinesisStream: kinesis.Stream.fromStreamArn(stack, 'Existing', 'arn:aws:kinesis:eu-west-1:1:stream/s') },
  }));
  expect(only(existing, 'AWS::Glue::Job').DefaultArguments['--dedup_window_hours']).toBe('24');
});

test('what Spark must know before it starts is one chained --conf', () => {
  const { '--conf': conf } = argumentsOf({ processing: { sparkConf: { 'spark.a': '1', 'spark.b': '2' } } });
  expect(rendered(conf).split(' --conf ')).toEqual([
    'spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension',
    'spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog',
    'spark.sql.ansi.enabled=false',
    'spark.sql.session.timeZone=UTC',
    'spark.scheduler.mode=FAIR',
    'spark.hadoop.fs.s3a.endpoint.region=${Region}',
    'spark.a=1',
    'spark.b=2',
  ]);
});

test('Glue gets its own arguments, and nothing that makes it ask for the data catalog', () => {
  const own = Object.entries(argumentsOf({})).filter(([name]) => name.includes('-', 2) && name !== '--conf');
  expect(Object.fromEntries(own.map(([name, value]) => [name, rendered(value)]))).toEqual({
    '--job-language': 'python',
    '--job-bookmark-option': 'job-bookmark-disable',
    '--datalake-formats': 'delta',
    '--extra-py-files': expect.stringMatching(/^s3:\/\/cdk-hnb659fds-assets-.*\/[0-9a-f]{64}\.zip$/),
    '--custom-logGroup-prefix': expect.stringMatching(/^\/aws-glue\/Test-Lakehouse-Job-[0-9A-F]{8}$/),
  });
});

test("Glue's own metrics cost money, so they are published only if asked for, and then the role may", () => {
  const withMetrics = synthesize({ network: LakehouseNetwork.none(), processing: { glueMetrics: true } });
  expect(only(withMetrics, 'AWS::Glue::Job').DefaultArguments).toMatchObject({
    '--enable-metrics': 'true', '--enable-observability-metrics': 'true',
  });
  expect(statementsByRole(withMetrics.json).JobRole).toContain(
    'cloudwatch:PutMetricData on * if StringEquals cloudwatch:namespace=ClickstreamLakehouse, Glue');
});

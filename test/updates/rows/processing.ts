import { join } from 'path';
import { aws_s3 as s3, aws_secretsmanager as secretsmanager, Duration, Stack } from 'aws-cdk-lib';
import {
  ClickstreamLakehouseProps, ColumnType, EventColumn, GeoDatabase, ProcessingSchedule, StartPosition, WorkerType,
} from '../../../src';
import { DEFAULT, NO_VPC, Row } from '../row';

const job = { updates: ['job'] };
const TRANSFORM = join(__dirname, '..', 'python', 'my_transform.py');

function everyHour(flexExecution?: boolean): ClickstreamLakehouseProps {
  return { ...NO_VPC, processing: { schedule: ProcessingSchedule.every(Duration.hours(1)), flexExecution } };
}

function pseudonyms(stack: Stack): ClickstreamLakehouseProps {
  return { processing: { pseudonymKeySecret: secretsmanager.Secret.fromSecretNameV2(stack, 'Key', 'pseudonyms') } };
}

function countries(stack: Stack): ClickstreamLakehouseProps {
  const bucket = s3.Bucket.fromBucketName(stack, 'Geo', 'geo');
  return { processing: { geoDatabases: [GeoDatabase.fromBucket(bucket, 'country.mmdb')] } };
}

/** The streaming job. It is always updated in place, so tables and checkpoints stay. */
export const PROCESSING_ROWS: Row[] = [{
  option: 'processing.schedule',
  change: '`continuous()` → `every()`',
  after: everyHour(),
  effects: job,
}, {
  option: 'processing.schedule',
  change: '`every()` → `continuous()`',
  before: everyHour(),
  after: { processing: {} },
  effects: job,
}, {
  option: 'processing.schedule',
  change: 'another interval',
  before: everyHour(),
  after: { processing: { schedule: ProcessingSchedule.every(Duration.hours(2)) } },
  effects: { updates: ['job'] },
  note: "The job's time limit follows the interval.",
}, {
  option: 'processing.workerType',
  change: 'another size',
  after: { processing: { workerType: WorkerType.G_2X } },
  effects: job,
}, {
  option: 'processing.workers',
  change: 'another number',
  after: { processing: { workers: 4 } },
  effects: job,
}, {
  option: 'processing.flexExecution',
  change: '`true`',
  before: everyHour(),
  after: everyHour(true),
  effects: job,
}, {
  option: 'processing.triggerInterval',
  change: 'another time',
  after: { processing: { triggerInterval: Duration.minutes(1) } },
  effects: job,
}, {
  option: 'processing.dedupWindow',
  change: 'another time',
  after: { processing: { dedupWindow: Duration.hours(48) } },
  effects: job,
  note: 'A longer window applies to the events that are in the table.',
}, {
  option: 'processing.startPosition',
  change: '`LATEST`',
  after: { processing: { startPosition: StartPosition.LATEST } },
  effects: job,
  note: 'Only a first run, which has no checkpoint, reads it.',
}, {
  option: 'processing.failOnDataLoss',
  change: '`true`',
  after: { processing: { failOnDataLoss: true } },
  effects: job,
}, {
  option: 'processing.geoDatabases',
  change: 'set, or another file',
  after: countries,
  effects: job,
  note: 'Applies to new events.',
}, {
  option: 'processing.pseudonymKeySecret',
  change: 'set',
  before: DEFAULT,
  after: pseudonyms,
  effects: job,
  note: 'Applies to new events. See [Changing the key of the pseudonyms](#changing-the-key-of-the-pseudonyms).',
}, {
  option: 'processing.robotUserAgents',
  change: 'set',
  after: { processing: { robotUserAgents: ['acme-monitor'] } },
  effects: job,
  note: 'Events that are in the table keep their verdict.',
}, {
  option: 'processing.glueMetrics',
  change: '`true`',
  after: { processing: { glueMetrics: true } },
  effects: job,
}, {
  option: 'processing.sparkConf',
  change: 'set',
  after: { processing: { sparkConf: { 'spark.sql.shuffle.partitions': '8' } } },
  effects: job,
}, {
  option: 'processing.transform',
  change: 'set',
  after: { processing: { transform: TRANSFORM } },
  effects: job,
  note: 'Applies to new events.',
}, {
  option: 'processing.extraPythonFiles',
  change: 'set',
  before: { ...NO_VPC, processing: { transform: TRANSFORM } },
  after: { processing: { transform: TRANSFORM, extraPythonFiles: [join(__dirname, '..', 'python', 'rates')] } },
  effects: job,
}, {
  option: 'processing.columns',
  change: 'one more',
  after: { processing: { columns: { plan: EventColumn.fromTrait('plan', ColumnType.STRING) } } },
  effects: { updates: ['job', 'tables'] },
  note: 'Null in the rows that exist. See [Your own columns](#your-own-columns).',
}];

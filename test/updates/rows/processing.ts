import { Duration } from 'aws-cdk-lib';
import { ClickstreamLakehouseProps, ProcessingSchedule, StartPosition, WorkerType } from '../../../src';
import { NO_VPC, Row } from '../row';

const job = { updates: ['job'] };

function everyHour(flexExecution?: boolean): ClickstreamLakehouseProps {
  return { ...NO_VPC, processing: { schedule: ProcessingSchedule.every(Duration.hours(1)), flexExecution } };
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
  change: '`false`',
  after: { processing: { failOnDataLoss: false } },
  effects: job,
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
}];

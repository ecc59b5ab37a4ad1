import { aws_kinesis as kinesis, Duration } from 'aws-cdk-lib';
import { StreamCapacity } from '../../../src';
import { NO_VPC, Row } from '../row';

/** The stream. It is deleted with its unread events when an existing stream takes its place. */
export const STREAM_ROWS: Row[] = [{
  option: 'stream.capacity',
  change: 'twice the shards',
  after: { stream: { capacity: StreamCapacity.provisioned(2) } },
  effects: { updates: ['stream'] },
  note: 'See [Changing the number of shards](#changing-the-number-of-shards).',
}, {
  option: 'stream.capacity',
  change: '`provisioned()` → `onDemand()`',
  after: { stream: { capacity: StreamCapacity.onDemand() } },
  effects: { updates: ['stream'] },
  note: 'Kinesis allows two changes of the mode in 24 hours.',
}, {
  option: 'stream.retention',
  change: 'longer',
  after: { stream: { retention: Duration.days(7) } },
  effects: { updates: ['job', 'stream'] },
  note: 'The job remembers event ids for as long, unless `processing.dedupWindow` is set.',
}, {
  option: 'stream.kinesisStream',
  change: 'set',
  before: NO_VPC,
  after: stack => ({
    stream: {
      kinesisStream: kinesis.Stream.fromStreamArn(
        stack, 'Own', 'arn:aws:kinesis:eu-west-1:123456789012:stream/own'),
    },
  }),
  effects: { removes: ['stream'], updates: ['Drain', 'job'] },
  note: 'Events that the job has not read are deleted with the old stream. See [Moving to another stream or '
    + 'bucket](#moving-to-another-stream-or-bucket).',
}];

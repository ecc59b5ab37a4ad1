import { aws_kinesis as kinesis, aws_kms as kms, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { StreamCapacity } from '../../src';
import { EventStream, EventStreamProps } from '../../src/stream/event-stream';
import { testStack } from '../support/stack';

function build(props: EventStreamProps | ((stack: Stack) => EventStreamProps) = {}) {
  const stack = testStack();
  const eventStream = new EventStream(stack, 'Stream', typeof props === 'function' ? props(stack) : props);
  return { eventStream, stack };
}

const templateOf = (props?: Parameters<typeof build>[0]) => Template.fromStack(build(props).stack);

test('by default: one shard, 24 hours, encrypted', () => {
  const { eventStream, stack } = build();
  Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', {
    ShardCount: 1,
    RetentionPeriodHours: 24,
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
    StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
  });
  expect(eventStream.retention?.toHours()).toBe(24);
});

test('takes capacity, retention and key', () => {
  const template = templateOf(stack => ({
    capacity: StreamCapacity.provisioned(4),
    retention: Duration.days(7),
    encryptionKey: new kms.Key(stack, 'Key'),
  }));
  template.hasResourceProperties('AWS::Kinesis::Stream', {
    ShardCount: 4,
    RetentionPeriodHours: 168,
    StreamEncryption: { KeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] } },
  });
});

test('scales by itself on demand', () => {
  const template = templateOf({ capacity: StreamCapacity.onDemand() });
  expect(Object.values(template.findResources('AWS::Kinesis::Stream'))[0].Properties).toMatchObject({
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
  });
  expect(Object.values(template.findResources('AWS::Kinesis::Stream'))[0].Properties).not.toHaveProperty('ShardCount');
});

test('uses an existing stream', () => {
  const { eventStream, stack } = build(scope => ({
    kinesisStream: kinesis.Stream.fromStreamArn(scope, 'Existing', 'arn:aws:kinesis:eu-west-1:1:stream/clicks'),
  }));
  expect(stack.node.findAll().filter(construct => construct instanceof kinesis.CfnStream)).toEqual([]);
  expect(eventStream.stream.streamName).toBe('clicks');
  expect(eventStream.retention).toBeUndefined();
});

test('refuses properties of a new stream for an existing one', () => {
  expect(() =>
    build(stack => ({
      kinesisStream: kinesis.Stream.fromStreamArn(stack, 'Existing', 'arn:aws:kinesis:eu-west-1:1:stream/clicks'),
      retention: Duration.days(2),
    })),
  ).toThrow('stream.kinesisStream cannot be combined with stream.capacity or stream.retention');
});

test.each([Duration.hours(23), Duration.days(366)])('refuses a retention of %s', retention => {
  expect(() => build({ retention })).toThrow('stream.retention must be between 1 day and 365 days, got');
});

describe('capacity for a throughput', () => {
  test.each([
    [1, 1, 1, 'the smallest stream'],
    [700, 1000, 1, 'records, to 70 %'],
    [701, 1000, 2, 'records, above 70 %'],
    [1000, 1200, 2, 'records bind before bytes'],
    [1000, 10_240, 14, 'bytes bind before records'],
  ])('%i events of %i bytes a second: %i shard(s): %s', (events, bytes, shards) => {
    expect(StreamCapacity.forThroughput(events, bytes).shards).toBe(shards);
  });

  test.each([
    [() => StreamCapacity.provisioned(0), 'stream.capacity: shards must be a whole number between 1 and 500, got 0'],
    [
      () => StreamCapacity.provisioned(1.5),
      'stream.capacity: shards must be a whole number between 1 and 500, got 1.5',
    ],
    [
      () => StreamCapacity.forThroughput(0, 1),
      'stream.capacity: eventsPerSecond must be a whole number between 1 and 350000, got 0',
    ],
    [
      () => StreamCapacity.forThroughput(1, 1_000_000),
      'stream.capacity: averageBytes must be a whole number between 1 and 921600, got 1000000',
    ],
  ])('refuses %s', (capacity, message) => expect(capacity).toThrow(message));
});
